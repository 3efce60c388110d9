/** Where terms of the glossary are met in a text. */
import { facts } from "./facts.js";
/** @import { Term } from "../types/page.js" */

/** One expression for all of them, made when first needed, and the term behind each form. @type {{ list: Term[], any: RegExp, behind: Map<string, Term> } | null} */
let known = null;

const plain = (/** @type {string} */ text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function compiled() {
  if (known?.list === facts.glossary) return known;
  const list = facts.glossary;
  const behind = new Map(list.flatMap((term) => term.forms.map((form) => /** @type {const} */ ([form.toLocaleLowerCase(), term]))));
  const forms = [...behind.keys()].sort((a, b) => b.length - a.length).map(plain);
  known = { list, behind, any: new RegExp(`(?<![\\p{L}\\p{N}-])(${forms.join("|") || "(?!)"})(?![\\p{L}\\p{N}-])`, "giu") };
  return known;
}

/**
 * A text in pieces: what is plain, and each term where it is first met.
 * @param {string} text
 * @param {Set<string>} met keys of terms that are marked already; those found are added
 * @returns {(string | { term: Term, text: string })[]} one string where there is none
 */
export function parted(text, met) {
  const { any, behind } = compiled();
  /** @type {(string | { term: Term, text: string })[]} */
  const pieces = [];
  let from = 0;
  for (const found of text.matchAll(any)) {
    const term = behind.get(found[0].toLocaleLowerCase());
    if (!term || met.has(term.key)) continue;
    met.add(term.key);
    pieces.push(text.slice(from, found.index), { term, text: found[0] });
    from = found.index + found[0].length;
  }
  pieces.push(text.slice(from));
  return pieces.filter((piece) => piece !== "");
}
