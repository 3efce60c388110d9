/** The verdict in words: what a policy does to the headline outcomes by the model's last year, and how sure that is.
 *
 * It is made from the ensemble, never from one run. Each likelihood is a word of the IPCC's scale with its number beside it,
 * and no direction is claimed where the middle 90% of the changes holds zero (core/effects.js). A likelihood's words stand
 * between asterisks, for those who set them in bold; `plain` takes them away.
 */
import { betters, directionOf, sideOf } from "./effects.js";
import { facts, variable } from "./facts.js";
import * as likelihood from "./likelihood.js";
import { shown } from "./message.js";
import * as quantity from "./quantity.js";
import * as scenarios from "./scenario.js";
import { say } from "./words.js";
/** @import { BandAnswer, Effect, State, Variable } from "../types/page.js" */
/** @typedef {import("./effects.js").Direction} Direction */
/** An outcome with what becomes of it. @typedef {{ about: Variable, effect: Effect, direction: Direction }} Told */

const MOST_CLEAR = 3; // outcomes named of those with a direction
const MOST_UNCLEAR = 2;
const NEARLY_ALL = 0.9; // of the futures: where an outcome exists in fewer, its odds say of how many they are

/** @param {string} key @param {Record<string, unknown>} [values] */
const words = (key, values) => say("in_short." + key, values);
/** Items with commas of their own have semicolons between them. @param {string[]} items */
const stop = (items) => (items.some((item) => item.includes(", ")) ? "; " : ", ");
/** @param {string[]} items */
const listed = (items) => (stop(items) === "; " ? items.join("; ") : shown(items, "plain", { texts: facts.words, named: () => undefined }));

/** Without the marks around likelihoods. @param {string} text */
export const plain = (text) => text.replaceAll("*", "");

/** A label inside a sentence: in English a noun there is small, unless it is an abbreviation or a name in two capitals.
 * @param {string} label */
export const inside = (label) => (facts.language === "en" && /^[A-Z][a-z ]/.test(label) ? label[0].toLowerCase() + label.slice(1) : label).replaceAll("*", "");

/** The scenario inside a sentence: `own` is what an unnamed mix of levers is called there. @param {State} state @param {string} [own] */
function scenarioOf(state, own = "own") {
  const policy = scenarios.of(state);
  if (scenarios.isStatusQuo(policy)) return words("subject.status_quo");
  const count = Object.keys(policy.levers).length;
  const world = scenarios.worldOf(policy.world).title;
  if (!count) return words("world", { world });
  if (scenarios.later(policy) !== null) return words("from", { world, start: scenarios.usualStart(scenarios.whole(policy)) });
  return policy.world === facts.start.world ? words(own) : words(count === 1 ? "moved.one" : "moved.many", { world, count });
}

/** The share of futures in which an outcome goes a way. @param {Effect} effect @param {Direction} direction */
const shareOf = ({ up, down, count }, direction) => (direction === "up" ? up : down) / count;

/** How far a change is from nothing, in parts of the outcome's range. @param {Told} told */
const weight = ({ about, effect }) => Math.abs(effect.change[2]) / Math.max(1e-12, (about.high ?? 1) - (about.low ?? 0));

/** Whether somebody wants it one way. @param {Told} told */
const wanted = ({ about }) => Number(about.better === "higher" || about.better === "lower");

/** Those worth naming first: what somebody wants one way, and then what moves most. @param {Told[]} list */
const first = (list) => list.slice().sort((a, b) => wanted(b) - wanted(a) || weight(b) - weight(a));

/** "+0.05 to +0.31". @param {Told} told */
const range = ({ about, effect }) => quantity.changes(effect.change[0], effect.change[4], about);

/** @param {Told} told */
const named = (told) => words("item", { outcome: inside(told.about.label), change: range(told) });

/** @param {Told} told */
function clauseOf({ about, direction }) {
  const better = betters(direction, about.better);
  if (better !== null) return better ? "improve" : "worsen";
  return direction === "up" ? "raise" : "lower";
}

/** @param {Told[]} told @param {string} scenario @param {number} year @param {boolean} also whether a sentence before is about the same */
function sure(told, scenario, year, also) {
  if (!told.length) return [];
  const share = Math.min(...told.map(({ effect, direction }) => shareOf(effect, direction)));
  const odds = likelihood.inFutures(share);
  const clauses = ["improve", "worsen", "raise", "lower"].flatMap((kind) => {
    const ours = told.filter((one) => clauseOf(one) === kind).map(named);
    return ours.length ? [words("clause." + kind, { list: listed(ours) })] : [];
  });
  const values = { year, scenario, word: `*${likelihood.inWords(share)}*`, odds: told.length > 1 && share <= 0.995 ? words("at_least", { odds }) : odds };
  return [words(also ? "sure_also" : "sure", { ...values, clauses: clauses.length > 1 ? words("clauses", { first: clauses.slice(0, -1).join(words("between")), last: clauses[clauses.length - 1] }) : clauses[0] })];
}

/** On which side of its axis an outcome with words at both ends is: the words follow "is", as in "led by scientists".
 * @param {Variable} about @param {Effect} effect @param {number} members @param {number} year @param {string} subject */
function level(about, effect, members, year, subject) {
  const side = sideOf(effect);
  const [low, high] = about.poles ?? ["", ""];
  const share = Math.max(effect.positive, effect.negative) / effect.levels;
  const pole = effect.positive >= effect.negative ? high : low;
  const [odds, there] = [likelihood.inFutures(share), effect.levels / members];
  const values = { subject, year, pole, low, high, odds: there < NEARLY_ALL ? words("odds_where", { odds, outcome: about.label, there: likelihood.inFutures(there) }) : odds };
  return words(side === "open" ? "level_open" : "level", { ...values, word: `*${likelihood.inWords(share)}*` });
}

/** @param {Told[]} told @param {number} more that are as unclear @param {boolean} any whether anything is clear @param {string} scenario @param {number} year */
function unsure(told, more, any, scenario, year) {
  if (!told.length) return any ? [] : [words("nothing", { year, scenario })];
  const names = told.map(({ about }) => inside(about.label));
  const list = more ? words(more === 1 ? "more.one" : "more.many", { list: names.join(stop(names)), count: more }) : listed(names);
  return [any ? words("unclear", { list }) : words("all_unclear", { year, scenario, list })];
}

/** Where the first outcomes are under status quo. @param {Told[]} all @param {number} year */
function standing(all, year) {
  const told = first(all.filter(({ about, effect }) => !about.poles && Number.isFinite(effect.level[2]))).slice(0, MOST_CLEAR);
  const list = told.map(({ about, effect }) => words("level_range", { outcome: inside(about.label), range: quantity.levels(effect.level[0], effect.level[4], about) }));
  return list.length ? [words("standing", { year, list: listed(list) })] : [];
}

/** What it costs, in money. @param {Told} told */
function cost(told) {
  const { about, direction } = told;
  const key = direction === "up" || direction === "down" ? "cost" : direction === "same" ? "cost_same" : "cost_unclear";
  return words(key, { outcome: about.label, change: range(told) });
}

/**
 * The sentences of the verdict, and what they are about: outcomes, each by its change or its level.
 * @param {BandAnswer} answer of the state's own ensemble
 * @param {State} state
 * @returns {{ sentences: string[], subjects: { outcome: string, kind: string }[] }}
 */
export function verdict({ effects, members }, state) {
  const year = Math.floor(facts.clock.final);
  const all = facts.headlines.map((name) => ({ about: variable(name), effect: effects[name], direction: directionOf(effects[name]) }));
  const sides = all.filter(({ about, effect }) => about.poles && (about.low ?? 0) < 0 && (about.high ?? 0) > 0 && effect.levels >= members / 2).slice(0, 1);
  const levels = sides.map(({ about, effect }) => level(about, effect, members, year, scenarioOf(state, "subject.own")));
  const subjects = sides.map(({ about }) => ({ outcome: about.name, kind: "level" }));
  if (scenarios.isStatusQuo(scenarios.of(state))) return { sentences: [words("status_quo", { year }), ...levels, ...standing(all, year)], subjects };
  const money = all.find(({ about }) => about.money);
  const others = all.filter((told) => told !== money && !sides.includes(told));
  const clear = first(others.filter(({ direction }) => direction === "up" || direction === "down")).slice(0, MOST_CLEAR);
  const unclear = first(others.filter(({ direction }) => direction === "unclear"));
  const doubtful = unclear.slice(0, MOST_UNCLEAR);
  const scenario = scenarioOf(state);
  return {
    sentences: [
      ...levels, ...sure(clear, scenario, year, levels.length > 0),
      ...unsure(doubtful, unclear.length - doubtful.length, clear.length > 0, scenario, year),
      ...(money ? [cost(money)] : []),
    ],
    subjects: [...subjects, ...[...clear, ...doubtful].map(({ about }) => ({ outcome: about.name, kind: "change" }))],
  };
}
