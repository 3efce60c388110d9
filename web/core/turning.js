/** What a verdict may hang on: the uncertain inputs that part futures in which it holds from those in which it does not.
 *
 * Of each input the one cut is taken that parts the members best: the futures that go the way most of them go are rarer
 * on one side of it. How well is a two-sample z of their shares; with some hundred inputs and cuts the largest of pure
 * chance is about 4.5, so less than LEAST_Z is nothing, and so is a difference of less than LEAST_APART.
 *
 * That alone misses most inputs that turn a verdict: where 96 of 100 futures go up, hardly any go down on whatever side of
 * a cut, and an input that shifts all changes a little still brings the hundredth that is missing. So an input counts as
 * well whose values rank as the changes do (Spearman 1904, doi 10.2307/1412159; r times the root of n − 1 is about normal
 * where there is nothing). Nothing of this is told before it was tried (engine/turning.js), so a false alarm costs a run.
 */
/** @import { Split } from "../types/page.js" */
/** @typedef {Float32Array | Float64Array | number[]} Values */
/** Of each member of an outcome: 1 up, −1 down, 0 neither, 2 where there is no outcome. @typedef {Int8Array} Signs */

const LEAST_Z = 6;
const LEAST_APART = 0.12;
const LEAST_SIDE = 0.1; // of the members, on either side of a cut
const LEAST_PULL = 3.5; // 1 of 2,000 inputs by chance
const TAIL = 0.2; // of the members, at either end of an input
const MOST = 12; // of an outcome

/** Members in the order of an input's values. @param {Values} values */
export const orderOf = (values) => Uint32Array.from(values, (_, member) => member).sort((a, b) => values[a] - values[b]);

/** How far apart two shares are, in standard errors of their difference. @param {number} a @param {number} of @param {number} b @param {number} ofB */
function apart(a, of, b, ofB) {
  const whole = (a + b) / (of + ofB);
  const error = Math.sqrt(whole * (1 - whole) * (1 / of + 1 / ofB));
  return error > 0 ? Math.abs(a / of - b / ofB) / error : 0;
}

/**
 * The cut of an input that parts best those that go one way from the others.
 * @param {Values} values of the input, by member
 * @param {Uint32Array} order see orderOf
 * @param {Signs} signs
 * @param {number} way 1 or −1
 */
function bestCut(values, order, signs, way) {
  const there = order.filter((member) => signs[member] !== 2);
  const total = there.reduce((sum, member) => sum + Number(signs[member] === way), 0);
  const least = Math.max(20, LEAST_SIDE * there.length);
  let best = { z: 0, place: -1, below: 0, there };
  let below = 0;
  for (let place = 1; place < there.length; place++) {
    below += Number(signs[there[place - 1]] === way);
    if (place < least || there.length - place < least || values[there[place - 1]] === values[there[place]]) continue;
    const z = apart(below, place, total - below, there.length - place);
    if (z > best.z) best = { z, place, below, there };
  }
  if (best.place < 0) return null;
  const difference = Math.abs(best.below / best.place - (total - best.below) / (there.length - best.place));
  return { ...best, total, sure: best.z >= LEAST_Z && difference >= LEAST_APART };
}

/** Ranks of some members' values, from −½ to ½, equal ones in their middle; NaN for members without one. @param {Values} values */
export function ranksOf(values) {
  const ranks = new Float64Array(values.length).fill(NaN);
  const order = Uint32Array.from(values.keys()).filter((member) => Number.isFinite(values[member])).sort((a, b) => values[a] - values[b]);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]] === values[order[from]]) to += 1;
    for (let place = from; place < to; place++) ranks[order[place]] = (from + to - 1) / 2 / Math.max(1, order.length - 1) - 0.5;
  }
  return ranks;
}

/** How surely an outcome rises or falls with an input: Spearman's r times the root of n − 1. @param {Float64Array} outcome ranks @param {Uint32Array} there members with an outcome, by the input's values */
function pullOf(outcome, there) {
  const last = there.length - 1;
  let [both, ours, theirs] = [0, 0, 0];
  there.forEach((member, place) => {
    const rank = place / last - 0.5;
    both += rank * outcome[member];
    ours += rank * rank;
    theirs += outcome[member] ** 2;
  });
  return theirs > 0 ? (both / Math.sqrt(ours * theirs)) * Math.sqrt(last) : 0;
}

/** A number between two others with as few digits as there can be. @param {number} low @param {number} high */
function between(low, high) {
  for (let digits = 1; digits < 8; digits++) {
    const found = Number(((low + high) / 2).toPrecision(digits));
    if (found > low && found <= high) return found;
  }
  return high;
}

/**
 * A cut in words: its value, and how many members on either side go the way told.
 * @param {string} outcome @param {string} kind @param {string} input @param {Values} values @param {number} way
 * @param {NonNullable<ReturnType<typeof bestCut>>} cut @param {Signs} signs
 * @returns {Split}
 */
function described(outcome, kind, input, values, way, { z, place, below, total, there }, signs) {
  const most = Math.max(1, Math.round(TAIL * there.length));
  const share = (/** @type {Uint32Array} */ members) => members.reduce((sum, member) => sum + Number(signs[member] === way), 0) / most;
  const middle = (/** @type {number} */ from, /** @type {number} */ to) => values[there[Math.floor((from + to) / 2)]];
  return {
    outcome, kind, input, way, z, tails: [share(there.slice(0, most)), share(there.slice(-most))],
    at: between(values[there[place - 1]], values[there[place]]),
    low: { count: place, way: below, middle: middle(0, place) },
    high: { count: there.length - place, way: total - below, middle: middle(place, there.length) },
  };
}

/**
 * The inputs that may turn what is said of some outcomes, of each the strongest first.
 * @param {Map<string, { values: Values, order: Uint32Array }>} inputs those that vary
 * @param {{ name: string, kind: string, signs: Signs, values: Values }[]} outcomes values: of what the signs are
 * @returns {Split[]}
 */
export function splits(inputs, outcomes) {
  /** @type {Split[]} */
  const found = [];
  for (const { name, kind, signs, values: shown } of outcomes) {
    const ranks = ranksOf(shown);
    /** @type {{ split: Split, pull: number }[]} */
    const ours = [];
    const up = signs.reduce((sum, sign) => sum + Number(sign === 1), 0);
    const down = signs.reduce((sum, sign) => sum + Number(sign === -1), 0);
    const way = up >= down ? 1 : -1;
    for (const [input, { values, order }] of inputs) {
      const cut = bestCut(values, order, signs, way);
      const pull = cut ? Math.abs(pullOf(ranks, cut.there)) : 0;
      if (cut && (cut.sure || pull >= LEAST_PULL)) ours.push({ pull, split: described(name, kind, input, values, way, cut, signs) });
    }
    found.push(...ours.sort((a, b) => b.pull - a.pull).slice(0, MOST).map(({ split }) => split));
  }
  return found;
}
