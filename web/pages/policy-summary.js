/** The current policy in tables: what it does (levers, assumptions) and what comes of it. Actions and brief show these. */
import * as assumed from "../core/assumed.js";
import { facts, variable } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { nothingToCompare, valueAt } from "../core/pictures.js";
import * as scenarios from "../core/scenario.js";
import { sameSetting } from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import * as simulator from "../engine/simulator.js";

/** @import { Variable } from "../types/page.js" */
/** Texts of a lever's setting; `standing`: in status quo.
 * @typedef {{ label: string, unit: string, moved: boolean, value: string, standing: string, start: string, ramp: string, end: string }} LeverRow */
/** @typedef {{ label: string, unit: string, value: string, standing: string, grade: string }} AssumptionRow */
/** @typedef {{ about: Variable, policy: number[], reference: number[] }} OutcomeRow at some years */

const EVERY = 10; // years between those that are told, counted from the last

export const policy = () => scenarios.of(store.now);
export const name = () => scenarios.name(policy());
const figure = (/** @type {number} */ value, /** @type {number | null} */ places) => (value === null ? "" : numbers.figure(value, places));

/** @param {boolean} every */
export function levers(every) {
  const standing = facts.start.levers;
  return Object.entries(facts.levers).flatMap(([key, lever]) => {
    const set = store.now.levers[key];
    const moved = !sameSetting(set, standing[key]);
    if (!moved && !every) return [];
    return [{
      label: lever.label, unit: lever.unit, moved,
      value: figure(set[0], lever.places), standing: figure(standing[key][0], lever.places),
      start: set[1] === null ? "" : String(set[1]), ramp: set[2] === null ? "" : numbers.figure(set[2], Number.isInteger(set[2]) ? 0 : 1),
      end: set[3] === null || set[3] === scenarios.noEnd(key) ? "" : String(set[3]),
    }];
  });
}

export function assumptions() {
  return Object.entries(store.now.assumptions).map(([key, value]) => {
    const about = facts.assumptions[key];
    if (about.loop) return { label: about.label, unit: "", value: say("loop.cut_now"), standing: say("loop.acts_now"), grade: "" };
    return { label: about.label, unit: about.unit, value: numbers.figure(value), standing: numbers.figure(about.default), grade: about.grade };
  });
}

export function years() {
  const last = Math.floor(facts.clock.final);
  const first = Math.ceil(facts.clock.initial);
  const beyond = Math.floor(scenarios.horizon([policy()]));
  return [...[3, 2, 1, 0].map((n) => last - n * EVERY).filter((year) => year > first + 1), ...(beyond > last ? [beyond] : [])];
}

/** Of the policy and of status quo, both for as long as the policy's world runs. @param {string[]} names */
export const runsOf = (names) => simulator.ask([policy(), scenarios.statusQuo()].map((one) => scenarios.constants(one, store.now.assumptions)), names, scenarios.horizon([policy()]));

/** @param {number[]} asked */
export async function outcomes(asked) {
  const shown = facts.headlines;
  const runs = await runsOf(shown);
  return shown.map((outcome) => {
    const [own, reference] = runs.map((run) => asked.map((year) => valueAt(run, outcome, year)));
    return { about: variable(outcome), policy: own, reference };
  });
}

/** @param {number} value @param {number} reference @param {Variable} about */
export function change(value, reference, about) {
  if (!Number.isFinite(value - reference)) return nothingToCompare(value, about);
  const places = about.places === null ? numbers.places(Math.max(Math.abs(value), Math.abs(reference))) : about.places;
  if (Number((value - reference).toFixed(places)) === 0) return say("headline.unchanged");
  return (value > reference ? "▲ +" : "▼ −") + numbers.figure(Math.abs(value - reference), places);
}

/** The model and whose figures these are. @param {string} [whose] scenarios */
export const origin = (whose = name()) => say("chart.source", { model: facts.model, hash: facts.hash.slice(0, 8), policy: whose });

/** Where figures come from, for a file that outlives the page. @param {string} [whose] scenarios */
export const source = (whose = name()) => [origin(whose), assumed.note(store.now, assumed.MANY)].filter(Boolean).join(" ");
