/* Calls the page's scripts in node: run.js FACTS, with a list of [name, ...arguments] as JSON on standard input. */
"use strict";
const fs = require("fs");
const path = require("path");

const assets = path.join(__dirname, "..", "..", "assets");
for (const name of ["facts", "chart-scale", "chart-plan", "chart-table", "scenario", "link", "history", "picture"]) {
  require(path.join(assets, name + ".js"));
}
const lab = globalThis.PolicyLab;
const { facts, variables } = JSON.parse(fs.readFileSync(process.argv[2], "utf-8"));
lab.learn(facts);
const scenarios = lab.scenarios(facts);
const links = lab.links(facts, variables);

/* A list of numbers stands for a run of one variable. */
const run = (values, time) => ({ time: time || values.map((_, n) => 2015 + n), of: () => values });

function undone(steps) {
  const history = lab.history({ setItem: () => {}, getItem: () => null, removeItem: () => {} }, "key");
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
  write: (state) => links.write(state),
  read: (query) => links.read(query),
  fits: (pins) => links.fits(pins),
  name: (scenario) => scenarios.name(scenario),
  marks: (world) => scenarios.marks({ world, levers: {} }),
  limits: (low, high) => lab.scale.limits(low, high),
  ticks: (low, high, most) => lab.scale.ticks(low, high, most),
  years: (low, high, most) => lab.scale.years(low, high, most),
  figure: (value, places) => lab.scale.figure(value, places === null ? undefined : places),
  headline: (name, policy, reference) => lab.picture.headline(name, run(policy), run(reference)),
  summary: (name, policy, reference, same) => lab.picture.summary(name, run(policy), run(reference), same),
  plan: (picture, size) => lab.chartPlan(picture, size),
  csv: (picture, notes) => lab.chartTable.csv(picture, notes),
  undone,
};

const jobs = JSON.parse(fs.readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(jobs.map(([name, ...rest]) => calls[name](...rest))));
