/** Scenarios as plain data, and the constants they amount to: the same as Model.constants_of in Python.
 *
 * A scenario is {world, levers}: the key of a world, and the levers that do not stand as that world sets them.
 */
import { facts } from "./facts.js";
import { say } from "./words.js";
/** @import { Constants, Levers, Scenario, Setting, State } from "../types/page.js" */

/** @param {number | null} a @param {number | null} b */
export const near = (a, b) => a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)));

/** @param {Setting} a @param {Setting} b */
export const sameSetting = (a, b) => a.every((value, place) => near(value, b[place]));

/** A world by its key, status quo for one that is not there. @param {string} key */
export const worldOf = (key) => facts.worlds[key] ?? facts.worlds[facts.start.world];

/**
 * All levers, those not moved as the world sets them.
 * @param {Scenario} scenario
 * @returns {Levers}
 */
export const whole = (scenario) => ({ ...worldOf(scenario.world).levers, ...scenario.levers });

/**
 * Only the levers that do not stand as the world sets them.
 * @param {string} world
 * @param {Levers} levers
 * @returns {Levers}
 */
export function moved(world, levers) {
  const standing = worldOf(world).levers;
  return Object.fromEntries(Object.entries(levers).filter(([key, setting]) => !sameSetting(setting, standing[key])));
}

/** The end year that means no end; null for a lever that cannot end. @param {string} key */
export const noEnd = (key) => (facts.levers[key].timing[2] ? facts.levers[key].ranges[3][1] : null);

/** The last moment that charts of some scenarios show: that of the one that runs longest. @param {Scenario[]} shown */
export const horizon = (shown) => Math.max(facts.clock.final, ...shown.map(({ world }) => worldOf(world).until));

/** The current policy. @param {Pick<State, "world" | "levers">} state @returns {Scenario} */
export const of = (state) => ({ world: state.world, levers: moved(state.world, state.levers) });

/** @returns {Scenario} */
export const statusQuo = () => ({ world: facts.start.world, levers: {} });

/**
 * The world's own constants, the levers', and the changed assumptions on top.
 * @param {Scenario} scenario
 * @param {Record<string, number>} [assumptions] by key
 * @returns {Constants}
 */
export function constants(scenario, assumptions) {
  const found = { ...worldOf(scenario.world).constants };
  for (const [key, [value, ...times]] of Object.entries(scenario.levers)) {
    const lever = facts.levers[key];
    found[lever.name] = value;
    lever.timing.forEach((constant, place) => {
      const time = times[place];
      if (constant && time !== null) found[constant] = time;
    });
  }
  for (const [key, value] of Object.entries(assumptions ?? {})) found[facts.assumptions[key].name] = value;
  return found;
}

/**
 * Names of the uncertain parameters that a scenario or a person has set.
 * @param {Scenario} scenario
 * @param {Record<string, number>} assumptions
 */
export function held(scenario, assumptions) {
  const set = constants(scenario, assumptions);
  return Object.values(facts.assumptions).map((about) => about.name).filter((parameter) => parameter in set);
}

/** @param {Scenario} a @param {Scenario} b */
export function same(a, b) {
  const keys = Object.keys(a.levers);
  return a.world === b.world && keys.length === Object.keys(b.levers).length
    && keys.every((key) => b.levers[key] && sameSetting(a.levers[key], b.levers[key]));
}

/** @param {Scenario} scenario */
export const isStatusQuo = (scenario) => same(scenario, statusQuo());

/** By how many years the levers of a scenario start later than in its world, if that is all that differs; else null.
 * @param {Scenario} scenario */
export function later({ world, levers }) {
  const standing = worldOf(world).levers;
  if (Object.entries(levers).some(([key, own]) => !near(own[0], standing[key][0]))) return null; // as in most drags
  /** @type {number | null} */
  let years = null;
  for (const [key, setting] of Object.entries(standing)) {
    const own = levers[key];
    const moves = setting[1] !== null && !sameSetting(setting, facts.start.levers[key]);
    if (!own && !moves) continue;
    if (!own || !moves || own[1] === null || setting[1] === null) return null;
    years ??= own[1] - setting[1];
    const end = setting[3] === null || setting[3] === noEnd(key) ? setting[3] : setting[3] + years;
    if (!sameSetting(own, [setting[0], setting[1] + years, setting[2], end])) return null;
  }
  return years;
}

/** The start year of most of some levers that have one, the earliest of several such; null for none. @param {Levers} levers */
export function usualStart(levers) {
  const years = Object.entries(levers).flatMap(([key, setting]) => (setting[1] === null || sameSetting(setting, facts.start.levers[key]) ? [] : [setting[1]]));
  const count = (/** @type {number} */ year) => years.filter((other) => other === year).length;
  return years.sort((a, b) => count(b) - count(a) || a - b)[0] ?? null;
}

/** What somebody calls a scenario. @type {(scenario: Scenario) => string | undefined} */
let named = () => undefined;
/** Lets another module know names. @param {(scenario: Scenario) => string | undefined} find */
export const nameBy = (find) => void (named = find);

/** Pinned scenarios, which stand beside each other and beside the policy. @type {() => Scenario[]} */
let pinned = () => [];
/** Lets another module know them. @param {() => Scenario[]} find */
export const besidePins = (find) => void (pinned = find);

/** In words: what somebody called it, else what it is. @param {Scenario} scenario */
export const name = (scenario) => scenario.name ?? named(scenario) ?? apart(scenario);

/** What it is, with a number behind it where an earlier pin has the same words: "CERN for AI with 2 levers moved (2)". @param {Scenario} scenario */
function apart(scenario) {
  const own = generic(scenario);
  const alike = pinned().filter((pin) => !pin.name && !named(pin) && generic(pin) === own);
  const place = alike.findIndex((pin) => same(pin, scenario));
  const number = place < 0 ? alike.length : place;
  return number ? `${own} (${number + 1})` : own;
}

/** What it is: "CERN for AI", "CERN for AI with 2 levers moved", "CERN for AI, from 2030". @param {Scenario} scenario */
export function generic(scenario) {
  const { title } = worldOf(scenario.world);
  const count = Object.keys(scenario.levers).length;
  if (!count) return title;
  if (later(scenario) !== null) return say("explore.policy_from", { world: title, year: usualStart(whole(scenario)) });
  return say("explore.policy_moved." + (count === 1 ? "one" : "many"), { world: title, count });
}

/** Dated events of its world. @param {Scenario} scenario */
export const marks = (scenario) => worldOf(scenario.world).marks;

/**
 * A state between two others.
 * @param {State} before
 * @param {State} after also of everything that cannot slide
 * @param {number} share 0 is before, 1 after
 * @returns {State}
 */
export function between(before, after, share) {
  const mix = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * share;
  const slid = (/** @type {number | null} */ a, /** @type {number | null} */ b) => (a === null || b === null ? b : mix(a, b));
  const levers = Object.fromEntries(Object.entries(after.levers).map(([key, setting]) => {
    const from = before.levers[key];
    return /** @type {[string, Setting]} */ ([key, setting.map((value, place) => slid(from[place], value))]);
  }));
  const keys = new Set([...Object.keys(before.assumptions), ...Object.keys(after.assumptions)]);
  const assumptions = Object.fromEntries([...keys].map((key) => {
    const base = facts.assumptions[key].default;
    return [key, mix(before.assumptions[key] ?? base, after.assumptions[key] ?? base)];
  }));
  return { ...after, levers, assumptions };
}
