/* The switches of feedback loops (core/loops.js), what each loop does, and the notices of cut ones.

   What cutting does is run here, one loop at a time, once the hand rests and only while the list is open. */
import * as scale from "../core/chart-scale.js";
import * as assumed from "../core/assumed.js";
import { facts, variable } from "../core/facts.js";
import * as loops from "../core/loops.js";
import { entryOf } from "../core/model-view.js";
import * as numbers from "../core/numbers.js";
import { final, placesOf } from "../core/pictures.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say, toldBy } from "../core/words.js";
import { everyVariable } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import { does, leadsElsewhere, under } from "../dom/buttons.js";
import { all, element, make, one, svgElement, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import { loopSwitch } from "./loop-switch.js";

/** @import { Loop, LoopAct, LoopExample, Numbers, Run, State } from "../types/page.js" */

const PART = 0.005; // of an outcome's range: what is less is no move
const MOST_SHARE = 200; // percent; what grows from next to nothing is told in its own unit
const SPARK = { width: 132, height: 36 };
/** By key, made when the list is opened. @type {Map<string, { item: HTMLElement, set: (state: State) => boolean, found: HTMLElement }>} */
const rows = new Map();
/** By key: runs of the outputs on show, of the latest state at rest. @type {Map<string, { with: Run, without: Run }>} */
export const effects = new Map();
let number = 0; // of the latest round of runs

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("loop." + key, values);
const last = (/** @type {Numbers} */ values) => values[values.length - 1];

// --- the list -------------------------------------------------------------------------------------------------

/** @param {string} key */
function row(key) {
  const loop = /** @type {Loop} */ (loops.about(key));
  const item = make("li", "loop-row");
  const head = item.appendChild(make("div", "loop-row__head"));
  const mark = head.appendChild(make("span", "loop loop--" + loop.kind.toLowerCase(), loop.kind.length > 1 ? "→" : loop.kind));
  mark.setAttribute("aria-hidden", "true");
  const name = head.appendChild(make("h3", "loop-row__name", loop.name));
  name.append(" ", make("span", "loop-row__kind", words("kind_" + loop.kind.toLowerCase())));
  const { control, paint: set } = loopSwitch(key, loop.name);
  head.append(control);
  item.append(path(loop));
  for (const act of loop.acts) item.append(acting(act));
  const found = item.appendChild(make("div", "loop-row__effects"));
  if (loop.shown) item.append(example(key, loop, loop.shown));
  rows.set(key, { item, set, found });
  return item;
}

/** @param {Loop} loop */
function path(loop) {
  const chain = make("p", "loop-row__path");
  loop.path.forEach(({ step, found }, /** @type {number} */ n) => chain.append(...(n ? [" → "] : []), found ? lookup(step, step) : step));
  return chain;
}

/** @param {LoopAct} act */
function acting(act) {
  const line = make("p", "loop-row__acts");
  const behind = act.behind.flatMap(({ name, label }, /** @type {number} */ n) => [...(n ? [", "] : []), lookup(name, label)]);
  const [start, middle, end] = words("acts").split(/\{\w+\}/); // "{behind} acts on {name}. "
  line.append(start, ...behind, middle, lookup(act.name, act.label), end, act.about);
  return line;
}

/** A way to the Model page, which looks the words up; a name opens its entry there. @param {string} asked @param {string} shown */
function lookup(asked, shown) {
  const link = make("a", "loop-row__link", shown);
  link.dataset.lookup = asked;
  link.href = address(asked);
  return link;
}

const address = (/** @type {string} */ asked) => router.addressWith("model", "d", entryOf(asked));

/** @param {string} key @param {Loop} loop @param {LoopExample} shown */
function example(key, loop, shown) {
  const { world, outcome, year, when_cut: way } = shown;
  const title = (facts.worlds[world] || {}).title;
  const line = make("p", "loop-row__example", words("example_" + way, { world: title, outcome: variable(outcome).label, year }) + " ");
  const button = line.appendChild(make("button", "button", words("see")));
  button.type = "button";
  button.setAttribute("aria-label", words("see_loop", { loop: loop.name }));
  button.addEventListener("click", () => see(key, shown));
  return line;
}

/** The world where a loop was found to matter, with the loop cut and its outcome in the first chart; one step to undo. @param {string} key @param {LoopExample} shown */
function see(key, { world, outcome }) {
  const { now } = store;
  const charts = [outcome, now.charts[1] === outcome ? now.charts[0] : now.charts[1]];
  store.change({ world, levers: { ...facts.worlds[world].levers }, charts, assumptions: { ...now.assumptions, [key]: 0 } });
  const notice = one("#stage .loops-cut");
  notice.tabIndex = -1;
  notice.focus({ preventScroll: true });
  one("#stage").scrollIntoView({ block: "start" });
}

/** @param {State} state */
function paint(state) {
  for (const { item, set } of rows.values()) item.classList.toggle("loop-row--cut", !set(state));
}

// --- what cutting does ----------------------------------------------------------------------------------------

const opened = () => one(".loops__all") && one(".loops__all").open && router.page() === "explore";
const outputs = (/** @type {State} */ state) => [...new Set([...state.charts, ...facts.headlines])];
const free = () => new Promise((done) => (window.requestIdleCallback ? window.requestIdleCallback(done, { timeout: 500 }) : window.setTimeout(done, 20)));

async function look() {
  if (!opened()) return;
  const mine = ++number;
  const state = store.now;
  const policy = scenarios.of(state);
  const settings = (/** @type {Record<string, number>} */ assumptions) => scenarios.constants(policy, assumptions);
  for (const key of rows.keys()) {
    await free();
    if (mine !== number) return;
    const acts = Object.fromEntries(Object.entries(state.assumptions).filter(([other]) => other !== key));
    try {
      const [kept, without] = await simulator.ask([settings(acts), settings({ ...acts, [key]: 0 })], outputs(state));
      if (mine !== number) return;
      effects.set(key, { with: kept, without });
      show(key, state);
    } catch (error) {
      if (mine === number) write(one(".loops__said"), toldBy(error, "wait.no_answer"));
      return;
    }
  }
  write(one(".loops__said"), "");
}

/** @param {string} name @param {Run} run @param {Run} other */
export function told(name, run, other) {
  const about = variable(name);
  const [value, changed] = [final(run, name), final(other, name)];
  const change = changed - value;
  if (!Number.isFinite(change)) return about.where?.why ?? "–";
  const [low, high] = [about.low ?? 0, about.high ?? 0];
  const places = placesOf(about, [value, changed]);
  if (Number(change.toFixed(places)) === 0 && Math.abs(change) <= PART * (high - low)) return words("unchanged");
  const sign = change > 0 ? "▲ +" : "▼ −";
  const share = (100 * Math.abs(change)) / value;
  // Of a variable that goes through zero no share can be told.
  if (low < 0 || value <= 0 || changed < 0 || share > MOST_SHARE) return numbers.withUnit(sign + numbers.figure(Math.abs(change), places), about.unit);
  return sign + numbers.percent(share, share < 10 ? 1 : 0);
}

/** @param {string} key @param {State} state */
function show(key, state) {
  const effect = effects.get(key);
  if (!effect) return;
  const { with: kept, without } = effect;
  const year = Math.floor(facts.clock.final);
  const cells = [...new Set(state.charts)].map((name) => cell(name, words("effect", { variable: variable(name).label, year }), kept, without));
  const most = strongest(kept, without);
  if (most && !state.charts.includes(most)) cells.push(cell(most, words("most", { variable: variable(most).label, year }), kept, without));
  rows.get(key)?.found.replaceChildren(...cells);
}

/** @param {string} name @param {string} label @param {Run} kept @param {Run} without */
function cell(name, label, kept, without) {
  const made = make("div", "loop-row__effect");
  const line = make("p", "loop-row__told", label + " ");
  line.append(make("strong", "", told(name, kept, without)));
  made.append(spark(kept.time, kept.of(name), without.of(name)), line);
  return made;
}

/** The headline outcome that moves most, in parts of its range across the worlds. @param {Run} kept @param {Run} without */
function strongest(kept, without) {
  const moves = facts.headlines.map((name) => {
    const { low, high } = variable(name);
    return { name, part: Math.abs(final(without, name) - final(kept, name)) / ((high ?? 0) - (low ?? 0) || 1) };
  });
  const most = moves.filter(({ part }) => Number.isFinite(part)).reduce((best, move) => (move.part > best.part ? move : best), { name: "", part: 0 });
  return most.part > PART ? most.name : "";
}

/** With the loop a whole line, without it a broken one; the words beside it say how far they end apart. @param {Numbers} time @param {Numbers} kept @param {Numbers} without */
function spark(time, kept, without) {
  const { width, height } = SPARK;
  const drawn = svgElement("svg", { class: "loop-row__spark", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const ends = [kept, without].flatMap((values) => [...values].filter(Number.isFinite));
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const x = scale.line(time[0], last(time), 2, width - 2);
  const y = low === high ? () => height / 2 : scale.line(low, high, height - 3, 3);
  const line = (/** @type {string} */ kind, /** @type {Numbers} */ values) => svgElement("path", {
    class: "spark spark--" + kind,
    d: Array.from(values, (value, n) => (Number.isFinite(value) ? (n && Number.isFinite(values[n - 1]) ? "L" : "M") + x(time[n]).toFixed(1) + " " + y(value).toFixed(1) : "")).join(""),
  });
  drawn.append(line("with", kept), line("without", without));
  return drawn;
}

// --- around it ------------------------------------------------------------------------------------------------

/** @param {State} state @param {State | null} before */
function follow(state, before) {
  if (before && before.assumptions === state.assumptions) return;
  paint(state);
  notify(state);
}

/** What is changed beside levers, wherever results are shown, on whichever page; those that Dash draws come late. @param {State} state */
function notify(state) {
  const text = assumed.note(state);
  const ways = [
    ...(assumed.keys(state).length ? [{ act: "resetAssumptions", label: say("assumed.reset") }] : []),
    ...(loops.cut(state).length ? [{ act: "restoreLoops", label: words("restore_all") }] : []),
  ];
  for (const place of all(".assumed-short")) write(place, assumed.short(state));
  for (const notice of all(".loops-cut")) {
    notice.classList.toggle("is-hidden", !text);
    if (notice.dataset.said === text) continue;
    notice.dataset.said = text;
    notice.replaceChildren(...(text ? [make("span", "", text), ...ways.map(({ act, label }) => element("button", { class: "button", type: "button", "data-do": act }, label))] : []));
  }
  const button = one('.loops-panel [data-do="restoreLoops"]');
  if (button) button.classList.toggle("is-hidden", !loops.cut(state).length);
}

/** To the Model page within this one, so that nothing is loaded again and Back leads back here. @param {MouseEvent} event */
function leave(event) {
  const link = under(event, "a[data-lookup]");
  if (!link || leadsElsewhere(event)) return;
  event.preventDefault();
  router.visit(/** @type {HTMLAnchorElement} */ (link).href);
}

/* From the Model page, where loops are told, to where they can be cut. */
function open() {
  one('.nav__link[data-page="explore"]').click();
  one(".loops__all").open = true;
  one("#loops").scrollIntoView({ block: "start" });
  one("#loops-title").focus({ preventScroll: true });
}

function fill() {
  const list = one(".loops__list");
  if (!list.childNodes.length) list.append(...loops.keys().map(row));
  paint(store.now);
  look();
}

/** @param {HTMLElement} button */
function restore(button) {
  store.change({ assumptions: loops.whole(store.now) || store.now.assumptions });
  if (button.isConnected && button.offsetParent) return;
  const next = router.page() === "explore" ? one("#loops-title") : one("h1");
  if (next) next.focus({ preventScroll: true });
}

function rest() {
  number += 1; // what is under way is of a state that has gone
  notify(store.now);
  for (const link of all("[data-lookup]")) link.href = address(link.dataset.lookup);
  look();
}

export function begin() {
  const details = one(".loops__all");
  if (details) details.addEventListener("toggle", () => details.open && everyVariable().then(fill, fill));
  does("restoreLoops", restore);
  does("openLoops", open);
  document.addEventListener("click", leave);
  router.visited(() => notify(store.now));
  store.on(follow);
  store.rest(rest);
  follow(store.now, null);
}
