/** What feedback loops do to an outcome: with a loop minus without it, over time. The same as policy_lab/loops/knock_outs.py.
 *
 * Plain numbers in, plain numbers out; the runs are asked for elsewhere.
 */
import { nearest } from "./chart-scale.js";
/** @import { Numbers } from "../types/page.js" */

/** How many loops are called the strongest. */
export const STRONGEST = 3;
const STEADY = 0.1; // share of the steeper of two slopes up to which they are alike
const STILL = 0.004; // share of the range of a curve that it moves by in a year while it is at rest

/** @param {Numbers} whole @param {Numbers} without @returns {Float64Array} */
export const effectOf = (whole, without) => Float64Array.from(whole, (value, n) => value - without[n]);

/** @param {number} value */
const size = (value) => (Number.isFinite(value) ? Math.abs(value) : 0);

/** Places of the loops, the largest effect at a moment first, those alike as they came. @param {Numbers[]} effects @param {number} moment */
export const order = (effects, moment) => effects.map((_, n) => n).sort((a, b) => size(effects[b][moment]) - size(effects[a][moment]) || a - b);

/** The slope of a curve over a year on either side of a moment; at an end of it that of the other side.
 * @param {Numbers} time @param {Numbers} values @param {number} year */
function slopes(time, values, year) {
  const [before, here, after] = [year - 1, year, year + 1].map((at) => nearest(time, at));
  const slope = (/** @type {number} */ a, /** @type {number} */ b) => (values[b] - values[a]) / (time[b] - time[a] || 1);
  const [left, right] = [slope(before, here), slope(here, after)];
  return before === here ? [right, right] : here === after ? [left, left] : [left, right];
}

/** @param {Numbers} values */
function rangeOf(values) {
  const there = Array.from(values).filter(Number.isFinite);
  return there.reduce((most, value) => Math.max(most, value), -Infinity) - there.reduce((least, value) => Math.min(least, value), Infinity);
}

/**
 * How a curve goes on at a year: "still", "steady_up", "steady_down", "faster_up", "slower_up", "faster_down", "slower_down",
 * "turn_up" or "turn_down"; "" where it is not there.
 * @param {Numbers} time @param {Numbers} values @param {number} year
 */
export function bendOf(time, values, year) {
  const range = rangeOf(values);
  const [left, right] = slopes(time, values, year).map((slope) => (Math.abs(slope) <= STILL * range ? 0 : slope));
  if (!Number.isFinite(left + right)) return "";
  if (!left && !right) return "still";
  if (left * right < 0 || !left) return right > 0 ? (left ? "turn_up" : "faster_up") : left ? "turn_down" : "faster_down";
  const way = left > 0 ? "up" : "down";
  if (Math.abs(right - left) <= STEADY * Math.max(Math.abs(left), Math.abs(right))) return "steady_" + way;
  return (Math.abs(right) > Math.abs(left) ? "faster_" : "slower_") + way;
}

/** The whole year at which a curve bends most. @param {Numbers} time @param {Numbers} values @param {number[]} years */
export function bendYear(time, values, years) {
  const bends = years.map((year) => {
    const [left, right] = slopes(time, values, year);
    return size(right - left);
  });
  return years[bends.indexOf(Math.max(...bends))];
}

/**
 * In how many members each loop is among the strongest, by year: counts[loop * years + year]; behind the last loop, in how
 * many there is the outcome at all. A loop that does no more than what is seen as nothing, `grain`, is among none.
 * @param {(loop: number, year: number, member: number) => number} effect NaN where there is no outcome
 * @param {{ loops: number, years: number, members: number, grain: number }} of
 */
export function strongestOf(effect, { loops, years, members, grain }) {
  const counts = new Uint16Array((loops + 1) * years);
  const sizes = new Float64Array(loops);
  for (let year = 0; year < years; year++) {
    for (let member = 0; member < members; member++) {
      let there = false;
      for (let loop = 0; loop < loops; loop++) {
        const value = effect(loop, year, member);
        there ||= Number.isFinite(value);
        sizes[loop] = size(value) > grain ? size(value) : 0;
      }
      counts[loops * years + year] += Number(there);
      for (let rank = 0; rank < STRONGEST; rank++) {
        let best = 0;
        for (let loop = 1; loop < loops; loop++) if (sizes[loop] > sizes[best]) best = loop;
        if (!sizes[best]) break;
        counts[best * years + year] += 1;
        sizes[best] = 0;
      }
    }
  }
  return counts;
}
