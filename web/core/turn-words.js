/** What the verdict hangs on, in words: an input, the value that parts the futures, and what it makes of the verdict. */
import { facts, variable } from "./facts.js";
import * as likelihood from "./likelihood.js";
import * as numbers from "./numbers.js";
import { inside } from "./verdict.js";
import { say } from "./words.js";
/** @import { Split, Turn } from "../types/page.js" */

/** @param {string} key @param {Record<string, unknown>} values */
const words = (key, values) => say("in_short." + key, values);

/** Key of an input of the model, as the page knows it. @param {string} name */
export const keyOf = (name) => Object.keys(facts.assumptions).find((key) => facts.assumptions[key].name === name) ?? "";

/** A value of an input. @param {number} value */
export const figure = (value) => numbers.figure(value, Math.min(5, numbers.decimals(Number(value.toPrecision(3)))));

/** A value of an input with its unit. @param {string} key @param {number} value */
export const valueOf = (key, value) => numbers.withUnit(figure(value), facts.assumptions[key].unit);

/** The shares of futures on either side of the value. @param {Split} split */
export function parted(split) {
  const { input, outcome, kind, way, at, low, high } = split;
  const [lowest, highest] = variable(outcome).poles ?? ["", ""];
  const [above, below] = likelihood.inBoth(high.way / high.count, low.way / low.count);
  const key = kind === "level" ? "parted_level" : way > 0 ? "parted_up" : "parted_down";
  const values = { at: valueOf(keyOf(input), at), outcome: inside(variable(outcome).label), pole: way > 0 ? highest : lowest };
  return words(key, { ...values, above, below });
}

/** What becomes there of the outcome that was named. @param {Turn} turn */
export function becomes({ split, after }) {
  const [low, high] = variable(split.outcome).poles ?? ["", ""];
  return say("in_short.becomes." + split.kind + "_" + after, { pole: after === "high" ? high : low });
}
