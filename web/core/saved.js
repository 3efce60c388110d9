/** Scenarios that somebody keeps under names of their own, with notes: in this browser, and as a file. */
import { facts } from "./facts.js";
import * as scenarios from "./scenario.js";
import { say } from "./words.js";
/** @import { Levers, Saved, Scenario, Setting } from "../types/page.js" */
/** @import { Keeper } from "./history.js" */

const KEPT = "policy-lab-scenarios ";
const FORM = 1;
const LONGEST = { name: 60, note: 2000 };

/** The newest first. @type {Saved[]} */
export let list = [];
/** Whether this browser keeps them. */
export let keeps = true;
/** @type {Keeper} */
let keeper;
/** @type {(() => void)[]} */
const listeners = [];

/** Tells of every change. @param {() => void} listener */
export const on = (listener) => void listeners.push(listener);

/** @param {Keeper} storage */
export function begin(storage) {
  keeper = storage;
  recall();
  scenarios.nameBy((scenario) => find(scenario)?.name);
}

/** What is kept, also by another window of this browser. */
export function recall() {
  try {
    list = read(JSON.parse(keeper.getItem(KEPT + facts.model) ?? "[]")).found;
  } catch {
    list = []; // nothing there, or nothing of ours
  }
  for (const listener of listeners) listener();
}

/** @param {Saved[]} next */
function keep(next) {
  list = next;
  try {
    keeper.setItem(KEPT + facts.model, JSON.stringify(list));
    keeps = keeper.getItem(KEPT + facts.model) !== null;
  } catch {
    keeps = false;
  }
  for (const listener of listeners) listener();
}

/** The one that has a name. @param {string} name */
export const named = (name) => list.find((one) => one.name === name);

/** The one that sets the levers as a scenario does. @param {Scenario} scenario */
export const find = (scenario) => list.find((one) => scenarios.same(one, scenario));

/** Keeps a scenario in the place of the one that has its name. @param {Saved} scenario */
export function save({ name, note, world, levers }) {
  const kept = { name: name.trim().slice(0, LONGEST.name), note: note.trim().slice(0, LONGEST.note), world, levers };
  keep([kept, ...list.filter((one) => one.name !== kept.name)]);
}

/** @param {string} name */
export const remove = (name) => keep(list.filter((one) => one.name !== name));

/** All of them as the text of a file: levers by the name they have in the model, so that a person can read it. */
export function toFile() {
  const told = list.map(({ name, note, world, levers }) => ({
    name, note, scenario: world,
    levers: Object.fromEntries(Object.entries(levers).map(([key, setting]) => [facts.levers[key].name, setting])),
  }));
  return JSON.stringify({ "policy-lab scenarios": FORM, model: facts.model, version: facts.hash.slice(0, 8), scenarios: told }, null, 2) + "\n";
}

/** @param {unknown} value */
const isText = (value) => typeof value === "string" && value.trim() !== "";

/** Settings by key, or a sentence that says why not. @param {string} name @param {string} world @param {unknown} given @returns {Levers | string} */
function leversOf(name, world, given) {
  if (!Object.hasOwn(facts.worlds, world)) return say("saved.left_world", { name, world: String(world).slice(0, 60) });
  /** @type {Levers} */
  const found = {};
  for (const [asked, parts] of Object.entries(given ?? {})) {
    const [key, lever] = Object.entries(facts.levers).find(([own, about]) => own === asked || about.name === asked) ?? [];
    if (!key || !lever) return say("saved.left_lever", { name, lever: asked.slice(0, 60) });
    const standing = facts.worlds[world].levers[key];
    const setting = standing.map((value, place) => (value === null ? null : parts?.[place] ?? value));
    const within = setting.every((value, place) => value === null || (typeof value === "number" && value >= lever.ranges[place][0] && value <= lever.ranges[place][1]));
    if (!within) return say("saved.left_range", { name, lever: lever.label });
    found[key] = /** @type {Setting} */ (setting);
  }
  return scenarios.moved(world, found);
}

/** @param {any[]} told @returns {{ found: Saved[], left: string[] }} */
function read(told) {
  const found = [], left = [];
  for (const one of told) {
    if (!isText(one?.name)) continue;
    const name = one.name.trim().slice(0, LONGEST.name);
    const levers = leversOf(name, one.scenario ?? one.world, one.levers);
    if (typeof levers === "string") left.push(levers);
    else found.push({ name, note: typeof one.note === "string" ? one.note.slice(0, LONGEST.note) : "", world: one.scenario ?? one.world, levers });
  }
  return { found, left };
}

/**
 * Adds what a file holds; a name that is taken by another scenario gets a number.
 * @param {string} text
 * @returns {string} what there is to say about it
 */
export function fromFile(text) {
  let told;
  try {
    told = JSON.parse(text);
  } catch (error) {
    return say("saved.file_bad", { reason: /** @type {Error} */ (error).message });
  }
  if (told?.["policy-lab scenarios"] !== FORM || !Array.isArray(told.scenarios)) return say("saved.file_bad", { reason: "policy-lab scenarios" });
  const { found, left } = read(told.scenarios);
  const fresh = found.filter((one) => !list.some((other) => other.name === one.name && other.note === one.note && scenarios.same(other, one)));
  const taken = new Set(list.map(({ name }) => name));
  const added = fresh.map((one) => ({ ...one, name: free(one.name, taken) }));
  if (added.length) keep([...added, ...list]);
  const count = added.length;
  return [
    told.model !== facts.model && say("saved.file_other", { model: told.model, here: facts.model }),
    count ? say("saved.file_done." + (count === 1 ? "one" : "many"), { count }) : say("saved.file_none"),
    left.length && say("saved.file_left", { names: left.join("; ") }),
  ].filter(Boolean).join(" ");
}

/** @param {string} name @param {Set<string>} taken */
function free(name, taken) {
  let own = name;
  for (let n = 2; taken.has(own); n++) own = `${name} (${n})`;
  taken.add(own);
  return own;
}
