/** Links: there and back, and what a link says that is not as this version of the model has it. What damage does to one:
 * link-damage.test.js. tests/test_page_scripts.py does the same for a thousand states of the real model. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { checksum, crc24 } from "./checksum.js";
import { learn } from "./facts.js";
import { SAFE, fits, write } from "./url-state.js";
import { read, start } from "./url-state-reader.js";
import { facts } from "./small-facts.test-data.js";
/** @import { State } from "../types/page.js" */

beforeEach(() => learn(facts()));

/** A link without its checksums. @param {string} query */
const bare = (query) => query.replace(/^(\?m=[0-9a-f]{8})\.[0-9a-z]+\.[0-9a-z]{5}/, "$1");

test("the checksum is the standard's", () => {
  assert.equal(crc24("123456789"), 0x21cf02); // the check value of CRC-24/OPENPGP in the catalogue of parametrised CRCs
  assert.match(checksum(""), /^[0-9a-z]{5}$/);
});

test("the page as it opens has a bare address", () => {
  assert.equal(write(start()), "");
  assert.deepEqual(read(""), { state: start(), views: {}, notice: "" });
  assert.deepEqual(read("?lang=de&v=x&h=y"), { state: start(), views: { v: "x", h: "y" }, notice: "" });
});

test("what differs comes back from its link, and what pages look at with it", () => {
  const moved = {
    ...start(), world: "other", levers: { funding: /** @type {[number, number, null, number]} */ ([7, 2031.5, null, 2100]) },
    assumptions: { rate: 0.25 }, charts: ["trust", "knowledge"], pins: [{ world: "other", levers: {} }],
  };
  const query = write(moved);
  assert.equal(bare(query), "?m=00112233&w=other&l=funding~7~2031.5~~2100&a=rate~0.25&c=trust~knowledge&p=other");
  assert.deepEqual(read(query), { state: moved, views: {}, notice: "" });
  const views = { r: "levers~2040~two words & a = sign", d: "3~s~2030~stock~Ä~ö" };
  assert.deepEqual(read(write(moved, views)), { state: moved, views, notice: "" });
  assert.deepEqual(read(write(start(), views) + "&lang=de"), { state: start(), views, notice: "" });
});

test("a link of the first edition, which has no checksums, opens as it did", () => {
  const { state, notice } = read("?m=00112233&w=other&l=funding~7~2031.5~~2100&a=rate~0.25&c=trust~knowledge&p=other~~abc~3");
  assert.equal(notice, "");
  assert.deepEqual([state.world, state.levers.funding, state.assumptions], ["other", [7, 2031.5, null, 2100], { rate: 0.25 }]);
  assert.deepEqual([state.charts, state.pins], [["trust", "knowledge"], [{ world: "other", levers: { funding: [3, 2025, null, 2032] } }]]);
});

test("a lever ends where its link says, and a link from before there were ends leaves that as the scenario has it", () => {
  const state = { ...start(), levers: { funding: /** @type {[number, number, null, number]} */ ([5, 2025, null, 2032]) } };
  assert.equal(bare(write(state)), "?m=00112233&l=funding~~~~2032");
  assert.deepEqual(read(write(state)).state, state);
  assert.deepEqual(read("?l=funding~7~2031").state.levers.funding, [7, 2031, null, 2100]);
  assert.deepEqual(read("?w=other&l=funding~7").state.levers.funding, [7, 2025, null, 2032]);
  assert.equal(read("?l=funding~7~2031~3~2040~1").notice, "unread funding~7~2031~3~2040~1");
});

test("a year that a lever does not have is neither written nor taken in silence", () => {
  const state = /** @type {State} */ (/** @type {unknown} */ ({ ...start(), levers: { funding: [7, 2025, 4, 2100] } }));
  assert.equal(bare(write(state)), "?m=00112233&l=funding~7");
  const { state: opened, notice } = read("?l=funding~7~~4");
  assert.deepEqual([opened.levers.funding, notice], [[7, 2025, null, 2100], "no timing Funding"]);
});

test("a short key leads to the same lever as a readable one", () => {
  assert.deepEqual(read("?l=abc~4"), read("?l=funding~4"));
  assert.deepEqual(read(write({ ...start(), assumptions: { rate: 0.25 } }, {}, true)).state.assumptions, { rate: 0.25 });
});

test("what cannot be read is left out and told, and the rest opens", () => {
  for (const [query, said] of [
    ["?w=nowhere", "no world nowhere"], ["?l=funding~NaN", "unread funding~NaN"], ["?x=1", "foreign x"], ["?%E0%A4%A", "foreign %E0%A4%A"],
    ["?c=trust", "unread trust"], ["?w", ""], ["?&&&", "stray"], ["?l=__proto__~1", "unread =, proto, ~1"],
    ["?m=zzzzzzzz", "lost part m"], ["?p=nobody", "no world nobody"], ["?a=toString~1", "unread toString~1"],
  ]) {
    const { state, notice } = read(query);
    assert.deepEqual(state, start(), query);
    assert.equal(notice, said, query);
  }
  const { state, notice } = read("?utm_source=letter&w=other&l=funding~3_lost~1&w=standard");
  assert.deepEqual([state.world, state.levers.funding[0]], ["other", 3]);
  assert.equal(notice, "foreign utm_source, w no lever lost");
});

test("a link of another version opens as far as it can, and tells what changed", () => {
  const { state, notice } = read("?m=ffffffff&w=gone&l=lost~1_funding~99");
  assert.deepEqual(state.levers.funding, [10, 2025, null, 2100]);
  assert.equal(notice, "older: no world gone no lever lost out of range Funding");
  assert.equal(read("?m=ffffffff&w=other").notice, "older: same");
});

test("a pin keeps its name in the link", () => {
  /** @type {import("../types/page.js").Scenario[]} */
  const pins = [{ world: "other", levers: {}, name: "50 % : a~~b_c & ü" }, { world: "other", levers: { funding: [7, 2025, null, 2032] }, name: "Two" }];
  const state = { ...start(), pins };
  assert.match(write(state), /&p=other:50%20%25%20:%20a~~b_c%20%26%20%C3%BC&p=other~~abc~7:Two$/);
  assert.deepEqual(read(write(state)), { state, views: {}, notice: "" });
  assert.deepEqual(read(write(state) + ").").state, state);
});

test("pins that a link has no room for are refused", () => {
  const pin = { world: "other", levers: {} };
  assert.ok(fits([pin, pin, pin]));
  assert.ok(!fits([{ world: "x".repeat(SAFE), levers: {} }]));
});
