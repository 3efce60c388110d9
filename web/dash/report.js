/** What Python hears of the levers once the hand rests, and levers that Python sets. */
import { facts } from "../core/facts.js";
import * as pictures from "../core/pictures.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import * as simulator from "../engine/simulator.js";
/** @typedef {import("../types/page.js").Constants} Constants */
/** @typedef {import("../types/page.js").Levers} Levers */
/** @typedef {import("../types/page.js").Setting} Setting */
/** @typedef {import("../types/page.js").State} State */
/** @typedef {Record<string, number | (number | null)[]>} Policy by the name a lever has in the model; see policy_lab/components/lever_panel.py */
/** @typedef {{ policy: Policy, constants: Constants, outcomes: Constants }} Rest */

/** Who is told, and what of last. @type {Map<(rest: Rest) => void, Rest | null>} */
const reporters = new Map();
/** The last report. @type {Rest | null} */
let last = null;
let begun = false;

/** @param {unknown} a @param {unknown} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * Levers that do not stand at status quo.
 * @param {Levers} levers
 * @returns {Policy}
 */
export function policyOf(levers) {
  const moved = Object.entries(levers).filter(([key, setting]) => !scenarios.sameSetting(setting, facts.start.levers[key]));
  return Object.fromEntries(moved.map(([key, setting]) => {
    const timed = !scenarios.sameSetting(setting, /** @type {Setting} */ ([setting[0], ...facts.start.levers[key].slice(1)]));
    return [facts.levers[key].name, timed ? setting : setting[0]];
  }));
}

/**
 * Every lever as a policy sets it, within its ranges; names that the model does not have are left out.
 * @param {Policy} policy
 * @returns {Levers}
 */
export function leversOf(policy) {
  return Object.fromEntries(Object.entries(facts.levers).map(([key, lever]) => {
    const standing = facts.start.levers[key];
    const asked = policy[lever.name];
    const parts = Array.isArray(asked) ? asked : [asked];
    const setting = standing.map((value, place) => {
      const part = parts[place];
      if (value === null || typeof part !== "number" || !Number.isFinite(part)) return value;
      return Math.min(Math.max(part, lever.ranges[place][0]), lever.ranges[place][1]);
    });
    return [key, /** @type {Setting} */ (setting)];
  }));
}

/** @param {State} state */
async function tellOf(state) {
  const constants = scenarios.constants(scenarios.of(state), state.assumptions);
  const [run] = await simulator.ask([constants], facts.headlines);
  if (state !== store.now) return; // the hand moves again: the next rest tells
  const ends = facts.headlines.map((name) => [name, pictures.final(run, name)]);
  const rest = { policy: policyOf(state.levers), constants, outcomes: Object.fromEntries(ends) };
  if (!last || !same(rest, last)) last = rest; // another chart, say, is no news
  for (const [report, told] of reporters) {
    if (told === last) continue;
    reporters.set(report, last);
    report(last);
  }
}

/** @param {State} state */
const atRest = (state) => void (reporters.size && tellOf(state).catch(() => {})); // what cannot be run is told on the page

/**
 * Tells `report` of news whenever the hand rests, and soon for the first time; what it returns ends that.
 * @param {(rest: Rest) => void} report
 */
export function reports(report) {
  reporters.set(report, null);
  if (!begun) store.rest(atRest);
  begun = true;
  store.settleSoon();
  return () => reporters.delete(report);
}

/**
 * A policy that a callback has set: the levers follow unless a hand is on one.
 * @param {Policy | undefined} policy
 */
export function receive(policy) {
  if (!policy || !store.now || store.held || same(policy, last?.policy)) return;
  store.change({ levers: leversOf(policy) });
}
