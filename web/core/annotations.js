/** What stands at years of a chart of the current policy: events of its world, starts of moved levers, and the dates that the
 * model itself works out. */
import { facts, variable } from "./facts.js";
import { final } from "./pictures.js";
import * as scenarios from "./scenario.js";
import { say } from "./words.js";
/** @import { Mark, Run, State } from "../types/page.js" */

/** Outcomes that say when something is, so that charts can show it. */
export const dates = () => facts.shown.filter((about) => about.date).map((about) => about.name);

/** When the levers start that are moved: one mark, at the first of their years. @param {State} state @returns {Mark[]} */
function starts(state) {
  const moved = Object.entries(state.levers).filter(([key, setting]) => setting[1] !== null && !scenarios.near(setting[0], facts.start.levers[key][0]));
  if (!moved.length) return [];
  const years = moved.map(([, setting]) => Number(setting[1]));
  const [first, last] = [Math.min(...years), Math.max(...years)];
  if (moved.length === 1) return [{ time: first, label: say("chart.start_one", { lever: facts.levers[moved[0][0]].label }) }];
  const values = { count: moved.length, first: Math.floor(first), last: Math.floor(last) };
  return [{ time: first, label: say(values.first === values.last ? "chart.start_many" : "chart.start_over", values) }];
}

/** Dates of one run that lie within it. @param {Run} run @returns {Mark[]} */
const reached = (run) => dates()
  .map((name) => ({ time: final(run, name), label: variable(name).label }))
  .filter(({ time }) => time > facts.clock.initial && time < facts.clock.final - 1e-6);

/** @param {State} state @param {Run} run of its policy */
export const annotations = (state, run) => [...scenarios.marks(scenarios.of(state)), ...starts(state), ...reached(run)].sort((a, b) => a.time - b.time);
