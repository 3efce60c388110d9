/** A thousand states, each as a link that is damaged on its way in every way there is: what was not damaged comes back, the
 * damage is told, and no value is another one without a word. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { learn, learnVariables } from "./facts.js";
import { VIEWS, write } from "./url-state.js";
import { read, start } from "./url-state-reader.js";
import { facts as small } from "./small-facts.test-data.js";
/** @import { Facts, Levers, Scenario, Setting, State } from "../types/page.js" */

const STATES = 1000;
const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789~_-.=&?#%+ABC()\"'<>;,!*";

/** Numbers from 0 to 1, the same at every call: mulberry32. @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
const draw = random(16);
const upTo = (/** @type {number} */ most) => Math.floor(draw() * most);
/** @template T @param {T[]} list */
const any = (list) => list[upTo(list.length)];
const five = (/** @type {number} */ value) => Number(value.toPrecision(5));

/** A model with twelve levers of every kind, five scenarios, twenty uncertain inputs and thirty variables. @returns {Facts} */
function facts() {
  const whole = small();
  const [lever, rate, shown] = [whole.levers.funding, whole.assumptions.rate, whole.shown[0]];
  const name = (/** @type {string} */ kind, /** @type {number} */ n) => `${kind}-${String.fromCharCode(97 + n)}${n}`;
  const times = (/** @type {number} */ count, /** @type {(n: number) => [string, any]} */ make) => Object.fromEntries(Array.from({ length: count }, (_, n) => make(n)));
  const standing = (/** @type {number} */ n, /** @type {number} */ at) => [at, n % 3 ? 2025 + at : null, n % 4 ? 2 : null, n % 5 ? 2100 : null];
  const levers = times(12, (n) => [name("lever", n), {
    ...lever, name: name("lever", n), short: "l" + String.fromCharCode(97 + n) + "x", label: "Lever " + n, low: -5, high: 20000,
    ranges: [[-5, 20000], [2015, 2050], [0, 15], [2015, 2100]], timing: [n % 3 ? "s" : null, n % 4 ? "r" : null, n % 5 ? "e" : null],
  }]);
  const worlds = times(5, (n) => [n ? "world_" + n : "standard", {
    ...whole.worlds.standard, levers: times(12, (k) => [name("lever", k), standing(k, n + k / 8)]),
  }]);
  const assumptions = times(20, (n) => [name("rate", n), { ...rate, name: name("rate", n), short: "r" + String.fromCharCode(97 + n) + "y", low: -1, high: 1e6 }]);
  const variables = Array.from({ length: 30 }, (_, n) => ({ ...shown, key: name("var", n), name: "Variable " + n }));
  const opens = { ...whole.start, levers: worlds.standard.levers, charts: [variables[0].name, variables[1].name] };
  return { ...whole, levers, worlds, assumptions, shown: variables, start: opens };
}

/** @type {Facts} */
let known;
before(() => {
  known = facts();
  learn(known);
  learnVariables(known.shown);
});

/** @param {string} world @param {number} share of the levers that are moved @returns {Levers} */
function moved(world, share) {
  const standing = Object.entries(known.worlds[world].levers);
  const drawn = (/** @type {number | null} */ stands, /** @type {number} */ place, /** @type {[number, number]} */ [low, high]) => {
    if (stands === null || draw() < 0.4) return stands;
    const value = low + draw() * (high - low);
    return place ? Number(value.toFixed(1)) : five(value);
  };
  return Object.fromEntries(standing.flatMap(([key, setting]) => {
    if (draw() >= share) return [];
    return [[key, /** @type {Setting} */ (setting.map((stands, place) => drawn(stands, place, known.levers[key].ranges[place])))]];
  }));
}

/** @returns {{ state: State, views: Record<string, string> }} */
function drawnState() {
  const world = any(Object.keys(known.worlds));
  const assumed = Object.keys(known.assumptions).filter(() => draw() < 0.3).map((key) => /** @type {const} */ ([key, five(-1 + draw() * 1e6)]));
  /** @type {Scenario[]} */
  const pins = Array.from({ length: upTo(5) }, () => {
    const where = any(Object.keys(known.worlds));
    return { world: where, levers: moved(where, draw() < 0.5 ? 0 : 0.3), ...(draw() < 0.4 && { name: any(["Two", "50 % : a~~b & ü", "Wide (third try)"]) }) };
  });
  const views = Object.fromEntries(VIEWS.filter(() => draw() < 0.4).map((key) => [key, `view-${key}~${upTo(2050)}~Some name (${upTo(9)})`]));
  const state = { world, levers: { ...known.worlds[world].levers, ...moved(world, any([0, 0.2, 1])) }, assumptions: Object.fromEntries(assumed), charts: [any(known.shown).name, any(known.shown).name], pins };
  return read(write(state, views)); // as its link has it: a pin that is there twice counts once
}

/** Damage by its name: a link and which one of a row of damages -> the link as it arrives. @type {Record<string, (query: string, n: number) => string>} */
const DAMAGES = {
  "a foreign key": (query, n) => [`${query}&utm_source=letter`, `?fbclid=IwAR0~1_x.y&${query.slice(1)}`, query.replace("&", "&gclid=1&"), `${query}?ref=mail`][n % 4],
  "a trailing sign": (query, n) => query + [".", ")", ").", "\">", ";", "…", "'", "%29", "%22%3E", " "][n % 10],
  "&amp;": (query, n) => query.replaceAll("&", ["&amp;", "&#38;", "%26amp%3B"][n % 3]),
  "one token damaged": (query) => {
    const at = 1 + upTo(query.length - 1);
    return query.slice(0, at) + any([...LETTERS].filter((letter) => letter !== query[at])) + query.slice(at + 1);
  },
  "a token lost": (query) => {
    const at = 1 + upTo(query.length - 1);
    return query.slice(0, at) + query.slice(at + 1);
  },
  "cut at any place": (query) => query.slice(0, 2 + upTo(query.length - 2)),
};

/** The parts of a state, each with the letter that a notice tells it by. @param {{ state: State, views: Record<string, string> }} opened @returns {Record<string, unknown>} */
const partsOf = ({ state, views }) => ({ w: state.world, l: state.levers, a: state.assumptions, c: state.charts, ...Object.fromEntries(VIEWS.map((key) => [key, views[key] ?? ""])) });

/** Whether a lever is as it was sent, or as the start has it where the scenario was lost and the link says nothing of it. @param {Levers} opened @param {Levers} sent @param {Levers} begins */
const mixed = (opened, sent, begins) => Object.entries(opened).every(([key, setting]) => setting.every((value, place) => value === sent[key][place] || value === begins[key][place]));

/** @param {{ state: State, views: Record<string, string> }} sent @param {string} query */
function holds(sent, query) {
  const search = query.split("#")[0]; // what a browser takes for the query
  if (search.length < 2) return; // nothing is left of it: a bare address
  const opened = read(search);
  const { notice } = opened;
  assert.notEqual(notice, "", `nothing is told of ${query}`);
  const nothing = notice.includes("part m");
  const told = (/** @type {string} */ letter) => nothing || notice.includes("part " + letter);
  const [now, then, begins] = [opened, sent, { state: start(), views: {} }].map(partsOf);
  for (const letter of Object.keys(then)) {
    try {
      assert.deepEqual(now[letter], then[letter]);
    } catch {
      assert.ok(told(letter) || (letter === "l" && told("w")), `${letter} differs and is not told: ${query} (${notice})`);
      if (letter === "l" && told("w")) assert.ok(mixed(opened.state.levers, sent.state.levers, start().levers), query);
      else assert.deepEqual(now[letter], letter === "l" ? known.worlds[opened.state.world].levers : begins[letter], `${letter} is neither as sent nor as the page opens: ${query}`);
    }
  }
  for (const pin of opened.state.pins) assert.ok(sent.state.pins.some((other) => JSON.stringify(other) === JSON.stringify(pin)), `another pin: ${query}`);
  if (opened.state.pins.length < sent.state.pins.length) assert.ok(told("p"), `a pin is lost and not told: ${query}`);
}

for (const [name, damage] of Object.entries(DAMAGES)) {
  test(`${STATES} links, ${name}: the rest is restored and the damage told`, () => {
    for (let n = 0; n < STATES; n++) {
      const sent = drawnState();
      const query = write(sent.state, sent.views);
      if (query) holds(sent, damage(query, n));
    }
  });
}

test("what mends itself is restored whole", () => {
  for (let n = 0; n < STATES; n++) {
    const sent = drawnState();
    const query = write(sent.state, sent.views);
    if (!query) continue;
    for (const name of ["a foreign key", "a trailing sign", "&amp;"]) {
      const { state, views } = read(DAMAGES[name](query, n));
      assert.deepEqual({ state, views }, { state: sent.state, views: sent.views }, name);
    }
  }
});

test("no text whatever breaks the reader", () => {
  for (let n = 0; n < STATES; n++) {
    const text = Array.from({ length: upTo(80) }, () => any([..."mwlacpvhrd", ...LETTERS, "\u0000", "é", "\ud800"])).join("");
    const { state } = read("?" + text);
    assert.deepEqual(Object.keys(state.levers), Object.keys(known.levers), text);
  }
});
