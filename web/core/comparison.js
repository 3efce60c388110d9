/** Several scenarios held against each other: what is asked of the ensemble, and what that says in words.
 *
 * Every difference is taken member by member, two scenarios in the same future, so that it is theirs and not that of futures.
 * A level is a median with its interval; medians of levels are not subtracted from each other, so of a change its interval is
 * told. Who does better is said only where the middle 90% of the changes holds no zero (core/effects.js).
 */
import { pairWish } from "./band-wish.js";
import { cardOf, certain, differenceOf } from "./card.js";
import { pairOf } from "./compare-view.js";
import { betters, directionOf } from "./effects.js";
import { facts, variable } from "./facts.js";
import * as likelihood from "./likelihood.js";
import { nothingToCompare } from "./pictures.js";
import * as quantity from "./quantity.js";
import * as scenarios from "./scenario.js";
import { inside } from "./verdict.js";
import { say } from "./words.js";
/** @import { BandAnswer, BandWish, Constants, Effect, Scenario, State, Variable } from "../types/page.js" */
/** @import { View } from "./compare-view.js" */
/** A scenario that is compared: key "s" for status quo, "p" for the policy, else the number of a pin.
 * @typedef {{ key: string, kind: string, name: string, scenario: Scenario, constants: Constants }} Entry */
/** @typedef {{ from: Entry, to: Entry }} Pair */
/** Of the outcomes of which one way counts as better, those that are; and others that are clearly higher or lower.
 * @typedef {{ count: number, better: string[], worse: string[], unclear: string[], higher: string[], lower: string[] }} Tally */
/** What stands in a cell: a value or none, the kind of difference, how likely that is, its interval.
 * @typedef {{ value: string, unit: string, level: number[] | null, range: string, kind: string, word: string, tone: string, why: string,
 *   change: string, bar: { change: number[], low: number, high: number } | null }} Cell */

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("compare." + key, values);
/** The reference first. @param {State} state @returns {Entry[]} */
export function entriesOf(state) {
  const policy = scenarios.of(state);
  const found = [{ key: "s", kind: "status-quo", name: say("explore.status_quo"), scenario: scenarios.statusQuo() }];
  if (!scenarios.isStatusQuo(policy)) found.push({ key: "p", kind: "policy", name: scenarios.name(policy), scenario: policy });
  state.pins.forEach((pin, n) => found.push({ key: String(n), kind: "pinned-" + n, name: scenarios.name(pin), scenario: pin }));
  return found.map((entry) => ({ ...entry, constants: scenarios.constants(entry.scenario, state.assumptions) }));
}

/**
 * Each scenario against the reference, then the pair.
 * @param {Entry[]} entries
 * @param {Pair | null} pair
 * @param {Record<string, number>} assumptions
 * @param {{ outcomes: string[], outcome: string, year: number, years: number[] }} looked
 * @returns {BandWish[]}
 */
export function wishesOf(entries, pair, assumptions, { outcomes, outcome, year, years }) {
  const looked = { charts: [outcome], outcomes, last: year, until: years[years.length - 1], years };
  const [reference] = entries;
  const each = entries.map((entry) => pairWish(entry.scenario, reference.scenario, assumptions, looked));
  return pair ? [...each, pairWish(pair.to.scenario, pair.from.scenario, assumptions, { ...looked, charts: [] })] : each;
}

/** @param {Record<string, Effect>} effects @returns {Tally} */
export function tally(effects) {
  /** @type {Tally} */
  const found = { count: 0, better: [], worse: [], unclear: [], higher: [], lower: [] };
  for (const name of facts.headlines) {
    const direction = directionOf(effects[name]);
    const wanted = ["higher", "lower"].includes(variable(name).better ?? "");
    const better = betters(direction, variable(name).better);
    if (wanted) found.count += 1;
    if (better !== null) found[better ? "better" : "worse"].push(name);
    else if (wanted) found.unclear.push(name);
    else if (direction === "up" || direction === "down") found[direction === "up" ? "higher" : "lower"].push(name);
  }
  return found;
}

/** @param {number} count */
const number = (count) => (count ? String(count) : words("none"));

/** The answer in a sentence, its numbers between asterisks. @param {Pair} pair @param {Tally} counted @param {number} year */
function sentence({ from, to }, { count, better, worse, unclear }, year) {
  const values = { year, to: to.name.replaceAll("*", ""), from: from.name.replaceAll("*", ""), count };
  if (!count) return words("answer_nothing", values);
  if (unclear.length === count) return words("answer_unclear", values);
  return words("answer", { ...values, better: number(better.length), worse: number(worse.length), unclear: number(unclear.length) });
}

/** Names under a heading, with the word and the number that hold for all of them. @param {string} kind @param {string[]} names @param {Record<string, Effect>} effects */
function list(kind, names, effects) {
  if (!names.length) return [];
  const share = Math.min(...names.map((name) => differenceOf(variable(name), effects[name]).share));
  const odds = likelihood.inFutures(share);
  const sure = kind === "unclear" ? "" : words("sure", { word: likelihood.inWords(share), odds: names.length > 1 && share <= 0.995 ? say("in_short.at_least", { odds }) : odds });
  return [words("list", { kind: words("kind_list." + kind), sure, list: names.map((name) => inside(variable(name).label)).join("; ") })]; // some have commas of their own
}

/**
 * Who does better than whom, in sentences; what stands between asterisks may be set in bold.
 * @param {Pair} pair
 * @param {Pick<BandAnswer, "effects">} answer of the pair
 * @param {number} year
 * @param {Exclude<keyof Tally, "count">[]} [kinds] of outcomes that are named
 */
export function answerOf(pair, { effects }, year, kinds = ["better", "worse", "unclear", "higher", "lower"]) {
  const counted = tally(effects);
  return [sentence(pair, counted, year), ...kinds.flatMap((kind) => list(kind, counted[kind], effects))];
}

/** How often a scenario is better and worse than the reference, in few words. @param {Pick<BandAnswer, "effects">} answer */
export function tallyWords({ effects }) {
  const { count, better, worse, unclear } = tally(effects);
  return count ? words("tally", { better: better.length, worse: worse.length, unclear: unclear.length }) : "";
}

/** A level with its unit; of a date, the year up to which it is not reached. @param {number} value @param {Variable} about @param {number} year */
function levelOf(value, about, year) {
  if (about.date && value >= year - 1e-6) return { figure: say("quantity.not_by", { year }), unit: "" };
  return quantity.parts(value, about);
}

/** A variable in a scenario, and against a reference if it has one. @param {string} name @param {BandAnswer} answer @param {number} year @param {boolean} against @returns {Cell} */
export function cellOf(name, { effects, there, members }, year, against) {
  const about = variable(name);
  const effect = effects[name];
  const { figure, unit } = levelOf(effect.level[2], about, year);
  const [low, high] = [effect.level[0], effect.level[4]].map((edge) => levelOf(edge, about, year).figure);
  const somewhere = there[name] ?? members;
  const range = Number.isFinite(effect.level[0]) && low !== high ? say("quantity.range", { low, high }) : "";
  const level = { value: figure, unit, level: Number.isFinite(effect.level[0]) ? effect.level : null, range: [range, somewhere < members && say("outcome.share", { share: Math.round((100 * somewhere) / members) })].filter(Boolean).join("; ") };
  if (!against) return { ...level, kind: "", word: "", tone: "other", why: "", change: "", bar: null };
  const { kind, tone, why, range: change, bar } = differenceOf(about, effect);
  return { ...level, kind, word: kind === "nowhere" ? nothingToCompare(effect.level[2], about) : words("kind." + kind), tone, why, change, bar };
}

/** The same from one run each, where there is no ensemble (yet): without a difference, unless nothing in the model is uncertain. @param {string} name @param {number} value @param {number} reference @param {boolean} against @returns {Cell} */
export function cellOfRun(name, value, reference, against) {
  const { value: figure, unit, change, tone, direction } = cardOf(name, { value, reference }, null);
  const base = { value: figure, unit, level: null, range: "", why: "", change: "", bar: null };
  return against && certain() ? { ...base, kind: direction, word: direction === "same" ? words("kind.same") : change, tone } : { ...base, kind: "", word: "", tone: "other" };
}

/** The pair that is looked at. @param {State} state @param {Pick<View, "from" | "to">} view */
export const chosenPair = (state, view) => pairOf(entriesOf(state), view);
