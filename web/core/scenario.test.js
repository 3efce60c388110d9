import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import * as scenarios from "./scenario.js";
import { facts } from "./small-facts.test-data.js";

beforeEach(() => learn(facts()));

test("a scenario is a world and what was moved in it", () => {
  const state = { world: "other", levers: { funding: /** @type {[number, number, null, number]} */ ([6 + 1e-12, 2025, null, 2032]) } };
  assert.deepEqual(scenarios.of(state), { world: "other", levers: {} });
  assert.deepEqual(scenarios.whole({ world: "other", levers: {} }).funding, [6, 2025, null, 2032]);
});

test("constants are the world's, the levers' and the changed assumptions'", () => {
  const moved = { world: "other", levers: { funding: /** @type {[number, number, null, number]} */ ([7, 2030, null, 2100]) } };
  assert.deepEqual(scenarios.constants(moved, { rate: 0.1 }), { shock: 1, funding: 7, "funding start": 2030, "funding end": 2100, "rate of it": 0.1 });
  assert.deepEqual(scenarios.held(moved, { rate: 0.1 }), ["rate of it"]);
  assert.deepEqual(scenarios.held(moved, {}), []);
});

test("charts go as far as the scenario that runs longest, and the highest end means no end", () => {
  assert.equal(scenarios.horizon([]), 2050);
  assert.equal(scenarios.horizon([{ world: "standard", levers: {} }, { world: "other", levers: {} }]), 2060);
  assert.equal(scenarios.noEnd("funding"), 2100);
});

test("names say how many levers were moved", () => {
  assert.equal(scenarios.name({ world: "other", levers: {} }), "Other");
  assert.equal(scenarios.name({ world: "gone", levers: { funding: [1, 2025, null, 2100] } }), "Standard, one moved");
});

test("pins that would be called the same are numbered, and so is the policy beside them", () => {
  const moved = (/** @type {number} */ value) => ({ world: "standard", levers: { funding: /** @type {[number, number, null, number]} */ ([value, 2025, null, 2100]) } });
  const called = { ...moved(9), name: "Mine" };
  scenarios.besidePins(() => [called, moved(1), moved(2)]);
  assert.deepEqual([called, moved(1), moved(2), moved(3)].map(scenarios.name), ["Mine", "Standard, one moved", "Standard, one moved (2)", "Standard, one moved (3)"]);
  assert.equal(scenarios.name({ world: "standard", levers: {} }), "Standard");
  scenarios.besidePins(() => []);
});

test("between two states what is a number slides and all else is the later's", () => {
  const start = facts().start;
  const after = { ...start, world: "other", levers: { funding: /** @type {[number, number, null, number]} */ ([7, 2035, null, 2100]) }, assumptions: { rate: 1 } };
  const half = scenarios.between(start, after, 0.5);
  assert.deepEqual(half, { ...after, levers: { funding: [6, 2030, null, 2100] }, assumptions: { rate: 0.75 } });
  assert.deepEqual(scenarios.between(start, after, 1), after);
});
