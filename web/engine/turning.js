/** Which uncertain inputs turn the verdict: those that part its futures are tried, and only one that does turn it counts.
 *
 * Where the verdict of an outcome changes, with the input at a value that its ensemble suggests, the same ensemble was run
 * with the input there: what a person sees who moves it there. First members decide whether all are worth running.
 */
import { facts } from "../core/facts.js";
import { CLEAR, LIKELY, stateOf } from "../core/effects.js";
import { wishOf } from "../core/band-wish.js";
import { near } from "../core/scenario.js";
import { keyOf } from "../core/turn-words.js";
import * as bandRuns from "./bands.js";
/** @import { BandAnswer, Split, State, Turn } from "../types/page.js" */

const WANTED = 2; // inputs
const MOST = 6; // inputs that are tried
const FEW = 200; // members that a value is tried with first
const DIGITS = 5; // of a value, as core/state.js keeps it

/** The end of an input at which the verdict may be another one: where it is open, that near which more futures go the way most
 * of them go, else that near which fewer do. @param {Split} split @param {string} before the state */
function otherSide({ low, high, tails }, before) {
  const open = before === "unclear" || before === "open";
  const upper = open ? tails[1] > tails[0] : tails[1] < tails[0];
  return { open, upper, side: upper ? high : low, share: tails[Number(upper)] };
}

/** Values of an input to try: the end of that side, and its middle, nearer to what is likely. @param {Split} split @param {string} before */
export function triesOf(split, before) {
  const about = facts.assumptions[keyOf(split.input)];
  const { upper, side } = otherSide(split, before);
  const kept = (/** @type {number} */ value) => Math.min(Math.max(Number(value.toPrecision(DIGITS)), about.low), about.high);
  const values = [kept(upper ? about.high : about.low), kept(side.middle)];
  return values.filter((value) => !near(value, about.default)); // set back to what the model has, it varies again
}

/** How much there is to hope for from an input: one and more where the futures near its end would be told otherwise.
 * @param {Split} split @param {string} before */
function hope(split, before) {
  const { open, share } = otherSide(split, before);
  const missing = 1 - (split.kind === "level" ? LIKELY : CLEAR);
  const other = Math.max(1e-3, 1 - share);
  return open ? missing / other : other / missing;
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
  const before = (/** @type {Split} */ split) => stateOf(answer.effects[split.outcome], split.kind);
  const worth = answer.splits
    .filter(({ outcome, kind }) => subjects.some((one) => one.outcome === outcome && one.kind === kind))
    .sort((a, b) => hope(b, before(b)) - hope(a, before(a)));
  let tried = 0;
  for (const split of worth) {
    const key = keyOf(split.input);
    if (found.length === WANTED || tried === MOST) break;
    if (found.some((turn) => turn.key === key)) continue;
    tried += 1;
    const turn = await turnOf(state, split, before(split), ask);
    if (turn === null) return false;
    if (turn) found.push(turn);
    if (turn) told(found.slice());
  }
  return true;
}

/**
 * An input tried: first members say at which of its values it may turn the verdict, and all whether it does.
 * @param {State} state @param {Split} split @param {string} before @param {typeof bandRuns.ask} ask
 * @returns {Promise<Turn | false | null>} false: it does not; null: something newer is wanted
 */
async function turnOf(state, split, before, ask) {
  const key = keyOf(split.input);
  const wishAt = (/** @type {number} */ value) => wishOf(state, facts.clock.final, { ...state.assumptions, [key]: value });
  /** @type {number[]} */
  const likely = [];
  for (const value of triesOf(split, before)) {
    const few = await ask(wishAt(value), FEW);
    if (!few) return null;
    if (stateOf(few.effects[split.outcome], split.kind) === before) break; // not at its end, so not in the middle either
    likely.unshift(value);
  }
  for (const value of likely) {
    const all = await ask(wishAt(value));
    if (!all) return null;
    const after = stateOf(all.effects[split.outcome], split.kind);
    if (after !== before) return { key, value, split, before, after };
  }
  return false;
}
