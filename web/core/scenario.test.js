import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import * as scenarios from "./scenario.js";
import { facts } from "./small-facts.test-data.js";

beforeEach(() => learn(facts()));

test("a scenario is a world and what was moved in it", () => {
  const state = { world: "other", levers: { funding: /** @type {[number, number, null]} */ ([6 + 1e-12, 2025, null]) } };
  assert.deepEqual(scenarios.of(state), { world: "other", levers: {} });
  assert.deepEqual(scenarios.whole({ world: "other", levers: {} }).funding, [6, 2025, null]);
});

test("constants are the world's, the levers' and the changed assumptions'", () => {
  const moved = { world: "other", levers: { funding: /** @type {[number, number, null]} */ ([7, 2030, null]) } };
  assert.deepEqual(scenarios.constants(moved, { rate: 0.1 }), { shock: 1, funding: 7, "funding start": 2030, "rate of it": 0.1 });
  assert.deepEqual(scenarios.held(moved, { rate: 0.1 }), ["rate of it"]);
  assert.deepEqual(scenarios.held(moved, {}), []);
});

test("names say how many levers were moved", () => {
  assert.equal(scenarios.name({ world: "other", levers: {} }), "Other");
  assert.equal(scenarios.name({ world: "gone", levers: { funding: [1, 2025, null] } }), "Standard, one moved");
});

test("between two states what is a number slides and all else is the later's", () => {
  const start = facts().start;
  const after = { ...start, world: "other", levers: { funding: /** @type {[number, number, null]} */ ([7, 2035, null]) }, assumptions: { rate: 1 } };
  const half = scenarios.between(start, after, 0.5);
  assert.deepEqual(half, { ...after, levers: { funding: [6, 2030, null] }, assumptions: { rate: 0.75 } });
  assert.deepEqual(scenarios.between(start, after, 1), after);
});
