/** A bar of an interval: a thin line for 90% of futures, a thick one for half, a dot for the median, and a stroke somewhere.
 *
 * Its parts are moved or squeezed, which lays nothing out anew.
 */
import { element } from "../dom/elements.js";

/** @typedef {{ zero: HTMLElement, wide: HTMLElement, narrow: HTMLElement, dot: HTMLElement }} Parts */

/** Where on a bar a value is, from 0 to 1. @param {{ low: number, high: number }} ends @param {number} value */
export const placeOf = ({ low, high }, value) => (value - low) / (high - low || 1);

const HALF = "5px"; // of a dot, which stays whole at either end of the bar

/** Puts a part somewhere, and squeezes one that has two ends. @param {HTMLElement} part @param {number} from @param {number} [to] both from 0 to 1 */
export function put(part, from, to) {
  const moved = (100 * from).toFixed(2);
  part.style.transform = to === undefined ? `translateX(clamp(${HALF}, ${moved}cqw, 100cqw - ${HALF}))` : `translateX(${moved}%) scaleX(${(to - from).toFixed(4)})`;
}

/** @param {Parts} parts @param {number[]} quantiles 5, 25, 50, 75 and 95% @param {{ low: number, high: number }} ends of the bar @param {number} stroke */
export function paint({ zero, wide, narrow, dot }, quantiles, ends, stroke) {
  const at = (/** @type {number} */ value) => placeOf(ends, value);
  put(zero, at(stroke));
  put(wide, at(quantiles[0]), at(quantiles[4]));
  put(narrow, at(quantiles[1]), at(quantiles[3]));
  put(dot, at(quantiles[2]));
}

/** A bar as an element. @param {number[]} quantiles @param {{ low: number, high: number }} ends @param {number} stroke @param {string} [kind] of the scenario whose colour it has */
export function bar(quantiles, ends, stroke, kind = "") {
  const part = (/** @type {string} */ name) => element("i", { class: "card__" + name });
  const parts = { zero: part("zero"), wide: part("wide"), narrow: part("narrow"), dot: part("dot") };
  paint(parts, quantiles, ends, stroke);
  return element("div", { class: "card__bar" + (kind && ` dot--${kind}`), "aria-hidden": "true" }, ...Object.values(parts));
}
