/** What is looked at on Precedents: the stored results, the case on show and what somebody changed about it. */
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { filled, say } from "../core/words.js";
/** @import { Case, Cases } from "../types/precedents.js" */

/** The stored results, as policy_lab/app/precedent_data.py sends them; there once the page was seen. @type {Cases} */
export let data;
/** {fact: value} that differ from what is stated. */
export let changed = /** @type {Record<string, number>} */ ({});
let chosen = "";
let moved = () => {};

/** moved: told of every change of a fact. @param {Cases} stored @param {() => void} whenMoved */
export function begin(stored, whenMoved) {
  data = stored;
  moved = whenMoved;
}

/** The case on show. */
export const now = () => data.cases.find((one) => one.key === chosen) || data.cases[0];

/** @param {string} key */
export function choose(key, stated = {}) {
  chosen = key;
  changed = stated;
}

/** @param {Record<string, number>} next */
export function change(next) {
  changed = next;
  moved();
}

export const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("precedents." + key, values);
/** What the model calls one of its facts, choices, causes, changes, curves or units. @param {string} kind @param {string} key */
export const called = (kind, key) => data.words[kind][key] || key;
/** The title of a curve; levels of the fate stand in it. @param {string} key */
export const curveTitle = (key) => filled(called("curves", key), { limit: numbers.figure(data.fate.stands, 1) });
const year = (/** @type {number} */ value) => numbers.figure(value, 1);

export const fate = (/** @type {string} */ name) => words("fate_" + name.replace(/ /g, "_"));
export const fateYear = (/** @type {string} */ name, /** @type {number | null} */ when) => (when === null || name === "unfinished" || name === "under construction" ? fate(name) : words("fate_year", { fate: fate(name), year: year(when) }));
/** The language of a case's own texts, where it is not that of the page. */
export const foreign = (/** @type {Case} */ one) => (one.translated || facts.language === "en" ? null : "en");
