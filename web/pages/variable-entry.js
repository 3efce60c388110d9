/* What a variable of the Model page does: its course under status quo and the current policy, what each variable it
   uses goes through in the same years, and the tables it reads, as pictures. The browser's engine runs it, or the server. */
import * as assumed from "../core/assumed.js";
import * as scale from "../core/chart-scale.js";
import { variables } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as pictures from "../core/pictures.js";
import * as scenarios from "../core/scenario.js";
import { say } from "../core/words.js";
import * as store from "../core/state.js";
import { everyVariable } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import { make, one, svgElement, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import { mountChart } from "../chart/chart.js";
/** @import { LookupTable, VariableDetail } from "../types/model-page.js" */
/** @import { Numbers, Run } from "../types/page.js" */

const TABLE = { width: 220, height: 120, edge: 18 };
const MOST = 60; // variables of one entry whose values are told; the server gives no more at once

/** Entries on show. @type {Set<{ element: HTMLElement, draw: () => Promise<void> }>} */
const shown = new Set();

/** The course of a variable as a chart, and a way to Explore with it. Arrays have no one course. @param {VariableDetail} found */
export function course(found) {
  const place = make("dd", "entry__course");
  const host = place.appendChild(make("div", "entry__chart"));
  const told = place.appendChild(make("p", "entry__told"));
  const explore = place.appendChild(make("button", "button", found.course.explore));
  explore.type = "button";
  explore.addEventListener("click", () => {
    store.chooseChart(0, found.name);
    one('.nav__link[data-page="explore"]').click();
  });
  return { place, host, told };
}

/** @param {Run[]} runs */
function scenes(runs) {
  const policy = scenarios.of(store.now);
  const same = scenarios.isStatusQuo(policy);
  const reference = { key: "status-quo", kind: "status-quo", name: say("explore.status_quo"), label: say("explore.status_quo"), run: runs[1] };
  const ours = { key: "policy", kind: "policy", name: say("explore.policy"), label: scenarios.name(policy), run: runs[0] };
  return same ? [reference] : [reference, ours];
}

/** @param {string[]} names */
async function runsOf(names) {
  const settings = [scenarios.of(store.now), scenarios.statusQuo()].map((scenario) => scenarios.constants(scenario, store.now.assumptions));
  return simulator.ask(settings, names, scenarios.horizon([scenarios.of(store.now)]));
}

/**
 * Fills an entry that has come.
 * @param {VariableDetail} found
 * @param {HTMLElement} line its row
 * @param {ReturnType<typeof course> | null} place where its course goes
 * @param {HTMLElement[]} links buttons of what it uses
 */
export async function fill(found, line, place, links) {
  await everyVariable();
  const known = new Set(variables.map((about) => about.name));
  const charted = place && known.has(found.name) ? { ...place, chart: mountChart(place.host) } : null;
  const others = links.map((link) => ({ link, name: link.dataset.name ?? "" })).filter(({ name }) => known.has(name)).slice(0, MOST);
  const names = [...new Set([...(charted ? [found.name] : []), ...others.map(({ name }) => name)])];
  if (!names.length) return;
  const draw = async () => {
    const runs = await runsOf(names);
    if (charted) {
      const list = scenes(runs);
      charted.chart.draw(pictures.curves(list, found.name, { marks: scenarios.marks(scenarios.of(store.now)) }));
      write(charted.told, pictures.summary(found.name, runs[0], runs[1], list.length === 1, assumed.usual(store.now)));
    }
    for (const { link, name } of others) tellCourse(link, runs[0].raw(name));
  };
  await draw();
  shown.add({ element: line, draw });
}

/** From its first value to its last, as what uses it met it. @param {HTMLElement} link @param {Numbers} values */
function tellCourse(link, values) {
  const [first, last] = [values[0], values[values.length - 1]];
  const places = numbers.places(Math.max(Math.abs(first), Math.abs(last)));
  const figure = (/** @type {number} */ number) => numbers.figure(Number(number.toFixed(6)) === 0 ? 0 : number, places);
  const still = Math.abs(last - first) <= 1e-9 * Math.max(1, Math.abs(first));
  const beside = link.nextElementSibling ?? make("span", "entry__value");
  link.after(beside);
  write(beside, still ? figure(last) : `${figure(first)} → ${figure(last)} ${last > first ? "▲" : "▼"}`);
}

/** A table as the line through its points. @param {LookupTable} table */
export function table({ label, x, y }) {
  const { width, height, edge } = TABLE;
  const ends = (/** @type {number[]} */ values) => [Math.min(...values), Math.max(...values)];
  const [[left, right], [low, high]] = [ends(x), ends(y)];
  const across = scale.line(left, right, 6, width - 6);
  const up = scale.line(low, high === low ? low + 1 : high, height - edge, edge);
  const points = x.map((value, n) => ({ cx: across(value).toFixed(1), cy: up(y[n]).toFixed(1) }));
  const told = x.map((value, n) => `${numbers.figure(value)} → ${numbers.figure(y[n])}`).join("; ");
  const drawn = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${label}: ${told}` });
  const text = (/** @type {number} */ at, /** @type {number} */ down, /** @type {number} */ number, /** @type {string} */ anchor) => svgElement("text", { x: at, y: down, "text-anchor": anchor }, numbers.figure(number));
  drawn.append(
    svgElement("path", { class: "entry__axis", d: `M6 ${height - edge}H${width - 6}M6 ${edge}V${height - edge}` }),
    svgElement("path", { class: "line line--policy", d: "M" + points.map(({ cx, cy }) => cx + " " + cy).join("L") }),
    ...(points.length < 30 ? points.map((point) => svgElement("circle", { class: "dot dot--policy", ...point, r: 3 })) : []),
    text(6, height - 4, left, "start"), text(width - 6, height - 4, right, "end"), text(10, edge - 5, high, "start"));
  const place = make("figure", "entry__table");
  place.append(drawn, make("figcaption", "", label));
  return place;
}

/** Whatever is on show follows the state at rest. */
export const begin = () => store.rest(() => {
  for (const entry of shown) {
    if (!entry.element.isConnected) shown.delete(entry);
    else if (router.page() === "model") entry.draw().catch(() => {});
  }
});
