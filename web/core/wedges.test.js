import assert from "node:assert/strict";
import { test } from "node:test";
import * as wedges from "./wedges.js";

test("who decides nothing that differs is no player, and what nobody owns is one", () => {
  const found = wedges.players({ a: 1, b: 2 }, { a: 1, b: 3, c: 4 }, { b: { key: "lever", label: "Lever" } }, () => 0);
  assert.deepEqual(found, [
    { key: "lever", label: "Lever", constants: { b: [2, 3] } },
    { key: "", label: "", constants: { c: [0, 4] } },
  ]);
});

test("shares add up to the whole, and company is what is left", () => {
  // Two players that do 1 and 2 alone and 7 together.
  const found = wedges.shares([0, 1, 2, 7], 2);
  assert.deepEqual(found, { shapley: [3, 4], alone: [1, 2], last: [5, 6], whole: 7, together: 4 });
});

test("bit i of a mix says whether player i has joined", () => {
  /** @type {{ constants: Record<string, [number, number]> }[]} */
  const joining = [{ constants: { a: [0, 1] } }, { constants: { b: [2, 3] } }];
  assert.deepEqual(wedges.mixes({ c: 9 }, joining), [{ c: 9, a: 0, b: 2 }, { c: 9, a: 1, b: 2 }, { c: 9, a: 0, b: 3 }, { c: 9, a: 1, b: 3 }]);
});
