/* Calls modules of the page in node: run.mjs FACTS, with a list of [name, ...arguments] as JSON on standard input. */
import { readFileSync } from "node:fs";
import { chartPlan } from "../../web/core/chart-plan.js";
import * as scale from "../../web/core/chart-scale.js";
import { learn, learnVariables } from "../../web/core/facts.js";
import { createHistory } from "../../web/core/history.js";
import * as link from "../../web/core/url-state.js";
import { read } from "../../web/core/url-state-reader.js";
import * as numbers from "../../web/core/numbers.js";
import { pictureCsv } from "../../web/core/picture-csv.js";
import * as pictures from "../../web/core/pictures.js";
import * as scenarios from "../../web/core/scenario.js";

const { facts, variables } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
learn(facts);
learnVariables(variables);

/* A list of numbers stands for a run of one variable. */
const run = (values, time) => ({ time: time || values.map((_, n) => 2015 + n), of: () => values });

function undone(steps) {
  const history = createHistory({ setItem: () => {}, getItem: () => null, removeItem: () => {} }, "key");
  steps.forEach(([state, tag, time]) => history.did(state, tag, time));
  const found = [];
  let state = "now";
  for (let next = history.undo(state); next !== null; next = history.undo(state)) {
    found.push(next);
    state = next;
  }
  let back = 0;
  for (let next = history.redo(state); next !== null; next = history.redo(state)) {
    back += 1;
    state = next;
  }
  return { found, back, state };
}

const calls = {
  constants: (state) => scenarios.constants(scenarios.of(state), state.assumptions),
  write: (state) => link.write(state),
  read: (query) => read(query),
  fits: (pins) => link.fits(pins),
  name: (scenario) => scenarios.name(scenario),
  marks: (world) => scenarios.marks({ world, levers: {} }),
  limits: (low, high) => scale.limits(low, high),
  ticks: (low, high, most) => scale.ticks(low, high, most),
  years: (low, high, most) => scale.years(low, high, most),
  figure: (value, places) => numbers.figure(value, places),
  headline: (name, policy, reference) => pictures.headline(name, run(policy), run(reference)),
  summary: (name, policy, reference, same) => pictures.summary(name, run(policy), run(reference), same),
  plan: (picture, size) => chartPlan(picture, size),
  csv: (picture, notes) => pictureCsv(picture, notes),
  undone,
};

const jobs = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(jobs.map(([name, ...rest]) => calls[name](...rest))));
