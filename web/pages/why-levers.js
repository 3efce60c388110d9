/* What we did, beside what the system did with it: the fair share of each lever in the difference between the policy and
   status quo (core/wedges.js), in the year; and each lever at hand, so that the loops can be seen to follow it. */
import { nearest } from "../core/chart-scale.js";
import { facts, variable } from "../core/facts.js";
import * as quantity from "../core/quantity.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import * as wedges from "../core/wedges.js";
import { say, toldBy } from "../core/words.js";
import * as aside from "../engine/aside.js";
import { element, make, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import { circumstances, players } from "./compare-wedges.js";
/** @import { Numbers, Run, State } from "../types/page.js" */
/** @import { Player } from "../core/wedges.js" */

/** @typedef {{ state: State, outcome: string, joining: Player[], time: Numbers, values: Numbers[], base: Numbers }} Dealt values[mix] over time; base: under status quo, NaN where the outcome does not exist */
/** @typedef {{ state: State, outcome: string, until: number }} Wish */
/** @typedef {{ item: HTMLElement, share: HTMLElement, bar: HTMLElement }} Row */

/** @type {Dealt | null} */
export let dealt = null;
/** @type {HTMLElement} */
let host;
let list = make("ul", "did");
const told = make("p", "did__told");
/** By key of the player. @type {Map<string, Row>} */
const rows = new Map();
/** By key of the lever. @type {Map<string, { slider: HTMLInputElement, value: HTMLElement }>} */
const sliders = new Map();
let painted = () => {};
/** What the thread works at. @type {Wish | null} */
let working = null;
/** What is wanted next. @type {Wish | null} */
let next = null;

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("why." + key, values);

/** @param {HTMLElement} inside @param {() => void} paintAll */
export function build(inside, paintAll) {
  host = inside;
  painted = paintAll;
  list = make("ul", "did");
  const all = element("button", { class: "button", type: "button", onclick: () => router.go("explore") }, words("to_levers"));
  list.addEventListener("focusout", () => window.setTimeout(painted));
  host.append(told, list, element("p", {}, all));
}

/** Every mix of what sets the policy apart from status quo, the latest wish only. @param {State} state @param {string} outcome @param {number} until */
export async function work(state, outcome, until) {
  const asked = working ?? dealt;
  if (asked?.state === state && asked.outcome === outcome) return void (next = null);
  next = { state, outcome, until };
  if (working) return;
  while (next) {
    working = next;
    next = null;
    try {
      const found = await dealOut(working);
      if (found) dealt = found;
    } catch (error) {
      write(told, toldBy(error, "wait.broken"));
    }
  }
  working = null;
  painted();
}

/** @param {Wish} wish @returns {Promise<Dealt | null>} */
async function dealOut({ state, outcome, until }) {
  const [from, to] = [scenarios.statusQuo(), scenarios.of(state)].map((scenario) => scenarios.constants(scenario, state.assumptions));
  const joining = players(from, to);
  const mixes = wedges.mixes(from, joining);
  const found = await aside.runs(mixes, [outcome], until, () => !next);
  return found.length === mixes.length ? { state, outcome, joining, time: found[0].time, values: found.map((/** @type {Run} */ run) => run.raw(outcome)), base: found[0].of(outcome) } : null;
}

/** What can be moved here: the levers of a player. @param {Player} player */
const leversOf = ({ constants }) => Object.keys(facts.levers).filter((key) => facts.levers[key].name in constants);

/** @param {Player} player */
function row(player) {
  const [share, bar] = [make("strong", "did__share"), make("span", "did__bar")];
  const levers = leversOf(player);
  const single = levers.length === 1 && levers[0] === player.key;
  const moves = levers.map((key) => move(key, !single));
  const count = words("did_levers." + (levers.length === 1 ? "one" : "many"), { count: levers.length });
  const item = element("li", { class: "did__one" }, element("div", { class: "did__head" }, element("span", { class: "did__name" }, player.label || circumstances()), share), bar,
    single ? moves : levers.length > 0 && element("details", { class: "did__levers" }, element("summary", {}, count), ...moves));
  rows.set(player.key, { item, share, bar });
  return item;
}

/** A lever at hand. @param {string} key @param {boolean} named */
function move(key, named) {
  const lever = facts.levers[key];
  const value = make("span", "did__value");
  const [low, high] = lever.ranges[0];
  const slider = element("input", { class: "slider", type: "range", min: low, max: high, step: "any", "aria-label": lever.label, oninput: () => store.moveLever(key, 0, snapped(lever, Number(slider.value))) });
  slider.addEventListener("keydown", (event) => stepped(event, key));
  sliders.set(key, { slider, value });
  return element("div", {}, named && element("div", { class: "did__name did__name--small" }, lever.label), element("div", { class: "did__move" }, slider, value));
}

/** @param {import("../types/page.js").Lever} lever @param {number} value */
const snapped = (lever, value) => lever.low + Math.round((value - lever.low) / lever.step) * lever.step;

/** A step of the lever's own, which a slider with any value does not have. @param {KeyboardEvent} event @param {string} key */
function stepped(event, key) {
  const way = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 })[event.key];
  if (!way) return;
  event.preventDefault();
  store.moveLever(key, 0, store.now.levers[key][0] + way * facts.levers[key].step);
}

/** @param {{ year: number }} view */
export function paint({ year }) {
  followSliders();
  if (!dealt || dealt.state !== store.now) return void host.classList.add("is-stale");
  host.classList.remove("is-stale");
  const { joining, outcome, time, values, base } = dealt;
  const about = variable(outcome);
  const moment = nearest(time, year);
  if (!joining.length) {
    place([]);
    return write(told, words("did_nothing"));
  }
  const { shapley, whole } = wedges.shares(values.map((each) => each[moment]), joining.length);
  const most = Math.max(...shapley.map(Math.abs)) || 1;
  const ordered = joining.map((player, n) => ({ player, share: shapley[n] })).sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  place(ordered.map(({ player }) => player));
  for (const { player, share } of ordered) {
    const shown = rows.get(player.key);
    if (!shown) continue; // it came while a hand was on another
    write(shown.share, quantity.change(share, about));
    shown.bar.style.setProperty("--share", (Math.abs(share) / most).toFixed(3));
    shown.bar.classList.toggle("did__bar--down", share < 0);
  }
  return write(told, words(Number.isNaN(base[moment]) ? "did_alone" : "did", { year, outcome: about.label, whole: `${quantity.change(whole, about)} ${about.money ? "" : about.unit}`.trim() }));
}

/** Rows in an order; while a hand is on one of them they stay as they are. @param {Player[]} ordered */
function place(ordered) {
  if (list.contains(document.activeElement)) return;
  const keys = ordered.map(({ key }) => key);
  if (rows.size !== keys.length || !keys.every((key) => rows.has(key))) {
    rows.clear();
    sliders.clear();
  }
  list.replaceChildren(...ordered.map((player) => rows.get(player.key)?.item ?? row(player)));
  followSliders();
}

function followSliders() {
  for (const [key, { slider, value }] of sliders) {
    const lever = facts.levers[key];
    const [now] = store.now.levers[key];
    slider.value = String(now);
    const text = quantity.said(now, { ...lever, key, places: lever.places });
    slider.setAttribute("aria-valuetext", text);
    write(value, text);
  }
}
