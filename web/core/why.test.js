import assert from "node:assert/strict";
import { test } from "node:test";
import { bendOf, bendYear, effectOf, order, strongestOf } from "./why.js";
import * as whyView from "./why-view.js";

const time = Array.from({ length: 41 }, (_, n) => 2020 + n / 4);
const along = (/** @type {(year: number) => number} */ value) => time.map(value);

test("the largest effect comes first, whichever way it goes; what is not there comes last", () => {
  const effects = [effectOf([1, 2], [1, 1.5]), effectOf([1, 2], [1, 3]), effectOf([1, NaN], [1, 1])];
  assert.deepEqual(order(effects, 1), [1, 0, 2]);
  assert.deepEqual(order(effects, 0), [0, 1, 2]);
});

test("how a curve goes on is told in words", () => {
  const bend = (/** @type {(year: number) => number} */ value, year = 2025) => bendOf(time, along(value), year);
  assert.equal(bend((year) => year), "steady_up");
  assert.equal(bend((year) => -year), "steady_down");
  assert.equal(bend(() => 3), "still");
  assert.equal(bend((year) => Math.abs(year - 2025)), "turn_up");
  assert.equal(bend((year) => -Math.abs(year - 2025)), "turn_down");
  assert.equal(bend((year) => Math.max(0, year - 2025)), "faster_up");
  assert.equal(bend((year) => Math.min(0, year - 2025)), "slower_up");
  assert.equal(bend((year) => -Math.max(0, year - 2025)), "faster_down");
  assert.equal(bend((year) => -Math.min(0, year - 2025)), "slower_down");
  assert.equal(bend((year) => (year < 2027 ? NaN : year), 2024), "");
});

test("the year that a curve bends most in", () => {
  const years = [2021, 2022, 2023, 2024, 2025, 2026, 2027, 2028, 2029];
  assert.equal(bendYear(time, along((year) => Math.max(0, year - 2027)), years), 2027);
});

test("counted is in how many members a loop is among the three strongest", () => {
  const effects = [[4, 0], [-3, 0], [2, 0], [1, 5]]; // by loop and member
  const counted = (/** @type {number} */ grain) => [...strongestOf((loop, _, member) => effects[loop][member], { loops: 4, years: 1, members: 2, grain })];
  assert.deepEqual(counted(0), [1, 1, 1, 1, 2]);
  assert.deepEqual(counted(3), [1, 0, 0, 1, 2], "what is not seen is among none");
});

test("what is looked at goes through the link and back", () => {
  const view = { outcome: "coherence", year: "2038", loop: "dilution", more: "1" };
  assert.deepEqual(whyView.read(whyView.written(view)), view);
  assert.equal(whyView.written({ outcome: "", year: "", loop: "", more: "" }), "");
  for (const text of ["a~b~c~d", "~20388~~", "<b>~~~", "~~~2", "~~~~"]) assert.equal(whyView.read(text), null);
});
