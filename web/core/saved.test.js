import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import * as saved from "./saved.js";
import * as scenarios from "./scenario.js";
import { facts } from "./small-facts.test-data.js";
/** @import { Saved } from "../types/page.js" */

/** @type {Map<string, string>} */
let store;
const keeper = () => ({ getItem: (/** @type {string} */ key) => store.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ text) => void store.set(key, text), removeItem: (/** @type {string} */ key) => void store.delete(key) });
/** @param {string} name @param {number} value @returns {Saved} */
const one = (name, value) => ({ name, note: "why", world: "other", levers: { funding: [value, 2030, null, 2100] } });

beforeEach(() => {
  const known = facts();
  for (const key of ["file_bad", "file_other", "file_none", "left_lever", "left_range", "left_world"]) known.words["saved." + key] = key;
  Object.assign(known.words, { "saved.file_done.one": "{count} added", "saved.file_done.many": "{count} added", "saved.file_left": "left {names}" });
  learn(known);
  store = new Map();
  saved.begin(keeper());
});

test("a scenario is kept under its name, and one of the same name takes its place", () => {
  saved.save(one(" Plan ", 3));
  saved.save(one("Other plan", 4));
  saved.save(one("Plan", 5));
  assert.deepEqual(saved.list.map(({ name, levers }) => [name, levers.funding[0]]), [["Plan", 5], ["Other plan", 4]]);
  saved.begin(keeper()); // another visit
  assert.deepEqual(saved.list.map(({ name }) => name), ["Plan", "Other plan"]);
  assert.equal(scenarios.name({ world: "other", levers: { funding: [5, 2030, null, 2100] } }), "Plan");
  saved.remove("Plan");
  assert.equal(saved.named("Plan"), undefined);
});

test("a file brings back what it was made from, once", () => {
  saved.save(one("Plan", 3));
  const file = saved.toFile();
  assert.match(file, /"funding": \[/);
  saved.remove("Plan");
  assert.equal(saved.fromFile(file), "1 added");
  assert.deepEqual(saved.list, [one("Plan", 3)]);
  assert.equal(saved.fromFile(file), "file_none");
  saved.save(one("Plan", 7));
  assert.equal(saved.fromFile(file), "1 added");
  assert.deepEqual(saved.list.map(({ name }) => name), ["Plan (2)", "Plan"]);
});

test("what does not fit this model is left out and told, never bent", () => {
  const file = (/** @type {unknown[]} */ told) => JSON.stringify({ "policy-lab scenarios": 1, model: "small", scenarios: told });
  const asked = [{ ...one("a", 3), scenario: "gone" }, { ...one("b", 3), levers: { lost: [1] } }, { ...one("c", 99) }, { ...one("d", 2), levers: { funding: ["2"] } }, 7, { name: " " }];
  assert.equal(saved.fromFile(file(asked)), "file_none left left_world; left_lever; left_range; left_range.".replace(/\.$/, ""));
  assert.deepEqual(saved.list, []);
  for (const text of ["", "{}", "[1]", "null", '{"policy-lab scenarios": 2, "scenarios": []}']) assert.equal(saved.fromFile(text), "file_bad");
});

test("a browser that keeps nothing says so and works for the visit", () => {
  saved.begin({ getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
  saved.save(one("Plan", 3));
  assert.equal(saved.keeps, false);
  assert.equal(saved.list.length, 1);
});
