import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { masked, withConditions } from "./conditions.js";

/** @type {{ sign: string, number: number, by: (number | null)[], values: number[], shown: (number | null)[] }[]} */
const vectors = JSON.parse(readFileSync(new URL("../../tests/vectors/conditions.json", import.meta.url), "utf8"));
const where = (/** @type {string} */ sign, /** @type {number} */ number) => ({ variable: "strength", sign, number, why: "too weak" });

test("an outcome is nothing wherever its condition does not hold", () => {
  for (const { sign, number, by, values, shown } of vectors) {
    const found = masked(values, by.map((value) => value ?? NaN), where(sign, number));
    assert.deepEqual([...found].map((value) => (Number.isNaN(value) ? null : value)), shown, sign);
  }
});

test("what decides is asked for once, behind the outputs", () => {
  const whereOf = (/** @type {string} */ name) => (name === "score" ? where(">=", 0.3) : null);
  assert.deepEqual(withConditions(["score", "cost"], whereOf), ["score", "cost", "strength"]);
  assert.deepEqual(withConditions(["strength", "score"], whereOf), ["strength", "score"]);
});
