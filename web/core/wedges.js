/** Where the difference between two scenarios comes from: all mixes of what sets them apart are run, so nothing is
 * estimated. The same arithmetic as policy_lab/studies/shapley.py, which says what the words mean.
 */
/** @import { Constants } from "../types/page.js" */
/** @typedef {{ key: string, label: string }} Owner who decides a constant */
/** @typedef {Owner & { constants: Record<string, [number, number]> }} Player its constants, each before and after */
/** alone: what a player does by itself; last: what is lost without it; shapley: its fair share, the mean over all orders
 * of joining; together: what the players do only in company, whole less all of alone.
 * @typedef {{ shapley: number[], alone: number[], last: number[], whole: number, together: number }} Shares
 */

/**
 * Those who set two scenarios apart; constants that nobody owns are one player, the key of which is "".
 * @param {Constants} before
 * @param {Constants} after
 * @param {Record<string, Owner>} owners by constant
 * @param {(name: string) => number} defaults the model's own value
 * @returns {Player[]}
 */
export function players(before, after, owners, defaults) {
  /** @type {Map<string, Player>} */
  const found = new Map();
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [first, second] = [before, after].map((settings) => (name in settings ? settings[name] : defaults(name)));
    if (first === second) continue;
    const owner = owners[name] ?? { key: "", label: "" };
    const player = found.get(owner.key) ?? { ...owner, constants: {} };
    player.constants[name] = [first, second];
    found.set(owner.key, player);
  }
  return [...found.values()];
}

/**
 * Settings of all 2^k mixes; bit i of a mix's number: player i has joined.
 * @param {Constants} before
 * @param {Pick<Player, "constants">[]} joining
 * @returns {Constants[]}
 */
export function mixes(before, joining) {
  return Array.from({ length: 2 ** joining.length }, (_, mix) => {
    const settings = { ...before };
    joining.forEach(({ constants }, player) => {
      for (const [name, pair] of Object.entries(constants)) settings[name] = pair[(mix >> player) & 1];
    });
    return settings;
  });
}

/**
 * @param {number[]} values of every mix
 * @param {number} count of players
 * @returns {Shares}
 */
export function shares(values, count) {
  const factorial = (/** @type {number} */ n) => Array.from({ length: n }, (_, k) => k + 1).reduce((product, k) => product * k, 1);
  const weight = Array.from({ length: count }, (_, size) => (factorial(size) * factorial(count - size - 1)) / factorial(count));
  const bits = (/** @type {number} */ mix) => mix.toString(2).replace(/0/g, "").length;
  const last = values.length - 1;
  /** @type {Shares} */
  const found = { shapley: [], alone: [], last: [], whole: values[last] - values[0], together: 0 };
  for (let player = 0; player < count; player++) {
    let share = 0;
    for (let mix = 0; mix <= last; mix++) {
      if (!((mix >> player) & 1)) share += weight[bits(mix)] * (values[mix | (1 << player)] - values[mix]);
    }
    found.shapley.push(share);
    found.alone.push(values[1 << player] - values[0]);
    found.last.push(values[last] - values[last ^ (1 << player)]);
  }
  found.together = found.whole - found.alone.reduce((sum, value) => sum + value, 0);
  return found;
}
