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
  /** @type {{ columns: [string[], string[], string[], string[], string[], number[], number[]] }} */
  const { columns: [keys, names, labels, units, groups, lows, highs] } = await answer.json();
  learnVariables(keys.map((key, n) => ({ key, name: names[n], label: labels[n], unit: units[n], group: groups[n], low: lows[n], high: highs[n], places: null })));
  listed = true;
  return variables;
}

/** Settles when core/facts.js knows every variable; asked for once, and again where it did not come. */
export function everyVariable() {
  coming ??= fetchNames().catch((error) => {
    coming = null;
    throw error;
  });
  return coming;
}
