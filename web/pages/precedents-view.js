/** What is looked at on Precedents: the stored results, the case on show and what somebody changed about it. */
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { filled, say } from "../core/words.js";

/** The stored results, as policy_lab/app/precedent_data.py sends them. */
export let data = null;
/** {fact: value} that differ from what is stated. */
export let changed = {};
let chosen = "";
let moved = () => {};

/** moved: told of every change of a fact. */
export function begin(stored, whenMoved) {
  data = stored;
  moved = whenMoved;
}

/** The case on show. */
export const now = () => data.cases.find((one) => one.key === chosen) || data.cases[0];

export function choose(key, stated = {}) {
  chosen = key;
  changed = stated;
}

export function change(next) {
  changed = next;
  moved();
}

export const words = (key, values) => say("precedents." + key, values);
/** What the model calls one of its facts, choices, causes, changes, curves or units. */
export const called = (kind, key) => data.words[kind][key] || key;
/** Levels of the fate as they stand in a text. */
export const curveTitle = (key) => filled(called("curves", key), { limit: numbers.figure(data.fate.stands, 1) });
const year = (value) => numbers.figure(value, 1);

export const fate = (name) => words("fate_" + name.replace(/ /g, "_"));
export const fateYear = (name, when) => (when === null || name === "unfinished" || name === "under construction" ? fate(name) : words("fate_year", { fate: fate(name), year: year(when) }));
/** The language of a case's own texts, where it is not that of the page. */
export const foreign = (one) => (one.translated || facts.language === "en" ? null : "en");
