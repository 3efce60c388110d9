import assert from "node:assert/strict";
import { test } from "node:test";
import { learn } from "./facts.js";
import { inBoth, odds, wordOf } from "./likelihood.js";
import { facts } from "./small-facts.test-data.js";

test("words begin where the IPCC's scale has them", () => {
  assert.deepEqual([1, 0.99, 0.9899, 0.95, 0.9, 0.66, 0.6599, 0.5].map(wordOf), ["certain", "certain", "extremely", "extremely", "very", "likely", "even", "even"]);
});

test("a share is told in the fewest futures that keep its word", () => {
  assert.deepEqual(odds(0.7), { count: 7, of: 10 });
  assert.deepEqual(odds(0.655), { count: 13, of: 20 }, "7 of 10 would be likely, and it is not");
  assert.deepEqual(odds(0.899), { count: 89, of: 100 }, "9 of 10 would be very likely, and it is not");
  assert.deepEqual(odds(0.96), { count: 19, of: 20 });
  assert.deepEqual(odds(0.93), { count: 9, of: 10 });
  assert.deepEqual(odds(0.945), { count: 9, of: 10 });
  for (let n = 5; n <= 995; n += 1) {
    const { count, of } = odds(n / 1000);
    assert.equal(wordOf(count / of), wordOf(n / 1000), `${n} of 1000`);
    assert.ok(Math.abs(count / of - n / 1000) <= (of === 100 ? 1 : 0.5) / of + 1e-9);
  }
});

test("two shares that are held against each other are of equally many futures", () => {
  const given = facts();
  learn({ ...given, words: { ...given.words, "in_short.of": "{count} of {of}", "in_short.nearly_all": "more than 99 of 100", "in_short.all": "all" } });
  assert.deepEqual(inBoth(0.7, 0.4), ["7 of 10", "4 of 10"]);
  assert.deepEqual(inBoth(0.88, 0.95), ["88 of 100", "95 of 100"]);
  assert.deepEqual(inBoth(0.5, 0.96), ["10 of 20", "19 of 20"]);
  assert.deepEqual(inBoth(0.7, 0.998), ["7 of 10", "more than 99 of 100"]);
});
