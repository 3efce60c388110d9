import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { learn } from "./facts.js";
import { facts } from "./small-facts.test-data.js";
import * as state from "./state.js";

const nowhere = { getItem: () => null, setItem: () => {}, removeItem: () => {} };

beforeEach(() => {
  learn(facts());
  state.begin(nowhere);
  state.open("");
});

test("a lever moves within its range, and a start that it does not have stays away", () => {
  assert.equal(state.moveLever("funding", 0, 99), true);
  assert.deepEqual(state.now.levers.funding, [10, 2025, null, 2100]);
  state.moveLever("funding", 1, 2031.26);
  assert.deepEqual(state.now.levers.funding, [10, 2031.3, null, 2100]);
  assert.equal(state.moveLever("funding", 2, 3), false);
  assert.equal(state.moveLever("nothing", 0, 3), false);
  assert.equal(state.moveLever("funding", 0, NaN), false);
});

test("a lever ends within the run, or beyond it, which is no end", () => {
  state.moveLever("funding", 3, 2032);
  assert.deepEqual(state.now.levers.funding, [5, 2025, null, 2032]);
  state.moveLever("funding", 3, 3000);
  assert.deepEqual(state.now.levers.funding, [5, 2025, null, 2100]);
});

test("an assumption at its default is none", () => {
  state.assume("rate", 5);
  assert.deepEqual(state.now.assumptions, { rate: 1 });
  state.assume("rate", null);
  assert.deepEqual(state.now.assumptions, {});
});

test("the state is never changed in place, and whoever listens gets both", () => {
  const before = state.now;
  /** @type {[unknown, unknown][]} */
  const heard = [];
  state.on((now, then) => heard.push([now, then]));
  state.chooseWorld("other");
  assert.deepEqual(before.levers.funding, [5, 2025, null, 2100]);
  assert.deepEqual(heard.at(-1), [state.now, before]);
  state.undo();
  assert.deepEqual(state.now, before);
});

test("pins are refused twice, when there are three, and when they are too long", () => {
  const pin = (/** @type {number} */ value) => state.pin({ world: "other", levers: { funding: [value, 2025, null, 2100] } });
  assert.deepEqual([pin(1), pin(1), pin(2), pin(3), pin(4)], ["", "twice", "", "", "full 3"]);
  state.unpin(0);
  assert.equal(state.now.pins.length, 2);
});

test("nothing comes to rest under a hand", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let rested = 0;
  state.rest(() => { rested += 1; });
  state.hold(true);
  state.moveLever("funding", 0, 3);
  mock.timers.tick(1000);
  assert.equal(rested, 0);
  state.hold(false);
  mock.timers.tick(1000);
  assert.equal(rested, 1);
  state.show({ ...state.now, charts: ["trust", "trust"] }, true);
  mock.timers.tick(1000);
  assert.equal(rested, 1); // a passing state
  mock.timers.reset();
});
