/** Links: there and back. tests/test_page_scripts.py does the same for a thousand states of the real model. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import { fits, write } from "./url-state.js";
import { read, start } from "./url-state-reader.js";
import { facts } from "./small-facts.test-data.js";

beforeEach(() => learn(facts()));

test("the page as it opens has a bare address", () => {
  assert.equal(write(start()), "");
  assert.deepEqual(read(""), { state: start(), notice: "" });
  assert.deepEqual(read("?lang=de&v=x&h=y"), { state: start(), notice: "" });
});

test("what differs comes back from its link", () => {
  const state = { ...start(), world: "other", levers: /** @type {const} */ ({ funding: [7, 2031.5, null, 2100] }), assumptions: { rate: 0.25 }, charts: ["trust", "knowledge"] };
  const moved = { ...state, levers: { funding: /** @type {[number, number, null, number]} */ ([7, 2031.5, null, 2100]) }, pins: [{ world: "other", levers: {} }] };
  const query = write(moved);
  assert.equal(query, "?m=00112233&w=other&l=funding~7~2031.5~~2100&a=rate~0.25&c=trust~knowledge&p=other");
  assert.deepEqual(read(query), { state: moved, notice: "" });
});

test("a lever ends where its link says, and a link from before there were ends leaves that as the world has it", () => {
  const state = { ...start(), levers: { funding: /** @type {[number, number, null, number]} */ ([5, 2025, null, 2032]) } };
  assert.equal(write(state), "?m=00112233&l=funding~~~~2032");
  assert.deepEqual(read(write(state)).state, state);
  assert.deepEqual(read("?l=funding~7~2031").state.levers.funding, [7, 2031, null, 2100]);
  assert.deepEqual(read("?w=other&l=funding~7").state.levers.funding, [7, 2025, null, 2032]);
  assert.equal(read("?l=funding~7~2031~3~2040~1").notice, "bad");
});

test("a short key leads to the same lever as a readable one", () => {
  assert.deepEqual(read("?l=abc~4"), read("?l=funding~4"));
});

test("a bad link gives the page as it opens and says so", () => {
  for (const query of ["?w=nowhere", "?l=funding~11", "?l=funding~NaN", "?x=1", "?w=a&w=b", "?%E0%A4%A", "?c=trust", "?p=a&p=b&p=c&p=d"]) {
    assert.deepEqual(read(query), { state: start(), notice: "bad" }, query);
  }
});

test("a link of another version opens as far as it can, and tells what changed", () => {
  const { state, notice } = read("?m=ffffffff&w=gone&l=lost~1_funding~99");
  assert.deepEqual(state.levers.funding, [10, 2025, null, 2100]);
  assert.equal(notice, "older: no world gone no lever lost out of range Funding");
});

test("pins have only so much room", () => {
  assert.equal(fits([{ world: "other", levers: {} }]), true);
  assert.equal(fits(Array.from({ length: 70 }, () => ({ world: "other", levers: {} }))), false);
});
