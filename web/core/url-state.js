/** The page's state as a link of at most 2,000 characters: only what differs from the page as it opens.
 *
 *     ?m=1a2b3c4d&w=cern_for_ai&l=shared-facility~0.5~2028~5_diplomacy~0.4&a=run-cost-cap~3e5&c=access-gap~secrecy
 *       &p=manhattan_for_ai&p=status_quo~~q7x~0.6
 *
 *     m   beginning of the model's hash: the version the link was made with
 *     w   world of the current policy
 *     l   levers moved since: key, value, start year, ramp, end year; what is left out stands as in the world
 *     a   changed assumptions: key, value
 *     c   variables of the two charts
 *     p   pinned scenarios, one part each: the world, and after "~~" the levers moved in it
 *     lang  the page's language, and
 *     v   what Compare looks at (pages/compare.js),
 *     h   what Precedents looks at (pages/precedents.js): they decide no setting and are kept as they are
 *
 * Keys depend on the name alone, so that links outlive additions to the model. Levers and assumptions have a readable
 * key and a short one of three letters; url-state-reader.js reads both. Pins are written with short ones, the rest too where
 * the readable link would be too long. Pins that would take more than MOST_PINNED characters are refused when they are
 * made (fits), which bounds the longest link there is.
 */
import { facts, variables } from "./facts.js";
import * as scenarios from "./scenario.js";
/** @import { Scenario, Setting, State } from "../types/page.js" */

export const LONGEST = 2000;
export const MOST_PINS = 3;
/** Characters of the model's hash. */
export const VERSION = 8;
/** A number as a link has it. */
export const NUMBER = /^-?\d{1,9}(\.\d{1,9})?(e-?\d{1,2})?$/;
/** Parts that decide no setting. */
export const ASIDE = ["lang", "v", "h"];
const MOST_PINNED = 520;

/**
 * Five significant figures, in the shortest of the forms that say the same.
 * @param {number | null} value
 */
function short(value) {
  if (value === null) return "";
  const rounded = Number(value.toPrecision(5));
  const plain = String(rounded);
  const [digits, power] = rounded.toExponential().replace("e+", "e").split("e");
  const scientific = digits.replace(".", "") + "e" + (Number(power) - (digits.split(".")[1] ?? "").length);
  if (!NUMBER.test(plain)) return scientific;
  return scientific.length < plain.length ? scientific : plain;
}

/** @param {string} key @param {Setting} setting @param {Setting} standing */
function item(key, setting, standing) {
  const fields = setting.map((value, place) => (scenarios.near(value, standing[place]) ? "" : short(value)));
  while (fields.length > 1 && fields[fields.length - 1] === "") fields.pop();
  return [key, ...fields].join("~");
}

/** @param {Scenario} scenario @param {boolean} brief whether levers stand by their short keys */
function items(scenario, brief) {
  const standing = scenarios.worldOf(scenario.world).levers;
  const moved = Object.entries(scenario.levers);
  return moved.map(([key, setting]) => item(brief ? facts.levers[key].short : key, setting, standing[key])).join("_");
}

/** @param {Scenario} pin */
function pinned(pin) {
  const moved = items(pin, true);
  return encodeURIComponent(pin.world) + (moved ? "~~" + moved : "");
}

/**
 * Whether pinned scenarios leave room for everything else.
 * @param {Scenario[]} pins
 */
export const fits = (pins) => pins.map((pin) => "&p=" + pinned(pin)).join("").length <= MOST_PINNED;

/** @param {State} state */
function charts(state) {
  const keys = new Map(variables.map(({ key, name }) => [name, key]));
  return state.charts.map((name) => keys.get(name) ?? "").join("~");
}

/** @param {State} state @param {boolean} brief */
function written(state, brief) {
  const parts = [];
  if (state.world !== facts.start.world) parts.push("w=" + encodeURIComponent(state.world));
  const moved = items(scenarios.of(state), brief);
  if (moved) parts.push("l=" + moved);
  const changed = Object.entries(state.assumptions).map(([key, value]) => (brief ? facts.assumptions[key].short : key) + "~" + short(value));
  if (changed.length) parts.push("a=" + changed.join("_"));
  if (state.charts.some((name, side) => name !== facts.start.charts[side])) parts.push("c=" + charts(state));
  for (const pin of state.pins) parts.push("p=" + pinned(pin));
  return parts.length ? "?m=" + facts.hash.slice(0, VERSION) + "&" + parts.join("&") : "";
}

/**
 * The query with its "?", "" for the page as it opens.
 * @param {State} state
 */
export function write(state) {
  const readable = written(state, false);
  return readable.length <= LONGEST - 10 ? readable : written(state, true);
}
