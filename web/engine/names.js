/** The list of every variable that a chart can show: a file of its own, fetched when first wanted. */
import { facts, learnVariables, variables } from "../core/facts.js";
/** @import { Variable } from "../types/page.js" */

/** @type {Promise<Variable[]> | null} */
let coming = null;

/** Whether the list has come. */
export let listed = false;

async function fetchNames() {
  const answer = await fetch(facts.files.names);
  if (!answer.ok) throw new Error(`${answer.status} ${facts.files.names}`);
  /** @type {{ variables: [string, string, string, string, string, number, number][] }} */
  const { variables: rows } = await answer.json();
  learnVariables(rows.map(([key, name, label, unit, group, low, high]) => ({ key, name, label, unit, group, low, high, places: null })));
  listed = true;
  return variables;
}

/** Settles when core/facts.js knows every variable; asked for once. */
export function everyVariable() {
  coming ??= fetchNames();
  return coming;
}
