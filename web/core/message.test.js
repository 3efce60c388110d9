import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inWords, numberIn, rounded } from "./message.js";

const vectors = JSON.parse(readFileSync(new URL("../../tests/vectors/messages.json", import.meta.url), "utf8"));

/** @param {string} code @returns {import("./message.js").Language} */
function language(code) {
  const { texts, names } = vectors.languages[code];
  const known = new Map(names.map((/** @type {[string, string, string]} */ [kind, key, words]) => [`${kind} ${key}`, words]));
  return { texts, named: (kind, name) => known.get(`${kind} ${name}`) };
}

for (const code of Object.keys(vectors.languages)) {
  test(`messages read in ${code} as in Python`, () => {
    const cases = vectors.cases.filter((/** @type {{ language: string }} */ one) => one.language === code);
    assert.ok(cases.length > 60);
    for (const { message, text } of cases) assert.equal(inWords(message, language(code)), text, JSON.stringify(message));
  });
}

test("halves are rounded away from zero by the shortest decimal form", () => {
  assert.deepEqual([2.675, -2.675, 1.005, 0.125].map((value) => rounded(value, 2)), ["2.68", "-2.68", "1.01", "0.13"]);
});

test("what is no number is a dash", () => {
  for (const style of ["plain", "count", "figure", "short", "exact", "percent", "fine", "year"]) {
    assert.deepEqual([NaN, Infinity].map((value) => numberIn(value, style, language("en"))), ["–", "–"]);
  }
});

test("a missing text and a missing value are errors", () => {
  assert.throws(() => inWords({ key: "v.nothing", values: {} }, language("en")), /no text/);
  assert.throws(() => inWords({ key: "v.any", values: { y: 1 } }, language("en")), /no value/);
});
