import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "../core/facts.js";
import { facts } from "../core/small-facts.test-data.js";
import { leversOf, policyOf } from "./report.js";

beforeEach(() => learn(facts()));
const standing = () => facts().start.levers;

test("a policy names the levers that do not stand at status quo, with their time where that differs too", () => {
  assert.deepEqual(policyOf(standing()), {});
  assert.deepEqual(policyOf({ funding: [7, 2025, null, 2100] }), { funding: 7 });
  assert.deepEqual(policyOf({ funding: [7, 2031, null, 2100] }), { funding: [7, 2031, null, 2100] });
});

test("what is reported can be set again", () => {
  for (const setting of /** @type {[number, number, null, number][]} */ ([[7, 2025, null, 2100], [7, 2031, null, 2100], [5, 2025, null, 2100], [5, 2025, null, 2032]])) {
    assert.deepEqual(leversOf(policyOf({ funding: setting })), { funding: setting });
  }
});

test("a policy from outside is taken within its ranges, and what is no lever or no number is left out", () => {
  assert.deepEqual(leversOf({ funding: 1e9 }), { funding: [10, 2025, null, 2100] });
  assert.deepEqual(leversOf({ funding: [-1, 1066, 3] }), { funding: [0, 2020, null, 2100] });
  assert.deepEqual(leversOf({ "no such lever": 1, funding: NaN }), standing());
});
