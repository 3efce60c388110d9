/** Explore: from the state to the picture, once a frame, around Dash and without the server.
 *
 * A move changes the state; the next frame runs what is not remembered and draws. Words, tables, the address bar and
 * the refined bands wait until the hand rests.
 */
import { facts, variable } from "../core/facts.js";
import * as loops from "../core/loops.js";
import * as pictures from "../core/pictures.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say, toldBy } from "../core/words.js";
import * as bandRuns from "../engine/bands.js";
import { everyVariable } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import { does } from "../dom/buttons.js";
import { all, element, one, write } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
import * as router from "../dom/router.js";
import { saveChart } from "../chart/chart-export.js";
import { fillTable } from "../chart/chart-table.js";
import { mountChart } from "../chart/chart.js";
import * as assumptions from "../widgets/assumptions.js";
import { mountCombobox } from "../widgets/combobox.js";
import * as levers from "../widgets/levers.js";
import * as loopSwitches from "../widgets/loops.js";
import * as replays from "../widgets/replay.js";
import * as scenarioChooser from "../widgets/scenario-chooser.js";
import * as dash from "./dash-loader.js";
import * as keyboard from "./keyboard.js";
import * as summary from "./policy-summary.js";
/** @import { Chart } from "../chart/chart.js" */
/** @import { BandAnswer, BandWish, Run, Scene, State } from "../types/page.js" */

/** @typedef {import("../types/page.js").Scene & { run: Run }} Shown a scene with its run */
/** @typedef {{ name: string, value: HTMLElement, change: HTMLElement, range: HTMLElement, ends?: [number, number], nothing?: boolean }} Card */

const SIDES = ["a", "b"];
const SLOW = 200; // milliseconds of waiting that nobody is told of

/** The two charts. */
export const charts = /** @type {Chart[]} */ ([]);
/** The headline cards. @type {Card[]} */
let cards = [];
let scheduled = false;
/** What is on show; `key` says which policy. @type {{ state: State, list: Shown[], key: string } | null} */
export let drawn = null;

// --- what is to be seen ------------------------------------------------------------------------------------------

/** The lines of the charts, the last on top. @param {State} state @returns {Scene[]} */
function scenes(state) {
  const policy = scenarios.of(state);
  const same = scenarios.isStatusQuo(policy);
  const ours = {
    key: "policy", kind: "policy", scenario: policy, name: say("explore.policy"), silent: same,
    label: same ? say("explore.policy") : say("explore.policy") + ": " + scenarios.name(policy),
  };
  const theirs = { key: "status-quo", kind: "status-quo", scenario: scenarios.statusQuo(), name: say("explore.status_quo"), label: say("explore.status_quo") };
  const pinned = state.pins.map((pin, place) => ({ key: "pinned-" + place, kind: "pinned-" + place, scenario: pin, label: scenarios.name(pin), name: scenarios.name(pin) }));
  const full = loops.whole(state);
  const whole = full ? [{ ...ours, key: "whole", kind: "whole", silent: false, assumptions: full, name: say("loop.whole"), label: say("loop.whole_policy") }] : [];
  return same ? [...pinned, ...whole, ours, theirs] : [theirs, ...pinned, ...whole, ours];
}

/** @param {State} state */
function outputs(state) {
  return [...new Set([...state.charts, ...facts.headlines])];
}

// --- a frame -----------------------------------------------------------------------------------------------------

function schedule() {
  if (scheduled) return;
  scheduled = true;
  window.requestAnimationFrame(frame);
  if (simulator.here && router.page() === "explore") ahead();
}

/* A key waits for its frame, half of one on average: the model runs meanwhile. Once a frame, whatever comes in it. */
/** @type {ReturnType<typeof computed> | null} */
let early = null;
function ahead() {
  try {
    early = computed();
  } catch {
    early = null; // the frame says so
  }
}

function computed() {
  const state = store.now;
  const list = scenes(state);
  return { state, list, runs: simulator.now(constants(list, state), outputs(state)) };
}

function frame() {
  scheduled = false;
  if (router.page() !== "explore" && drawn) return;
  if (simulator.here) here();
  else ask();
}

/** @param {Scene[]} list @param {State} state */
function constants(list, state) {
  return list.map((scene) => scenarios.constants(scene.scenario, scene.assumptions || state.assumptions));
}

function here() {
  const made = early;
  early = null;
  try {
    const { state, list, runs } = made && made.state === store.now ? made : computed();
    show(state, list, runs);
  } catch (error) {
    tell(toldBy(error, "wait.broken"));
  }
}

let asking = false;
let failed = false;
/* The server's runs: one request at a time, always for the latest state, so none comes late. */
async function ask() {
  if (asking) return;
  asking = true;
  const slow = window.setTimeout(() => one("#stage").classList.add("stage--busy"), SLOW);
  const state = store.now;
  const list = scenes(state);
  try {
    show(state, list, await simulator.ask(constants(list, state), outputs(state)));
    if (failed) tell("");
    failed = false;
  } catch (error) {
    failed = true;
    tell(toldBy(error, "wait.no_answer"));
  }
  window.clearTimeout(slow);
  one("#stage").classList.remove("stage--busy");
  asking = false;
  if (state !== store.now) schedule();
}

/** @param {State} state @param {Scene[]} scenesOf @param {Run[]} runs */
function show(state, scenesOf, runs) {
  const list = scenesOf.map((scene, n) => ({ ...scene, run: runs[n] }));
  const broken = list.find(({ run: { of, time } }) => !outputs(state).every((name) => Number.isFinite(of(name)[time.length - 1])));
  if (broken) return tell(say("wait.broken", { reason: broken.label + ": not a number." }));
  const wish = wished(state);
  drawn = { state, list, key: wish.key };
  if (simulator.here) bandRuns.want(wish);
  return paint(drawn);
}

/** @param {State} state @returns {BandWish} */
function wished(state) {
  const policy = scenarios.of(state);
  const reference = scenarios.statusQuo();
  const wish = {
    policy: scenarios.constants(policy, state.assumptions),
    reference: scenarios.constants(reference, state.assumptions),
    held: scenarios.held(policy, state.assumptions),
    heldReference: scenarios.held(reference, state.assumptions),
    charts: [...new Set(state.charts)],
    headlines: facts.headlines,
    last: facts.clock.final,
  };
  return { ...wish, key: JSON.stringify([wish.policy, wish.reference, wish.held, wish.charts]) };
}

// --- painting ----------------------------------------------------------------------------------------------------

/** @typedef {NonNullable<typeof drawn>} Drawn */

/** @param {Drawn} now @param {string} key of a scene that is always there */
const runOf = (now, key) => /** @type {Shown} */ (now.list.find((scene) => scene.key === key)).run;

/** @param {Drawn} now */
function paint(now) {
  const { state, list, key } = now;
  const bands = bandRuns.latest;
  const stale = bands?.key !== key;
  SIDES.forEach((side, place) => {
    const name = state.charts[place];
    charts[place].draw(pictures.curves(list, name, {
      areas: pictures.bands(bands?.fans[name], stale),
      marks: scenarios.marks(scenarios.of(state)),
    }));
  });
  for (const card of cards) paintCard(card, now, bands, stale);
  paintLegend(list, !stale);
  document.documentElement.dataset.drawn = "";
}

/** @param {Card} card @param {Drawn} now @param {BandAnswer | null} bands @param {boolean} stale */
function paintCard(card, now, bands, stale) {
  const { name, value, change, range } = card;
  const told = pictures.headline(name, runOf(now, "policy"), runOf(now, "status-quo"));
  write(value, told.value);
  write(change, told.change);
  const kind = "card__change tone-" + told.tone;
  if (change.className !== kind) change.className = kind;
  const ends = bands?.ranges[name];
  const nothing = told.tone === "same" && ends?.[0] === 0 && ends?.[1] === 0;
  if (ends && (ends !== card.ends || nothing !== card.nothing)) {
    Object.assign(card, { ends, nothing }); // while a hand moves the range stays, and so do its words
    write(range, nothing ? "" : pictures.range(name, ...ends));
  }
  range.classList.toggle("card__range--stale", stale);
}

const FIRST = ["status-quo", "policy"]; // in the legend, before all others
let legendShown = "";

/** @param {Shown[]} list @param {boolean} banded */
function paintLegend(list, banded) {
  const listed = [...FIRST.flatMap((key) => list.filter((scene) => scene.key === key)), ...list.filter((scene) => !FIRST.includes(scene.key))];
  /** @type {{ kind: string, label: string, why?: string }[]} */
  const entries = listed.map(({ kind, label }) => ({ kind, label }));
  if (bandRuns.here()) entries.push({ kind: "bands", label: say("band.both"), why: say("band.why") });
  const text = JSON.stringify(entries);
  const legend = one(".legend");
  legend.classList.toggle("legend--stale", bandRuns.here() && !banded);
  if (text === legendShown) return;
  legendShown = text;
  legend.replaceChildren(...entries.map(({ kind, label, why }) => element("li", { class: "legend__item", title: why }, element("span", { class: "swatch swatch--" + kind, "aria-hidden": "true" }), element("span", {}, label))));
}

// --- once the hand rests -----------------------------------------------------------------------------------------

/** @param {State} state */
function rest(state) {
  router.writeAddress();
  one("#undo").disabled = store.steps().past === 0;
  one("#redo").disabled = store.steps().future === 0;
  bandRuns.refine();
  if (drawn?.state === state) words(drawn);
}

/** Sentences and tables, which nobody reads while the curves move. @param {Drawn} now */
function words(now) {
  const same = scenarios.isStatusQuo(scenarios.of(now.state));
  SIDES.forEach((side, place) => {
    const name = now.state.charts[place];
    write(one("#chart-" + side + " .chart__summary"), pictures.summary(name, runOf(now, "policy"), runOf(now, "status-quo"), same));
    const { picture } = charts[place];
    if (!one(".data").open || !picture) return;
    const about = variable(name);
    const caption = say("chart.table_title", { variable: about.label, unit: about.unit || say("chart.no_unit") });
    fillTable(one(`[data-table="${side}"]`), picture, caption, say("chart.year"));
  });
}

// --- saving ------------------------------------------------------------------------------------------------------

/** @param {HTMLElement} button */
function save(button) {
  const { picture } = charts[SIDES.indexOf(button.dataset.side ?? "")];
  const about = { source: summary.source(), link: router.link(), unit: say("chart.no_unit") };
  return picture && saveChart(picture, about, button.dataset.kind ?? "");
}

// --- beginning ---------------------------------------------------------------------------------------------------

/** @param {HTMLInputElement} field @param {number} side */
function chooser(field, side) {
  const choice = mountCombobox(field, { shown: () => store.now.charts[side], take: (name) => store.chooseChart(side, name) });
  store.on((state, before) => {
    if (state.charts[side] !== before.charts[side]) choice.follow();
  });
}

export async function begin() {
  const asked = window.location.search;
  if (/[?&]c=/.test(asked)) await everyVariable().catch(() => {}); // a chart of the link may be of any variable
  tell(store.open(asked));
  for (const side of SIDES) charts.push(mountChart(one(`[data-plot="${side}"]`)));
  cards = all(".card").map((card) => ({
    name: card.dataset.outcome, value: one(".card__value", card), change: one(".card__change", card), range: one(".card__range", card),
  }));
  for (const part of [levers, scenarioChooser, assumptions, loopSwitches, replays, keyboard]) part.begin();
  all("[role=combobox]").forEach(chooser);
  store.on(schedule);
  store.rest(rest);
  bandRuns.on(() => {
    if (drawn) paint(drawn);
  });
  does("save", save);
  does("draw", (button) => store.chooseChart(0, button.dataset.outcome ?? ""));
  one(".data").addEventListener("toggle", () => drawn && words(drawn));
  router.visited((page) => {
    if (page === "explore") schedule();
    dash.visit(page);
  });
  router.show();
  await simulator.ready;
  if (!simulator.here) tell(simulator.why);
  frame();
  store.settleSoon();
  after();
}

/* What can wait until the first picture stands. */
function after() {
  window.requestAnimationFrame(() => window.setTimeout(async () => {
    await everyVariable().catch(() => {});
    await bandRuns.begin();
    if (drawn) paint(drawn);
    await idle();
    dash.dash();
  }));
}

const idle = () => new Promise((done) => (window.requestIdleCallback ? window.requestIdleCallback(done, { timeout: 2000 }) : window.setTimeout(done, 500)));
