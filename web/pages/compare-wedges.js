/** Compare's last part: where the difference between two of the scenarios comes from (see wedges.js). Each lever that
   sets them apart is a player with its timing, and everything else that does (events, assumptions of a world) is
   one more; with many levers those of a heading are taken together, as the study "shapley" does. */
import * as assumed from "../core/assumed.js";
import * as scale from "../core/chart-scale.js";
import { holds } from "../core/conditions.js";
import { facts, variable } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as store from "../core/state.js";
import * as wedges from "../core/wedges.js";
import { say, toldBy } from "../core/words.js";
import * as aside from "../engine/aside.js";
import * as simulator from "../engine/simulator.js";
import { offer, offerText, toPng } from "../dom/download.js";
import { element, one, svgElement, write } from "../dom/elements.js";
import { wedgesSlide } from "./compare-slide.js";
/** @import { Condition, Constants, Provenance, Variable } from "../types/page.js" */
/** @import { Entry, Pair } from "../core/comparison.js" */
/** @import { View } from "../core/compare-view.js" */
/** @typedef {{ label: string, alone: number, share: number, last: number }} Row what a player does */
/** What is on show.
 * @typedef {{ from: Entry, to: Entry, rows: Row[], whole: number, together: number, before: number, after: number, about: Variable, year: number,
 *   note: string }} Found */
/** A bar, from where it begins.
 * @typedef {{ label: string, value: number, kind: string, low: number, high: number, from: number }} Slice */
/** What Compare lends.
 * @typedef {{ csv: (rows: (string | number)[][]) => string, about: () => Provenance }} Lent */

/** What a player is called that no lever owns. */
export const circumstances = () => words("circumstances");
const MOST_PLAYERS = 8; // single levers, 256 mixes; above that, headings
const WIDE = 100; // of a bar, in units of its own picture
const PAINTED = 60; // milliseconds in which the charts are painted first
const SLOW = 200; // milliseconds of working that nobody is told of
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("compare." + key, values);

export { ahead } from "../engine/aside.js";

/** What is on show; null while there is nothing. @type {Found | null} */
export let found = null;
/** @type {Lent} */
let lent;
let waiting = 0;
let number = 0; // of the latest pair
/** Settled when it has nothing to do. @type {Promise<unknown>} */
let busy = Promise.resolve();

/**
 * Puts the part into its place.
 * @param {HTMLElement} host
 * @param {Lent} page
 */
export function build(host, page) {
  lent = page;
  const save = (/** @type {string} */ kind) => element("button", { class: "button", type: "button", "data-compare": "wedges " + kind, onclick: () => keep(kind) }, say("chart." + kind));
  host.append(
    element("div", { class: "panel__head" }, element("h2", { id: "compare-wedges-title", class: "panel__title", tabindex: "-1" }, words("wedges")), element("div", { class: "panel__tools" }, save("png"), save("svg"), save("csv"))),
    element("p", { id: "compare-wedges-lead", class: "lead lead--small" }),
    element("p", { id: "compare-wedges-told", class: "wedges__told", role: "status" }),
    element("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-labelledby": "compare-wedges-title" }, element("table", { id: "compare-wedges-table", class: "plain wedges" })));
}

// --- who decides what -----------------------------------------------------------------------------------------

/** The owner of each constant: its lever, or the lever's heading. @param {boolean} grouped */
function owners(grouped) {
  /** @type {Record<string, wedges.Owner>} */
  const all = {};
  for (const [key, lever] of Object.entries(facts.levers)) {
    const owner = grouped ? { key: "group " + lever.group, label: lever.heading || lever.group } : { key, label: lever.label };
    for (const constant of [lever.name, ...lever.timing]) if (constant) all[constant] ??= owner;
  }
  return all;
}

const defaults = (/** @type {string} */ name) => simulator.engine?.parameters.get(name)?.default ?? NaN;

/** Those who set two scenarios apart: single levers, or with many of them those of a heading together. @param {Constants} from @param {Constants} to */
export function players(from, to) {
  const single = wedges.players(from, to, owners(false), defaults);
  return single.length <= MOST_PLAYERS ? single : wedges.players(from, to, owners(true), defaults);
}

// --- drawing --------------------------------------------------------------------------------------------------

/** @param {Pair | null} pair @param {View} view */
export function draw(pair, view) {
  window.clearTimeout(waiting);
  write(one("#compare-wedges-lead"), words("wedges_lead", { inputs: assumed.usual(store.now) }));
  if (!pair) return tell(words("wedges_one"));
  if (!simulator.here) return tell(simulator.why || words("wedges_same"));
  const { from, to } = pair;
  waiting = window.setTimeout(() => work(from, to, view), PAINTED);
}

/** A sentence instead of wedges. @param {string} text */
function tell(text) {
  number += 1;
  found = null;
  one("#compare-wedges-table").replaceChildren();
  write(one("#compare-wedges-told"), text);
}

/** @param {Entry} from @param {Entry} to @param {View} view */
async function work(from, to, view) {
  const mine = ++number;
  const joining = players(from.constants, to.constants);
  if (!joining.length) return tell(words("wedges_same"));
  const slow = window.setTimeout(() => mine === number && write(one("#compare-wedges-told"), words("wedges_working", { count: 2 ** joining.length })), SLOW);
  const { outcome, year } = view;
  // One pair at a time, and of those that wait only the latest.
  const values = busy.then(() => (mine === number ? run(wedges.mixes(from.constants, joining), outcome, year) : null));
  busy = values.catch(() => null);
  try {
    show(mine, from, to, joining, await values, outcome, year);
  } catch (error) {
    if (mine === number) tell(toldBy(error, "wait.broken"));
  } finally {
    window.clearTimeout(slow);
  }
}

/** @param {number} mine @param {Entry} from @param {Entry} to @param {wedges.Player[]} joining @param {{ values: number[], note: string } | null} made @param {string} outcome @param {number} year */
function show(mine, from, to, joining, made, outcome, year) {
  if (mine !== number || !made) return;
  const { values, note } = made;
  const shares = wedges.shares(values, joining.length);
  const rows = joining.map((player, n) => ({ label: player.label || circumstances(), alone: shares.alone[n], share: shares.shapley[n], last: shares.last[n] }));
  rows.sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  found = { from, to, rows, about: variable(outcome), year, whole: shares.whole, together: shares.together, before: values[0], after: values[values.length - 1], note };
  paint(found);
}

/** All mixes in one request to the engine's thread: one outcome, one moment. @param {Constants[]} mixes @param {string} outcome @param {number} year */
async function run(mixes, outcome, year) {
  const engines = await aside.ahead().catch(() => null);
  if (!engines || !simulator.engine) throw Object.assign(new Error("no thread"), { told: say("wait.no_more") });
  const { where } = variable(outcome);
  const result = await engines.simulate({ values: simulator.together(simulator.engine, mixes), outputs: where ? [outcome, where.variable] : [outcome], times: [year] });
  return where ? existing(Array.from(result.values), where) : { values: Array.from(result.values), note: "" };
}

/* Wedges need every mix: what does not exist at an end has none, what does not in between counts as computed, which is said. */
/** @param {number[]} pairs value and condition's variable, mix by mix @param {Condition} where */
function existing(pairs, where) {
  const there = pairs.filter((_, n) => n % 2).map((value) => holds(where, value));
  if (!there[0] || !there[there.length - 1]) throw Object.assign(new Error("nothing there"), { told: where.why });
  return { values: pairs.filter((_, n) => n % 2 === 0), note: there.every(Boolean) ? "" : say("outcome.raw_wedges") };
}

/** How the figures of what is on show are written. @param {Found} shown */
function writing(shown) {
  const largest = Math.max(...shown.rows.map((row) => Math.abs(row.share)), Math.abs(shown.whole));
  const places = shown.about.places === null ? numbers.places(largest) : shown.about.places + 1;
  const figure = (/** @type {number} */ value) => numbers.figure(value, places);
  return { figure, change: (/** @type {number} */ value) => (Number(value.toFixed(places)) > 0 ? "+" : "") + figure(value) };
}

/** The slices one after another: what each does by itself, then what comes only of company. @param {Found} shown @returns {Slice[]} */
function slices(shown) {
  let at = shown.before;
  const parts = [...shown.rows.map((row) => ({ label: row.label, value: row.alone, kind: "alone" })), { label: words("together"), value: shown.together, kind: "together" }];
  return parts.map((part) => {
    const from = at;
    at += part.value;
    return { ...part, low: Math.min(from, at), high: Math.max(from, at), from };
  });
}

/** @param {Found} shown */
function paint(shown) {
  const parts = slices(shown);
  const { change, figure } = writing(shown);
  const low = Math.min(shown.before, shown.after, ...parts.map((part) => part.low));
  const high = Math.max(shown.before, shown.after, ...parts.map((part) => part.high));
  const x = scale.line(low, high, 1, WIDE - 1);
  const head = ["lever", "bar", "alone", "share", "last"].map((key) => element("th", { scope: "col" }, words("column_" + key)));
  /** @param {string} label @param {string} kind @param {number} from @param {number} to @param {string[]} cells */
  const line = (label, kind, from, to, cells) => element("tr", { class: "wedge wedge--" + kind }, element("th", { scope: "row" }, label), element("td", { class: "wedge__bar" }, bar(x(from), x(to), kind)), ...cells.map((cell) => element("td", {}, cell)));
  const more = (/** @type {Row | undefined} */ row) => (row ? [change(row.share), change(row.last)] : []);
  one("#compare-wedges-table").replaceChildren(element("thead", {}, element("tr", {}, ...head)), element("tbody", {},
    line(shown.from.name, "end", low, shown.before, [figure(shown.before), "", ""]),
    ...parts.map((part, n) => line(part.label, part.kind, part.from, part.from + part.value, [change(part.value), ...more(shown.rows[n])])),
    line(shown.to.name, "end", low, shown.after, [figure(shown.after), change(shown.whole), ""])));
  write(one("#compare-wedges-told"), told(shown));
}

/** @param {number} from @param {number} to @param {string} kind */
function bar(from, to, kind) {
  const picture = svgElement("svg", { viewBox: `0 0 ${WIDE} 10`, preserveAspectRatio: "none", "aria-hidden": "true", class: "wedge__picture" });
  picture.append(svgElement("rect", { x: Math.min(from, to), y: 1, width: Math.max(0.6, Math.abs(to - from)), height: 8, class: "wedge__rect" + (kind !== "end" && to < from ? " wedge__rect--down" : "") }));
  return picture;
}

/** @param {Found} shown */
function told(shown) {
  const [first] = shown.rows;
  const { change } = writing(shown);
  return words("wedges_told", {
    outcome: shown.about.label, year: shown.year, from: shown.from.name, to: shown.to.name,
    whole: numbers.withUnit(change(shown.whole), shown.about.unit), first: first.label, share: change(first.share), together: change(shown.together),
  }) + (shown.note && " " + shown.note);
}

// --- files ----------------------------------------------------------------------------------------------------

/** @param {string} kind "png", "svg" or "csv" */
async function keep(kind) {
  if (!found) return;
  if (kind === "csv") return offerText(lent.csv(fileRows(found)), "text/csv", "wedges.csv");
  const drawing = wedgesSlide(found, slices(found), { ...lent.about(), told: told(found), ...writing(found) });
  if (kind === "svg") return offerText(drawing, "image/svg+xml", "wedges.svg");
  return offer(await toPng(drawing), "wedges.png");
}

/** @param {Found} shown @returns {(string | number)[][]} */
function fileRows(shown) {
  const title = `${shown.about.label}, ${shown.about.unit || say("chart.no_unit")}, ${shown.year}`;
  return [
    [title, words("column_alone"), words("column_share"), words("column_last")],
    [shown.from.name, shown.before, "", ""],
    ...shown.rows.map((row) => [row.label, row.alone, row.share, row.last]),
    [words("together"), shown.together, "", ""],
    [shown.to.name, shown.after, shown.whole, ""],
  ];
}
