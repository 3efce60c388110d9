/** The page's state as a link: only what differs from the page as it opens.
 *
 *     ?m=1a2b3c4d.…&w=cern_for_ai&l=shared-facility~0.5~2028~5_diplomacy~0.4&a=run-cost-cap~3e5&c=access-gap~secrecy
 *       &p=manhattan_for_ai&p=status_quo~~q7x~0.6
 *
 *     m   beginning of the model's hash: the version the link was made with; and checksums, see link-parts.js
 *     w   scenario that the current policy starts from
 *     l   levers moved since: key, value, start year, ramp, end year; what is left out stands as in the scenario
 *     a   changed assumptions: key, value
 *     c   variables of the two charts
 *     p   pinned scenarios, one part each: the scenario, after "~~" the levers moved in it, and after ":" a name of its own
 *     v, y, h, r, d, t   what Compare, Why, Precedents, Rank, Model and Learn look at (VIEWS): each is read where it is used
 *     s   whether the page is presented
 *     lang  the page's language
 *
 * Keys depend on the name alone, so that links outlive additions to the model. Levers and assumptions have a readable
 * key and a short one of three letters; url-state-reader.js reads both. Pins are written with short ones, the rest too where
 * the readable link would be longer than SAFE characters, which every program passes on whole. Pins that would take more
 * than MOST_PINNED are refused when they are made (fits). A person can change some fifty assumptions beside every lever
 * and stay below SAFE; a link of many hundreds is longer, up to LONGEST, and the Share menu says so.
 */
import { facts, variables } from "./facts.js";
import { joined } from "./link-parts.js";
import * as scenarios from "./scenario.js";
/** @import { Scenario, Setting, State } from "../types/page.js" */
/** @import { Part } from "./link-parts.js" */

/** Characters of the longest link that is read: servers take request lines of 8,190. */
export const LONGEST = 8000;
/** Characters up to which programs are known to pass a link on whole. */
export const SAFE = 2000;
export const MOST_PINS = 4;
/** Characters of the model's hash. */
export const VERSION = 8;
/** Characters of a pin's name. */
export const LONGEST_NAME = 60;
/** A number as a link has it. */
export const NUMBER = /^-?\d{1,9}(\.\d{1,9})?(e-?\d{1,2})?$/;
/** Parts that say what one page looks at. */
export const VIEWS = ["v", "y", "h", "r", "d", "s", "t"];
const MOST_PINNED = 520;
const LANGUAGE = 10; // characters of "&lang=de"

/**
 * Five significant figures, in the shortest of the forms that say the same.
 * @param {number | null} value
 */
export function short(value) {
  if (value === null) return "";
  const rounded = Number(value.toPrecision(5));
  const plain = String(rounded);
  const [digits, power] = rounded.toExponential().replace("e+", "e").split("e");
  const scientific = digits.replace(".", "") + "e" + (Number(power) - (digits.split(".")[1] ?? "").length);
  if (!NUMBER.test(plain)) return scientific;
  return scientific.length < plain.length ? scientific : plain;
}

/** What a lever does not have (null in the scenario's own setting) is left out. @param {string} key @param {Setting} setting @param {Setting} standing */
function item(key, setting, standing) {
  const fields = setting.map((value, place) => (standing[place] === null || scenarios.near(value, standing[place]) ? "" : short(value)));
  while (fields.length > 1 && fields[fields.length - 1] === "") fields.pop();
  return [key, ...fields].join("~");
}

/** @param {Scenario} scenario @param {boolean} brief whether levers stand by their short keys */
function items(scenario, brief) {
  const standing = scenarios.worldOf(scenario.world).levers;
  const moved = Object.entries(scenario.levers);
  return moved.map(([key, setting]) => item(brief ? facts.levers[key].short : key, setting, standing[key])).join("_");
}

/** @param {Scenario} pin @returns {Part} */
function pinned(pin) {
  const moved = items(pin, true);
  return { key: "p", text: pin.world + (moved ? "~~" + moved : "") + (pin.name ? ":" + pin.name : "") };
}

/**
 * Whether pinned scenarios leave room for everything else.
 * @param {Scenario[]} pins
 */
export const fits = (pins) => pins.map((pin) => "&p=" + encodeURIComponent(pinned(pin).text)).join("").length <= MOST_PINNED;

/** @param {State} state */
function charts(state) {
  const keys = new Map(variables.map(({ key, name }) => [name, key]));
  return state.charts.map((name) => keys.get(name) ?? "").join("~");
}

/** @param {State} state @param {Record<string, string>} views @param {boolean} brief */
function written(state, views, brief) {
  /** @type {Part[]} */
  const parts = [];
  const add = (/** @type {string} */ key, /** @type {string} */ text) => void (text && parts.push({ key, text }));
  if (state.world !== facts.start.world) add("w", state.world);
  add("l", items(scenarios.of(state), brief));
  add("a", Object.entries(state.assumptions).map(([key, value]) => (brief ? facts.assumptions[key].short : key) + "~" + short(value)).join("_"));
  if (state.charts.some((name, side) => name !== facts.start.charts[side])) add("c", charts(state));
  parts.push(...state.pins.map(pinned));
  for (const key of VIEWS) add(key, views[key] ?? "");
  return joined(facts.hash.slice(0, VERSION), parts);
}

/**
 * The query with its "?", "" for the page as it opens.
 * @param {State} state
 * @param {Record<string, string>} [views] by their letter
 * @param {boolean} [brief] as short as can be, though nobody can read it
 */
export function write(state, views = {}, brief = false) {
  const readable = brief ? "" : written(state, views, false);
  return !brief && readable.length <= SAFE - LANGUAGE ? readable : written(state, views, true);
}
