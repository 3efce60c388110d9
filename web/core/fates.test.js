/** Fates as tests/vectors/fates.json has them; tests/test_cases.py reads the same file. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fateOf } from "./fates.js";

/** @typedef {{ name: string, years: number[], finished: number[], cancelled: number[], built: number, stands: number, by: number | null, fate: string, year: number | null, done: number | null }} Vector */
/** @type {Vector[]} */
const vectors = JSON.parse(readFileSync(new URL("../../tests/vectors/fates.json", import.meta.url), "utf-8"));

/** @param {number | null} found @param {number | null} wanted */
const near = (found, wanted) => assert.ok(wanted === null ? found === null || found === Infinity : Math.abs(Number(found) - wanted) < 1e-9, `${found} is not ${wanted}`);

for (const vector of vectors) {
  test(vector.name, () => {
    const found = fateOf(vector.years, vector.finished, vector.cancelled, vector, vector.by ?? Infinity);
    assert.equal(found.fate, vector.fate);
    near(found.year, vector.year);
    near(found.done, vector.done);
  });
}
