import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import * as numbers from "./numbers.js";
import { facts } from "./small-facts.test-data.js";

const german = () => {
  const given = facts();
  return { ...given, words: { ...given.words, "number.decimal": ",", "number.thousands": "." } };
};

beforeEach(() => learn(facts()));

test("typed numbers are read in the language of the page", () => {
  assert.deepEqual(["20,000", "0,5", " −3.5 ", "1e3", "", "three", "1.2.3"].map(numbers.read), [20000, 0.5, -3.5, 1000, null, NaN, NaN]);
  learn(german());
  assert.deepEqual(["20.000", "0,5", "0.5", "20.000,5"].map(numbers.read), [20000, 0.5, 0.5, 20000.5]);
});

test("a moment of a year is a month, and a clock of other units has none", () => {
  assert.deepEqual([2041, 2041.25, 1993.8, 2040.999].map(numbers.moment), ["2041", "Apr 2041", "Oct 1993", "Dec 2040"]);
  learn({ ...german(), language: "de" });
  assert.deepEqual([2041, 2041.5].map(numbers.moment), ["2041", "Juli 2041"]);
  learn({ ...facts(), clock: { initial: 0, final: 5000, unit: "Day" } });
  assert.equal(numbers.moment(2041.25), "2041.25");
});

test("figures have three significant figures, thousands apart and a true minus", () => {
  assert.deepEqual([0, 0.0051234, 12.345, 1234.6, 10000, -0.0001, NaN].map((value) => numbers.figure(value)), ["0", "0.00512", "12.3", "1235", "10,000", "−0.000100", "–"]);
  assert.equal(numbers.figure(-0.0001, 2), "0.00");
  assert.equal(numbers.figure(1234, 0, true), "1,234");
  learn(german());
  assert.equal(numbers.figure(-12345.5, 1), "−12.345,5");
});

test("a unit stands behind a figure that there is, and in English a currency before it", () => {
  assert.equal(numbers.withUnit("5,000", "US$ million a year"), "US$5,000 million a year");
  assert.equal(numbers.withUnit("107", "CHF million"), "CHF 107 million");
  assert.equal(numbers.withUnit("−1,500.5 to +20", "$ a year"), "−$1,500.5 to +$20 a year");
  assert.equal(numbers.withUnit("5–10", "$"), "$5–10");
  learn({ ...german(), language: "de" });
  assert.equal(numbers.withUnit("5.000", "$ im Jahr"), "5.000 $ im Jahr");
  assert.deepEqual([numbers.withUnit("3", "kg"), numbers.withUnit("3", ""), numbers.withUnit("", "kg")], ["3 kg", "3", ""]);
});
