import assert from "node:assert/strict";
import { test } from "node:test";
import * as scale from "./chart-scale.js";

test("limits are round and hold the range, and zero when it is near", () => {
  assert.deepEqual(scale.limits(0.31, 0.93), [0, 1]);
  assert.deepEqual(scale.limits(990, 1010), [990, 1010]);
  assert.deepEqual(scale.limits(-93, -31).map((value) => value + 0), [-100, 0]);
  assert.deepEqual(scale.limits(3, 3), [0, 3.3]);
  assert.deepEqual(scale.limits(Infinity, -Infinity), [0, 1]);
});

test("years are whole, and few enough", () => {
  assert.deepEqual(scale.years(1942.5, 1951.5, 5), [1944, 1946, 1948, 1950]);
  assert.deepEqual(scale.years(2015, 2050, 8), [2015, 2020, 2025, 2030, 2035, 2040, 2045, 2050]);
});

test("places tell the multiples of a step apart", () => {
  assert.deepEqual([1, 0.5, 0.25, 1e-9].map(scale.stepPlaces), [0, 1, 2, 9]);
});

test("the nearest moment is the earlier of two as near", () => {
  const time = [0, 1, 2, 4];
  assert.deepEqual([-5, 0.5, 0.6, 3, 3.1, 99].map((wanted) => scale.nearest(time, wanted)), [0, 0, 1, 2, 3, 3]);
});
