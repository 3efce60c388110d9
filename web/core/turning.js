/** What a verdict hangs on: the uncertain inputs that part futures in which it holds from those in which it does not.
 *
 * Of each input the one cut is taken that parts the members best: the futures that go the way most of them go are rarer
 * on one side of it. How well is a two-sample z of their shares; with some hundred inputs and cuts the largest of pure
 * chance is about 4.5, so less than LEAST_Z is nothing, and so is a difference of less than LEAST_APART.
 */
/** @import { Split } from "../types/page.js" */
/** @typedef {Float32Array | Float64Array | number[]} Values */
/** Of each member of an outcome: 1 up, −1 down, 0 neither, 2 where there is no outcome. @typedef {Int8Array} Signs */

const LEAST_Z = 6;
const LEAST_APART = 0.12;
const LEAST_SIDE = 0.1; // of the members, on either side of a cut
const MOST = 40; // that are told

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
  const rest = there.length - best.place;
  const difference = best.place < 0 ? 0 : Math.abs(best.below / best.place - (total - best.below) / rest);
  return best.z >= LEAST_Z && difference >= LEAST_APART ? { ...best, total } : null;
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
 * @param {NonNullable<ReturnType<typeof bestCut>>} cut
 * @returns {Split}
 */
function described(outcome, kind, input, values, way, { z, place, below, total, there }) {
  const middle = (/** @type {number} */ from, /** @type {number} */ to) => values[there[Math.floor((from + to) / 2)]];
  return {
    outcome, kind, input, way, z,
    at: between(values[there[place - 1]], values[there[place]]),
    low: { count: place, way: below, middle: middle(0, place) },
    high: { count: there.length - place, way: total - below, middle: middle(place, there.length) },
  };
}

/**
 * The inputs that most part the futures of some outcomes, the strongest first.
 * @param {Map<string, { values: Values, order: Uint32Array }>} inputs those that vary
 * @param {{ name: string, kind: string, signs: Signs }[]} outcomes
 * @returns {Split[]}
 */
export function splits(inputs, outcomes) {
  /** @type {Split[]} */
  const found = [];
  for (const { name, kind, signs } of outcomes) {
    const up = signs.reduce((sum, sign) => sum + Number(sign === 1), 0);
    const down = signs.reduce((sum, sign) => sum + Number(sign === -1), 0);
    const way = up >= down ? 1 : -1;
    for (const [input, { values, order }] of inputs) {
      const cut = bestCut(values, order, signs, way);
      if (cut) found.push(described(name, kind, input, values, way, cut));
    }
  }
  return found.sort((a, b) => b.z - a.z).slice(0, MOST);
}
