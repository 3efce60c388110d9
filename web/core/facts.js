/** What never changes while the page is open: the model's levers, worlds, assumptions and outcomes. */
/** @import { Facts, Variable } from "../types/page.js" */

/**
 * As policy_lab/app/page_data.py sends them; there once `learn` was called.
 * @type {Facts}
 */
export let facts;

/**
 * Every variable that a chart can show: the outcomes until engine/names.js has fetched the whole list.
 * @type {Variable[]}
 */
export let variables = [];

/** @type {Map<string, Variable>} */
const known = new Map();

/** @param {Facts} given */
export function learn(given) {
  facts = given;
  variables = given.shown;
  known.clear();
  for (const about of given.shown) known.set(about.name, about);
}

/**
 * The whole list; what the facts say of an outcome holds.
 * @param {Variable[]} list
 */
export function learnVariables(list) {
  variables = list;
  for (const about of list) if (!known.has(about.name)) known.set(about.name, about);
}

/**
 * A variable as a person reads it; before the list is there, its name has to do.
 * @param {string} name
 * @returns {Variable}
 */
export function variable(name) {
  return known.get(name) ?? { name, label: name, unit: "", group: "", key: "", low: null, high: null, places: null };
}
