/** Quantities as people say them: money in round amounts ("$93 bn"), dates as years, everything else with its unit.
 *
 * A change has a sign or a word that says which way it goes ("+0.21", "$26 bn more", "2.5 years later").
 */
import { facts } from "./facts.js";
import * as numbers from "./numbers.js";
import { say } from "./words.js";
/** @import { Variable } from "../types/page.js" */

/** Names of amounts of money, and how much each is. @type {[string, number][]} */
const AMOUNTS = [["trillion", 1e12], ["billion", 1e9], ["million", 1e6], ["one", 1]];

/** The name of the amount that a sum is told in. @param {number} sum in one unit of its currency */
const amountOf = (sum) => AMOUNTS.find(([, one]) => sum >= one * 0.9995) ?? AMOUNTS[AMOUNTS.length - 1];

/** Two figures or, of a hundred and more, whole ones: 9.3, 93, 127. @param {number} value */
const short = (value) => numbers.figure(value, Math.abs(value) >= 9.95 || Number.isInteger(value) ? 0 : 1);

/** Some sums in the amount that fits the largest: texts without currency, and the key of the phrase. @param {number[]} sums @param {Variable} about */
function inMoney(sums, about) {
  const { scale = 1, sign = "$", yearly = false } = about.money ?? {};
  const [name, one] = amountOf(Math.max(...sums.map(Math.abs)) * scale);
  return { texts: sums.map((sum) => short((sum * scale) / one)), sign, key: `quantity.${name}`, yearly: yearly ? say("quantity.yearly") : "" };
}

/** A sum, such as "$93 bn a year". @param {number} value @param {Variable} about */
function money(value, about) {
  const { texts: [amount], sign, key, yearly } = inMoney([Math.abs(value)], about);
  return (value < 0 && /[1-9]/.test(amount) ? "−" : "") + say(key, { amount, sign }) + yearly;
}

/** What figures of money are written in along an axis: how much of it one unit is, and its name. @param {Variable} about @param {number} most */
function written(about, most) {
  const { scale = 1, sign = "$", yearly = false } = about.money ?? {};
  const [name, one] = amountOf(most * scale);
  return { times: scale / one, unit: say(`quantity.${name}`, { amount: "", sign }).trim() + (yearly ? say("quantity.yearly") : "") };
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const [TINY, VAST] = [1e-3, 1e10]; // an axis whose largest value is less, or more, counts in a power of ten

/**
 * What figures along an axis are written in, where that is not the unit: an amount of money, or a power of ten for what is tiny
 * or vast.
 * @param {Variable} about
 * @param {number} most the largest of them
 */
export function scaled(about, most) {
  if (about.money) return written(about, Math.max(most, about.high ?? 0));
  if (!(most > 0) || (most >= TINY && most < VAST)) return null;
  const power = 3 * Math.floor(Math.log10(most) / 3);
  const raised = String(Math.abs(power)).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);
  return { times: 10 ** -power, unit: numbers.withUnit(`10${power < 0 ? "⁻" : ""}${raised}`, about.unit) };
}

/** A year; one that lies beyond the run, or is the present year until it is reached, is not reached. @param {number} value */
const date = (value) => (value >= facts.clock.final - 1e-6 ? say("quantity.not_by", { year: Math.floor(facts.clock.final) }) : String(Math.floor(value)));

/** Decimal places of a variable's values. @param {Variable} about @param {number[]} values */
const placesOf = (about, values) => (about.date ? 1 : about.places ?? numbers.places(Math.max(...values.map(Math.abs))));

/** The figure and the unit behind it, apart. @param {number} value @param {Variable} about @returns {{ figure: string, unit: string }} */
export function parts(value, about) {
  if (!Number.isFinite(value)) return { figure: "–", unit: "" };
  if (about.money) return { figure: money(value, about), unit: "" };
  if (about.date) return { figure: date(value), unit: "" };
  return { figure: numbers.figure(value, placesOf(about, [value])), unit: about.unit };
}

/** With its unit. @param {number} value @param {Variable} about */
export function said(value, about) {
  const { figure, unit } = parts(value, about);
  return numbers.withUnit(figure, unit);
}

/** From one value to another, with the unit once. @param {number} low @param {number} high @param {Variable} about */
export function levels(low, high, about) {
  if (about.money || about.date) return say("quantity.range", { low: parts(low, about).figure, high: parts(high, about).figure });
  const places = placesOf(about, [low, high]);
  return numbers.withUnit(say("quantity.range", { low: numbers.figure(low, places), high: numbers.figure(high, places) }), about.unit);
}

/** What is seen as nothing of a variable: half its last decimal, or a trifle of its range. @param {Variable} about */
export function grain(about) {
  if (about.date) return 0.05;
  if (about.places !== null) return 0.5 * 10 ** -about.places;
  const width = (about.high ?? 1) - (about.low ?? 0);
  return 1e-4 * (Number.isFinite(width) && width > 0 ? width : 1);
}

/** @param {string} text @param {number} value */
const signed = (text, value) => (value > 0 && /[1-9]/.test(text) ? "+" : "") + text;

/** The size of a change without its direction: "0.21", "$26 bn", "2.5 years". @param {number} value @param {Variable} about */
export function size(value, about) {
  if (about.money) return money(Math.abs(value), about);
  return numbers.withUnit(numbers.figure(Math.abs(value), placesOf(about, [value])), about.date ? say("quantity.years") : about.unit);
}

/** A change with its sign, without unit except that of money. @param {number} value @param {Variable} about */
export function change(value, about) {
  if (about.money) return signed(money(value, about), value);
  return signed(numbers.figure(value, placesOf(about, [value])), value);
}

/** From one change to another: "+0.05 to +0.31", "$26–127 bn more". @param {number} low @param {number} high @param {Variable} about */
export function changes(low, high, about) {
  if (about.money && low * high > 0) {
    const { texts: [least, most], sign, key, yearly } = inMoney([low, high].map(Math.abs).sort((a, b) => a - b), about);
    const amount = least === most ? least : `${least}–${most}`;
    return say(low > 0 ? "quantity.more" : "quantity.less", { amount: say(key, { amount, sign }) + yearly });
  }
  if (about.money) return say("quantity.range", { low: change(low, about), high: change(high, about) });
  const places = placesOf(about, [low, high]);
  if (about.date && low * high > 0) {
    const [least, most] = [low, high].map((value) => numbers.figure(Math.abs(value), places)).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    return say(low > 0 ? "quantity.later" : "quantity.earlier", { amount: least === most ? least : `${least}–${most}` });
  }
  const [from, to] = [low, high].map((value) => signed(numbers.figure(value, places), value));
  return numbers.withUnit(from === to ? from : say("quantity.range", { low: from, high: to }), about.date ? say("quantity.years") : "");
}
