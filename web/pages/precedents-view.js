/** What is looked at on Precedents: the stored results, the case on show and what somebody changed about it. */
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { createHistory } from "../core/history.js";
import { filled, say } from "../core/words.js";
/** @import { Case, Cases } from "../types/precedents.js" */

/** The stored results, as policy_lab/app/precedent_data.py sends them; there once the page was seen. @type {Cases} */
export let data;
/** {fact: value} that differ from what is stated. */
export let changed = /** @type {Record<string, number>} */ ({});
/** What is looked at: a case, one beside it ("" for none), and what differs from the stated facts of the first.
 * @typedef {{ chosen: string, beside: string, changed: Record<string, number> }} Look */
/** @type {Look} */
let look = { chosen: "", beside: "", changed: {} };
let shown = () => {};
/** @type {ReturnType<typeof createHistory<Look>>} */
const history = createHistory({ getItem: () => null, setItem: () => undefined, removeItem: () => undefined }, "");

/** @param {Cases} stored @param {() => void} show told of every other look */
export function begin(stored, show) {
  data = stored;
  shown = show;
}

/** @param {string} key */
const find = (key) => data.cases.find((one) => one.key === key);
/** The page opens on a success: the first project that was built, in record and run, and was not set aside. */
const first = () => data.cases.find((one) => one.outcome.right && !one.held_out && one.record.fate !== "cancelled") || data.cases[0];
/** The case on show. */
export const now = () => find(look.chosen) || first();
/** The case beside it, if any. */
export const beside = () => (look.beside === now().key ? undefined : find(look.beside));
/** Whether nothing was chosen or changed. */
export const untouched = () => now() === first() && !beside() && !Object.keys(changed).length;

/** @param {Look} next */
function go(next) {
  look = next;
  changed = look.changed;
  shown();
}

/** The look that a link asks for: no step to undo. @param {Partial<Look>} asked */
export function arrive(asked) {
  look = { ...look, ...asked };
  changed = look.changed;
}

/** @param {Partial<Look>} parts @param {string} [tag] moves of one tag are one step */
function step(parts, tag = "") {
  history.did(look, tag, Date.now());
  go({ ...look, ...parts });
}

/** @param {string} key */
export const choose = (key) => step({ chosen: key, beside: key === look.beside ? "" : look.beside, changed: {} });
/** @param {string} key "" for none */
export const putBeside = (key) => step({ beside: key });
/** @param {Record<string, number>} next @param {string} [tag] */
export const change = (next, tag) => step({ changed: next }, tag);

/** Undo and redo of this page: what is looked at, not the policy. */
export const steps = {
  undo: () => { const next = history.undo(look); if (next) go(next); },
  redo: () => { const next = history.redo(look); if (next) go(next); },
  steps: () => history.steps,
};

export const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("precedents." + key, values);
/** What the model calls one of its facts, choices, causes, changes, curves or units. @param {string} kind @param {string} key */
export const called = (kind, key) => data.words[kind][key] || key;
/** The title of a curve; levels of the fate stand in it. @param {string} key */
export const curveTitle = (key) => filled(called("curves", key), { limit: numbers.figure(data.fate.stands, 1) });

export const fate = (/** @type {string} */ name) => words("fate_" + name.replace(/ /g, "_"));
export const fateYear = (/** @type {string} */ name, /** @type {number | null} */ when) => (when === null || name === "unfinished" || name === "under construction" ? fate(name) : words("fate_year", { fate: fate(name), year: numbers.moment(when) }));
/** The language of a case's own texts, where it is not that of the page. */
export const foreign = (/** @type {Case} */ one) => (one.translated || facts.language === "en" ? null : "en");
