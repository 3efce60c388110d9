import assert from "node:assert/strict";
import { test } from "node:test";
import { brackets, grid, nearestFlips, told } from "./flips.js";
/** @import { CaseControl } from "../types/precedents.js" */

/** @param {string} name @param {number} value @param {number} low @param {number} high @returns {CaseControl} */
const fact = (name, value, low, high) => ({ name, constant: name, unit: "", value, low, high, step: 1 });
const cost = fact("cost", 2, 1, 10);
const members = fact("members", 0.2, 0, 1);
const secrecy = fact("secrecy", 0.5, 0, 1);

/** A fate that is known: cancelled once cost reaches 3.7 or members fall below a twentieth; secrecy decides nothing. @param {{ control: CaseControl, value: number }} trial */
const cancelled = ({ control, value }) => (control === cost && value >= 3.7) || (control === members && value < 0.05);

test("the nearest change of fate is found on the side where it is, the smallest change first", async () => {
  const flips = await nearestFlips([cost, members, secrecy], async (trials) => trials.map(cancelled));
  assert.deepEqual(flips.map(({ control, least }) => [control.name, least]), [["members", false], ["cost", true]]);
  assert.ok(Math.abs(flips[1].value - 3.7) < 0.02, String(flips[1].value));
  assert.ok(Math.abs(flips[0].value - 0.05) < 0.002, String(flips[0].value));
  for (const { control, value } of flips) assert.ok(cancelled({ control, value }), "what is told changes the fate");
});

test("a fact can change the fate on both sides", () => {
  const values = grid(secrecy);
  const found = brackets(secrecy, values, values.map((value) => value < 0.2 || value > 0.8));
  assert.deepEqual(found.map(({ least }) => least), [true, false]);
  assert.ok(found[0].same < 0.8 && found[0].other > 0.8 && found[1].other < 0.2 && found[1].same > 0.19);
});

test("a stated value at the end of its range has no neighbour beyond it", () => {
  const at = fact("at", 1, 0, 1);
  assert.deepEqual(brackets(at, grid(at), grid(at).map(() => false)), []);
});

test("what is told is rounded away from what is stated and stays in the range", () => {
  assert.equal(told({ control: cost, least: true, same: 3.7, other: 3.70123 }), 3.71);
  assert.equal(told({ control: cost, least: false, same: 3.7, other: 3.69877 }), 3.69);
  assert.equal(told({ control: cost, least: true, same: 9.9, other: 10 }), 10);
  assert.equal(told({ control: fact("rival", 3836, 10, 200000), least: true, same: 15000, other: 15012.4 }), 15100);
});
