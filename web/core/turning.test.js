import assert from "node:assert/strict";
import { test } from "node:test";
import { orderOf, ranksOf, splits } from "./turning.js";

const COUNT = 400;
/** Numbers from 0 to 1 that look like chance. @param {number} seed */
const drawn = (seed) => Float64Array.from({ length: COUNT }, (_, n) => ((n + 1) * seed * 0.6180339887) % 1);
/** @param {Record<string, Float64Array>} values */
const inputs = (values) => new Map(Object.entries(values).map(([name, list]) => [name, { values: list, order: orderOf(list) }]));

test("the input that decides is found, with its value and both shares", () => {
  const [cause, other] = [drawn(1), drawn(Math.SQRT2 * 7)];
  const signs = Int8Array.from(cause, (value) => (value > 0.3 ? 1 : -1));
  const [first, ...rest] = splits(inputs({ other, cause }), [{ name: "outcome", kind: "change", signs, values: Float64Array.from(signs) }]);
  assert.equal(first.input, "cause");
  assert.equal(first.at, 0.3);
  assert.equal(first.low.way, 0);
  assert.equal(first.high.way, first.high.count);
  assert.deepEqual(rest, []);
});

test("chance parts nothing, and members without an outcome do not count", () => {
  const signs = Int8Array.from(drawn(Math.sqrt(3) * 11), (value) => (value > 0.5 ? 1 : -1));
  assert.deepEqual(splits(inputs({ a: drawn(1), b: drawn(Math.SQRT2 * 7) }), [{ name: "outcome", kind: "change", signs, values: Float64Array.from(signs) }]), []);
  const cause = drawn(1);
  const half = Int8Array.from(cause, (value, n) => (n % 2 ? 2 : value > 0.6 ? -1 : 1));
  const [found] = splits(inputs({ cause }), [{ name: "outcome", kind: "change", signs: half, values: Float64Array.from(half, (sign) => (sign === 2 ? NaN : sign)) }]);
  assert.equal(found.low.count + found.high.count, COUNT / 2);
});

test("an input that shifts all changes a little is found where no cut parts their signs", () => {
  const [cause, noise] = [drawn(1), drawn(Math.SQRT2 * 7)];
  const values = Float64Array.from(cause, (value, n) => 0.6 + 0.5 * value + 0.5 * noise[n] - 0.7);
  const signs = Int8Array.from(values, (value) => Math.sign(value));
  const found = splits(inputs({ cause, chance: drawn(Math.sqrt(5) * 13) }), [{ name: "outcome", kind: "change", signs, values }]);
  assert.deepEqual(found.map(({ input }) => input), ["cause"]);
  assert.ok(found[0].tails[0] < found[0].tails[1]);
  assert.deepEqual(Array.from(ranksOf([3, 1, NaN, 1, 2])), [0.5, -0.5 + 0.5 / 3, NaN, -0.5 + 0.5 / 3, -0.5 + 2 / 3]);
});
