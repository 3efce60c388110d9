import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import * as presented from "./presented.js";
import { facts } from "./small-facts.test-data.js";

beforeEach(() => learn(facts()));

test("what is presented goes through its part of the link and back", () => {
  for (const [what, text] of /** @type {const} */ ([
    [{ on: false, stars: [] }, ""],
    [{ on: true, stars: [] }, "1"],
    [{ on: false, stars: ["funding"] }, "0~abc"],
    [{ on: true, stars: ["funding"] }, "1~abc"],
  ])) {
    assert.equal(presented.written({ on: what.on, stars: [...what.stars] }), text);
    assert.deepEqual(presented.read(text), what);
  }
});

test("a lever that there is not has no star, and none has two", () => {
  assert.deepEqual(presented.read("1~abc~funding~gone"), { on: true, stars: ["funding"] });
  assert.deepEqual(presented.read("nonsense"), { on: false, stars: [] });
});
