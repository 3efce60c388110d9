/** A curve that somebody guesses: seven values at seven moments (knots), and the line through them.
 *
 * The line is a monotone cubic (Fritsch and Carlson 1980, doi:10.1137/0717021): smooth, and nowhere above or below the
 * two knots that it goes between.
 */
/** @import { Numbers } from "../types/page.js" */

/** Slopes at the knots. @param {Numbers} at @param {Numbers} values */
function slopes(at, values) {
  const steps = Array.from({ length: at.length - 1 }, (_, n) => (values[n + 1] - values[n]) / (at[n + 1] - at[n]));
  return Array.from({ length: at.length }, (_, n) => {
    const [before, after] = [steps[Math.max(0, n - 1)], steps[Math.min(n, steps.length - 1)]];
    if (before * after <= 0) return 0;
    return (2 * before * after) / (before + after); // harmonic mean: never steeper than the region of monotony allows
  });
}

/**
 * The line through knots at other moments; NaN outside of them.
 * @param {Numbers} at ascending
 * @param {Numbers} values
 * @param {Numbers} moments
 */
export function through(at, values, moments) {
  const slope = slopes(at, values);
  return Float64Array.from(moments, (time) => {
    const last = at.length - 1;
    if (!(time >= at[0] - 1e-9) || !(time <= at[last] + 1e-9)) return NaN;
    let n = 0;
    while (n < last - 1 && time > at[n + 1]) n += 1;
    const wide = at[n + 1] - at[n];
    const t = Math.min(1, Math.max(0, (time - at[n]) / wide));
    const [t2, t3] = [t * t, t * t * t];
    return (2 * t3 - 3 * t2 + 1) * values[n] + (t3 - 2 * t2 + t) * wide * slope[n] + (3 * t2 - 2 * t3) * values[n + 1] + (t3 - t2) * wide * slope[n + 1];
  });
}

/** Straight from point to point at other moments; NaN outside. @param {Numbers} at @param {Numbers} values @param {Numbers} moments */
export function resampled(at, values, moments) {
  const last = at.length - 1;
  let n = 0;
  return Float64Array.from(moments, (time) => {
    if (time < at[0] - 1e-9 || time > at[last] + 1e-9) return NaN;
    while (n < last - 1 && time > at[n + 1]) n += 1;
    const share = (time - at[n]) / (at[n + 1] - at[n] || 1);
    return values[n] + (values[n + 1] - values[n]) * Math.min(1, Math.max(0, share));
  });
}

/** Evenly between the first and the last knot, among them the knots themselves. @param {Numbers} knots @param {number} parts of each piece */
export const between = (knots, parts) => Array.from({ length: (knots.length - 1) * parts + 1 }, (_, n) => {
  const piece = Math.min(Math.floor(n / parts), knots.length - 2);
  return knots[piece] + ((knots[piece + 1] - knots[piece]) * (n - piece * parts)) / parts;
});

/** @typedef {{ time: number, value: number }} Spot where a hand is */

/**
 * A guess after a hand went from one spot to another: every knot that it passed or is nearest to takes its height. The
 * first touch makes a flat line, so a guess is whole from its beginning; and during that first stroke the line goes on
 * flat from the hand, since nobody who lifts it just before the end means that the curve falls back to where it began.
 * @param {number[]} knots
 * @param {number[] | null} guess
 * @param {Spot} spot
 * @param {Spot | null} [from] null where the hand was put down
 * @param {{ low: number, high: number } | null} [reached] how far the first stroke has come; null in a later one
 * @returns {number[]}
 */
export function drawn(knots, guess, spot, from = null, reached = null) {
  const next = guess ? guess.slice() : knots.map(() => spot.value);
  if (reached) knots.forEach((time, n) => {
    if (time > reached.high ? spot.time >= reached.high : time < reached.low && spot.time <= reached.low) next[n] = spot.value;
  });
  const [low, high] = from ? [Math.min(from.time, spot.time), Math.max(from.time, spot.time)] : [spot.time, spot.time];
  knots.forEach((time, n) => {
    if (from && time >= low && time <= high && from.time !== spot.time) next[n] = from.value + ((spot.value - from.value) * (time - from.time)) / (spot.time - from.time);
  });
  const near = knots.reduce((best, time, n) => (Math.abs(time - spot.time) < Math.abs(knots[best] - spot.time) ? n : best), 0);
  const reach = 0.3 * Math.min(...knots.slice(1).map((time, n) => time - knots[n]));
  if (!from || Math.abs(knots[near] - spot.time) <= reach) next[near] = spot.value;
  return next;
}
