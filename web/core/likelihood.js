/** How likely something is, in words and as a share of futures: the scale of the IPCC (Mastrandrea et al. 2010, guidance note
 * on uncertainty), with its number beside the word, since people read the words alone as closer to one half than they
 * are meant (Budescu, Por and Broomell 2012, doi 10.1007/s10584-011-0330-3). */
import { say } from "./words.js";

/** Shares from which on a word holds, the strongest first. Of two sides the likelier one is told: it is below a third only where
 * most futures go neither way.
 * @type {[string, number][]} */
const SCALE = [["certain", 0.99], ["extremely", 0.95], ["very", 0.9], ["likely", 0.66], ["even", 0.33], ["unlikely", 0]];

/** The word for a share, as the end of its key. @param {number} share from 0 to 1 */
export const wordOf = (share) => (SCALE.find(([, from]) => share >= from) ?? ["unlikely"])[0];

/** In words: "extremely likely". @param {number} share */
export const inWords = (share) => say(`in_short.word.${wordOf(share)}`);

/**
 * A share as so many of some futures: 7 of 10, 19 of 20, 64 of 100; the fewest for which word and number agree. Close to where
 * another word begins, a hundredth on this side of it.
 * @param {number} share above 0 and below 1
 * @param {number[]} [sizes] how many futures may be spoken of, before a hundred
 */
export function odds(share, sizes = [10, 20]) {
  const fits = (/** @type {number} */ count, /** @type {number} */ of) => count > 0 && count < of && wordOf(count / of) === wordOf(share);
  for (const of of sizes) {
    const count = Math.round(share * of);
    if (fits(count, of) && Math.abs(share - count / of) <= 0.5 / of) return { count, of };
  }
  const hundredths = [Math.round, Math.floor, Math.ceil].map((whole) => whole(share * 100));
  return { count: hundredths.find((count) => fits(count, 100)) ?? Math.min(99, Math.max(1, hundredths[0])), of: 100 };
}

/** In words: "7 of 10 futures". @param {number} share @param {number[]} [sizes] see odds */
export function inFutures(share, sizes) {
  if (share === 1) return say("in_short.all");
  if (share === 0) return say("in_short.none");
  if (share > 0.995) return say("in_short.nearly_all");
  return share < 0.005 ? say("in_short.hardly_any") : say("in_short.of", odds(share, sizes));
}

/** Two shares that are held against each other, of equally many futures. @param {number} a @param {number} b */
export function inBoth(a, b) {
  const counted = [a, b].filter((share) => share >= 0.005 && share <= 0.995);
  const sizes = [10, 20].filter((size) => counted.every((share) => odds(share, [size]).of === size)).slice(0, 1);
  return [inFutures(a, sizes), inFutures(b, sizes)];
}
