/** What a policy does to outcomes over an ensemble: how far it moves each, in which direction, and how surely.
 *
 * A direction is claimed only where the middle 90% of the changes, member by member against the reference, leaves
 * nothing out: neither zero nor what is written as zero lies in it.
 */
/** @import { Effect } from "../types/page.js" */

/** Shares of the five quantiles of an effect. */
export const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
/** Members in which there must be an outcome before anything is said of its direction. */
export const FEWEST = 30;
/** Share of futures from which on a level counts as on one side of zero: "likely" on the IPCC's scale. */
export const LIKELY = 0.66;
/** Share of futures of which a direction leaves out no more on either side. */
export const CLEAR = 0.95;

/** @typedef {"up" | "down" | "same" | "unclear"} Direction */

/**
 * Where an outcome goes: "same" where the range of its change is nothing, "unclear" where it holds nothing.
 * @param {Effect} effect
 * @returns {Direction}
 */
export function directionOf({ change, count, grain }) {
  const [low, , , , high] = change;
  if (count < FEWEST) return "unclear";
  if (low > grain) return "up";
  if (high < -grain) return "down";
  return low >= -grain && high <= grain ? "same" : "unclear";
}

/** Whether a direction is to the better; null where nothing may be said. @param {Direction} direction @param {string | undefined} better @returns {boolean | null} */
export function betters(direction, better) {
  if ((direction !== "up" && direction !== "down") || (better !== "higher" && better !== "lower")) return null;
  return (direction === "up") === (better === "higher");
}

/** The side of zero on which a level likely is. @param {Effect} effect @returns {"high" | "low" | "open"} */
export function sideOf({ levels, positive, negative }) {
  if (levels < FEWEST) return "open";
  if (positive / levels >= LIKELY) return "high";
  return negative / levels >= LIKELY ? "low" : "open";
}

/** What the verdict says of an outcome: the side of a level with words at both ends, else the direction of the change.
 * @param {Effect} effect @param {string} kind "level" or "change" */
export const stateOf = (effect, kind) => (kind === "level" ? sideOf(effect) : directionOf(effect));
