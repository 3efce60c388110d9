import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { judged } from "./entry.js";
import { learn } from "./facts.js";
import { facts } from "./small-facts.test-data.js";

beforeEach(() => {
  const known = facts();
  Object.assign(known.words, {
    "entry.missing": "missing", "entry.not_a_number": "no number {text}", "entry.out_of_range": "{low} to {high}", "entry.whole": "whole {low} to {high}",
  });
  learn(known);
});

test("a number of the range is taken as it is", () => {
  for (const [text, value] of /** @type {const} */ ([["3", 3], [" 2,500 ", 2500], ["1e3", 1000], ["0", 0], ["20,000", 20000]])) {
    assert.deepEqual(judged(text, [0, 20000]), { value });
  }
});

test("anything else is said, and nothing is made of it", () => {
  for (const [text, problem] of [["", "missing"], ["much", "no number much"], ["20001", "0 to $20,000"], ["-1", "0 to $20,000"], ["1.2.3", "no number 1.2.3"]]) {
    assert.deepEqual(judged(text, [0, 20000], { unit: "$" }), { problem });
  }
  assert.deepEqual(judged("2.5", [1, 9], { whole: true }), { problem: "whole 1 to 9" });
  assert.deepEqual(judged("2051", [2015, 2050]), { problem: "2015 to 2050" });
  assert.deepEqual(judged("3", [-Infinity, 2]), { problem: "−∞ to 2" });
});
