/* Calls modules of the page in node: run.mjs FACTS, with a list of [name, ...arguments] as JSON on standard input. */
import { readFileSync } from "node:fs";
import { cardOf } from "../../web/core/card.js";
import { chartPlan } from "../../web/core/chart-plan.js";
import * as choices from "../../web/core/choices.js";
import * as scale from "../../web/core/chart-scale.js";
import { learn, learnVariables } from "../../web/core/facts.js";
import { createHistory } from "../../web/core/history.js";
import * as link from "../../web/core/url-state.js";
import { read } from "../../web/core/url-state-reader.js";
import * as numbers from "../../web/core/numbers.js";
import { pictureCsv } from "../../web/core/picture-csv.js";
import * as pictures from "../../web/core/pictures.js";
import * as scenarios from "../../web/core/scenario.js";
import * as search from "../../web/core/variable-search.js";

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

/* Levels of choices pressed one after the other: the levers they end in, and the levels that are then told. */
function decided(picks) {
  const start = { levers: facts.start.levers, wish: {} };
  const { levers, wish } = picks.reduce((now, [choice, level]) => choices.set(now.levers, choice, level, now.wish), start);
  return { levers, chosen: choices.chosen(levers, wish), alone: choices.chosen(levers, {}) };
}

const calls = {
  decided,
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
  card: (name, value, reference, bands) => cardOf(name, { value, reference }, bands),
  summary: (name, policy, reference, same, inputs = "every input at its usual value") => pictures.summary(name, run(policy), run(reference), same, inputs),
  plan: (picture, size) => chartPlan(picture, size),
  axis: (name, time, courses, sizes) => {
    const picture = pictures.curves(courses.map((values, n) => ({ key: `${n}`, kind: "policy", label: "", name: "", run: run(values, time) })), name);
    return sizes.map((size) => {
      const { down, across, box, limits } = chartPlan(picture, size);
      return { times: picture.amount?.times ?? 1, unit: picture.amount?.unit ?? picture.unit, ticks: down, across, box, limits };
    });
  },
  csv: (picture, notes) => pictureCsv(picture, notes),
  search: (rows, text, kind) => search.found(rows, text, kind),
  undone,
};

const jobs = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(jobs.map(([name, ...rest]) => calls[name](...rest))));
