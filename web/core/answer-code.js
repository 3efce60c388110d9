/** An answer of a pupil as a code of 39 letters and digits, which survives chats, forms and handwriting; and back.
 *
 *     PL11031F2QK7A…   P L | format | option | step ×2 | story ×4 | question ×4 | chance ×6 | knots ×14 | checksum ×5
 *
 * Digits are those of Crockford's base 32: no I, L, O or U, so that a small letter, or O for 0, is read all the same.
 *
 *     option    0 for none, else the number of a choice or of a shape in words
 *     story     of its name, and question: of what was asked (questionText); the same in every language
 *     chance    drawn anew for each answer: two that say the same are two, and one that came twice is one
 *     knots     two digits each, in thousandths of the axis; "ZZ" for an answer in words alone
 *     checksum  CRC-24 (checksum.js) of all before it
 *
 * Nothing in it says who answered.
 */
import { crc24 } from "./checksum.js";
/** @import { Answer, Question } from "../types/learn.js" */

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const START = "PL";
const FORMAT = 1;
export const KNOTS = 7;
export const LENGTH = 39;
const FINE = 1000; // parts of the axis
const NONE = 32 * 32 - 1; // of a knot
const TWENTY_BITS = 0xfffff;
/** Lengths of format, option, step, story, question, chance, each knot, checksum. */
const WIDTHS = [1, 1, 2, 4, 4, 6, ...Array(KNOTS).fill(2), 5];

/** @param {number} value @param {number} width */
function written(value, width) {
  let text = "";
  for (let left = value, n = 0; n < width; n++, left = Math.floor(left / 32)) text = DIGITS[left % 32] + text;
  return text;
}

/** @param {string} text of DIGITS */
const value = (text) => [...text].reduce((sum, digit) => sum * 32 + DIGITS.indexOf(digit), 0);

/** Letters as we write them. @param {string} text */
const plain = (text) => text.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
const HEAD = plain(START);

/** What a text comes to in 20 bits. @param {string} text */
const short = (text) => crc24(text) & TWENTY_BITS;

/** What was asked, without its words. @param {Question} question */
const questionText = ({ name, knots, axis, options, run }) => JSON.stringify([name, knots, axis, options, run?.scenario ?? "", run?.case ?? "", Object.entries(run?.values ?? {})]);

/** Thirty bits of chance. @param {(most: number) => number} [drawn] from 0 to below `most` */
export const chance = (drawn = (most) => Math.floor(Math.random() * most)) => drawn(2 ** 30);

/**
 * @param {Question} question
 * @param {Answer} answer
 */
export function codeOf(question, { option, knots, chance: own }) {
  const [low, high] = question.axis;
  const places = knots ? knots.map((knot) => Math.round(FINE * Math.min(1, Math.max(0, (knot - low) / (high - low))))) : Array(KNOTS).fill(NONE);
  const values = [FORMAT, option, question.step, short(question.story), short(questionText(question)), own, ...places];
  const body = HEAD + values.map((each, n) => written(each, WIDTHS[n])).join("");
  return START + body.slice(HEAD.length) + written(crc24(body), WIDTHS[WIDTHS.length - 1]);
}

/** The fields of a code; null where a letter is wrong or missing. @param {string} code */
function fields(code) {
  const text = plain(code);
  if (text.length !== LENGTH || !text.startsWith(HEAD) || [...text].some((letter) => !DIGITS.includes(letter))) return null;
  const found = [];
  let at = HEAD.length;
  for (const width of WIDTHS) found.push(value(text.slice(at, (at += width))));
  return found[found.length - 1] === crc24(text.slice(0, -WIDTHS[WIDTHS.length - 1])) ? found : null;
}

/**
 * What a code says, or why it does not belong here: "damaged", "story", "step" or "version".
 * @param {Question} question
 * @param {string} code
 * @returns {Answer | string}
 */
export function readCode(question, code) {
  const found = fields(code);
  if (!found) return "damaged";
  const [format, option, step, story, asked, own, ...rest] = found;
  if (format !== FORMAT) return "version";
  if (story !== short(question.story)) return "story";
  if (step !== question.step) return "step";
  const places = rest.slice(0, KNOTS);
  const known = option <= question.options && places.every((place) => place <= FINE || place === NONE);
  if (asked !== short(questionText(question)) || !known) return "version";
  const [low, high] = question.axis;
  const knots = places.includes(NONE) ? null : places.map((place) => low + ((high - low) * place) / FINE);
  return { option, knots, chance: own };
}

/** The two digits that a code has for a step. @param {number} step counted from 1 */
export const digitsOf = (step) => written(step, WIDTHS[2]);

/** The step that a code is about, counted from 1; 0 for what is no code. @param {string} code */
export const stepOf = (code) => fields(code)?.[2] ?? 0;

const UNSEEN = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
const CODE = new RegExp(`(?<![0-9A-Z])P[L1I][0-9A-Z]{${LENGTH - 2}}(?![0-9A-Z])`, "gi");
const PIECE = /(?<![0-9A-Z])P[L1I][0-9A-Z][0-9A-Z -]{7,}/i;

/** The codes in a line of whatever a form or a chat makes of it; a code in pieces is put together. @param {string} line */
function codesIn(line) {
  const whole = line.match(CODE);
  if (whole) return whole;
  const [piece = ""] = PIECE.exec(line) ?? [];
  return piece ? [piece.replace(/[ -]/g, "").slice(0, LENGTH)] : [];
}

/**
 * A pasted column: answers in their order, what is left out with its line and reason ("none": no code is in the line),
 * and how many came more than once.
 * @param {Question} question
 * @param {string} text
 * @returns {{ answers: Answer[], left: { line: number, text: string, reason: string }[], again: number }}
 */
export function readColumn(question, text) {
  /** @type {Map<string, Answer>} */
  const answers = new Map();
  /** @type {{ line: number, text: string, reason: string }[]} */
  const left = [];
  let again = 0;
  text.split(/\r\n|[\n\r\u2028]/).forEach((raw, n) => {
    const line = raw.replace(UNSEEN, "").trim();
    if (!line) return;
    const codes = codesIn(line);
    if (!codes.length) left.push({ line: n + 1, text: line, reason: "none" });
    for (const code of codes) {
      const answer = readCode(question, code);
      if (typeof answer === "string") left.push({ line: n + 1, text: code, reason: answer });
      else if (answers.has(plain(code))) again += 1;
      else answers.set(plain(code), answer);
    }
  });
  return { answers: [...answers.values()], left, again };
}
