/** Which uncertain inputs turn the verdict: those that part its futures are tried, and only one that does turn it counts.
 *
 * Where the verdict of an outcome changes, with the input at a value that its ensemble suggests, the same ensemble was run
 * with the input there: what a person sees who moves it there. First members decide whether all are worth running.
 */
import { facts } from "../core/facts.js";
import { stateOf } from "../core/effects.js";
import { wishOf } from "../core/band-wish.js";
import { near } from "../core/scenario.js";
import { keyOf } from "../core/turn-words.js";
import * as bandRuns from "./bands.js";
/** @import { BandAnswer, Split, State, Turn } from "../types/page.js" */

const WANTED = 2; // inputs
const MOST = 6; // of an input and an outcome, that are tried
const FEW = 200; // members that a value is tried with first
const DIGITS = 5; // of a value, as core/state.js keeps it

/** Values of an input to try, the nearest first: the middle of the side that goes another way, and its end. For a verdict that
 * is unclear, the side on which futures agree more. @param {Split} split @param {string} before the state */
export function triesOf({ input, low, high }, before) {
  const about = facts.assumptions[keyOf(input)];
  const share = (/** @type {{ count: number, way: number }} */ side) => side.way / side.count;
  const open = before === "unclear" || before === "open";
  const decided = (/** @type {{ count: number, way: number }} */ side) => Math.abs(share(side) - 0.5);
  const upper = open ? decided(high) > decided(low) : share(high) < share(low);
  const kept = (/** @type {number} */ value) => Math.min(Math.max(Number(value.toPrecision(DIGITS)), about.low), about.high);
  const values = upper ? [kept(high.middle), kept(about.high)] : [kept(low.middle), kept(about.low)];
  return values.filter((value) => !near(value, about.default)); // set back to what the model has, it varies again
}

/**
 * The inputs that turn the verdict, one after another; ends where a newer wish comes in between.
 * @param {State} state
 * @param {BandAnswer} answer of all its members
 * @param {{ outcome: string, kind: string }[]} subjects what the verdict is about
 * @param {(turns: Turn[]) => void} told of those there are, with each that is found
 * @param {typeof bandRuns.ask} [ask]
 * @returns {Promise<boolean>} whether all were tried that are worth it
 */
export async function turnsOf(state, answer, subjects, told, ask = bandRuns.ask) {
  /** @type {Turn[]} */
  const found = [];
  const about = (/** @type {Split} */ { outcome, kind }) => subjects.some((one) => one.outcome === outcome && one.kind === kind);
  for (const split of answer.splits.filter(about).slice(0, MOST)) {
    const key = keyOf(split.input);
    if (found.length === WANTED || found.some((turn) => turn.key === key)) continue;
    const stateIn = (/** @type {BandAnswer} */ one) => stateOf(one.effects[split.outcome], split.kind);
    const before = stateIn(answer);
    for (const value of triesOf(split, before)) {
      const wish = wishOf(state, facts.clock.final, { ...state.assumptions, [key]: value });
      const few = await ask(wish, FEW);
      if (!few) return false;
      if (stateIn(few) === before) continue;
      const all = await ask(wish);
      if (!all) return false;
      if (stateIn(all) === before) continue;
      found.push({ key, value, split, before, after: stateIn(all) });
      told(found.slice());
      break;
    }
  }
  return true;
}
