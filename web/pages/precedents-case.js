/* Everything of one historical case that stands still: its charts' frames, stated facts, fitted numbers, what drove the
   opposition, what one change would have done, the figures of the record. */
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { filled, say } from "../core/words.js";
import { element, stacking, svgElement, table } from "../dom/elements.js";
import * as router from "../dom/router.js";
import { saveChart } from "../chart/chart-export.js";
import { mountChart } from "../chart/chart.js";
import * as view from "./precedents-view.js";
import { called, words } from "./precedents-view.js";
/** @import { Chart } from "../chart/chart.js" */
/** @import { Child } from "../dom/elements.js" */
/** @import { Line, Mark, Picture } from "../types/page.js" */
/** @import { Case, CaseCurve, CaseReading, DrawnRun } from "../types/precedents.js" */


const figure = (/** @type {number} */ value, /** @type {number | undefined} */ places = undefined) => numbers.figure(value, places);

const AFTER = 4; // years shown after everything has happened
/** A chart of a case, and which curve it draws. @typedef {{ key: string, place: HTMLElement, chart: Chart | null }} CaseChart */
/** What of a case on show changes with a fact: its charts, and where the rest is told. @typedef {{ oneCase: Case, host: HTMLElement, charts: CaseChart[] }} Panel */

/* Three figures without noughts that say nothing; what is next to nothing is nothing. */
const short = (/** @type {number} */ value) => {
  const [, decimals = ""] = String(Math.abs(Number(value.toPrecision(3)))).split(".");
  return Math.abs(value) < 1e-6 ? "0" : figure(value, Math.abs(value) >= 1000 ? 0 : decimals.length);
};
const fact = (/** @type {Case} */ oneCase, /** @type {string} */ name) => oneCase.facts.find((each) => each.name === name);

// --- charts ---------------------------------------------------------------------------------------------------

/** @param {Case} oneCase @param {CaseCurve} curve */
const unitOf = (oneCase, curve) => filled(called("units", curve.unit), { currency: oneCase.currency });

/** The series that are held against one of the curves. @param {Case} oneCase */
const drawn = (oneCase) => oneCase.series.filter((series) => view.data.curves.some((curve) => curve.record && curve.figures === series.variable));

/** Figures of the record in the chart's own unit: such as estimates of cost as a multiple of the first approved cost. @param {Case} oneCase @param {CaseCurve} curve */
function record(oneCase, curve) {
  const per = curve.per ? Number(fact(oneCase, curve.per)?.value) : 1;
  return oneCase.series.filter((series) => curve.record && series.variable === curve.figures).map((series) => ({
    key: series.series, kind: "record", label: series.series,
    points: series.points.map((point) => ({
      time: point.year, value: point.value / per, low: point.low / per, high: point.high / per,
      note: words("point", { source: point.source, grade: point.grade }),
    })),
  }));
}

/** What is built, spent and employed ends with a cancellation; what decides it goes on. @param {DrawnRun} run @param {CaseCurve} curve */
function shown(run, curve) {
  const values = run.curves[curve.key];
  if (run.fate.fate !== "cancelled" || curve.goes_on) return values;
  return values.map((value, n) => (run.years[n] > (run.fate.year ?? Infinity) ? NaN : value));
}

/** The last year worth showing: everything of the record and of the run, and a little more. @param {Case} oneCase @param {DrawnRun[]} runs */
function until(oneCase, runs) {
  const years = [oneCase.record.year ?? 0, ...runs.map((run) => run.fate.year || 0), ...drawn(oneCase).flatMap((series) => series.points.map((point) => point.year))];
  return Math.min(...runs.map((run) => run.years[run.years.length - 1]), Math.max(oneCase.first_year + 6, ...years) + AFTER);
}

/** @param {Case} oneCase @param {DrawnRun[]} runs @param {Mark[]} marks @returns {Picture[]} */
export function pictures(oneCase, runs, marks) {
  const last = until(oneCase, runs);
  const count = runs[0].years.filter((time) => time <= last + 1e-9).length;
  const time = runs[0].years.slice(0, count);
  const { curves, fate } = view.data;
  return curves.map((curve) => {
    /** @type {Line[]} */
    const lines = runs.map((run) => ({ key: run.kind, kind: run.kind, label: run.label, name: run.name, values: shown(run, curve).slice(0, count) }));
    if (curve.key === fate.cancelled) lines.unshift({ key: "limit", kind: "status-quo", label: words("limit"), silent: true, values: time.map(() => fate.stands) });
    return {
      title: view.curveTitle(curve.key), unit: unitOf(oneCase, curve), time, lines, points: record(oneCase, curve),
      marks: marks.filter((mark) => mark.time >= time[0] && mark.time <= last).map((mark) => ({ ...mark, label: "" })), bands: [],
      limits: curve.limits ?? [0, 0], places: curve.decimals,
    };
  });
}

/** @param {Case} oneCase */
function about(oneCase) {
  const used = new Set(oneCase.series.flatMap((series) => series.points.map((point) => point.source)));
  const sources = [...used].map((key) => view.data.sources[key] || key).join(" ");
  return { source: words("source", { model: facts.model, hash: facts.hash.slice(0, 8), case: oneCase.title, sources }), link: router.link(), unit: say("chart.no_unit") };
}

/** @param {Case} oneCase @param {CaseChart} from @param {string} kind of file */
function save(oneCase, from, kind) {
  const picture = from.chart?.picture;
  if (picture) saveChart(picture, about(oneCase), kind);
}

/** The charts on show, for the Share menu. @param {Panel} panel */
export const files = ({ oneCase, charts }) => charts.filter(({ chart }) => chart?.picture).map((from) => ({ label: view.curveTitle(from.key), kinds: ["png", "svg", "csv"], save: (/** @type {string} */ kind) => save(oneCase, from, kind) }));

/** @param {Panel} panel @param {CaseCurve} curve */
function chartOf({ oneCase, charts }, { key }) {
  const title = view.curveTitle(key);
  const place = element("div", { class: "case-chart__frame" });
  /** @type {CaseChart} */
  const made = { key, chart: null, place };
  const kinds = ["png", "svg", "csv"].map((kind) => element("button", { class: "button button--menu", type: "button", "data-chart": key + " " + kind, onclick: () => save(oneCase, made, kind) }, say("chart." + kind)));
  const tools = element("details", { class: "chart__save" }, element("summary", { class: "button" }, say("chart.export")), element("div", { class: "menu" }, ...kinds));
  charts.push(made);
  return element("figure", { class: "case-chart", "data-chart-of": key },
    element("figcaption", { class: "case-chart__head" }, element("h3", { class: "case-chart__title" }, title), tools), place);
}

// --- tables ---------------------------------------------------------------------------------------------------

let ids = 0;

/** @param {string} title @param {string} lead @param {string[]} head @param {Child[][]} rows @param {"h2" | "h3"} [level] */
function part(title, lead, head, rows, level) {
  const id = `case-${title}-${++ids}`; // two cases may stand side by side
  const made = stacking(table(head.map((key) => words(key)), rows));
  return element("section", { class: "case-part" },
    element(level ?? "h3", { id, class: "case-part__title" }, words(title)),
    lead ? element("p", { class: "lead lead--small" }, lead) : "",
    element("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-labelledby": id }, made));
}

const told = (/** @type {number | string} */ value, /** @type {string} */ unit) => (typeof value === "number" ? numbers.withUnit(short(value), unit === "Dmnl" ? "" : unit) : called("choices", value));

/** @param {Case} oneCase */
function factsTable(oneCase) {
  const lang = view.foreign(oneCase);
  return part("facts", words("facts_lead"), ["fact", "value", "range", "grade", "afterwards", "fact_source"], oneCase.facts.map((each) => [
    called("facts", each.name),
    each.name === "start" ? figure(Number(each.value), 1) : told(each.value, each.unit),
    typeof each.value !== "number" || each.low === each.high ? "–" : each.name === "start" ? `${figure(each.low, 1)} – ${figure(each.high, 1)}` : `${short(each.low)} – ${short(each.high)}`,
    each.grade,
    words(each.hindsight ? "yes" : "no"),
    element("span", { lang }, each.why + " ", element("span", { class: "card__unit" }, view.data.sources[each.source] || each.source)),
  ]));
}

/** @param {Case} oneCase */
function fitted(oneCase) {
  if (!oneCase.fitted.length) return element("section", { class: "case-part" }, element("h3", { class: "case-part__title" }, words("fitted")), element("p", { class: "lead lead--small" }, words("fitted_none")));
  return part("fitted", words("fitted_lead"), ["number", "value", "bounds"], oneCase.fitted.map((each) => [called("facts", each.name), short(each.value), `${short(each.low)} – ${short(each.high)}`]));
}

/** @param {Case} oneCase @param {boolean} pressed whether they can be tried */
function without(oneCase, pressed) {
  if (!oneCase.without.length) return "";
  const tries = (oneCase.live && oneCase.live.tries) || {};
  const attempt = (/** @type {string} */ change) => pressed && change in tries && element("button", { class: "button button--link case-try", type: "button", "aria-label": words("try") + ": " + called("changes", change), onclick: () => view.change({ ...tries[change] }) }, words("try"));
  return part("without", "", ["without_change", "run", "least"], oneCase.without.map((each) => [
    element("span", {}, called("changes", each.change), attempt(each.change) || ""),
    element("span", {}, view.fate(each.fate), each.flips ? element("span", { class: "badge" }, words("flips_short")) : ""),
    figure(each.least_standing, 2),
  ]));
}

/** The same record with other facts stated, side by side. @param {Case} oneCase */
function readings(oneCase) {
  if (!oneCase.readings.length) return "";
  const lang = view.foreign(oneCase);
  const named = oneCase.readings.flatMap((reading) => reading.facts.map(({ name }) => name));
  const stated = (/** @type {CaseReading} */ reading) => reading.facts.filter(({ name }) => named.includes(name)).map((each) =>
    element("span", { lang, class: "case-stated" }, `${called("facts", each.name)}: `, told(each.value, each.unit), element("span", { class: "card__unit" }, ` ${each.why}`)));
  const share = (/** @type {number | null | undefined} */ value) => (typeof value === "number" ? numbers.percent(100 * value, 0) : "–");
  return part("readings", words("readings_lead"), ["reading", "otherwise", "run", "late", "spending_error", "least"], [oneCase, ...oneCase.readings].map((reading) => [
    element("span", { lang }, reading.reading), element("span", {}, ...stated(reading)), view.fateYear(reading.outcome.fate, reading.outcome.year),
    typeof reading.outcome.completion_error === "number" ? figure(reading.outcome.completion_error, 1) : "–", share(reading.errors.spending), figure(reading.outcome.least_standing, 2),
  ]));
}

/** @param {Case} oneCase */
function figures(oneCase) {
  const rows = drawn(oneCase).flatMap((series) => series.points.map((point) => [
    element("span", { lang: view.foreign(oneCase) }, series.series), figure(point.year, 1),
    numbers.withUnit(short(point.value), series.unit === "Dmnl" ? "" : series.unit),
    point.low === point.high ? "–" : `${short(point.low)} – ${short(point.high)}`, point.grade,
    point.status ? words("status_" + point.status.toLowerCase()) : "–", view.data.sources[point.source] || point.source,
  ]));
  return element("details", { class: "case-figures" }, element("summary", { class: "button button--link" }, words("figures")),
    element("div", { class: "numbers", tabindex: "0", role: "region", "aria-label": words("figures") }, table(["series", "year", "value", "range", "grade", "status", "fact_source"].map((key) => words(key)), rows)));
}

// --- the panel ------------------------------------------------------------------------------------------------

/**
 * @param {HTMLElement} host
 * @param {Case} oneCase
 * @param {Child} controls of its facts; "" where they cannot be changed
 * @returns {Panel}
 */
export function build(host, oneCase, controls) {
  /** @type {Panel} */
  const panel = { oneCase, host, charts: [] };
  const lang = view.foreign(oneCase);
  host.replaceChildren(
    element("div", { class: "panel__head" }, element("h2", { class: "panel__title case-title", tabindex: "-1", lang }, oneCase.title), oneCase.held_out ? element("span", { class: "badge" }, words("held_out")) : ""),
    element("p", { class: "lead lead--small", lang }, oneCase.summary),
    element("div", { class: "lesson" }, element("p", { class: "lesson__why" }), element("div", { class: "lesson__else" }, words("saved_wait"))),
    element("p", { class: "case-told", role: "status" }),
    element("div", { class: "case" + (controls ? "" : " case--beside") },
      element("div", { class: "case__charts" }, element("ul", { class: "legend case-legend" }), element("div", { class: "case-charts" }, ...view.data.curves.map((curve) => chartOf(panel, curve)))),
      element("div", { class: "case__side" }, controls, element("div", { class: "case-causes" }), without(oneCase, Boolean(controls)))),
    factsTable(oneCase), readings(oneCase), fitted(oneCase), figures(oneCase));
  for (const each of panel.charts) each.chart = mountChart(each.place);
  return panel;
}

/** The charts of a panel that leaves. @param {Panel | null} panel */
export function stop(panel) {
  for (const { chart } of panel?.charts ?? []) chart?.stop();
}

/** What stirred the opposition up and what calmed it: bars from the middle. @param {number} at @param {[string, number][]} terms */
export function why(at, terms) {
  if (!terms.length) return "";
  const most = Math.max(1, ...terms.map(([, value]) => Math.abs(value)));
  const bar = (/** @type {number} */ value) => {
    const across = (100 * value) / most;
    const picture = svgElement("svg", { viewBox: "-100 0 200 10", preserveAspectRatio: "none", "aria-hidden": "true", class: "wedge__picture" });
    picture.append(svgElement("rect", { x: Math.min(0, across), y: 1, width: Math.max(0.6, Math.abs(across)), height: 8, class: "wedge__rect" + (value > 0 ? " wedge__rect--down" : "") }));
    return picture;
  };
  const signed = (/** @type {number} */ value) => (Number(value.toFixed(2)) > 0 ? "+" : "") + figure(value, 2);
  return element("section", { class: "case-part" },
    element("h3", { class: "case-part__title" }, words("why", { curve: view.curveTitle(view.data.cause_of ?? ""), year: String(Math.floor(at + 1e-9)) })),
    element("p", { class: "lead lead--small" }, words("why_lead")),
    element("table", { class: "plain case-why", }, element("tbody", {}, ...terms.map(([name, value]) => element("tr", {}, element("th", { scope: "row" }, called("causes", name)), element("td", { class: "wedge__bar" }, bar(value)), element("td", {}, signed(value)))))));
}
