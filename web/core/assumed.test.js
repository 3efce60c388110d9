import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as assumed from "./assumed.js";
import { learn } from "./facts.js";
import { facts } from "./small-facts.test-data.js";
/** @import { Assumption, Scenario, State } from "../types/page.js" */

const LOOP = /** @type {Assumption["loop"]} */ ({ name: "Growth", kind: "R", path: [], acts: [], shown: null });
const STATUS_QUO = [/** @type {Scenario} */ ({ world: "standard", levers: {} })];

/** Four inputs, the shock that a world sets among them, and a loop. */
beforeEach(() => {
  const known = facts();
  const [rate] = Object.values(known.assumptions);
  for (const name of ["pace", "span", "shock"]) known.assumptions[name] = { ...rate, name, label: name[0].toUpperCase() + name.slice(1), unit: "years" };
  known.assumptions.growth = { ...rate, name: "growth switch", label: "Loop “Growth”", loop: LOOP };
  learn({ ...known, words: {
    ...known.words,
    "assumed.input": "{label} {value} (usually {usual})", "assumed.notice.one": "1 set: {names}.", "assumed.notice.few": "{count} set: {names}.",
    "assumed.notice.many": "{count} set: {names} …", "assumed.inputs.one": "1 input", "assumed.inputs.many": "{count} inputs",
    "assumed.loops.one": "1 loop off", "assumed.loops.many": "{count} loops off", "assumed.usual": "usual", "assumed.usual_but_set": "usual but set",
    "assumed.all_vary": "all", "assumed.some_vary": "{count} of {total}", "loop.notice.one": "1 loop off ({names}).",
  } });
});

/** @param {Record<string, number>} assumptions @returns {State} */
const state = (assumptions) => ({ ...facts().start, assumptions });

test("nothing is said where nothing was changed", () => {
  const plain = state({});
  assert.deepEqual([assumed.note(plain), assumed.short(plain), assumed.usual(plain)], ["", "", "usual"]);
  assert.equal(assumed.varying(STATUS_QUO, plain), "all");
});

test("inputs are named with both values, and loops that are off", () => {
  const changed = state({ pace: 0.25, growth: 0 });
  assert.equal(assumed.note(changed), "1 set: Pace 0.250 years (usually 0.500). 1 loop off (Growth).");
  assert.equal(assumed.short(changed), "1 input, 1 loop off");
  assert.equal(assumed.usual(changed), "usual but set");
  assert.equal(assumed.varying(STATUS_QUO, changed), "3 of 4");
});

test("a loop that is off sets no input", () => {
  const changed = state({ growth: 0 });
  assert.equal(assumed.note(changed), "1 loop off (Growth).");
  assert.equal(assumed.usual(changed), "usual");
  assert.equal(assumed.varying(STATUS_QUO, changed), "all");
});

test("of more inputs than there is room for the first are named", () => {
  const changed = state({ rate: 1, pace: 1, span: 1 });
  assert.equal(assumed.note(changed, 2), "3 set: Rate 1.00 (usually 0.500); Pace 1.00 years (usually 0.500) …");
  assert.match(assumed.note(changed), /Span/);
});

test("what a scenario sets does not vary either", () => {
  assert.equal(assumed.varying([{ world: "other", levers: {} }], state({})), "3 of 4");
  assert.equal(assumed.varying([...STATUS_QUO, { world: "other", levers: {} }], state({ pace: 1 })), "2 of 4");
});
