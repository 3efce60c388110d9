/** Composite choices (a model's choices.toml): which level the levers stand at, and levers as another level sets them.
 *
 * A level counts by the values of the levers alone, so that a policy which starts later is at the same level. An amount is
 * paid where a level of another choice carries it: the same money can go to either of two programmes. Where several levels
 * fit (nobody's money, say), `wish` decides: what was chosen last. policy_lab/model/parts.py, at_point, does the same.
 */
import { facts } from "./facts.js";
import { near } from "./scenario.js";
/** @import { Choice, Level, Levers, Setting } from "../types/page.js" */
/** @typedef {Record<string, string>} Wish level by choice */
/** What carriers pay into: an amount with the shares of a level. @typedef {Record<string, number>} Shares */

/** @param {string[]} keys */
const unique = (keys) => [...new Set(keys)];
const standing = (/** @type {string} */ key) => facts.start.levers[key];

/** @param {string} key @param {(number | null)[]} given what is null stays as in status quo */
const filled = (key, given) => /** @type {Setting} */ (standing(key).map((value, place) => (value === null ? null : given[place] ?? value)));

/** The levers that a choice sets by itself. @param {Choice} choice */
const owned = (choice) => unique(choice.levels.flatMap((level) => Object.keys(level.levers)));

/** The choices whose amounts a choice carries. @param {Choice} choice */
const paid = (choice) => facts.choices.filter((other) => choice.levels.some((level) => other.key in level.carries));

/** The choice that carries the amounts of one. @param {Choice} choice */
const carrierOf = (choice) => facts.choices.find((other) => other.levels.some((level) => choice.key in level.carries));

/** Every lever that an amount may be paid into. @param {Choice} carrier @param {Choice} amounts */
const purse = (carrier, amounts) => unique(carrier.levels.flatMap((level) => Object.keys(level.carries[amounts.key] ?? {})));

/** @param {Choice} choice @param {Level} level @param {Levers} levers */
const standsAt = (choice, level, levers) => owned(choice).every((key) => near(levers[key][0], filled(key, level.levers[key] ?? [])[0]));

/** What is paid if it is paid in these shares; null: nothing, undefined: the levers do not stand so.
 * @param {Levers} levers @param {string[]} into @param {Shares} shares */
function amountIn(levers, into, shares) {
  const resting = (/** @type {string} */ key) => near(levers[key][0], standing(key)[0]);
  if (into.every(resting)) return null;
  if (!into.every((key) => key in shares || resting(key))) return undefined;
  const amounts = Object.entries(shares).map(([key, share]) => levers[key][0] / share);
  return amounts.every((amount) => near(amount, amounts[0])) ? amounts[0] : undefined;
}

/** Levels of a carrier that money may be paid by as it stands, the likeliest first.
 * @param {Choice} carrier @param {Choice} amounts @param {Levers} levers @param {Wish} wish */
function payers(carrier, amounts, levers, wish) {
  const into = purse(carrier, amounts);
  const rank = (/** @type {Level} */ level) => (level.key === wish[carrier.key] ? 0 : 2) + (standsAt(carrier, level, levers) ? 0 : 1);
  return carrier.levels.filter((level) => amountIn(levers, into, level.carries[amounts.key]) !== undefined).sort((a, b) => rank(a) - rank(b));
}

/** @param {Choice} choice @param {Level} level @param {Levers} levers */
function pays(choice, level, levers) {
  const carrier = carrierOf(choice);
  if (!carrier) return true;
  const into = purse(carrier, choice);
  return carrier.levels.some((other) => near(amountIn(levers, into, other.carries[choice.key]) ?? null, level.amount && level.amount[0])
    && amountIn(levers, into, other.carries[choice.key]) !== undefined);
}

/** @param {Choice} choice @param {Level} level @param {Levers} levers */
const carriesAsPaid = (choice, level, levers) => paid(choice).every((other) => amountIn(levers, purse(choice, other), level.carries[other.key]) !== undefined);

/**
 * The level of each choice that the levers stand at, null for a mix of one's own.
 * @param {Levers} levers
 * @param {Wish} wish
 * @returns {Record<string, string | null>}
 */
export function chosen(levers, wish) {
  return Object.fromEntries(facts.choices.map((choice) => {
    const fits = choice.levels.filter((level) => standsAt(choice, level, levers) && pays(choice, level, levers) && carriesAsPaid(choice, level, levers));
    return [choice.key, (fits.find((level) => level.key === wish[choice.key]) ?? fits[0])?.key ?? null];
  }));
}

/** Pays an amount; gives the levers that cannot take their share. @param {Levers} levers changed in place @param {string[]} into @param {Shares} shares @param {(number | null)[] | null} amount */
function pay(levers, into, shares, amount) {
  const capped = [];
  for (const key of into) {
    const [value, ...times] = amount && key in shares ? amount : [];
    const { low, high } = facts.levers[key];
    const due = typeof value === "number" ? Number((value * shares[key]).toPrecision(5)) : null;
    if (due !== null && (due > high || due < low)) capped.push(key);
    levers[key] = filled(key, due === null ? [] : [Math.min(Math.max(due, low), high), ...times]);
  }
  return capped;
}

/** What is paid now, with its timing: at a level or any other amount; undefined where that cannot be said.
 * @param {Choice} carrier @param {Choice} amounts @param {Levers} levers @param {Wish} wish */
function paidNow(carrier, amounts, levers, wish) {
  const [payer] = payers(carrier, amounts, levers, wish);
  if (!payer) return undefined;
  const shares = payer.carries[amounts.key];
  const amount = amountIn(levers, purse(carrier, amounts), shares);
  if (amount === null || amount === undefined) return null;
  return [amount, ...levers[Object.keys(shares)[0]].slice(1)];
}

/**
 * Levers as a level of a choice sets them; what no choice sets stays. `capped`: levers that cannot take all of an amount.
 * @param {Levers} levers
 * @param {string} choiceKey
 * @param {string} levelKey
 * @param {Wish} wish
 * @returns {{ levers: Levers, wish: Wish, capped: string[] }}
 */
export function set(levers, choiceKey, levelKey, wish) {
  const choice = /** @type {Choice} */ (facts.choices.find(({ key }) => key === choiceKey));
  const level = /** @type {Level} */ (choice.levels.find(({ key }) => key === levelKey));
  const next = { ...levers };
  const capped = [];
  const wished = { ...wish, [choiceKey]: levelKey };
  for (const key of owned(choice)) next[key] = filled(key, level.levers[key] ?? []);
  for (const amounts of paid(choice)) {
    const amount = paidNow(choice, amounts, levers, wish);
    if (amount !== undefined) capped.push(...pay(next, purse(choice, amounts), level.carries[amounts.key], amount));
  }
  const carrier = carrierOf(choice);
  if (carrier) {
    const payer = payers(carrier, choice, levers, wish)[0] ?? carrier.levels.find(({ key }) => key === wish[carrier.key]) ?? carrier.levels[0];
    capped.push(...pay(next, purse(carrier, choice), payer.carries[choiceKey], level.amount));
    wished[carrier.key] = payer.key;
  }
  return { levers: next, wish: wished, capped };
}
