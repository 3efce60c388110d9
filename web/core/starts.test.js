import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import { name } from "./scenario.js";
import { facts } from "./small-facts.test-data.js";
import { roomFor, startingIn, startsOf } from "./starts.js";
/** @import { Levers, Setting } from "../types/page.js" */

function model() {
  const known = facts();
  const standing = /** @type {Setting} */ ([5, 2025, null, 2100]);
  known.levers = Object.fromEntries(["a", "b", "c", "d"].map((key) => [key, { ...known.levers.funding, name: key }]));
  known.start.levers = { a: standing, b: standing, c: standing, d: standing };
  known.worlds.standard.levers = { ...known.start.levers };
  known.worlds.other.levers = { a: [7, 2026, null, 2100], b: [7, 2027, null, 2040], c: [7, 2027, null, 2100], d: standing };
  known.words["explore.policy_from"] = "{world}, from {year}";
  return known;
}

beforeEach(() => learn(model()));

test("the year of most moved levers moves all of them, their ends too, and nothing else", () => {
  const { levers } = model().worlds.other;
  assert.deepEqual(startsOf(levers), { most: 2027, first: 2026, last: 2027 });
  const later = startingIn(levers, 2030);
  assert.deepEqual(later, { a: [7, 2029, null, 2100], b: [7, 2030, null, 2043], c: [7, 2030, null, 2100], d: [5, 2025, null, 2100] });
  assert.deepEqual(startingIn(later, 2027), levers);
  assert.equal(startsOf(model().start.levers), null);
});

test("no lever is pushed out of its own range", () => {
  const { levers } = model().worlds.other;
  assert.deepEqual(roomFor(levers), [2021, 2045]);
  const early = { ...levers, d: /** @type {Setting} */ ([6, 2020, null, 2100]) };
  assert.deepEqual(roomFor(early), [2027, 2045]);
});

test("a scenario that only starts later says so", () => {
  const { levers } = model().worlds.other;
  const scenario = (/** @type {Levers} */ moved) => ({ world: "other", levers: moved });
  const { a, b, c } = startingIn(levers, 2029);
  assert.equal(name(scenario({ a, b, c })), "Other, from 2029");
  assert.equal(name(scenario({ a, b })), "Other, 2 moved");
  assert.equal(name(scenario({ a, b, c: [8, 2029, null, 2100] })), "Other, 3 moved");
  assert.equal(name({ ...scenario({ a, b, c }), name: "Mine" }), "Mine");
});
