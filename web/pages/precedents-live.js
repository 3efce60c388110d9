/* What somebody changes about a historical case: controls of its stated facts, and the run in this browser. */
import { nearest } from "../core/chart-scale.js";
import { fateOf } from "../core/fates.js";
import * as numbers from "../core/numbers.js";
import { near } from "../core/scenario.js";
import { say, toldBy } from "../core/words.js";
import * as simulator from "../engine/simulator.js";
import { modified } from "../dom/keys.js";
import { element, one, write } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
import * as precedentsCase from "./precedents-case.js";
import * as view from "./precedents-view.js";
import { called, words } from "./precedents-view.js";
/** @import { Picture, Run } from "../types/page.js" */
/** @import { Case, CaseControl, CaseRun, DrawnRun, Fate } from "../types/precedents.js" */

const figure = (/** @type {number} */ value, /** @type {number | undefined} */ places = undefined) => numbers.figure(value, places);
/** @type {Record<string, number>} */
const WAYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
const keys = () => view.data.curves.map((curve) => curve.key);

// --- controls -------------------------------------------------------------------------------------------------

const share = (/** @type {CaseControl} */ control, /** @type {number} */ value) => (value - control.low) / (control.high - control.low || 1);

/** @param {CaseControl} control @param {number} value */
function set(control, value) {
  if (!Number.isFinite(value)) return show(control);
  const kept = Math.min(control.high, Math.max(control.low, Number(value.toPrecision(5))));
  const next = { ...view.changed, [control.name]: kept };
  if (near(kept, Number(control.value.toPrecision(5)))) delete next[control.name];
  view.change(next);
  show(control);
}

/** @param {CaseControl} control */
function show(control) {
  const value = view.changed[control.name] ?? control.value;
  const [range, number] = [one(`#fact-${control.name}`), one(`#fact-${control.name}-number`)];
  range.value = String(value);
  range.style.setProperty("--share", share(control, value));
  number.value = numbers.write(Number(value.toPrecision(4)));
  range.closest(".lever").classList.toggle("lever--moved", control.name in view.changed);
}

/** @param {CaseControl} control */
function controlOf(control) {
  const id = "fact-" + control.name;
  const label = called("facts", control.name);
  const limits = { min: control.low, max: control.high, step: control.step };
  const bounds = figure(control.low) + " – " + figure(control.high);
  const range = element("input", { id, class: "slider", type: "range", ...limits, step: "any", "aria-labelledby": id + "-label", oninput: () => set(control, Number(range.value)), onkeydown: (/** @type {KeyboardEvent} */ event) => keyed(event, control) });
  const number = element("input", { id: id + "-number", class: "input lever__number", type: "text", inputmode: "decimal", autocomplete: "off", "aria-labelledby": id + "-label", title: bounds, onchange: () => set(control, numbers.read(number.value) ?? NaN) });
  const tick = element("span", { class: "lever__tick", "aria-hidden": "true" });
  tick.style.setProperty("--share", String(share(control, control.value)));
  const step = (/** @type {string} */ sign, /** @type {number} */ way) => element("button", { class: "button button--step", type: "button", "aria-label": say(way > 0 ? "lever.plus" : "lever.minus", { lever: label }), onclick: () => set(control, (view.changed[control.name] ?? control.value) + way * control.step) }, sign);
  return element("div", { class: "lever", role: "group", "aria-labelledby": id + "-label" },
    element("label", { id: id + "-label", class: "lever__label", for: id + "-number" }, label),
    element("div", { class: "lever__slide" }, step("−", -1), element("div", { class: "lever__slider" }, range, tick), step("+", 1)), number);
}

/** Arrows move by the control's own step, which a range of any number would not know. @param {KeyboardEvent} event @param {CaseControl} control */
function keyed(event, control) {
  const way = WAYS[event.key];
  if (!way || modified(event)) return;
  event.preventDefault();
  set(control, (view.changed[control.name] ?? control.value) + way * control.step);
}

/** @param {Case} oneCase */
export function controls(oneCase) {
  const { live: runs } = oneCase;
  if (!runs) return "";
  const { threshold } = view.data;
  const above = threshold && typeof oneCase.cancelled_above === "number" ? words("above", { fact: called("facts", threshold), value: figure(oneCase.cancelled_above, 2) }) : "";
  return element("section", { class: "case-part case-levers" },
    element("div", { class: "panel__head" }, element("h3", { class: "case-part__title" }, words("what_if")), element("button", { class: "button", type: "button", id: "case-reset", onclick: () => { view.change({}); runs.controls.forEach(show); } }, words("reset"))),
    element("p", { class: "lead lead--small" }, words("what_if_lead")),
    ...runs.controls.map(controlOf),
    above ? element("p", { class: "case-note" }, above) : "");
}

// --- runs -----------------------------------------------------------------------------------------------------

/** Where standing is lost, or else where the curve whose causes are told is highest before the project is built: index of
 * that moment. Without causes it is where standing is lowest. @param {number[]} years @param {DrawnRun["curves"]} curves @param {Fate & { done: number }} found @param {number} by */
function decisive(years, curves, found, by) {
  if (found.fate === "cancelled" && found.year !== null) return nearest(years, found.year);
  const { cause_of: cause, fate } = view.data;
  const against = cause ? curves[cause] : curves[fate.cancelled].map((value) => -value);
  const before = against.slice(0, Math.max(1, years.filter((when) => when <= Math.min(found.done, by)).length));
  return before.indexOf(Math.max(...before));
}

/** Causes of the opposition, each with what it adds. @param {Case["why"]["terms"]} terms @returns {[string, number][]} */
const pairs = (terms) => terms.map((term) => [term.name, term.log_odds]);

/** @param {Case} oneCase @returns {DrawnRun} */
function stored(oneCase) {
  const curves = Object.fromEntries(keys().map((key) => [key, oneCase.runs[key].map((value) => value ?? NaN)]));
  return { kind: "policy", label: words("as_stated"), name: words("as_stated"), years: oneCase.years, curves, terms: pairs(oneCase.why.terms), at: oneCase.why.year, fate: oneCase.outcome };
}

/** One of the runs that the engine made, in the years of the case. @param {Case} oneCase @param {CaseRun} how @param {Run} run @param {Pick<DrawnRun, "kind" | "label" | "name">} look @returns {DrawnRun} */
function live(oneCase, how, run, look) {
  const from = run.time[0];
  const years = Array.from(run.time, (time) => time - from + oneCase.first_year);
  const curves = Object.fromEntries(keys().map((key) => [key, Array.from(run.raw(how.outputs[key]))]));
  const by = oneCase.record.fate === "under construction" ? oneCase.record.year ?? Infinity : Infinity;
  const rule = view.data.fate;
  const fate = fateOf(years, curves[rule.finished], curves[rule.cancelled], rule, by);
  const top = decisive(years, curves, fate, by);
  const known = new Set(how.terms.map(([name]) => name));
  const constant = pairs(oneCase.why.terms.filter((term) => !known.has(term.name)));
  /** @type {[string, number][]} */
  const terms = how.terms.map(([name, variable, sign]) => [name, sign * run.raw(variable)[top]]);
  return { ...look, years, curves, fate, at: years[top], terms: [...constant, ...terms] };
}

/** @param {Case} oneCase @param {CaseRun} how @param {Record<string, number>} changed */
async function ran(oneCase, how, changed) {
  const outputs = [...Object.values(how.outputs), ...how.terms.map(([, variable]) => variable)];
  const differing = Object.fromEntries(how.controls.filter((control) => control.name in changed).map((control) => [control.constant, changed[control.name]]));
  const found = await simulator.ask([how.constants, { ...how.constants, ...differing }], outputs);
  return [
    live(oneCase, how, found[0], { kind: "policy", label: words("as_stated"), name: words("as_stated") }),
    live(oneCase, how, found[1], { kind: "pinned-0", label: words("changed"), name: words("changed_short") }),
  ];
}

// --- drawing --------------------------------------------------------------------------------------------------

let number = 0;

export async function draw() {
  const mine = ++number;
  const oneCase = view.now();
  const { changed } = view;
  const { live: how } = oneCase;
  how?.controls.forEach(show);
  let runs = [stored(oneCase)];
  if (how && Object.keys(changed).length) {
    try {
      runs = await ran(oneCase, how, changed);
    } catch (error) {
      if (mine === number) tell(toldBy(error, "wait.no_more"));
    }
  }
  if (mine === number) paint(oneCase, runs);
}

/** @param {Case} oneCase @param {DrawnRun[]} runs */
function paint(oneCase, runs) {
  const { fate } = view;
  const marks = [{ time: oneCase.record.year ?? NaN, label: words("mark_record", { fate: fate(oneCase.record.fate) }) }];
  for (const [n, run] of runs.entries()) if (run.fate.year && run.fate.fate !== "unfinished") marks.push({ time: run.fate.year, label: words(n ? "mark_changed" : "mark_run", { fate: fate(run.fate.fate) }) });
  const pictures = precedentsCase.pictures(oneCase, runs, marks);
  precedentsCase.charts.forEach(({ chart }, n) => chart?.draw(pictures[n]));
  paintLegend(runs, pictures);
  write(one("#case-told"), told(oneCase, runs));
  const last = runs[runs.length - 1];
  one("#case-why").replaceChildren(precedentsCase.why(last.at, last.terms));
}

/** @param {DrawnRun[]} runs @param {Picture[]} pictures */
function paintLegend(runs, pictures) {
  const entries = runs.map((run) => [run.kind, run.label]);
  if (pictures.some((picture) => picture.points?.length)) entries.push(["record", words("figures_range")]);
  one("#case-legend").replaceChildren(...entries.map(([kind, label]) => element("li", { class: "legend__item" }, element("span", { class: "swatch swatch--" + kind, "aria-hidden": "true" }), element("span", {}, label))));
}

/** @param {Case} oneCase @param {DrawnRun[]} runs */
function told(oneCase, runs) {
  const { fateYear } = view;
  const text = words("told", {
    record: fateYear(oneCase.record.fate, oneCase.record.year), run: fateYear(oneCase.outcome.fate, oneCase.outcome.year),
    verdict: words(oneCase.outcome.right ? "consistent" : "inconsistent"),
  });
  if (runs.length < 2) return text + (oneCase.without_hindsight ? " " + words("hindsight", { run: fateYear(oneCase.without_hindsight.fate, oneCase.without_hindsight.year) }) : "");
  const { fate, year } = runs[1].fate;
  return [text, words("told_changed", { run: fateYear(fate, year) }), words(fate === runs[0].fate.fate ? "stays" : "flips")].join(" ");
}
