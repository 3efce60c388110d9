/** Links back to the state; url-state.js says what they hold.
 *
 * A damaged, foreign or over-long link gives the page as it opens and a sentence that says so; one of another model
 * version opens, and the sentence says what changed.
 */
import { facts, variables } from "./facts.js";
import { ASIDE, LONGEST, MOST_PINS, NUMBER, VERSION } from "./url-state.js";
import * as scenarios from "./scenario.js";
import { say } from "./words.js";
/** @import { Lever, Levers, Scenario, Setting, State } from "../types/page.js" */
/** @typedef {{ m?: string, w?: string, l?: string, a?: string, c?: string, p: string[] }} Parts */
/** What a link names that is not there: `changes` tells it of an older link; any other is bad.
 * @typedef {{ changes: string[], missing: (text: string) => void }} News */

const KEY = /^[a-z0-9-]{1,16}$/;

class BadLink extends Error {}

/** @param {string} text */
function number(text) {
  if (!text) return null;
  if (!NUMBER.test(text)) throw new BadLink("not a number");
  return Number(text);
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch {
    throw new BadLink("not an address");
  }
}

/** @param {string} query @returns {Parts} */
function partsOf(query) {
  /** @type {Parts} */
  const found = { p: [] };
  for (const part of query.replace(/^\?/, "").split("&")) {
    const [, key, text] = /^([a-z]+)=([^=]*)$/.exec(part) ?? [];
    if (ASIDE.includes(key)) continue;
    const value = key === undefined ? "" : decoded(text);
    if (key === "p") found.p.push(text);
    else if (key !== "m" && key !== "w" && key !== "l" && key !== "a" && key !== "c") throw new BadLink("unknown part");
    else if (key in found) throw new BadLink("repeated part");
    else found[key] = value;
  }
  if (found.m !== undefined && !/^[0-9a-f]{8}$/.test(found.m)) throw new BadLink("not a model version");
  return found;
}

/** @param {boolean} older @returns {News} */
function newsOf(older) {
  /** @type {string[]} */
  const changes = [];
  return {
    changes,
    missing: (text) => {
      if (!older) throw new BadLink(text);
      if (!changes.includes(text)) changes.push(text);
    },
  };
}

/** Keys, long or short, to the long one. @param {Record<string, { short: string }>} entries */
function keysOf(entries) {
  const short = Object.entries(entries).map(([key, about]) => /** @type {const} */ ([about.short, key]));
  return new Map([...short, ...Object.keys(entries).map((key) => /** @type {const} */ ([key, key]))]);
}

/** @param {News} news @param {string} key */
function world(news, key) {
  if (Object.hasOwn(facts.worlds, key)) return key;
  news.missing(say("link.no_world", { world: key.slice(0, 60) }));
  return facts.start.world;
}

/** @param {News} news @param {string | undefined} text @param {string} where the world @returns {Levers} */
function levers(news, text, where) {
  const standing = facts.worlds[where].levers;
  const keys = keysOf(facts.levers);
  /** @type {Levers} */
  const found = {};
  for (const piece of text ? text.split("_") : []) {
    const [asked, ...numbers] = piece.split("~");
    if (!KEY.test(asked) || numbers.length < 1 || numbers.length > 4) throw new BadLink("not a lever");
    const values = numbers.map(number);
    const key = keys.get(asked);
    if (key === undefined) news.missing(say("link.no_lever", { lever: asked }));
    else found[key] = setting(news, facts.levers[key], values, standing[key]);
  }
  return found;
}

/** @param {News} news @param {Lever} lever @param {(number | null)[]} values @param {Setting} standing */
function setting(news, lever, values, standing) {
  return /** @type {Setting} */ (standing.map((stands, place) => {
    const value = values[place];
    if (value === null || value === undefined || stands === null) return stands;
    return inRange(news, lever.label, value, ...lever.ranges[place]);
  }));
}

/** @param {News} news @param {string} label @param {number} value @param {number} low @param {number} high */
function inRange(news, label, value, low, high) {
  const air = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
  if (value < low - air || value > high + air) news.missing(say("link.out_of_range", { lever: label }));
  return Math.min(Math.max(value, low), high);
}

/** @param {News} news @param {string | undefined} text */
function assumptions(news, text) {
  const keys = keysOf(facts.assumptions);
  /** @type {Record<string, number>} */
  const found = {};
  for (const piece of text ? text.split("_") : []) {
    const [asked, value, ...more] = piece.split("~");
    if (!KEY.test(asked) || !value || more.length) throw new BadLink("not an assumption");
    const wanted = Number(number(value));
    const key = keys.get(asked);
    if (key === undefined) {
      news.missing(say("link.no_assumption", { assumption: asked }));
      continue;
    }
    const { label, low, high } = facts.assumptions[key];
    found[key] = inRange(news, label, wanted, low, high);
  }
  return found;
}

/** @param {News} news @param {string | undefined} text */
function charts(news, text) {
  if (!text) return facts.start.charts.slice();
  const names = new Map(variables.map(({ key, name }) => [key, name]));
  const asked = text.split("~");
  if (asked.length !== 2 || !asked.every((key) => KEY.test(key))) throw new BadLink("not two charts");
  return asked.map((key, side) => {
    if (!names.has(key)) news.missing(say("link.no_variable", { variable: key }));
    return names.get(key) ?? facts.start.charts[side];
  });
}

/** @param {News} news @param {string[]} texts */
function pins(news, texts) {
  if (texts.length > MOST_PINS) throw new BadLink("too many pinned scenarios");
  /** @type {Scenario[]} */
  const found = [];
  for (const text of texts) {
    const cut = text.indexOf("~~");
    const before = decoded(cut < 0 ? text : text.slice(0, cut));
    const moved = cut < 0 ? "" : text.slice(cut + 2);
    const where = world(news, before);
    if (where !== before) continue;
    const pin = { world: where, levers: scenarios.moved(where, levers(news, decoded(moved), where)) };
    if (!found.some((other) => scenarios.same(other, pin))) found.push(pin);
  }
  return found;
}

/** @param {News} news @param {Parts} parts @returns {State} */
function settings(news, parts) {
  const where = parts.w === undefined ? facts.start.world : world(news, parts.w);
  const moved = levers(news, parts.l, where);
  return {
    world: where,
    levers: { ...facts.worlds[where].levers, ...moved },
    assumptions: assumptions(news, parts.a),
    charts: charts(news, parts.c),
    pins: pins(news, parts.p),
  };
}

/** The page as it opens. @returns {State} */
export function start() {
  return { ...facts.start, levers: { ...facts.start.levers }, charts: facts.start.charts.slice(), pins: [], assumptions: {} };
}

/**
 * @param {string} query with or without its "?"
 * @returns {{ state: State, notice: string }} notice: the sentence there is to say about the link, "" for none
 */
export function read(query) {
  if (!query.replace(/^\?/, "").replace(/(^|&)(lang|v|h)=[^&]*/g, "")) return { state: start(), notice: "" };
  if (query.length > LONGEST) return { state: start(), notice: say("link.long", { longest: LONGEST }) };
  try {
    const parts = partsOf(query);
    const now = facts.hash.slice(0, VERSION);
    const older = parts.m !== undefined && parts.m !== now;
    const news = newsOf(older);
    const state = settings(news, parts);
    const changes = news.changes.join(" ") || say("link.same_names");
    return { state, notice: older ? say("link.older", { made_with: parts.m, now, changes }) : "" };
  } catch (error) {
    if (!(error instanceof BadLink)) throw error;
    return { state: start(), notice: say("link.bad") };
  }
}
