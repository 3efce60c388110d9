/** The page's state. It has one owner, this module; everything that shows or changes it goes through here.
 *
 * The state is plain data (State in types/page.d.ts) and is never changed in place. Its form as a link stands at the
 * head of url-state.js; the address bar always holds the link of the state at rest.
 */
import { facts } from "./facts.js";
import { createHistory } from "./history.js";
import * as link from "./url-state.js";
import { read } from "./url-state-reader.js";
import * as scenarios from "./scenario.js";
import * as views from "./views.js";
import { say } from "./words.js";
/** @import { Scenario, Setting, State } from "../types/page.js" */

const REST = 150; // milliseconds without a change
const KEPT = "policy-lab-history";

/** The state; there once `open` was called. @type {State} */
export let now;
/** Whether a pointer is down. */
export let held = false;

/** @type {((state: State, before: State) => void)[]} */
const listeners = [];
/** @type {((state: State) => void)[]} */
const restful = [];
/** @type {ReturnType<typeof createHistory<State>>} */
let history;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let settling;

/** @param {unknown} a @param {unknown} b */
const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);
/** What a link holds of a number: five significant figures, of a time one decimal. @param {number} value @param {number} place */
const rounded = (value, place) => Number(place ? value.toFixed(1) : value.toPrecision(5));
/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Gives the state somewhere to keep its steps. @param {import("./history.js").Keeper} storage */
export function begin(storage) {
  history = createHistory(storage, KEPT + facts.hash);
  scenarios.besidePins(() => now.pins);
}

/** Told of every pointer that goes down or up: nothing comes to rest under a hand. @param {boolean} down */
export function hold(down) {
  held = down;
}

/** Tells of every change. @param {(state: State, before: State) => void} listener */
export const on = (listener) => void listeners.push(listener);

/** Tells once nothing has changed for a moment and no hand is down. @param {(state: State) => void} listener */
export const rest = (listener) => void restful.push(listener);

/**
 * Replaces parts of the state, which is one step to undo; moves of one tag run together.
 * @param {Partial<State>} parts
 * @param {string} [tag]
 */
export function change(parts, tag = "") {
  const next = { ...now, ...parts };
  if (equal(next, now)) return false;
  history.did(now, tag, Date.now());
  show(next);
  return true;
}

/**
 * Another state on show without a step to undo.
 * @param {State} next
 * @param {boolean} [passing] it is on the way to another one (a replay): nothing else is made of it
 */
export function show(next, passing) {
  const before = now;
  now = next;
  for (const listener of listeners) listener(now, before);
  if (passing) clearTimeout(settling);
  else settleSoon();
}

export function settleSoon() {
  clearTimeout(settling);
  settling = setTimeout(() => (held ? settleSoon() : settle()), REST);
}

function settle() {
  for (const listener of restful) listener(now);
  history.keep(now);
}

/** @param {State | null} next */
function step(next) {
  if (next) show(next);
}

export const undo = () => step(history.undo(now));
export const redo = () => step(history.redo(now));
/** How many steps there are either way, and the state before the last one. */
export const steps = () => history.steps;
/** The link of the state and of what pages look at, a query with its "?"; `brief`: as short as can be. */
export const query = (brief = false) => link.write(now, views.now, brief);
/** The same, where a page looks at something else. @param {Record<string, string>} looked */
export const queryWith = (looked) => link.write(now, { ...views.now, ...looked });

/**
 * Moves a lever within its range.
 * @param {string} key
 * @param {number} place 0 its value, 1 its start, 2 its ramp, 3 its end
 * @param {number} value
 */
export function moveLever(key, place, value) {
  const lever = facts.levers[key];
  if (!lever || !Number.isFinite(value)) return false;
  const [low, high] = lever.ranges[place];
  const setting = /** @type {Setting} */ (now.levers[key].slice());
  if (setting[place] === null) return false;
  setting[place] = clamp(rounded(value, place), low, high);
  return change({ levers: { ...now.levers, [key]: setting } }, "lever " + key + place);
}

/**
 * Changes an assumption within its range.
 * @param {string} key
 * @param {number | null} value null sets it back
 */
export function assume(key, value) {
  const about = facts.assumptions[key];
  const changed = { ...now.assumptions };
  const kept = value === null || !Number.isFinite(value) ? about.default : clamp(rounded(value, 0), about.low, about.high);
  if (scenarios.near(kept, about.default)) delete changed[key];
  else changed[key] = kept;
  return change({ assumptions: changed }, "assumption " + key);
}

/** Some levers back to where they stand as the page opens. @param {(key: string, lever: import("../types/page.js").Lever) => boolean} which */
export function reset(which) {
  const levers = { ...now.levers };
  for (const key of Object.keys(levers)) {
    if (which(key, facts.levers[key])) levers[key] = /** @type {Setting} */ (facts.start.levers[key].slice());
  }
  return change({ levers });
}

/** @param {string} key */
export function chooseWorld(key) {
  const world = facts.worlds[key];
  return world ? change({ world: key, levers: { ...world.levers } }) : false;
}

/** @param {number} side 0 or 1 @param {string} name of a variable */
export function chooseChart(side, name) {
  return change({ charts: now.charts.map((shown, place) => (place === side ? name : shown)) });
}

/**
 * Puts a scenario beside the current policy.
 * @param {Scenario} scenario
 * @returns {string} "" when it is pinned, else the sentence that says why not
 */
export function pin(scenario) {
  if (now.pins.some((other) => scenarios.same(other, scenario))) return say("explore.pin_twice");
  if (now.pins.length >= link.MOST_PINS) return say("explore.pin_full", { most: link.MOST_PINS });
  const pins = [...now.pins, { ...scenario, levers: { ...scenario.levers } }];
  if (!link.fits(pins)) return say("explore.pin_long");
  change({ pins });
  return "";
}

/**
 * Gives a pinned scenario another name; "" leaves it to what it is.
 * @param {number} number
 * @param {string} name
 * @returns {string} "" when it is done, else the sentence that says why not
 */
export function renamePin(number, name) {
  const pins = now.pins.map((pinned, place) => {
    if (place !== number) return pinned;
    const { world, levers } = pinned;
    return name ? { world, levers, name } : { world, levers };
  });
  if (!link.fits(pins)) return say("explore.pin_long");
  change({ pins });
  return "";
}

/**
 * The policy and the pinned scenarios otherwise, in one step.
 * @param {Pick<State, "levers" | "pins">} parts
 * @returns {string} "" when it is done, else the sentence that says why not
 */
export function changeAll(parts) {
  if (!link.fits(parts.pins)) return say("explore.pin_long");
  change(parts);
  return "";
}

/** @param {number} number */
export const unpin = (number) => change({ pins: now.pins.filter((_, place) => place !== number) });

/**
 * Opens the page at a link.
 * @param {string} asked a query
 * @returns {string} the sentence there is to say about it, "" for none
 */
export function open(asked) {
  const { state, views: looked, notice } = read(asked);
  views.open(looked);
  if (now) change(state);
  else {
    now = state;
    history.recall(now);
  }
  return notice;
}
