/** Links back to the state; url-state.js says what they hold.
 *
 * Whatever cannot be read is left out, and the notice says what that was: a damaged part, a lever that this version of the
 * model does not have, a key of another program. The rest opens as it was sent.
 */
import { facts, variables } from "./facts.js";
import { parted } from "./link-parts.js";
import { LONGEST, LONGEST_NAME, MOST_PINS, NUMBER, VERSION, VIEWS } from "./url-state.js";
import * as scenarios from "./scenario.js";
import { say } from "./words.js";
/** @import { Lever, Levers, Scenario, Setting, State } from "../types/page.js" */
/** @import { Damage, Part } from "./link-parts.js" */
/** What the notice tells: sentences about what this model does not have or allow, and pieces that nobody can read.
 * @typedef {{ changes: Set<string>, unread: string[] }} News */

const KEY = /^[a-z0-9-]{1,16}$/;
const PIN = /^([^:]*?)(?:~~([^:]*))?(?::(.*))?$/s; // scenario, levers, name
const MOST_TOLD = 5; // pieces or keys that a notice names
const MOST_LETTERS = 40; // of each

/** A number of a link, null where there is none; undefined for what is no number. @param {string} text */
function number(text) {
  if (!text) return null;
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** Keys, long or short, to the long one. @param {Record<string, { short: string }>} entries */
function keysOf(entries) {
  const short = Object.entries(entries).map(([key, about]) => /** @type {const} */ ([about.short, key]));
  return new Map([...short, ...Object.keys(entries).map((key) => /** @type {const} */ ([key, key]))]);
}

/** @param {News} news @param {string} key */
function world(news, key) {
  if (Object.hasOwn(facts.worlds, key)) return key;
  news.changes.add(say("link.no_world", { world: shortened(key) }));
  return facts.start.world;
}

/** @param {News} news @param {string} text @param {string} where the scenario @returns {Levers} */
function levers(news, text, where) {
  const standing = facts.worlds[where].levers;
  const keys = keysOf(facts.levers);
  /** @type {Levers} */
  const found = {};
  for (const piece of text ? text.split("_") : []) {
    const [asked, ...numbers] = piece.split("~");
    const values = numbers.map(number);
    const key = keys.get(asked);
    if (!KEY.test(asked) || numbers.length < 1 || numbers.length > 4 || values.includes(undefined)) news.unread.push(piece);
    else if (key === undefined) news.changes.add(say("link.no_lever", { lever: asked }));
    else found[key] = setting(news, facts.levers[key], values, standing[key]);
  }
  return found;
}

/** @param {News} news @param {Lever} lever @param {(number | null | undefined)[]} values @param {Setting} standing */
function setting(news, lever, values, standing) {
  return /** @type {Setting} */ (standing.map((stands, place) => {
    const value = values[place];
    if (value === null || value === undefined) return stands;
    if (stands !== null) return inRange(news, lever.label, value, ...lever.ranges[place]);
    news.changes.add(say("link.no_timing", { lever: lever.label }));
    return stands;
  }));
}

/** @param {News} news @param {string} label @param {number} value @param {number} low @param {number} high */
function inRange(news, label, value, low, high) {
  const air = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
  if (value < low - air || value > high + air) news.changes.add(say("link.out_of_range", { lever: label }));
  return Math.min(Math.max(value, low), high);
}

/** @param {News} news @param {string} text */
function assumptions(news, text) {
  const keys = keysOf(facts.assumptions);
  /** @type {Record<string, number>} */
  const found = {};
  for (const piece of text ? text.split("_") : []) {
    const [asked, value = "", ...more] = piece.split("~");
    const wanted = number(value);
    const key = keys.get(asked);
    if (!KEY.test(asked) || typeof wanted !== "number" || more.length) news.unread.push(piece);
    else if (key === undefined) news.changes.add(say("link.no_assumption", { assumption: asked }));
    else found[key] = inRange(news, facts.assumptions[key].label, wanted, facts.assumptions[key].low, facts.assumptions[key].high);
  }
  return found;
}

/** @param {News} news @param {string} text */
function charts(news, text) {
  if (!text) return facts.start.charts.slice();
  const names = new Map(variables.map(({ key, name }) => [key, name]));
  const asked = text.split("~");
  if (asked.length !== 2) news.unread.push(text);
  return facts.start.charts.map((standing, side) => {
    const key = asked.length === 2 ? asked[side] : "";
    if (key && !names.has(key)) news.changes.add(say("link.no_variable", { variable: shortened(key) }));
    return names.get(key) ?? standing;
  });
}

/** @param {News} news @param {string[]} texts */
function pins(news, texts) {
  /** @type {Scenario[]} */
  const found = [];
  for (const text of texts) {
    const [, before = "", moved = "", called = ""] = PIN.exec(text) ?? [];
    const where = world(news, before);
    if (where !== before) continue;
    const name = called.trim().slice(0, LONGEST_NAME);
    const pin = { world: where, levers: scenarios.moved(where, levers(news, moved, where)), ...(name && { name }) };
    if (found.some((other) => scenarios.same(other, pin))) continue;
    if (found.length < MOST_PINS) found.push(pin);
    else news.unread.push("p=" + text);
  }
  return found;
}

/** @param {News} news @param {Part[]} parts @returns {State} */
function settings(news, parts) {
  const of = (/** @type {string} */ key) => parts.find((part) => part.key === key)?.text ?? "";
  const where = of("w") ? world(news, of("w")) : facts.start.world;
  return {
    world: where,
    levers: { ...facts.worlds[where].levers, ...levers(news, of("l"), where) },
    assumptions: assumptions(news, of("a")),
    charts: charts(news, of("c")),
    pins: pins(news, parts.filter(({ key }) => key === "p").map(({ text }) => text)),
  };
}

/** The page as it opens. @returns {State} */
export function start() {
  return { ...facts.start, levers: { ...facts.start.levers }, charts: facts.start.charts.slice(), pins: [], assumptions: {} };
}

/** A piece of a link for a sentence: its beginning, without signs that a sentence has no use for. @param {string} piece */
function shortened(piece) {
  const plain = piece.replace(/[^\p{L}\p{N} ._~%+:@/-]/gu, "");
  return plain.length > MOST_LETTERS ? plain.slice(0, MOST_LETTERS) + "…" : plain || "=";
}

/** The first few in full. @param {string[]} pieces */
function told(pieces) {
  const once = [...new Set(pieces.map(shortened))];
  return (once.length > MOST_TOLD ? [...once.slice(0, MOST_TOLD), "…"] : once).join(", ");
}

/** The sentences there are to say. @param {Damage} damage @param {News} news @param {string} version the link was made with */
function noticeOf(damage, news, version) {
  const now = facts.hash.slice(0, VERSION);
  const changes = [...news.changes].join(" ");
  const older = version !== "" && version !== now;
  const sentences = [
    damage.lost.length > 0 && say("link.damaged", { parts: [...new Set(damage.lost)].map((key) => say(`link.part_${key}`)).join(", ") }),
    damage.lost.includes("w") && say("link.no_start"),
    damage.unchecked && say("link.unchecked"),
    news.unread.length > 0 && say("link.unread", { pieces: told(news.unread) }),
    damage.foreign.length > 0 && say("link.foreign", { keys: told(damage.foreign) }),
    damage.stray && say("link.stray"),
    older ? say("link.older", { made_with: version, now, changes: changes || say("link.same_names") }) : changes,
  ];
  return sentences.filter(Boolean).join(" ");
}

/**
 * @param {string} query with or without its "?"
 * @returns {{ state: State, views: Record<string, string>, notice: string }} views: texts of VIEWS, by their letter;
 *   notice: the sentences there are to say about the link, "" for none
 */
export function read(query) {
  if (query.length > LONGEST) return { state: start(), views: {}, notice: say("link.long", { longest: LONGEST }) };
  const { version, parts, damage } = parted(query);
  /** @type {News} */
  const news = { changes: new Set(), unread: [] };
  const state = settings(news, parts);
  const views = Object.fromEntries(parts.filter(({ key }) => VIEWS.includes(key)).map(({ key, text }) => [key, text]));
  return { state, views, notice: noticeOf(damage, news, version) };
}
