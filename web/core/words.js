/** The sentences of the page, from the catalogue in its language (policy_lab/locale/). */
import { facts } from "./facts.js";
import { numberIn } from "./message.js";

/**
 * The text under a dotted key, its {places} filled.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 * @returns {string} throws where the catalogue has no such key
 */
export function say(key, values) {
  const text = facts.words[key];
  if (text === undefined) throw new Error(`There is no text '${key}'.`);
  return values ? filled(text, values) : text;
}

/**
 * A text with its {places} filled, numbers in the {place:style} that it asks for; places without a value stay as they are.
 * @param {string} text
 * @param {Record<string, unknown>} values
 */
export function filled(text, values) {
  return text.replace(/\{(\w+)(?::(\w+))?\}/g, (whole, name, style) => {
    const value = values[name];
    if (!(name in values)) return whole;
    return style && typeof value === "number" ? numberIn(value, style, { texts: facts.words, named: () => undefined }) : String(value);
  });
}

/**
 * What an error says to a person: its own words where it has such (`told`), else a text of the catalogue, which may name
 * the {reason}.
 * @param {unknown} error
 * @param {string} otherwise key of that text
 */
export function toldBy(error, otherwise) {
  const { told, message } = /** @type {import("../types/page.js").ToldError} */ (error);
  return told || say(otherwise, { reason: message });
}
