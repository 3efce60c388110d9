import assert from "node:assert/strict";
import { test } from "node:test";
import { counts, middle, rows, threads } from "./class-answers.js";
import { between, drawn, resampled, through } from "./guess.js";
import * as learnView from "./learn-view.js";

const knots = [2026, 2030, 2034, 2038, 2042, 2046, 2050];
const grid = between(knots, 10);

test("the line goes through its knots, smoothly, and leaves no piece between two of them", () => {
  const values = [0, 0.1, 0.1, 0.9, 0.2, 0.2, 1];
  const line = through(knots, values, grid);
  knots.forEach((_, n) => assert.ok(Math.abs(line[n * 10] - values[n]) < 1e-12));
  line.forEach((value, n) => {
    const piece = Math.min(Math.floor(n / 10), 5);
    const [low, high] = [values[piece], values[piece + 1]].sort((a, b) => a - b);
    assert.ok(value >= low - 1e-12 && value <= high + 1e-12);
  });
  const straight = through(knots, knots.map((year) => 2 * year), grid);
  straight.forEach((value, n) => assert.ok(Math.abs(value - 2 * grid[n]) < 1e-9));
  assert.ok(Number.isNaN(through(knots, values, [2025])[0]));
});

test("a curve at other moments is read between its points, and not beyond them", () => {
  assert.deepEqual([...resampled([0, 2, 4], [0, 2, 6], [0, 1, 3, 4])], [0, 1, 4, 6]);
  assert.ok(resampled([0, 2], [0, 2], [-1, 3]).every(Number.isNaN));
});

test("the first touch is a flat line; a stroke moves every knot that it passes, either way", () => {
  const flat = drawn(knots, null, { time: 2027, value: 0.4 });
  assert.deepEqual(flat, Array(7).fill(0.4));
  const right = drawn(knots, flat, { time: 2043, value: 1 }, { time: 2027, value: 0.2 });
  assert.deepEqual(right.map((value) => Number(value.toFixed(3))), [0.4, 0.35, 0.55, 0.75, 1, 0.4, 0.4]);
  const left = drawn(knots, flat, { time: 2027, value: 0.2 }, { time: 2043, value: 1 });
  assert.deepEqual(left.map((value) => Number(value.toFixed(3))), [0.2, 0.35, 0.55, 0.75, 0.95, 0.4, 0.4]);
  assert.deepEqual(drawn(knots, flat, { time: 2049, value: 0 }), [0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0]);
});

test("a first stroke that ends before the last knot goes on flat, and a later one leaves the rest", () => {
  const flat = drawn(knots, null, { time: 2026, value: 0.1 });
  const first = drawn(knots, flat, { time: 2047, value: 0.9 }, { time: 2026, value: 0.1 }, { low: 2026, high: 2026 });
  assert.deepEqual([first[0], first[6]], [0.1, 0.9]);
  const back = drawn(knots, first, { time: 2040, value: 0.3 }, { time: 2047, value: 0.9 }, { low: 2026, high: 2047 });
  assert.deepEqual([back[0], back[6]], [0.1, 0.9], "a hand that turns back moves nothing that it has left");
  const leftwards = drawn(knots, Array(7).fill(0.9), { time: 2033, value: 0.2 }, { time: 2050, value: 0.9 }, { low: 2050, high: 2050 });
  assert.deepEqual([leftwards[0], leftwards[1], leftwards[6]], [0.2, 0.2, 0.9]);
  assert.equal(drawn(knots, first, { time: 2033, value: 0 }, { time: 2031, value: 0 })[6], 0.9);
});

test("a class has a median, a middle half, counts and rows", () => {
  const answers = [0, 1, 2, 3, 4].map((n) => ({ option: n % 3, knots: n === 4 ? null : Array(7).fill(n), chance: n }));
  const found = middle(answers, 7);
  assert.deepEqual([found?.low[0], found?.median[6], found?.high[3]], [0.75, 1.5, 2.25]);
  assert.equal(middle([], 7), null);
  assert.deepEqual(counts(answers, 2), [2, 1]);
  assert.equal(threads(answers, knots).values.length, 4);
  assert.deepEqual(rows(answers, ["up", "down"], knots, ["n", "shape"])[2], [2, "up", ...Array(7).fill(1)]);
  assert.deepEqual(rows(answers, ["up", "down"], knots, ["n", "shape"])[5], [5, "up", ...Array(7).fill("")]);
});

test("what is looked at comes back from its link", () => {
  assert.deepEqual(learnView.read(learnView.written({ story: "critical_mass", step: 3 })), { story: "critical_mass", step: 3 });
  assert.deepEqual(learnView.read(""), { story: "", step: 1 });
  for (const text of ["x", "a~0", "a~b", "<b>~1", "a~1~2"]) assert.equal(learnView.read(text), null);
});
