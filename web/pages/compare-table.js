/** Compare's table: of each outcome the median of every scenario with its interval, how it differs from status quo, and how the
 * two that are held against each other differ. */
import * as comparison from "../core/comparison.js";
import { variable } from "../core/facts.js";
import { valueAt } from "../core/pictures.js";
import { say } from "../core/words.js";
import { element, one } from "../dom/elements.js";
import { bar } from "../widgets/interval-bar.js";
/** @import { Cell, Entry, Pair } from "../core/comparison.js" */
/** @import { View } from "../core/compare-view.js" */
/** @import { BandAnswer, Run } from "../types/page.js" */
/** What is on show; `answers`: one of each scenario and one of the pair, null while there is one run alone.
 * @typedef {{ entries: Entry[], pair: Pair | null, runs: Run[], answers: BandAnswer[] | null, outcomes: string[] }} Shown */
/** @typedef {{ name: string, cells: Cell[], pair: Cell | null }} Row */

const MARGIN = 0.05; // of a row's bars, at either end
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("compare." + key, values);

/** The figures of the table. @param {Shown} shown @param {View} view @returns {Row[]} */
export function rowsOf({ entries, pair, runs, answers, outcomes }, { year }) {
  return outcomes.map((name) => {
    if (answers) {
      const cells = entries.map((_, n) => comparison.cellOf(name, answers[n], year, n > 0));
      return { name, cells, pair: pair && comparison.cellOf(name, answers[entries.length], year, true) };
    }
    const values = runs.map((run) => valueAt(run, name, year));
    const of = (/** @type {Entry} */ entry) => values[entries.indexOf(entry)];
    const cells = values.map((value, n) => comparison.cellOfRun(name, value, values[0], n > 0));
    return { name, cells, pair: pair && comparison.cellOfRun(name, of(pair.to), of(pair.from), true) };
  });
}

/** The ends of a row's bars, the same for all of it. @param {Cell[]} cells */
function endsOf(cells) {
  const levels = cells.flatMap(({ level }) => (level ? [level[0], level[4]] : []));
  const [low, high] = [Math.min(...levels), Math.max(...levels)];
  const margin = MARGIN * (high - low);
  return { low: low - margin, high: high + margin };
}

/** @param {Cell} cell */
const said = ({ kind, word, tone, change, why }) => (kind ? [
  element("span", { class: `compared__kind tone-${tone}`, "data-kind": kind }, word),
  element("span", { class: "compared__change" }, change),
  element("span", { class: "compared__why" }, why),
] : []);

/** @param {Cell} cell @param {Entry} entry @param {{ low: number, high: number }} ends @param {number} stroke status quo's median */
function levelCell(cell, { name, kind }, ends, stroke) {
  return element("td", { "data-of": name, "data-scenario": kind },
    element("span", { class: "compared__figure" }, element("span", { class: "compare__value" }, cell.value), element("span", { class: "card__unit" }, cell.unit), element("span", { class: "compared__range" }, cell.range)),
    cell.level ? bar(cell.level, ends, stroke, kind) : element("div", { class: "card__bar" }),
    ...said(cell));
}

/** @param {Cell} cell @param {string} of */
const pairCell = (cell, of) => element("td", { class: "compared__pair", "data-of": of, "data-scenario": "pair" }, cell.bar ? bar(cell.bar.change, cell.bar, 0) : element("div", { class: "card__bar" }), ...said(cell));

/** @param {Row} row @param {Shown} shown @param {string} outcome the one in the chart */
function line({ name, cells, pair }, shown, outcome) {
  const about = variable(name);
  const ends = endsOf(cells);
  const stroke = cells[0].level?.[2] ?? NaN;
  return element("tr", { class: name === outcome && "is-drawn", "data-outcome": name },
    element("th", { scope: "row" }, element("button", { class: "card__draw", type: "button", title: [about.why, words("draw")].filter(Boolean).join(" "), "aria-pressed": String(name === outcome), "data-do": "compareOutcome", "data-outcome": name }, about.label)),
    ...cells.map((cell, n) => levelCell(cell, shown.entries[n], ends, stroke)),
    pair && shown.pair && pairCell(pair, words("pair_column", { to: shown.pair.to.name, from: shown.pair.from.name })));
}

/** @param {Shown} shown */
function head({ entries, pair, answers }) {
  const swatch = (/** @type {Entry} */ entry) => element("span", { class: "swatch swatch--" + entry.kind, "aria-hidden": "true" });
  const scenario = (/** @type {Entry} */ entry, /** @type {number} */ n) => element("th", { scope: "col" }, swatch(entry), element("span", {}, entry.name),
    element("span", { class: "compared__tally" }, n ? answers && comparison.tallyWords(answers[n]) : words("reference")));
  return element("tr", {}, element("th", { scope: "col" }, words("outcome")), ...entries.map(scenario),
    pair && element("th", { scope: "col", class: "compared__pair" }, words("pair_column", { to: pair.to.name, from: pair.from.name })));
}

/** @param {Shown} shown @param {View} view */
export function paint(shown, view) {
  const table = one("#compare-table");
  const focused = table.contains(document.activeElement) && document.activeElement instanceof HTMLElement ? document.activeElement.dataset.outcome : "";
  table.replaceChildren(element("thead", {}, head(shown)), element("tbody", {}, ...rowsOf(shown, view).map((row) => line(row, shown, view.outcome))));
  table.style.setProperty("--columns", String(shown.entries.length + (shown.pair ? 1 : 0)));
  if (focused) one(`[data-outcome="${CSS.escape(focused)}"] button`, table)?.focus();
}

/** The table as numbers: medians, and of every difference its kind, its likelihood and the ends of its interval.
 * @param {Shown} shown @param {View} view @returns {(string | number)[][]} */
export function fileRows(shown, view) {
  const { entries, pair, runs, answers, outcomes } = shown;
  const columns = (/** @type {string} */ name) => [name, ...(answers ? ["p5", "p95"].map((edge) => `${name}: ${edge}`) : [])];
  const against = (/** @type {string} */ name) => [words("change_of", { name }), ...["p5", "p95"].map((edge) => `${words("change_of", { name })}: ${edge}`), `${name}: ${words("likelihood")}`];
  const differs = [...entries.slice(1).map(({ name }) => name), ...(pair ? [words("pair_column", { to: pair.to.name, from: pair.from.name })] : [])];
  const titles = [words("outcome"), words("unit"), words("year"), ...entries.flatMap(({ name }) => columns(name)), ...(answers ? differs.flatMap(against) : [])];
  const rows = rowsOf(shown, view);
  return [titles, ...outcomes.map((name, n) => {
    const about = variable(name);
    const start = [about.label, about.unit, view.year];
    if (!answers) return [...start, ...runs.map((run) => valueAt(run, name, view.year))];
    const levels = entries.flatMap((_, place) => [2, 0, 4].map((edge) => answers[place].effects[name].level[edge]));
    const cells = [...rows[n].cells.slice(1), ...(pair ? [/** @type {Cell} */ (rows[n].pair)] : [])];
    const effects = answers.slice(1).map((answer) => answer.effects[name]);
    return [...start, ...levels, ...cells.flatMap((cell, place) => [cell.word, effects[place].change[0], effects[place].change[4], cell.why])];
  })];
}
