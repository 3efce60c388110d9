/** Feedback loops that can be cut. A cut loop is an assumption at 0 (facts.assumptions, those with a `loop`), so links,
 * undo, files and every curve have it already. */
import { facts } from "./facts.js";
import { say } from "./words.js";
/** @import { State } from "../types/page.js" */

const FEW = 3; // names that a notice has room for

/** Keys of the assumptions that are switches of loops. */
export const keys = () => Object.keys(facts.assumptions).filter((key) => facts.assumptions[key].loop);

/**
 * The loop behind a switch; undefined for other assumptions.
 * @param {string} key
 */
export const about = (key) => facts.assumptions[key].loop;

/**
 * Keys of the loops that are cut.
 * @param {State} state
 */
export const cut = (state) => Object.keys(state.assumptions).filter((key) => about(key));

/**
 * A state's assumptions with every loop acting, or null where none is cut.
 * @param {State} state
 */
export function whole(state) {
  const gone = cut(state);
  return gone.length ? Object.fromEntries(Object.entries(state.assumptions).filter(([key]) => !gone.includes(key))) : null;
}

/**
 * "2 loops off (…): not the full model."; "" where none is.
 * @param {State} state
 * @param {number} [few] names that there is room for
 */
export function note(state, few = FEW) {
  const names = cut(state).map((key) => about(key)?.name);
  if (!names.length) return "";
  const kind = names.length === 1 ? "one" : names.length <= few ? "few" : "many";
  return say("loop.notice." + kind, { count: names.length, names: names.join(", ") });
}
