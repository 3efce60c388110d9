/** Messages as data, put into words: policy_lab/messages.py does the same in Python, and both are held to
 * tests/vectors/messages.json. The styles of numbers and lists are described there.
 */

/**
 * @typedef {object} Message
 * @property {string} key
 * @property {{ [place: string]: Value }} values
 */
/** @typedef {{ name: string, kind: string, text?: string }} Name what a model calls something */
/** @typedef {string | number | Message | Name | List} Value */
/** @typedef {Array<string | number | Message | Name>} List */
/**
 * @typedef {object} Language
 * @property {Record<string, string>} texts dotted key to text; `key.one` and `key.many` where it depends on `{count}`
 * @property {(kind: string, name: string) => string | undefined} named what a thing of the model is called in it
 */

const LEAST_SHARE = 0.001;
const HUGE = 1e15;
const TINY = 1e-6;
/** @type {Record<string, number>} significant figures of the styles that count them */
const FIGURES = { figure: 3, short: 3, exact: 6 };
/** @type {Record<string, number>} items of a list before "and … more", by style */
const MOST_LISTED = { commas: 12, or: 12 };
const MOST = 5;

/** @type {Map<number, Intl.NumberFormat>} */
const formats = new Map();

/**
 * A number with so many decimals, halves away from zero by its shortest decimal form: 2.675 is "2.68".
 * @param {number} value
 * @param {number} places
 */
export function rounded(value, places) {
  let format = formats.get(places);
  if (!format) {
    const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
    format = new Intl.NumberFormat("en-US", { ...digits, useGrouping: false });
    formats.set(places, format);
  }
  return format.format(value);
}

/**
 * The power of ten of a number's first digit.
 * @param {number} value
 */
const exponentOf = (value) => Number(value.toExponential().split("e")[1]);

/**
 * Decimal places that show so many significant figures, at least none.
 * @param {number} value
 * @param {number} [figures]
 * @param {number} [most]
 */
export function significantPlaces(value, figures = 3, most = 6) {
  if (value === 0 || !Number.isFinite(value)) return 0;
  return Math.min(most, Math.max(0, figures - 1 - exponentOf(value)));
}

/**
 * A number times a power of ten, without the error that multiplying would bring.
 * @param {number} value
 * @param {number} power
 */
function shifted(value, power) {
  const [digits, exponent] = value.toExponential().split("e");
  return Number(`${digits}e${Number(exponent) + power}`);
}

/**
 * The message as text; throws where there is no such text, or a place of it has no value.
 * @param {Message} message
 * @param {Language} language
 * @returns {string}
 */
export function inWords(message, language) {
  return textOf(message, language).replace(/\{(\w+)(?::(\w+))?\}/g, (_, /** @type {string} */ place, style) => {
    const value = message.values[place];
    if (value === undefined) throw new Error(`'${message.key}' has no value for {${place}}.`);
    return shown(value, style ?? "plain", language);
  });
}

/**
 * @param {Message} message
 * @param {Language} language
 */
function textOf(message, { texts }) {
  const part = message.values.count === 1 ? "one" : "many";
  const text = texts[message.key] ?? texts[`${message.key}.${part}`];
  if (text === undefined) throw new Error(`There is no text '${message.key}'.`);
  return text;
}

/**
 * One value as it appears in a text.
 * @param {Value} value
 * @param {string} style
 * @param {Language} language
 * @returns {string}
 */
export function shown(value, style, language) {
  if (typeof value === "number") return numberIn(value, style, language);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return listed(value.map((item) => shown(item, style, language)), style, language);
  if ("key" in value) return inWords(value, language);
  return language.named(value.kind, value.name) || value.text || value.name;
}

/**
 * @param {string[]} items
 * @param {string} style
 * @param {Language} language
 */
function listed(items, style, language) {
  const most = MOST_LISTED[style] ?? MOST;
  if (!items.length) return inWords({ key: "list.none", values: {} }, language);
  if (items.length > most) {
    const values = { first: items.slice(0, most).join(", "), count: items.length - most };
    return inWords({ key: "list.more", values }, language);
  }
  if (items.length === 1 || style === "commas") return items.join(", ");
  const values = { first: items.slice(0, -1).join(", "), last: items[items.length - 1] ?? "" };
  return inWords({ key: style === "or" ? "list.or" : "list.and", values }, language);
}

/**
 * A number in the signs of the language; what is no number is a dash.
 * @param {number} value
 * @param {string} style
 * @param {Language} language
 * @returns {string}
 */
export function numberIn(value, style, language) {
  if (!Number.isFinite(value)) return "–";
  if (style === "percent") return percentIn(value, language);
  if (style === "change") return (value >= 0 ? "+" : "") + numberIn(value, "figure", language);
  const typed = (/** @type {string} */ text) => (style === "exact" ? text.replace("−", "-") : text);
  const size = Math.abs(value);
  const figures = FIGURES[style];
  if (size >= HUGE || (style === "exact" && size > 0 && size < TINY)) {
    return typed(powerOfTen(value, figures ?? 3, language));
  }
  if (style === "fine") {
    const text = signed(rounded(shifted(value, 2), significantPlaces(100 * value, 3, 11)), 5, language);
    return withoutZeros(text, language) + sign("percent", language);
  }
  const decimals = style === "count" ? 0 : 2;
  const places = figures ? significantPlaces(value, figures, style === "exact" ? 11 : 6) : decimals;
  const apart = style === "year" ? 0 : style === "count" ? 4 : 5;
  const text = signed(rounded(value, places), apart, language);
  return style === "figure" || style === "count" ? text : typed(withoutZeros(text, language));
}

/**
 * @param {number} share
 * @param {Language} language
 * @returns {string}
 */
function percentIn(share, language) {
  const size = Math.abs(share);
  if (size > 0 && size < LEAST_SHARE) {
    return inWords({ key: "number.under", values: { share: percentIn(LEAST_SHARE, language) } }, language);
  }
  return signed(rounded(shifted(share, 2), size > 0 && size < 0.01 ? 1 : 0), 5, language) + sign("percent", language);
}

/**
 * @param {number} value
 * @param {number} figures
 * @param {Language} language
 */
function powerOfTen(value, figures, language) {
  let exponent = exponentOf(value);
  let digits = rounded(shifted(value, -exponent), figures - 1);
  if (Math.abs(Number(digits)) >= 10) {
    exponent += 1;
    digits = rounded(shifted(value, -exponent), figures - 1);
  }
  return `${withoutZeros(signed(digits, 5, language), language)}e${exponent < 0 ? "−" : ""}${Math.abs(exponent)}`;
}

/**
 * @param {string} name
 * @param {Language} language
 */
const sign = (name, language) => language.texts[`number.${name}`] ?? "";

/**
 * A number as JavaScript writes it, in the signs of the language; thousands apart from so many digits on.
 * @param {string} text
 * @param {number} apartFrom
 * @param {Language} language
 */
function signed(text, apartFrom, language) {
  const [whole = "", part] = text.replace("-", "").split(".");
  const grouped = apartFrom && whole.length >= apartFrom;
  const head = grouped ? whole.replace(/\B(?=(\d{3})+$)/g, sign("thousands", language)) : whole;
  const minus = text.startsWith("-") && Number(text) !== 0 ? "−" : "";
  return minus + head + (part ? sign("decimal", language) + part : "");
}

/**
 * @param {string} text
 * @param {Language} language
 */
function withoutZeros(text, language) {
  const point = sign("decimal", language);
  const at = text.lastIndexOf(point);
  if (at < 0) return text;
  const rest = text.slice(at + point.length).replace(/0+$/, "");
  return rest ? text.slice(0, at) + point + rest : text.slice(0, at);
}
