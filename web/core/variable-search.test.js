import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import { facts } from "./small-facts.test-data.js";
import { MOST_LISTED, countKey, found } from "./variable-search.js";
/** @import { VariableRow } from "../types/model-page.js" */

/** @type {VariableRow[]} */
const ROWS = [
  ["trust", "stock", "1", "–", "What people think.", "Vertrauen", "Dmnl Public trust.", 0, null],
  ["staff[law]", "stock", "people", "–", "Who works there.", "", "", 1, null],
  ["staff[lab]", "stock", "people", "–", "Who works there.", "", "", 1, null],
  ["staff trust", "auxiliary", "1", "0 … 1", "Trust among staff.", "", "", 1, null],
];
beforeEach(() => learn(facts()));

const names = (/** @type {string} */ text, kind = "") => found(ROWS, text, kind).rows.map(([name]) => name);

test("a search finds every word in name, unit, documentation and the words of either language", () => {
  assert.deepEqual(names("PEOPLE works"), ["staff[law]", "staff[lab]"]);
  assert.deepEqual(names("vertrauen"), ["trust"]);
  assert.deepEqual(names("public"), ["trust"]);
  assert.deepEqual(names("zzz"), []);
  assert.deepEqual(names("", "auxiliary"), ["staff trust"]);
});

test("what is named exactly comes first, however it is spelled", () => {
  assert.deepEqual(names("staff"), ["staff[law]", "staff[lab]", "staff trust"]);
  learn({ ...facts(), headlines: ["staff[lab]"] });
  assert.deepEqual(names("staff"), ["staff[lab]", "staff[law]", "staff trust"], "what the page is about first");
  assert.equal(names("vertrauen")[0], "trust", "a label is a name");
  assert.deepEqual(names("Staff_Trust"), []); // a search is for words as they are typed
  assert.deepEqual([found(ROWS, "staff [ lab ]", "").exact, found(ROWS, "STAFF[LAB]", "").exact], [true, true]);
  assert.equal(found(ROWS, "sta", "").exact, false);
  assert.equal(found(ROWS, "", "").exact, false);
});

test("a word finds others of its kind, after itself; most words are enough, half of them are not", () => {
  assert.deepEqual(names("trusting staffs"), ["staff trust"]);
  assert.deepEqual(names("who works there today"), ["staff[law]", "staff[lab]"]);
  assert.deepEqual(names("public zzz"), []);
});

test("a word finds what the model calls otherwise, and no part of it does", () => {
  learn({ ...facts(), synonyms: [["staff", "workforce", "employees"]] });
  assert.deepEqual(names("workforce"), names("staff"));
  assert.deepEqual(names("employees trust"), ["staff trust"]);
  assert.deepEqual(names("force public"), []);
});

test("how many were found is told as it is shown", () => {
  assert.deepEqual([0, 1, 2, MOST_LISTED, MOST_LISTED + 1].map(countKey), ["none", "one", "many", "many", "first"]);
});
