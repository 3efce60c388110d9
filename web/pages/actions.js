/* Actions and outcomes: every lever with its setting, and every headline outcome at some years, both against status quo,
   in a dialog that can be copied or kept as a file. A button with data-do="actions" opens it. */
import * as assumed from "../core/assumed.js";
import { csv, tsv } from "../core/csv.js";
import * as numbers from "../core/numbers.js";
import * as store from "../core/state.js";
import { say, toldBy } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { offerText } from "../dom/download.js";
import { element, one, table, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import * as summary from "./policy-summary.js";

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("actions." + key, values);
/** Made when first opened. @type {HTMLDialogElement | null} */
let dialog = null;
let every = false;

/** @import { AssumptionRow, LeverRow, OutcomeRow } from "./policy-summary.js" */

function build() {
  const button = (/** @type {string} */ key, /** @type {() => void} */ press) => element("button", { class: "button", type: "button", onclick: press }, words(key));
  const made = element("dialog", { class: "sheet", "aria-labelledby": "actions-title" },
    element("div", { class: "sheet__head" },
      element("h2", { id: "actions-title", class: "panel__title", tabindex: "-1" }, words("title")),
      element("div", { class: "panel__tools" }, button("copy", copy), button("csv", keep), button("close", () => made.close()))),
    element("p", { id: "actions-said", class: "said-here", role: "status" }),
    element("p", { id: "actions-policy", class: "lead lead--small" }),
    element("h3", { class: "sheet__title" }, words("levers")),
    element("label", { class: "tick" }, element("input", { type: "checkbox", id: "actions-every", onchange: () => show(one("#actions-every").checked) }), words("every")),
    element("div", { id: "actions-levers", class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-label": words("levers") }),
    element("h3", { class: "sheet__title" }, words("assumptions")),
    element("div", { id: "actions-assumptions" }),
    element("h3", { class: "sheet__title" }, words("outcomes")),
    element("div", { id: "actions-outcomes", class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-label": words("outcomes") }),
    element("p", { class: "caveat" }, say("app.caveat")));
  document.body.append(made);
  return made;
}

const leverHead = () => ["lever", "setting", "status_quo", "start", "ramp", "end"].map((key) => words("column_" + key));

/** @param {LeverRow[]} rows */
function leverTable(rows) {
  if (!rows.length) return element("p", { class: "empty" }, words("none_moved"));
  return table(leverHead(), rows.map((row) => [row.label, numbers.withUnit(row.value, row.unit), numbers.withUnit(row.standing, row.unit), row.start, row.ramp, row.end]));
}

/** @param {AssumptionRow[]} rows */
function assumptionTable(rows) {
  if (!rows.length) return element("p", { class: "muted" }, words("none_changed"));
  const head = ["assumption", "setting", "default", "grade"].map((key) => words("column_" + key));
  return table(head, rows.map((row) => [row.label, numbers.withUnit(row.value, row.unit), numbers.withUnit(row.standing, row.unit), row.grade]));
}

/** @param {OutcomeRow[]} rows @param {number[]} years */
function outcomeTable(rows, years) {
  const cell = (/** @type {OutcomeRow} */ row, /** @type {number} */ n) => element("span", {}, element("span", { class: "compare__value" }, numbers.figure(row.policy[n], row.about.places)), element("span", { class: "compare__change" }, summary.change(row.policy[n], row.reference[n], row.about)));
  const head = [words("column_outcome"), ...years.map(String)];
  return table(head, rows.map((row) => [numbers.withUnit(row.about.label, row.about.unit && `(${row.about.unit})`), ...years.map((_, n) => cell(row, n))]));
}

/** @param {boolean} all */
async function show(all) {
  every = all;
  const years = summary.years();
  write(one("#actions-policy"), words("policy", { policy: summary.name(), inputs: assumed.usual(store.now) }));
  one("#actions-levers").replaceChildren(leverTable(summary.levers(every)));
  one("#actions-assumptions").replaceChildren(assumptionTable(summary.assumptions()));
  try {
    one("#actions-outcomes").replaceChildren(outcomeTable(await summary.outcomes(years), years));
  } catch (error) {
    write(one("#actions-said"), toldBy(error, "wait.no_answer"));
  }
}

function open() {
  dialog ??= build();
  write(one("#actions-said"), "");
  show(every);
  dialog.showModal();
  one("#actions-title").focus();
}

async function allRows() {
  const years = summary.years();
  const outcomes = await summary.outcomes(years);
  return [
    leverHead().concat(words("column_unit")),
    ...summary.levers(every).map((row) => [row.label, row.value, row.standing, row.start, row.ramp, row.end, row.unit]),
    ...summary.assumptions().map((row) => [words("assumption", { name: row.label }), row.value, row.standing, "", "", "", row.unit]),
    [],
    [words("column_outcome"), words("column_unit"), ...years.flatMap((year) => [`${year}`, words("status_quo_in", { year })])],
    ...outcomes.map((row) => [row.about.label, row.about.unit, ...years.flatMap((_, n) => [row.policy[n], row.reference[n]])]),
  ];
}

async function copy() {
  const said = one("#actions-said");
  try {
    await navigator.clipboard.writeText(tsv(await allRows()) + "\n" + summary.source() + "\n" + router.link() + "\n");
    write(said, words("copied"));
  } catch {
    write(said, words("not_copied"));
  }
}

async function keep() {
  const text = csv(await allRows(), [summary.source(), router.link()]);
  offerText(text, "text/csv", "actions-and-outcomes.csv");
}

export const begin = () => does("actions", open);
