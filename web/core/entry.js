/** What somebody typed into a box for a number: a number of its range, or what is the matter with it. Nothing is corrected
 * in silence: what is no answer changes nothing, and the box says so (dom/entry.js). */
import * as numbers from "./numbers.js";
import { say } from "./words.js";
/** @typedef {{ value: number, problem?: undefined } | { value?: undefined, problem: string }} Judged */

/** For a sentence. @param {number} value */
const told = (value) => numbers.figure(value, numbers.decimals(Number(value.toPrecision(6))));

/**
 * @param {string} text
 * @param {[number, number]} range lowest and highest, infinite for none
 * @param {{ unit?: string, whole?: boolean }} [about]
 * @returns {Judged}
 */
export function judged(text, [low, high], { unit = "", whole = false } = {}) {
  const value = numbers.read(text);
  if (value === null) return { problem: say("entry.missing") };
  if (Number.isNaN(value)) return { problem: say("entry.not_a_number", { text: text.trim().slice(0, 40) }) };
  const air = (/** @type {number} */ end) => 1e-9 * (Number.isFinite(end) ? Math.max(1, Math.abs(end)) : 1);
  if (value >= low - air(low) && value <= high + air(high) && (!whole || Number.isInteger(value))) return { value };
  const ends = [low, high].map((end, n) => (Number.isFinite(end) ? told(end) : n ? "∞" : "−∞"));
  return { problem: say(whole ? "entry.whole" : "entry.out_of_range", { low: ends[0], high: numbers.withUnit(ends[1], unit) }) };
}

/** A problem with the name of its field, and what holds meanwhile. @param {string} problem @param {string} field @param {string} value */
export const inFull = (problem, field, value) => [field ? say("entry.named", { field, problem }) : problem, value && say("entry.until_then", { value })].filter(Boolean).join(" ");
