/** What a class answered: lines with their median and middle half, counts of what was chosen, and rows for a spreadsheet. */
import { between, through } from "./guess.js";
import { quantilesOf } from "./quantiles.js";
/** @import { Answer } from "../types/learn.js" */

const PIECES = 6; // of a line between two knots
const SHARES = [0.25, 0.5, 0.75];

/** @param {Answer[]} answers */
export const linesOf = (answers) => answers.flatMap(({ knots }) => (knots ? [knots] : []));

/** Every line, fine enough to be drawn. @param {Answer[]} answers @param {number[]} knots */
export function threads(answers, knots) {
  const time = between(knots, PIECES);
  return { time, values: linesOf(answers).map((line) => through(knots, line, time)) };
}

/** At each knot: the edges of the middle half, and the median; null for no line. @param {Answer[]} answers @param {number} count of knots */
export function middle(answers, count) {
  const lines = linesOf(answers);
  if (!lines.length) return null;
  const { values } = quantilesOf([Float64Array.from(lines.flat())], count, 1, SHARES);
  const at = (/** @type {number} */ n) => values.slice(n * count, (n + 1) * count);
  return { low: at(0), median: at(1), high: at(2) };
}

/** How many chose each option. @param {Answer[]} answers @param {number} options */
export const counts = (answers, options) => Array.from({ length: options }, (_, n) => answers.filter(({ option }) => option === n + 1).length);

/** A row an answer. @param {Answer[]} answers @param {string[]} options in words @param {number[]} knots @param {string[]} head of the first two columns */
export function rows(answers, options, knots, head) {
  const drawn = knots.length > 0;
  return [[...head, ...(drawn ? knots.map(String) : [])], ...answers.map(({ option, knots: line }, n) => [n + 1, options[option - 1] ?? "", ...(drawn ? knots.map((_, k) => line?.[k] ?? "") : [])])];
}
