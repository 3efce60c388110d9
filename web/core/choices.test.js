/** Composite choices on the small model; tests/test_page_scripts.py compares with Python on every combination of a model. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { chosen, set } from "./choices.js";
import { learn } from "./facts.js";
import { facts } from "./small-facts.test-data.js";
/** @import { Levers } from "../types/page.js" */

/** Money that a route carries to one of two programmes, or to each half; a rule beside it. */
function model() {
  const known = facts();
  const lever = (/** @type {string} */ name, /** @type {number} */ high) => ({ ...known.levers.funding, name, label: name, low: 0, high, default: 0 });
  known.levers = { state: lever("state", 20), science: lever("science", 10), talks: lever("talks", 1) };
  const level = (/** @type {string} */ key, more = {}) => ({ key, label: key, words: "", levers: {}, amount: null, carries: {}, ...more });
  known.choices = [
    { key: "route", label: "", words: "", levels: [
      level("state", { carries: { money: { state: 1 } } }),
      level("both", { carries: { money: { state: 0.5, science: 0.5 } } }),
      level("science", { carries: { money: { science: 1 } }, levers: { talks: [0.7, 2026, null, null] } }),
    ] },
    { key: "money", label: "", words: "", levels: [level("none"), level("five", { amount: [5, 2027, null, null] }), level("fifteen", { amount: [15, 2027, null, null] })] },
  ];
  known.start.levers = { state: [0, 2026, null, 2100], science: [1, 2026, null, 2100], talks: [0.2, 2026, null, 2100] };
  return known;
}

beforeEach(() => learn(model()));

const standing = () => ({ ...model().start.levers });
const values = (/** @type {Levers} */ levers) => Object.fromEntries(Object.entries(levers).map(([key, setting]) => [key, setting[0]]));

test("money goes where the route carries it, and the route moves it", () => {
  let { levers, wish } = set(standing(), "route", "state", {});
  assert.deepEqual(chosen(levers, wish), { route: "state", money: "none" });
  ({ levers, wish } = set(levers, "money", "five", wish));
  assert.deepEqual(levers, { state: [5, 2027, null, 2100], science: [1, 2026, null, 2100], talks: [0.2, 2026, null, 2100] });
  ({ levers, wish } = set(levers, "route", "science", wish));
  assert.deepEqual(values(levers), { state: 0, science: 5, talks: 0.7 });
  assert.deepEqual(chosen(levers, {}), { route: "science", money: "five" });
  ({ levers, wish } = set(levers, "money", "none", wish));
  assert.deepEqual(values(levers), { state: 0, science: 1, talks: 0.7 });
  assert.deepEqual(chosen(levers, wish), { route: "science", money: "none" });
});

test("money is known, and changed, in a mix that stands at no route", () => {
  const mixed = { ...standing(), state: /** @type {[number, number, null, number]} */ ([15, 2028, null, 2100]), talks: /** @type {[number, number, null, number]} */ ([0, 2027, null, 2100]) };
  assert.deepEqual(chosen(mixed, {}), { route: null, money: "fifteen" });
  assert.deepEqual(values(set(mixed, "money", "five", {}).levers), { state: 5, science: 1, talks: 0 });
});

test("an amount of one's own goes along with the route, and what a lever cannot take is told", () => {
  const own = { ...standing(), state: /** @type {[number, number, null, number]} */ ([8, 2031, null, 2040]) };
  assert.deepEqual(chosen(own, {}), { route: "state", money: null });
  const made = set(own, "route", "science", {});
  assert.deepEqual(made.levers.science, [8, 2031, null, 2040]);
  assert.deepEqual(made.capped, []);
  const more = set({ ...own, state: /** @type {[number, number, null, number]} */ ([15, 2031, null, 2040]) }, "route", "science", {});
  assert.deepEqual([more.levers.science[0], more.capped], [10, ["science"]]);
});

test("what fits several levels is the one that was chosen last", () => {
  assert.equal(chosen(standing(), {}).route, "state");
  assert.equal(chosen(standing(), { route: "both" }).route, "both");
  assert.equal(chosen(set(standing(), "money", "five", { route: "both" }).levers, {}).route, "both");
});

test("a later start is the same level", () => {
  const { levers } = set(standing(), "money", "five", { route: "state" });
  levers.state = [5, 2035, null, 2100];
  assert.equal(chosen(levers, {}).money, "five");
});
