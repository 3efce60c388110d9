/** From which value of a single fact on the fate of a case is another one: the nearest such value on either side of what is stated. */
/** @import { CaseControl } from "../types/precedents.js" */
/** @typedef {{ control: CaseControl, value: number }} Trial one fact set otherwise, all else as stated */
/** @typedef {{ control: CaseControl, least: boolean, value: number }} Flip `least`: from `value` upwards, else downwards */
/** @typedef {{ control: CaseControl, least: boolean, same: number, other: number }} Bracket between `same` and `other` the fate changes */
/** @typedef {(trials: Trial[]) => Promise<boolean[]>} Judge whether each trial ends in another fate */

const COARSE = 24; // steps over the range of a fact
const HALVINGS = 7; // of the step in which the fate changes: to a few thousandths of the range
const PLACES = 3; // significant digits of what is told

/** @param {CaseControl} control */
export const grid = ({ low, high }) => Array.from({ length: COARSE + 1 }, (_, n) => low + ((high - low) * n) / COARSE);

/**
 * The two nearest changes of fate, where there are any.
 * @param {CaseControl} control
 * @param {number[]} values ascending
 * @param {boolean[]} others whether the fate is another one at each
 * @returns {Bracket[]}
 */
export function brackets(control, values, others) {
  const above = values.findIndex((value, n) => value > control.value && others[n]);
  const below = values.findLastIndex((value, n) => value < control.value && others[n]);
  const found = [];
  if (above >= 0) found.push({ control, least: true, same: Math.max(control.value, values[above - 1] ?? control.value), other: values[above] });
  if (below >= 0) found.push({ control, least: false, same: Math.min(control.value, values[below + 1] ?? control.value), other: values[below] });
  return found;
}

/**
 * Three figures, away from what is stated, so that what is told does change the fate.
 * @param {Bracket} bracket
 */
export function told({ control, least, other }) {
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(other) || 1)) - PLACES + 1);
  const rounded = Number(((least ? Math.ceil : Math.floor)(other / unit - (least ? 1e-9 : -1e-9)) * unit).toPrecision(PLACES));
  return Math.min(control.high, Math.max(control.low, rounded));
}

/**
 * What single facts would have made of a case, the smallest change (as a share of the fact's range) first.
 * @param {CaseControl[]} controls
 * @param {Judge} judge asked for many trials at once
 * @returns {Promise<Flip[]>}
 */
export async function nearestFlips(controls, judge) {
  const trials = controls.flatMap((control) => grid(control).map((value) => ({ control, value })));
  const others = await judge(trials);
  let open = controls.flatMap((control, n) => {
    const from = n * (COARSE + 1);
    return brackets(control, trials.slice(from, from + COARSE + 1).map(({ value }) => value), others.slice(from, from + COARSE + 1));
  });
  for (let round = 0; round < HALVINGS && open.length; round++) {
    const middles = open.map(({ control, same, other }) => ({ control, value: (same + other) / 2 }));
    const turned = await judge(middles);
    open = open.map((bracket, n) => (turned[n] ? { ...bracket, other: middles[n].value } : { ...bracket, same: middles[n].value }));
  }
  const share = (/** @type {Flip} */ { control, value }) => Math.abs(value - control.value) / (control.high - control.low || 1);
  return open.map((bracket) => ({ control: bracket.control, least: bracket.least, value: told(bracket) })).sort((a, b) => share(a) - share(b));
}
