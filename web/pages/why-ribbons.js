/* One strip a loop: the outcome with the loop minus without it, over time; the largest effect in the year on top. */
import { line, nearest } from "../core/chart-scale.js";
import { variable } from "../core/facts.js";
import * as loops from "../core/loops.js";
import * as pictures from "../core/pictures.js";
import * as quantity from "../core/quantity.js";
import { order } from "../core/why.js";
import { say } from "../core/words.js";
import { element, make, one, svgElement, write } from "../dom/elements.js";
/** @import { Found, Futures } from "./why.js" */
/** @import { Numbers, Picture } from "../types/page.js" */

/** @typedef {{ item: HTMLElement, name: HTMLButtonElement, area: SVGElement, edge: SVGElement, rule: SVGElement, zero: SVGElement, effect: HTMLElement, sure: HTMLElement }} Row */

const SIZE = { width: 300, height: 40 };
const DRAWN = 5; // lines of the picture that is saved

/** By key of the loop. @type {Map<string, Row>} */
const rows = new Map();
/** What the strips were drawn of. @type {unknown} */
let strips = null;
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("why." + key, values);

/** The sign of a kind: its letter, or an arrow for what does not come back. @param {string} kind */
export function mark(kind) {
  const made = make("span", "loop loop--" + kind.toLowerCase(), kind.length > 1 ? "→" : kind);
  made.setAttribute("aria-hidden", "true");
  return made;
}

/** @param {string} key @param {(key: string) => void} open */
function row(key, open) {
  const loop = loops.about(key);
  const kind = loop?.kind ?? "";
  const strip = svgElement("svg", { class: "ribbon__strip ribbon__strip--" + kind.toLowerCase(), viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  const [area, zero, edge, rule] = [svgElement("path", { class: "ribbon__area" }), svgElement("line", { class: "ribbon__zero", x1: 0, x2: SIZE.width }), svgElement("path", { class: "ribbon__edge" }), svgElement("line", { class: "ribbon__rule", y1: 0, y2: SIZE.height })];
  strip.append(area, zero, edge, rule);
  const name = element("button", { class: "ribbon__name", type: "button", "aria-expanded": "false", onclick: () => open(key) }, loop?.name);
  const effect = make("strong", "ribbon__effect");
  const sure = make("span", "ribbon__sure");
  const item = element("li", { class: "ribbon", "data-loop": key },
    element("div", { class: "ribbon__row" },
      element("div", { class: "ribbon__head" }, mark(kind), element("h3", { class: "ribbon__title" }, name), element("span", { class: "ribbon__kind" }, say(`loop.kind_${kind.toLowerCase()}`))),
      strip, element("p", { class: "ribbon__told" }, effect, sure)));
  rows.set(key, { item, name, area, edge, rule, zero, effect, sure });
  return item;
}

/** @param {HTMLElement} host @param {{ open: (key: string) => void }} lent */
export function build(host, { open }) {
  host.append(...loops.keys().map((key) => row(key, open)));
}

/** The strip of one loop. @param {Row} shown @param {Numbers} time @param {Numbers} effect @param {number} most */
function drawStrip({ area, edge, zero }, time, effect, most) {
  const x = line(time[0], time[time.length - 1], 0, SIZE.width);
  const y = line(-most, most, SIZE.height - 2, 2);
  const at = (/** @type {number} */ n) => `${x(time[n]).toFixed(1)} ${y(Number.isFinite(effect[n]) ? effect[n] : 0).toFixed(2)}`;
  const way = "M" + Array.from(time, (_, n) => at(n)).join("L");
  edge.setAttribute("d", way);
  area.setAttribute("d", `${way}L${SIZE.width} ${y(0)}L0 ${y(0)}Z`);
  for (const end of ["y1", "y2"]) zero.setAttribute(end, String(y(0)));
}

/** All in one scale, so that they can be held against each other. @param {Found} found */
function drawStrips(found) {
  if (strips === found) return;
  strips = found;
  const most = Math.max(...found.effects.map((effect) => effect.reduce((size, value) => Math.max(size, Number.isFinite(value) ? Math.abs(value) : 0), 0))) || 1;
  found.keys.forEach((key, n) => drawStrip(/** @type {Row} */ (rows.get(key)), found.time, found.effects[n], most));
}

/** Rows in an order; what has the focus keeps it. @param {string[]} keys */
function sort(keys) {
  const host = one("#why-ribbons");
  const now = [...host.children].map((item) => /** @type {HTMLElement} */ (item).dataset.loop);
  if (now.join() === keys.join()) return;
  const focused = host.contains(document.activeElement) ? document.activeElement : null;
  host.append(...keys.map((key) => /** @type {Row} */ (rows.get(key)).item));
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
}

/**
 * @param {Found} found
 * @param {Futures | null} futures
 * @param {{ year: number, loop: string }} view
 */
export function paint(found, futures, view) {
  const about = variable(found.outcome);
  const moment = nearest(found.time, view.year);
  const place = futures ? futures.years.indexOf(view.year) : -1;
  const counted = (/** @type {number} */ n) => futures?.counts[n * futures.years.length + place] ?? 0;
  const members = counted(found.keys.length);
  drawStrips(found);
  const x = line(found.time[0], found.time[found.time.length - 1], 0, SIZE.width)(found.time[moment]).toFixed(1);
  found.keys.forEach((key, n) => {
    const shown = /** @type {Row} */ (rows.get(key));
    const effect = found.effects[n][moment];
    for (const end of ["x1", "x2"]) shown.rule.setAttribute(end, x);
    const cut = key in found.state.assumptions;
    const none = !(Math.abs(effect) > quantity.grain(about));
    write(shown.effect, cut ? say("loop.cut_now") : none ? words("no_effect") : quantity.change(effect, about));
    write(shown.sure, futures && place >= 0 ? words("sure", { count: counted(n), members }) : words("sure_working"));
    shown.name.setAttribute("aria-expanded", String(key === view.loop));
    shown.item.classList.toggle("ribbon--none", none);
  });
  sort(order(found.effects, moment).map((n) => found.keys[n]));
  one("#why-ribbons").classList.add("ribbons--there");
  const unit = about.money ? "" : about.unit;
  write(one("#why-sure"), [words("ribbon_unit", { outcome: about.label, unit: unit || say("chart.no_unit") }), futures ? words("sure_means", { members: futures.members, there: members, year: view.year }) : ""].filter(Boolean).join(" "));
}

/** The strongest of the year as lines of one picture, for a file; a table has all. @param {Found} found @param {{ year: number }} view @param {string} kind @returns {Picture} */
export function picture(found, view, kind) {
  const about = variable(found.outcome);
  const kinds = ["policy", "pinned-0", "pinned-1", "pinned-2", "pinned-3"];
  const first = order(found.effects, nearest(found.time, view.year));
  const lines = first.slice(0, kind === "csv" ? first.length : DRAWN).map((n, place) => ({ key: found.keys[n], kind: kinds[place % kinds.length], label: `${loops.about(found.keys[n])?.name} (${loops.about(found.keys[n])?.kind})`, values: found.effects[n] }));
  return { title: words("picture", { outcome: about.label }), unit: about.unit, time: found.time, lines, places: pictures.placesOf(about, found.effects[first[0]].length ? [...found.effects[first[0]]].filter(Number.isFinite) : [0]), marks: [{ time: view.year, label: String(view.year) }] };
}
