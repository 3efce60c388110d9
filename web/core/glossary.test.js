import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { learn } from "./facts.js";
import { parted } from "./glossary.js";
import { facts } from "./small-facts.test-data.js";

const stock = { key: "stock", term: "Stock", forms: ["stocks", "stock"], means: "builds up" };
const odds = { key: "odds", term: "Log odds", forms: ["log odds"], means: "a scale" };
beforeEach(() => learn({ ...facts(), glossary: [stock, odds] }));

test("a term is found as a whole word, in any case, once", () => {
  assert.deepEqual(parted("Stocks and a stock. Log odds.", new Set()), [{ term: stock, text: "Stocks" }, " and a stock. ", { term: odds, text: "Log odds" }, "."]);
  assert.deepEqual(parted("Stockholm, live-stock, the log of odds", new Set()), ["Stockholm, live-stock, the log of odds"]);
});

test("what is marked already stays plain", () => {
  const met = new Set(["odds"]);
  assert.deepEqual(parted("log odds of a stock", met), ["log odds of a ", { term: stock, text: "stock" }]);
  assert.deepEqual([...met], ["odds", "stock"]);
});

test("a page without a glossary has nothing to mark", () => {
  learn(facts());
  assert.deepEqual(parted("a stock", new Set()), ["a stock"]);
});
