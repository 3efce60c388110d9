import assert from "node:assert/strict";
import { test } from "node:test";
import { createHistory } from "./history.js";

/** A place that keeps things for as long as the test lasts. */
function keeper() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return { kept, getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ text) => void kept.set(key, text), removeItem: (/** @type {string} */ key) => void kept.delete(key) };
}

test("steps are undone and redone in their order", () => {
  const history = createHistory(keeper(), "key");
  history.did("a", "", 0);
  history.did("b", "", 1);
  assert.deepEqual([history.undo("c"), history.undo("b"), history.undo("a")], ["b", "a", null]);
  assert.deepEqual([history.redo("a"), history.redo("b"), history.redo("c")], ["b", "c", null]);
  assert.deepEqual(history.steps, { past: 2, future: 0, last: "b" });
});

test("moves of one thing in one breath are one step, and a new step ends what could be redone", () => {
  const history = createHistory(keeper(), "key");
  history.did("a", "lever", 0);
  history.did("b", "lever", 500);
  history.did("c", "other", 600);
  assert.equal(history.steps.past, 2);
  history.undo("d");
  history.did("e", "", 10000);
  assert.equal(history.steps.future, 0);
});

test("steps outlive a reload only of the same state", () => {
  const place = keeper();
  const before = createHistory(place, "key");
  before.did("a", "", 0);
  before.keep("b");
  const [same, other] = [createHistory(place, "key"), createHistory(place, "key")];
  same.recall("b");
  other.recall("c");
  assert.deepEqual([same.steps.past, other.steps.past], [1, 0]);
  place.kept.set("key", "{damaged");
  const damaged = createHistory(place, "key");
  damaged.recall("b");
  assert.equal(damaged.steps.past, 0);
});
