/* Why: what makes a curve bend. A question with choosers, the curve with its year, and an answer in words; below it the
   loops (why-ribbons.js), one of them drawn (why-loop.js), and the levers beside them (why-levers.js).

   The policy is that of the page's state. What is looked at travels as the part "y" of the link (core/why-view.js). The
   curve is drawn by widgets/live-runs.js at once; runs without loops come after it, from a thread. */
import { nearest } from "../core/chart-scale.js";
import { facts, variable, variables } from "../core/facts.js";
import * as loops from "../core/loops.js";
import { offer } from "../core/offers.js";
import * as pictures from "../core/pictures.js";
import * as quantity from "../core/quantity.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import * as views from "../core/views.js";
import * as why from "../core/why.js";
import * as whyView from "../core/why-view.js";
import { say, toldBy } from "../core/words.js";
import * as aside from "../engine/aside.js";
import * as bandRuns from "../engine/bands.js";
import { everyVariable } from "../engine/names.js";
import * as strongest from "../engine/strongest.js";
import { one, write } from "../dom/elements.js";
import { tellAlso } from "../dom/notice.js";
import * as router from "../dom/router.js";
import { saveChart } from "../chart/chart-export.js";
import { fillTable } from "../chart/chart-table.js";
import { mountChart } from "../chart/chart.js";
import { mountCombobox } from "../widgets/combobox.js";
import * as live from "../widgets/live-runs.js";
import * as summary from "./policy-summary.js";
import { frame, save as saveButtons } from "./why-frame.js";
import * as whyLevers from "./why-levers.js";
import * as whyLoop from "./why-loop.js";
import * as ribbons from "./why-ribbons.js";
/** @import { Drawn } from "../widgets/live-runs.js" */
/** @import { Numbers, Picture, State } from "../types/page.js" */

/** What the loops do: effects[loop] over time, in the order of `keys`.
 * @typedef {{ state: State, outcome: string, keys: string[], time: Numbers, whole: Numbers, effects: Float64Array[] }} Found */
/** @typedef {{ state: State, outcome: string, years: number[], counts: Uint16Array, members: number }} Futures */

/** `loop`: key of the one that is open, `more`: whether its scores are. */
export const view = { outcome: "", year: 0, loop: "", more: false };
/** @type {Found | null} */
export let found = null;
/** @type {Futures | null} */
export let futures = null;
/** What the chart shows. @type {Drawn | null} */
let drawn = null;
/** @type {Picture | null} */
let picture = null;
/** @type {ReturnType<typeof mountChart>} */
let chart;
/** @type {ReturnType<typeof mountCombobox>} */
let chooser;
let built = false;
let working = false; // the thread has a question
let sought = ""; // what the ensemble was last asked

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("why." + key, values);
const seen = () => router.page() === "why";
const outcome = () => view.outcome || store.now.charts[0];

/** Whole years of what is on show. @param {number} until */
function yearsTo(until) {
  const first = Math.ceil(facts.clock.initial);
  return Array.from({ length: Math.floor(until) - first + 1 }, (_, n) => first + n);
}

const until = () => scenarios.horizon([scenarios.of(store.now), scenarios.statusQuo()]);

// --- the curve ------------------------------------------------------------------------------------------------

/** @param {Drawn} next */
function draw(next) {
  if (!built) return;
  drawn = next;
  const name = outcome();
  const years = yearsTo(drawn.until);
  if (!years.includes(view.year)) view.year = why.bendYear(live.run("policy").time, live.run("policy").of(name), years);
  paintCurve();
  follow();
  document.documentElement.dataset.drawn = "";
  wanted();
}

function paintCurve() {
  if (!drawn) return;
  const list = drawn.list.filter(({ key }) => key === "policy" || key === "status-quo");
  picture = pictures.curves(list, outcome(), { marks: [{ time: view.year, label: String(view.year) }] });
  chart.draw(picture);
  fitScrubber();
  if (one("#why-data").open) fillTable(one("#why-table"), picture, picture.title, say("chart.year"));
}

/** The slider stands below the years that it goes through. */
function fitScrubber() {
  const box = chart.plan?.box;
  const slider = one("#why-scrub");
  if (!box) return;
  slider.style.marginInlineStart = Math.round(box.left - 8) + "px";
  slider.style.width = Math.round(box.right - box.left + 16) + "px";
}

/** Choosers and slider, as they stand. */
function follow() {
  const years = yearsTo(drawn?.until ?? facts.clock.final);
  const field = one("#why-year");
  if (field.options.length !== years.length) field.replaceChildren(...years.map((year) => new Option(String(year))));
  field.value = String(view.year);
  const slider = one("#why-scrub");
  [slider.min, slider.max] = [String(years[0]), String(years[years.length - 1])];
  slider.value = String(view.year);
  chooser.follow();
  const policy = scenarios.of(store.now);
  const own = one("#why-policy-own");
  own.hidden = own.disabled = !Object.keys(policy.levers).length;
  write(own, words("policy_now", { policy: scenarios.name(policy) }));
  one("#why-policy").value = own.hidden ? policy.world : "";
  paint();
}

// --- what the loops do ----------------------------------------------------------------------------------------

const fresh = () => found !== null && found.state === store.now && found.outcome === outcome();

/** Runs without each loop, for the latest state only; the thread has one question at a time. */
async function wanted() {
  if (working || fresh() || !seen()) return;
  working = true;
  const state = store.now;
  const name = outcome();
  const keys = loops.keys();
  const base = scenarios.constants(scenarios.of(state), state.assumptions);
  try {
    const settings = [base, ...keys.map((key) => ({ ...base, [facts.assumptions[key].name]: 0 }))];
    const [whole, ...without] = await aside.runs(settings, [name], until(), () => store.now === state);
    if (without.length === keys.length) {
      const values = whole.of(name);
      found = { state, outcome: name, keys, time: whole.time, whole: values, effects: without.map((run) => why.effectOf(values, run.of(name))) };
    }
    write(one("#why-said"), "");
  } catch (error) {
    write(one("#why-said"), toldBy(error, "wait.no_answer"));
    working = false;
    return;
  }
  working = false;
  paint();
  sure();
  wanted();
}

/** In how many futures a loop is among the strongest: once the hand rests and the loops are there. */
function sure() {
  if (!fresh() || !strongest.here() || store.held || !seen()) return;
  const state = store.now;
  const name = outcome();
  const key = JSON.stringify([state.world, state.levers, state.assumptions, name]);
  if (key === sought) return;
  sought = key;
  const policy = scenarios.of(state);
  const years = yearsTo(until());
  strongest.ask({
    constants: scenarios.constants(policy, state.assumptions), held: scenarios.held(policy, state.assumptions),
    switches: loops.keys().map((loop) => facts.assumptions[loop].name), outcome: name, where: variable(name).where ?? null, grain: quantity.grain(variable(name)), times: years,
  }, (counts, members) => {
    futures = { state, outcome: name, years, counts, members };
    paint();
  });
}

// --- in words -------------------------------------------------------------------------------------------------

/** What the loops do to the outcome in the year: the largest first, and only what can be seen. @param {Found} shown */
export function told(shown) {
  const about = variable(shown.outcome);
  const moment = nearest(shown.time, view.year);
  const first = why.order(shown.effects, moment).slice(0, why.STRONGEST);
  return first.filter((n) => Math.abs(shown.effects[n][moment]) > quantity.grain(about)).map((n) => {
    const effect = shown.effects[n][moment];
    return words(effect > 0 ? "raises" : "lowers", { loop: loops.about(shown.keys[n])?.name, size: quantity.size(effect, about) });
  });
}

function answer() {
  if (!drawn) return "";
  const about = variable(outcome());
  const [policy, reference] = ["policy", "status-quo"].map((key) => live.run(key));
  const [ours, theirs] = [policy, reference].map((run) => pictures.valueAt(run, about.name, view.year));
  const values = { outcome: about.label, year: view.year, value: quantity.said(ours, about), reference: quantity.said(theirs, about) };
  if (!Number.isFinite(ours)) return words("nothing", { ...values, why: about.where?.why ?? "" });
  const bend = why.bendOf(policy.time, policy.of(about.name), view.year);
  const same = scenarios.isStatusQuo(scenarios.of(store.now));
  const kind = same ? "value_same" : Number.isFinite(theirs) ? "value" : "value_alone";
  return [words(kind, values), bend && words("bend." + bend)].filter(Boolean).join(" ");
}

/** @returns {string} */
function because() {
  if (!found) return words("working");
  const about = variable(found.outcome);
  const parts = told(found);
  if (!parts.length) return words("none", { count: found.keys.length, outcome: about.label, size: quantity.size(quantity.grain(about), about) });
  return words("because", { year: view.year, outcome: about.label, loops: parts.join("; ") });
}

function paint() {
  if (!built || !drawn) return;
  write(one("#why-answer"), answer());
  write(one("#why-because"), because());
  one("#why").classList.toggle("why--stale", found !== null && !fresh());
  if (!found || found.outcome !== outcome()) return;
  ribbons.paint(found, futures && futures.state === found.state && futures.outcome === found.outcome ? futures : null, view);
  whyLoop.paint(found, view);
  whyLevers.paint(view);
}

// --- what is looked at ----------------------------------------------------------------------------------------

/** @param {Partial<typeof view>} parts */
export function look(parts) {
  const other = parts.outcome !== undefined && parts.outcome !== outcome();
  Object.assign(view, parts);
  if (other) live.schedule();
  else {
    paintCurve();
    follow();
  }
  if (other) rested();
  remember();
}

function remember() {
  router.look("y", whyView.written({ outcome: variable(outcome()).key, year: String(view.year || ""), loop: view.loop, more: view.more ? "1" : "" }));
}

/** What a link is about that names no outcome: it was made when the first headline was drawn first. */
const unnamed = () => (store.now.charts.some((name, side) => name !== facts.start.charts[side]) ? "" : facts.headlines[0]);

function readLink() {
  const read = whyView.read(views.of("y"));
  const named = read?.outcome ? variables.find(({ key }) => key === read.outcome) : undefined;
  const year = Number(read?.year ?? 0);
  const there = !year || yearsTo(until()).includes(year);
  const loop = !read?.loop || loops.keys().includes(read.loop);
  if (!read || (read.outcome && !named) || !there || !loop) tellAlso(say("link.no_view"));
  Object.assign(view, { outcome: named?.name ?? (views.of("y") && !read?.outcome ? unnamed() : ""), year: there ? year : 0, loop: loop ? read?.loop ?? "" : "", more: read?.more === "1" });
}

/** From a curve: why it bends there. @param {string} name @param {number} time */
export async function ask(name, time) {
  await everyVariable().catch(() => {});
  const years = yearsTo(until());
  const year = Math.min(years[years.length - 1], Math.max(years[0], Math.round(time)));
  router.visit(router.addressWith("why", "y", whyView.written({ outcome: variable(name).key, year: String(year), loop: "", more: "" })));
  await come("why"); // where the page was not seen yet, this builds it
  one("#why-question").focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

/** What a chart may ask of a moment; undefined for a model without loops. @param {() => string} name of what it shows */
export function asked(name) {
  if (!one("#why")) return undefined;
  const about = (/** @type {number} */ time) => words("ask_about", { variable: variable(name()).label, year: Math.round(time) });
  return { label: words("ask"), about, act: (/** @type {number} */ time) => void ask(name(), time) };
}

/** Another link was opened. @param {string} letter */
function reopened(letter) {
  if (letter !== "y" || !built) return;
  readLink();
  live.schedule();
}

// --- beginning ------------------------------------------------------------------------------------------------

/** @param {string} what @param {string} kind */
function save(what, kind) {
  const about = { source: summary.source(), link: router.link(), unit: say("chart.no_unit") };
  const shown = what === "curve" ? picture : found && ribbons.picture(found, view, kind);
  if (shown) saveChart(shown, about, kind);
}

function build() {
  frame(one("#why"), { look, save, scenario: (/** @type {string} */ world) => store.chooseWorld(world) });
  chart = mountChart(one("#why-plot"));
  chooser = mountCombobox(one("#why-outcome"), { shown: outcome, take: (/** @type {string} */ name) => look({ outcome: name }) });
  one("#why-data").addEventListener("toggle", paintCurve);
  ribbons.build(one("#why-ribbons"), { open: (/** @type {string} */ loop) => look({ loop: loop === view.loop ? "" : loop }) });
  whyLoop.build({ look, painted: paint });
  whyLevers.build(one("#why-levers"), paint);
  built = true;
}

async function come(/** @type {string} */ page) {
  if (page !== "why") return strongest.stop();
  if (!built) {
    await everyVariable().catch(() => {});
    if (built) return undefined;
    build();
    readLink();
  }
  live.schedule();
  return rested();
}

function rested() {
  if (!seen() || !built) return;
  sure();
  whyLevers.work(store.now, outcome(), until());
}

export function begin() {
  if (!one("#why")) return;
  strongest.begin();
  live.view({ names: () => [outcome()], seen, draw });
  store.on(() => seen() && paint());
  store.rest(() => {
    if (seen() && built) remember();
    rested();
  });
  bandRuns.started.then(rested);
  views.on(reopened);
  offer("why", () => ["curve", "loops"].map((what) => ({ label: words("file_" + what), kinds: saveButtons, save: (/** @type {string} */ kind) => void save(what, kind) })));
  router.visited(come);
}
