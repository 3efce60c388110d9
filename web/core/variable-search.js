/** Finding variables in the Model page's list: by words, by kind, and by the exact name. */
/** @import { VariableRow } from "../types/model-page.js" */

/** Rows listed at once; a search brings the others. */
export const MOST_LISTED = 80;

/** A name without what does not count in it: case, spaces, underscores, quotes around it; as policy_lab/readers/names.py has it. @param {string} name */
function folded(name) {
  const bare = name.trim().replace(/^"(.+)"$/s, "$1");
  return bare.replace(/[\s_\\]+/g, " ").replace(/ ?([[\],]) ?/g, "$1").trim().toLowerCase();
}

/** Whether a name, or that of the array it is an element of, is the one asked for. @param {string} name @param {string} asked folded */
const isNamed = (name, asked) => folded(name) === asked || folded(name.split("[")[0]) === asked;

/** @param {VariableRow} row */
const hay = ([name, , unit, , about, label, own]) => [name, unit, about, label, own].join(" ").toLowerCase();

/**
 * The rows that hold every word of a text, of one kind or (where that is "") of any; those of exactly that name first.
 * @param {VariableRow[]} rows
 * @param {string} text
 * @param {string} kind as it stands in the rows
 */
export function found(rows, text, kind) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const there = rows.filter((row) => (!kind || row[1] === kind) && words.every((word) => hay(row).includes(word)));
  const asked = folded(text);
  if (!asked) return { rows: there, exact: false };
  const named = there.filter(([name]) => isNamed(name, asked));
  return { rows: [...named, ...there.filter((row) => !named.includes(row))], exact: named.length > 0 };
}

/** Key, below "model.count", of the text that says how many were found. @param {number} count */
export function countKey(count) {
  if (count < 2) return count ? "one" : "none";
  return count > MOST_LISTED ? "first" : "many";
}
