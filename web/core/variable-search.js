/** Finding variables in the Model page's list: by words or what the model has for them, by kind, and by the exact name. */
import { facts } from "./facts.js";
/** @import { VariableRow } from "../types/model-page.js" */

/** Rows listed at once; a search brings the others. */
export const MOST_LISTED = 80;

/** What a lever is ahead of other variables, as much as a word at the beginning of its name. */
const LEVER = 4;

/** A name without what does not count in it: case, spaces, underscores, quotes around it; as policy_lab/readers/names.py has it. @param {string} name */
function folded(name) {
  const bare = name.trim().replace(/^"(.+)"$/s, "$1");
  return bare.replace(/[\s_\\]+/g, " ").replace(/ ?([[\],]) ?/g, "$1").trim().toLowerCase();
}

/** How exactly a row has the name asked for: its own name or label, that of the array it is an element of (a headline outcome
 * before the others), or not at all. @param {VariableRow} row @param {string} asked folded */
function exactness([name, , , , , label], asked) {
  if (folded(name) === asked || folded(label) === asked) return 3;
  if (folded(name.split("[")[0]) !== asked) return 0;
  return facts.headlines.includes(name) ? 2 : 1;
}

/** Words that say nothing of what is looked for, in either language. */
const EMPTY = new Set("a an and as at by for from in is no not of on the to what which der die das den dem des ein eine einer und von vom zu zum zur im in ist kein keine nicht was welche wie how".split(" "));

/** @param {VariableRow} row */
const hay = ([name, , unit, , about, label, own]) => [name, unit, about, label, own].join(" ").toLowerCase();

/** Ways to look for a word: as it is, without the ending of a plural, and without that of a long word ("secret", "secrecy"). @param {string} word */
const endings = (word) => (word.length > 3 ? [word, word.replace(/(ies|es|s|en|n)$/, ""), word.slice(0, Math.max(5, word.length - 3))] : [word]);

/** Ways to look for a word or for one that means the same in this model. @param {string} word */
const forms = (word) => [word, ...facts.synonyms.filter((group) => group.includes(word)).flat()].flatMap(endings);

/** How well a row answers words: where they stand in its name as they are, begin a word of it, stand in it, or in what is told of it. @param {VariableRow} row @param {string[][]} sought */
function worth(row, sought) {
  const [title, whole] = [(row[0] + " " + row[5]).toLowerCase(), hay(row)];
  return sought.reduce((sum, ways) => {
    const held = ways.filter((form) => whole.includes(form));
    const named = held.some((form) => title.includes(form));
    const begins = named && held.some((form) => (" " + title).includes(" " + form) || title.includes("[" + form));
    return sum + (held.length ? 1 : 0) + (named ? 3 : 0) + (begins ? 2 : 0) + (title.includes(ways[0]) ? 1 : 0);
  }, 0);
}

/** @param {VariableRow} row @param {string[][]} sought */
const held = (row, sought) => sought.filter((ways) => ways.some((form) => hay(row).includes(form))).length;

/**
 * The rows that answer a text, of one kind or (where that is "") of any: those of exactly that name, then the better ones
 * first. Where none holds every word, those that hold most, if that is more than half.
 * @param {VariableRow[]} rows
 * @param {string} text
 * @param {string} kind as it stands in the rows
 */
export function found(rows, text, kind) {
  const said = text.toLowerCase().split(/\s+/).filter(Boolean);
  const telling = said.filter((word) => !EMPTY.has(word));
  const words = telling.length ? telling : said;
  const ofKind = rows.filter((row) => !kind || row[1] === kind);
  const asked = folded(text);
  if (!asked) return { rows: ofKind, exact: false };
  const sought = words.map(forms);
  const counts = new Map(ofKind.map((row) => [row, held(row, sought)]));
  const most = Math.max(0, ...counts.values());
  const there = most * 2 <= words.length ? [] : ofKind.filter((row) => counts.get(row) === most);
  const levers = new Set(Object.values(facts.levers).map(({ name }) => name)); // what can be done is sought more often
  const order = new Map(there.map((row) => [row, worth(row, sought) + (levers.has(row[0]) ? LEVER : 0)]));
  const exact = new Map(there.map((row) => [row, exactness(row, asked)]));
  const ahead = (/** @type {VariableRow} */ one, /** @type {VariableRow} */ other, /** @type {Map<VariableRow, number>} */ by) => (by.get(other) ?? 0) - (by.get(one) ?? 0);
  there.sort((one, other) => ahead(one, other, exact) || (exact.get(one) ? 0 : ahead(one, other, order)));
  return { rows: there, exact: Boolean(there.length && exact.get(there[0])) };
}

/** Key, below "model.count", of the text that says how many were found. @param {number} count */
export function countKey(count) {
  if (count < 2) return count ? "one" : "none";
  return count > MOST_LISTED ? "first" : "many";
}
