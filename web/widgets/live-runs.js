/** From the state to the picture, once a frame: runs what is not remembered, for everything that shows runs.
 *
 * A viewer says which variables it wants and draws the runs; only those in sight are asked. The same frame serves all.
 */
import { facts } from "../core/facts.js";
import * as loops from "../core/loops.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say, toldBy } from "../core/words.js";
import * as simulator from "../engine/simulator.js";
import { one } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
/** @typedef {import("../types/page.js").Constants} Constants */
/** @typedef {import("../types/page.js").Run} Run */
/** @typedef {import("../types/page.js").Scenario} Scenario */
/** @typedef {import("../types/page.js").State} State */
/** @typedef {{ key: string, kind: string, scenario: Scenario, name: string, label: string, silent?: boolean,
 *   assumptions?: Record<string, number> }} Plan what a line stands for */
/** @typedef {Plan & { run: Run }} Scene */
/** What is on show, and the moment up to which it is. @typedef {{ state: State, list: Scene[], until: number }} Drawn */
/** @typedef {{ names: (state: State) => string[], seen: () => boolean, draw: (drawn: Drawn) => void }} Viewer */

const SLOW = 200; // milliseconds of waiting that nobody is told of

/** @type {Set<Viewer>} */
const viewers = new Set();
/** What is on show. @type {Drawn | null} */
export let drawn = null;
let begun = false;
let scheduled = false;

/**
 * The lines of a chart, the last on top.
 * @param {State} state
 * @returns {Plan[]}
 */
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

/** Those in sight; all before anything was drawn. */
function watching() {
  const seen = [...viewers].filter((viewer) => viewer.seen());
  return seen.length || drawn ? seen : [...viewers];
}

/** @param {State} state */
const outputs = (state) => [...new Set([...watching().flatMap((viewer) => viewer.names(state)), ...facts.headlines])];

/** @param {Plan[]} list @param {State} state @returns {Constants[]} */
const constants = (list, state) => list.map((scene) => scenarios.constants(scene.scenario, scene.assumptions ?? state.assumptions));

/** @param {Plan[]} list */
const horizon = (list) => scenarios.horizon(list.map((scene) => scene.scenario));

/** Draws with the next frame. */
export function schedule() {
  if (scheduled || !begun) return;
  scheduled = true;
  window.requestAnimationFrame(frame);
  if (simulator.here && watching().length) ahead();
}

/** @typedef {{ state: State, list: Plan[], runs: Run[], until: number }} Made */
/** @type {Made | null} */
let early = null;

/** A key waits for its frame, half of one on average: the model runs meanwhile. Once a frame, whatever comes in it. */
function ahead() {
  try {
    early = computed();
  } catch {
    early = null; // the frame says so
  }
}

/** @returns {Made} */
function computed() {
  const state = store.now;
  const list = scenes(state);
  const until = horizon(list);
  return { state, list, until, runs: simulator.now(constants(list, state), outputs(state), until) };
}

function frame() {
  scheduled = false;
  if (!watching().length) return;
  if (simulator.here) here();
  else ask();
}

function here() {
  const made = early;
  early = null;
  try {
    show(made && made.state === store.now ? made : computed());
  } catch (error) {
    tell(toldBy(error, "wait.broken"));
  }
}

let asking = false;
let failed = false;

/** @param {boolean} busy */
const waiting = (busy) => one("#stage")?.classList.toggle("stage--busy", busy);

/** The server's runs: one request at a time, always for the latest state, so none comes late. */
async function ask() {
  if (asking) return;
  asking = true;
  const slow = window.setTimeout(() => waiting(true), SLOW);
  const state = store.now;
  const list = scenes(state);
  const until = horizon(list);
  try {
    show({ state, list, until, runs: await simulator.ask(constants(list, state), outputs(state), until) });
    if (failed) tell("");
    failed = false;
  } catch (error) {
    failed = true;
    tell(toldBy(error, "wait.no_answer"));
  }
  window.clearTimeout(slow);
  waiting(false);
  asking = false;
  if (state !== store.now) schedule();
}

/** @param {Made} made */
function show({ state, list, until, runs }) {
  const scene = list.map((plan, n) => ({ ...plan, run: runs[n] }));
  const names = outputs(state);
  const broken = scene.find((each) => !names.every((name) => Number.isFinite(each.run.raw(name)[each.run.time.length - 1])));
  if (broken) return tell(say("wait.broken", { reason: broken.label + ": not a number." }));
  const seen = watching();
  drawn = { state, list: scene, until };
  for (const viewer of seen) viewer.draw(drawn);
  return undefined;
}

/** The run of a line on show, by its key. @param {string} key */
export function run(key) {
  const scene = drawn?.list.find((each) => each.key === key);
  if (!scene) throw new Error(`Nothing is drawn of '${key}'.`);
  return scene.run;
}

/**
 * Adds a viewer; what it returns takes it out again.
 * @param {Viewer} viewer
 */
export function view(viewer) {
  viewers.add(viewer);
  schedule();
  return () => viewers.delete(viewer);
}

/** The first picture, once the model can be run; from then on every change draws. */
export async function begin() {
  store.on(schedule);
  await simulator.ready;
  if (!simulator.here) tell(simulator.why);
  begun = true;
  frame();
  store.settleSoon();
}
