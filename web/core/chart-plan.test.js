import assert from "node:assert/strict";
import { test } from "node:test";
import { chartPlan, spot } from "./chart-plan.js";

const picture = {
  title: "Knowledge", unit: "papers", time: [2020, 2030, 2040],
  lines: [{ key: "a", label: "Status quo", kind: "status-quo", values: [0, NaN, 100] }, { key: "b", label: "Policy", kind: "policy", values: [0, 80, 101] }],
  marks: [{ time: 2039, label: "Shock" }, { time: 2039.5, label: "Another" }],
};

test("a line is broken where a value is missing", () => {
  const [line] = chartPlan(picture, { width: 600, height: 300 }).lines;
  assert.equal(line.d.match(/M/g)?.length, 2);
});

test("names at the ends are apart, and marks that would cover each other stand in rows", () => {
  const { ends, marks, size } = chartPlan(picture, { width: 600, height: 300 });
  assert.ok(Math.abs(ends[0].y - ends[1].y) >= size);
  assert.deepEqual(marks.map((mark) => mark.row), [0, 1]);
  assert.ok(marks.every((mark) => mark.anchor === "end"));
});

test("what has the same values at the same place is not drawn again", () => {
  const [first, second] = [0, 1].map(() => chartPlan(picture, { width: 600, height: 300 }).lines[1].d);
  assert.equal(first, second);
  const moved = { ...picture, lines: [{ ...picture.lines[1], values: [0, 81, 101] }] };
  assert.notEqual(chartPlan(moved, { width: 600, height: 300 }).lines[0].d, first);
});

test("further series of a record have spots of another shape", () => {
  assert.deepEqual([0, 1, 2, 3].map((n) => spot(0, 0, 2, n).match(/[aL]/g)?.length), [2, 3, 3, 2]);
});
