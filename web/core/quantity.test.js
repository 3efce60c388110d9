import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import * as quantity from "./quantity.js";
import { facts } from "./small-facts.test-data.js";
/** @import { Variable } from "../types/page.js" */

beforeEach(() => {
  const small = facts();
  learn({ ...small, words: { ...small.words, "quantity.range": "{low} to {high}" } });
});

const agendas = /** @type {Variable} */ (/** @type {unknown} */ ({ name: "agendas", unit: "", places: 1, low: 0, high: 40 }));

test("a range of changes that lies on one side of zero shows which", () => {
  assert.equal(quantity.changes(0.04, 2.34, agendas), "+0.04 to +2.34");
  assert.equal(quantity.changes(-2.34, -0.004, agendas), "−2.340 to −0.004");
  assert.equal(quantity.changes(0.06, 2.34, agendas), "+0.1 to +2.3");
});

test("a range that ends at zero, or nowhere that could be told from it, is written as usual", () => {
  assert.equal(quantity.changes(-0.04, 2.34, agendas), "−0.04 to +2.34");
  assert.equal(quantity.changes(-1e-9, 2.34, agendas), "0.0 to +2.3");
  assert.equal(quantity.changes(0, 2.34, agendas), "0.0 to +2.3");
});
