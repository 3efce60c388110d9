/** Axes: round limits and steps, positions, and the moment nearest to a time.
 *
 * The same rules as policy_lab/report/plots.py, so that page and exports read alike.
 */
/** @import { Numbers } from "../types/page.js" */

const ROUND = [1, 2, 2.5, 5, 10];
const MOST_PLACES = 12;
const NOISE = 1e-9; // of a value: what differs by less is one value, drawn as a level line
const WHOLE = [1, 2, 5, 10, 20, 50, 100]; // years between ticks

/**
 * The smallest round number that is not below `rough`, which must be above 0.
 * @param {number} rough
 */
function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = ROUND.find((one) => rough <= one * power * (1 + 1e-9)) ?? 10;
  return power * factor;
}

/**
 * Round limits that hold a range, zero kept when it is near.
 * @param {number} low
 * @param {number} high
 * @returns {[number, number]}
 */
export function limits(low, high) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (high - low <= NOISE * Math.max(Math.abs(low), Math.abs(high))) {
    const margin = Math.abs(low) * 0.1 || 1;
    return low > 0 ? [0, low + margin] : [low - margin, high + margin];
  }
  const from = low > 0 && low < 0.4 * high ? 0 : low;
  const to = high < 0 && high > 0.4 * from ? 0 : high;
  const step = roundStep((to - from) / 5);
  return [Math.floor(from / step + 1e-9) * step, Math.ceil(to / step - 1e-9) * step];
}

/**
 * Round numbers between two limits, at most `most` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function ticks(low, high, most) {
  if (!(high > low)) return [low];
  const step = roundStep((high - low) / Math.max(1, most - 1));
  const found = [];
  const last = Math.floor(high / step + 1e-9);
  for (let n = Math.ceil(low / step - 1e-9); n <= last; n++) found.push(n === 0 ? 0 : n * step);
  return found;
}

/**
 * Ticks of a time axis: whole years, unless there are hardly any.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function years(low, high, most) {
  const found = ticks(low, high, most);
  if (found.every(Number.isInteger) || high - low < 2) return found;
  const step = WHOLE.find((size) => Math.floor(high / size) - Math.ceil(low / size) < most) ?? roundStep(high - low);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, n) => (first + n) * step);
}

/**
 * A function from a value to a position.
 * @param {number} low
 * @param {number} high
 * @param {number} from
 * @param {number} to
 * @returns {(value: number) => number}
 */
export function line(low, high, from, to) {
  const slope = (to - from) / (high - low || 1);
  return (value) => from + (value - low) * slope;
}

/**
 * Decimal places that tell the multiples of a step apart.
 * @param {number} step
 */
export function stepPlaces(step) {
  for (let n = 0; n < MOST_PLACES; n++) {
    const shifted = step * 10 ** n;
    if (Math.abs(shifted - Math.round(shifted)) < 1e-3 * shifted) return n;
  }
  return MOST_PLACES;
}

/**
 * Index of the moment nearest to a time; the earlier of two as near.
 * @param {Numbers} time ascending
 * @param {number} wanted
 */
export function nearest(time, wanted) {
  let low = 0;
  let high = time.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (time[middle] <= wanted) low = middle;
    else high = middle;
  }
  return wanted - time[low] <= time[high] - wanted ? low : high;
}
