import assert from "node:assert/strict";
import { test } from "node:test";
import { KNOTS, LENGTH, chance, codeOf, digitsOf, readCode, readColumn, stepOf } from "./answer-code.js";
/** @import { Answer, Question } from "../types/learn.js" */

/** @type {Question} */
const question = { story: "critical_mass", step: 2, name: "Coherence", knots: [2026, 2030, 2034, 2038, 2042, 2046, 2050], axis: [0, 2], options: 4, run: { label: "", scenario: "status_quo", case: "", values: { seed: 0.1 } } };
/** @param {number} n @returns {Answer} */
const answer = (n) => ({ option: n % 5, knots: Array.from({ length: KNOTS }, (_, k) => ((n * 37 + k * 101) % 1001) / 500), chance: n });

test("an answer comes back from its code, to a thousandth of the axis", () => {
  for (let n = 0; n < 300; n++) {
    const code = codeOf(question, answer(n));
    assert.match(code, /^PL[0-9A-HJKMNP-TV-Z]+$/);
    assert.equal(code.length, LENGTH);
    const back = readCode(question, code);
    assert.ok(typeof back === "object");
    assert.deepEqual([back.option, back.chance], [answer(n).option, n]);
    back.knots?.forEach((value, k) => assert.ok(Math.abs(value - /** @type {number[]} */ (answer(n).knots)[k]) <= 0.001 + 1e-12));
  }
});

test("the step is read from a code of any story, and stands where a server looks for it", () => {
  for (const step of [1, 2, 31, 32, 40, 1000]) {
    const code = codeOf({ ...question, story: "another", step }, answer(step));
    assert.equal(stepOf(code), step);
    assert.equal(code.slice(4, 6), digitsOf(step)); // STEP of policy_lab/app/rooms.py
  }
  assert.equal(stepOf("PL" + "1".repeat(37)), 0);
});

test("words alone are an answer, and what lies beyond the axis is taken to its end", () => {
  const words = readCode(question, codeOf(question, { option: 3, knots: null, chance: 5 }));
  assert.deepEqual(words, { option: 3, knots: null, chance: 5 });
  const far = readCode(question, codeOf(question, { option: 0, knots: [-1, 0, 1, 2, 3, 1e9, 2], chance: 0 }));
  assert.deepEqual(typeof far === "object" && far.knots, [0, 0, 1, 2, 2, 2, 2]);
});

test("small letters, and those that look like others, are read all the same", () => {
  const code = codeOf(question, answer(7));
  for (const form of [code.toLowerCase(), code.replaceAll("0", "O"), code.replaceAll("1", "l"), code.replaceAll("1", "I")]) assert.deepEqual(readCode(question, form), readCode(question, code));
});

test("any wrong letter, any two that changed places and any that is missing are found", () => {
  const code = codeOf(question, answer(123));
  for (let n = 0; n < code.length; n++) {
    for (const letter of "0Z7K") {
      const other = code.slice(0, n) + letter + code.slice(n + 1);
      if (other !== code && !(n === 1 && letter === "1")) assert.equal(readCode(question, other), "damaged");
    }
    assert.equal(readCode(question, code.slice(0, n) + code.slice(n + 1)), "damaged");
    const swapped = code.slice(0, n) + (code[n + 1] ?? "") + code[n] + code.slice(n + 2);
    if (swapped.replaceAll("L", "1") !== code.replaceAll("L", "1")) assert.equal(readCode(question, swapped), "damaged");
  }
});

test("a code of another story, step or version says which of them it is", () => {
  const code = codeOf(question, answer(1));
  assert.equal(readCode({ ...question, story: "suspicion" }, code), "story");
  assert.equal(readCode({ ...question, step: 3 }, code), "step");
  for (const other of [{ ...question, axis: /** @type {[number, number]} */ ([0, 1]) }, { ...question, options: 3 }, { ...question, knots: question.knots.map((year) => year + 1) }, { ...question, run: null }]) assert.equal(readCode(other, code), "version");
});

test("a column of three hundred is read however a chat or a form has it, and what is not ours is named with its line", () => {
  const codes = Array.from({ length: 300 }, (_, n) => codeOf(question, answer(n)));
  const foreign = codeOf({ ...question, story: "other" }, answer(1));
  const dressed = codes.map((code, n) => [code, `"2026-11-30 09:0${n % 10}","Ann","${code}"`, `${code.toLowerCase()}.`, `My guess:\u200b ${code} 😀`, `${code.slice(0, 13)} ${code.slice(13, 26)}-${code.slice(26)}`][n % 5]);
  const text = ["Code", ...dressed, "", codes[4], foreign, codes[9].slice(0, 30), "<script>alert(1)</script>"].join("\r\n");
  const { answers, left, again } = readColumn(question, text);
  assert.deepEqual(answers.map((one) => one.chance), codes.map((_, n) => n));
  assert.equal(again, 1);
  assert.deepEqual(left.map(({ line, reason }) => [line, reason]), [[1, "none"], [304, "story"], [305, "damaged"], [306, "none"]]);
});

test("two answers that say the same are two", () => {
  const same = (/** @type {number} */ own) => codeOf(question, { option: 1, knots: null, chance: own });
  assert.equal(readColumn(question, same(1) + "\n" + same(2)).answers.length, 2);
  assert.equal(chance(() => 2 ** 30 - 1), 2 ** 30 - 1);
  assert.ok(chance() < 2 ** 30);
});
