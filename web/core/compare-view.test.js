/** What Compare looks at, there and back through a link, and links from before it opened with the first chart's outcome. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { firstOutcome, read, written } from "./compare-view.js";
import { learn, variable } from "./facts.js";
import { facts } from "./small-facts.test-data.js";

beforeEach(() => learn({ ...facts(), headlines: ["knowledge", "trust"], start: { ...facts().start, charts: ["trust", "knowledge"] } }));

test("as it opens it is not in the link, and it opens with the first chart's outcome", () => {
  const { view, bad } = read("", 2050);
  assert.deepEqual([view.outcome, bad], ["trust", false]);
  assert.equal(firstOutcome(), "trust");
  assert.equal(written(view, variable(view.outcome).key), "");
});

test("everything else is, under the outcome's name", () => {
  const { view } = read("", 2050);
  const text = written({ ...view, to: "p", every: true }, variable("trust").key);
  assert.match(text, /^[a-z-]+~~~p~~1$/);
  assert.deepEqual(read(text, 2050), { view: { ...view, to: "p", every: true }, bad: false });
});

test("a link that names no outcome keeps the one that it was made with", () => {
  assert.equal(read("~~~p~", 2050).view.outcome, "knowledge");
});
