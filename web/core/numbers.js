/** Numbers in the language of the page: those that people type, and figures for reading.
 *
 * The decimal sign is that of the language. The other one parts thousands where it stands as such ("20,000" in English),
 * and is taken for a decimal sign where it cannot ("0.5" in German), since many keyboards have only that.
 */
import { facts } from "./facts.js";
import { rounded, significantPlaces } from "./message.js";

/** Decimal places that show three significant figures of a value, at most nine. @param {number} value */
export const places = (value) => significantPlaces(value, 3, 9);

/** @param {string} name @param {string} other */
const sign = (name, other) => facts?.words["number." + name] || other;

/**
 * What somebody typed as a number: null for an empty text, NaN for what is no number.
 * @param {string} text
 * @returns {number | null}
 */
export function read(text) {
  const plain = text.trim().replace(/[\s\u00a0\u202f]/g, "").replace("−", "-");
  if (!plain) return null;
  const decimal = sign("decimal", ".");
  const apart = decimal === "." ? "," : ".";
  const grouped = new RegExp(`^[-+]?[1-9]\\d{0,2}(\\${apart}\\d{3})+(\\${decimal}\\d*)?$`);
  const joined = grouped.test(plain) ? plain.split(apart).join("") : plain.replace(apart, decimal);
  const number = joined.replace(decimal, ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(number) ? Number(number) : NaN;
}

/**
 * A number as it stands in a box: no thousands apart, the language's decimal sign.
 * @param {number} value
 */
export const write = (value) => String(value).replace(".", sign("decimal", "."));

/**
 * Decimal places that a number has, at most six.
 * @param {number} value
 */
export const decimals = (value) => Math.min(6, (String(value).split(".")[1] ?? "").length);

/**
 * A number for reading, by the same rules as policy_lab/messages.py: true minus sign, thousands apart from 10,000 on
 * (`apart`: from 1,000 on, for an axis that goes further), three significant figures where no places are given.
 * @param {number} value
 * @param {number | null} [decimalPlaces]
 * @param {boolean} [apart]
 */
export function figure(value, decimalPlaces, apart) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text = rounded(size, decimalPlaces ?? significantPlaces(value));
  const negative = value < 0 && Number(text) !== 0;
  const [whole, part] = /** @type {[string, string | undefined]} */ (text.split("."));
  const shown = size >= (apart ? 1000 : 10000) ? whole.replace(/\B(?=(\d{3})+$)/g, sign("thousands", ",")) : whole;
  return (negative ? "−" : "") + shown + (part ? sign("decimal", ".") + part : "");
}

/**
 * A moment of the model's clock: of years a year, with its month inside one ("Apr 2041"), else a number.
 * @param {number} time
 */
export function moment(time) {
  const whole = Math.floor(time + 1e-9), month = Math.floor(12 * (time - whole) + 1e-9);
  if (month <= 0 || whole < 1000 || !/^years?$/i.test(facts.clock.unit)) return write(Number(time.toFixed(2)));
  return new Intl.DateTimeFormat(facts.language, { month: "short", year: "numeric", timeZone: "UTC" }).format(Date.UTC(whole, month, 15));
}

/** A number of percent with the sign as the language sets it: "36%", in German "36 %". @param {number} points @param {number} shown */
export const percent = (points, shown) => figure(points, shown) + sign("percent", "%");

/** Where a figure begins, after its sign; of "5–10" only the first. */
const FIRST_DIGIT = /(?<![–\d.,])([+−-]?)(\d)/g;

/**
 * A figure or two with their unit, if they have one; English writes a currency before a figure ("−US$5,000 million").
 * @param {string} text
 * @param {string} unit
 */
export function withUnit(text, unit) {
  const [, currency, rest] = /^(US\$|\$|€|£|CHF |EUR )\s?(.*)$/.exec(unit) ?? [];
  if (!unit || !text) return text;
  if (facts?.language !== "en" || !currency) return text + " " + unit;
  return `${text.replace(FIRST_DIGIT, (_, before, digit) => before + currency + digit)} ${rest}`.trimEnd();
}
