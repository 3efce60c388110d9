/* What somebody changes about a historical case: controls of its stated facts, and the run in this browser. */
import { nearest } from "../core/chart-scale.js";
import { inFull, judged } from "../core/entry.js";
import { fateOf } from "../core/fates.js";
import * as numbers from "../core/numbers.js";
import { near } from "../core/scenario.js";
import { say, toldBy } from "../core/words.js";
import * as simulator from "../engine/simulator.js";
import { complain, content, isWrong, remark } from "../dom/entry.js";
import { modified } from "../dom/keys.js";
import { element, one, write } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
import * as precedentsCase from "./precedents-case.js";
import { decided } from "./precedents-lesson.js";
import * as view from "./precedents-view.js";
import { called, words } from "./precedents-view.js";
/** @import { Panel } from "./precedents-case.js" */
/** @import { Mark, Picture, Run } from "../types/page.js" */
/** @import { Case, CaseControl, CaseRun, DrawnRun, Fate } from "../types/precedents.js" */

const figure = (/** @type {number} */ value, /** @type {number | undefined} */ places = undefined) => numbers.figure(value, places);
/** @type {Record<string, number>} */
const WAYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
const keys = () => view.data.curves.map((curve) => curve.key);

// --- controls -------------------------------------------------------------------------------------------------

const share = (/** @type {CaseControl} */ control, /** @type {number} */ value) => (value - control.low) / (control.high - control.low || 1);

/** @param {CaseControl} control @param {number} value */
function set(control, value) {
  const kept = Math.min(control.high, Math.max(control.low, Number(value.toPrecision(5))));
  const next = { ...view.changed, [control.name]: kept };
  if (near(kept, Number(control.value.toPrecision(5)))) delete next[control.name];
  view.change(next, control.name);
}

const valueNow = (/** @type {CaseControl} */ control) => view.changed[control.name] ?? control.value;
const written = (/** @type {number} */ value) => numbers.write(Number(value.toPrecision(5)));

/** What somebody typed: a number of the range, or a sentence beside the box. @param {CaseControl} control @param {HTMLInputElement} box */
function entered(control, box) {
  const { value, problem } = judged(box.value, [control.low, control.high]);
  if (value === undefined) return complain(box, inFull(problem ?? "", "", written(valueNow(control))));
  set(control, value);
  const kept = valueNow(control);
  return remark(box, near(kept, value) ? "" : say("entry.rounded", { value: written(kept) }));
}

/** @param {CaseControl} control */
function show(control) {
  const value = valueNow(control);
  const [range, number] = [one(`#fact-${control.name}`), one(`#fact-${control.name}-number`)];
  if (isWrong(number) && range.value === String(value)) return; // another control was moved
  range.value = String(value);
  range.style.setProperty("--share", share(control, value));
  number.value = written(value);
  content(number);
  range.closest(".lever").classList.toggle("lever--moved", control.name in view.changed);
}

/** @param {CaseControl} control */
function controlOf(control) {
  const id = "fact-" + control.name;
  const label = called("facts", control.name);
  const limits = { min: control.low, max: control.high, step: control.step };
  const bounds = figure(control.low) + " – " + figure(control.high);
  const range = element("input", { id, class: "slider", type: "range", ...limits, step: "any", "aria-labelledby": id + "-label", oninput: () => set(control, Number(range.value)), onkeydown: (/** @type {KeyboardEvent} */ event) => keyed(event, control) });
  const number = element("input", { id: id + "-number", class: "box lever__number", type: "text", inputmode: "decimal", autocomplete: "off", "aria-labelledby": id + "-label", title: bounds, onchange: () => entered(control, number), onkeydown: (/** @type {KeyboardEvent} */ event) => keyed(event, control) });
  const tick = element("span", { class: "lever__tick", "aria-hidden": "true" });
  tick.style.setProperty("--share", String(share(control, control.value)));
  const step = (/** @type {string} */ sign, /** @type {number} */ way) => element("button", { class: "button button--step", type: "button", "aria-label": say(way > 0 ? "lever.plus" : "lever.minus", { lever: label }), onclick: () => set(control, valueNow(control) + way * control.step) }, sign);
  return element("div", { class: "lever", role: "group", "data-entry": "", "aria-labelledby": id + "-label" },
    element("label", { id: id + "-label", class: "lever__label", for: id + "-number" }, label, control.unit ? element("span", { class: "lever__unit" }, " " + control.unit) : ""),
    element("div", { class: "lever__slide" }, step("−", -1), element("div", { class: "lever__slider" }, range, tick), step("+", 1)), number);
}

/** Arrows move by the control's own step, which a range of any number would not know; in the box those across move the
 * caret, and Escape gives a wrong entry up. @param {KeyboardEvent} event @param {CaseControl} control */
function keyed(event, control) {
  const box = /** @type {HTMLInputElement} */ (event.target);
  const across = box.type === "text" && /^Arrow(Left|Right)$/.test(event.key);
  const way = across ? 0 : WAYS[event.key] ?? 0;
  if (modified(event) || (!way && !(event.key === "Escape" && isWrong(box)))) return;
  event.preventDefault();
  content(one(`#fact-${control.name}-number`));
  set(control, valueNow(control) + way * control.step);
  show(control);
}

/** @param {Case} oneCase */
export function controls(oneCase) {
  const { live: runs } = oneCase;
  if (!runs) return "";
  return element("section", { class: "case-part case-levers" },
    element("div", { class: "panel__head" }, element("h3", { class: "case-part__title" }, words("what_if")), element("button", { class: "button", type: "button", id: "case-reset", onclick: () => view.change({}) }, words("reset"))),
    element("p", { class: "lead lead--small" }, words("what_if_lead")),
    ...runs.controls.map(controlOf));
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

/** The case on show, as stated and as changed. @param {Panel} panel */
export async function draw(panel) {
  const mine = ++number;
  const { oneCase } = panel;
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
  if (mine === number) paint(panel, runs);
}

/** A case that stands beside it, as stated. @param {Panel} panel */
export const drawStated = (panel) => paint(panel, [stored(panel.oneCase)]);

/** @param {Panel} panel @param {DrawnRun[]} runs */
function paint({ oneCase, host, charts }, runs) {
  const marks = moments(oneCase, runs);
  const pictures = precedentsCase.pictures(oneCase, runs, marks);
  charts.forEach(({ chart }, n) => chart?.draw(pictures[n]));
  paintLegend(one(".case-legend", host), runs, pictures, marks);
  write(one(".case-told", host), told(oneCase, runs));
  const last = runs[runs.length - 1];
  write(one(".lesson__why", host), decided(oneCase, last));
  one(".case-causes", host).replaceChildren(precedentsCase.why(last.at, last.terms));
}

/** The year of the record's fate, and those of the runs. @param {Case} oneCase @param {DrawnRun[]} runs @returns {Mark[]} */
function moments(oneCase, runs) {
  const record = { time: oneCase.record.year ?? NaN, label: words("mark_record", { fate: view.fateYear(oneCase.record.fate, oneCase.record.year) }) };
  const ends = runs.flatMap(({ fate: { fate, year } }, n) => (year && fate !== "unfinished" ? [{ time: year, label: words(n ? "mark_changed" : "mark_run", { fate: view.fateYear(fate, year) }) }] : []));
  return [record, ...ends].filter((mark) => Number.isFinite(mark.time));
}

/** What marks stand for is told here: in the charts their words would lie on the curves. @param {HTMLElement} host @param {DrawnRun[]} runs @param {Picture[]} pictures @param {Mark[]} marks */
function paintLegend(host, runs, pictures, marks) {
  const entries = runs.map((run) => [run.kind, run.label]);
  if (pictures.some((picture) => picture.points?.length)) entries.push(["record", words("figures_range")]);
  entries.push(...marks.map((mark) => ["mark", mark.label]));
  host.replaceChildren(...entries.map(([kind, label]) => element("li", { class: "legend__item" }, element("span", { class: "swatch swatch--" + kind, "aria-hidden": "true" }), element("span", {}, label))));
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
