/** What was changed in a state beside its levers, told wherever a number leaves the page: uncertain inputs that somebody set,
 * and loops that are off. Every line has them, status quo included, so no label of a line says it. */
import { facts } from "./facts.js";
import * as loops from "./loops.js";
import * as numbers from "./numbers.js";
import * as scenarios from "./scenario.js";
import { say } from "./words.js";
/** @import { Scenario, State } from "../types/page.js" */

const FEW = 3; // inputs that a notice has room for
/** Inputs that a file names; its link has the rest. */
export const MANY = 12;

/** @param {number} count @param {number} few */
const kindOf = (count, few) => (count === 1 ? "one" : count <= few ? "few" : "many");

/** Keys of the uncertain inputs that are set. @param {Pick<State, "assumptions">} state */
export const keys = ({ assumptions }) => Object.keys(assumptions).filter((key) => !loops.about(key));

/** "Coherence time 3 years (usually 5)". @param {string} key @param {number} value */
function input(key, value) {
  const about = facts.assumptions[key];
  return say("assumed.input", { label: about.label, value: numbers.withUnit(numbers.figure(value), about.unit), usual: numbers.figure(about.default) });
}

/**
 * Inputs that are set, and loops that are off; "" where nothing is.
 * @param {State} state
 * @param {number} [few] names that there is room for
 */
export function note(state, few = FEW) {
  const set = keys(state);
  const names = set.slice(0, few).map((key) => input(key, state.assumptions[key])).join("; ");
  const inputs = set.length ? say("assumed.notice." + kindOf(set.length, few), { count: set.length, names }) : "";
  return [inputs, loops.note(state, few)].filter(Boolean).join(" ");
}

/** "2 inputs set, 1 loop off": what a legend has room for. @param {State} state */
export function short(state) {
  const told = (/** @type {string} */ key, /** @type {number} */ count) => (count ? [say(`assumed.${key}.${count === 1 ? "one" : "many"}`, { count })] : []);
  return [...told("inputs", keys(state).length), ...told("loops", loops.cut(state).length)].join(", ");
}

/** Where inputs are in one run. @param {Pick<State, "assumptions">} state */
export const usual = (state) => say(keys(state).length ? "assumed.usual_but_set" : "assumed.usual");

/**
 * Which inputs vary in an ensemble of some scenarios: what one of them or a person sets does not.
 * @param {Scenario[]} shown
 * @param {State} state
 */
export function varying(shown, { assumptions }) {
  const fixed = new Set(shown.flatMap((scenario) => scenarios.held(scenario, assumptions)));
  const inputs = Object.values(facts.assumptions).filter((about) => !about.loop);
  const count = inputs.filter((about) => !fixed.has(about.name)).length;
  return count === inputs.length ? say("assumed.all_vary") : say("assumed.some_vary", { count, total: inputs.length });
}
