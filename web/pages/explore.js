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
import { say } from "../core/words.js";
import * as bandRuns from "../engine/bands.js";
import { everyVariable } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import { does } from "../dom/buttons.js";
import { all, make, one, write } from "../dom/elements.js";
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

const SIDES = ["a", "b"];
const SLOW = 200; // milliseconds of waiting that nobody is told of

/** The two charts. */
export const charts = [];
let cards = [];
let scheduled = false;
export let drawn = null; // what is on show: {state, scenes, key}

// --- what is to be seen ------------------------------------------------------------------------------------------

/* The lines of the charts, the last on top. */
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
let early = null; // {state, list, runs}
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
    tell(say("wait.broken", { reason: error.message }));
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
    tell(error.told || say("wait.no_answer"));
  }
  window.clearTimeout(slow);
  one("#stage").classList.remove("stage--busy");
  asking = false;
  if (state !== store.now) schedule();
}

function show(state, list, runs) {
  list.forEach((scene, n) => { scene.run = runs[n]; });
  const broken = list.find((scene) => !outputs(state).every((name) => Number.isFinite(scene.run.of(name)[scene.run.time.length - 1])));
  if (broken) return tell(say("wait.broken", { reason: broken.label + ": not a number." }));
  const wish = wished(state, list);
  drawn = { state, list, key: wish.key };
  if (simulator.here) bandRuns.want(wish);
  paint();
  return undefined;
}

function wished(state, list) {
  const policy = list.find((scene) => scene.key === "policy").scenario;
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

const run = (key) => drawn.list.find((scene) => scene.key === key).run;

function paint() {
  const { state, list, key } = drawn;
  const bands = bandRuns.latest;
  const stale = !bands || bands.key !== key;
  SIDES.forEach((side, place) => {
    const name = state.charts[place];
    charts[place].draw(pictures.curves(list, name, {
      areas: pictures.bands(bands && bands.fans[name], stale),
      marks: scenarios.marks(scenarios.of(state)),
    }));
  });
  paintCards(bands, stale);
  paintLegend(list, bands && !stale);
  document.documentElement.dataset.drawn = "";
}

function paintCards(bands, stale) {
  for (const card of cards) {
    const { name, value, change, range } = card;
    const told = pictures.headline(name, run("policy"), run("status-quo"));
    write(value, told.value);
    write(change, told.change);
    const kind = "card__change tone-" + told.tone;
    if (change.className !== kind) change.className = kind;
    const ends = bands && bands.ranges[name];
    const nothing = Boolean(ends) && told.tone === "same" && ends[0] === 0 && ends[1] === 0;
    if (ends && (ends !== card.ends || nothing !== card.nothing)) {
      Object.assign(card, { ends, nothing }); // while a hand moves the range stays, and so do its words
      write(range, nothing ? "" : pictures.range(name, ...ends));
    }
    range.classList.toggle("card__range--stale", stale);
  }
}

let legendShown = "";
function paintLegend(list, banded) {
  const entries = list.slice().sort((a, b) => (a.key === "status-quo" ? -1 : b.key === "status-quo" ? 1 : a.key === "policy" ? -1 : b.key === "policy" ? 1 : 0))
    .map((scene) => ({ kind: scene.kind, label: scene.label }));
  if (bandRuns.here()) entries.push({ kind: "bands", label: say("band.both"), why: say("band.why") });
  const text = JSON.stringify(entries);
  one(".legend").classList.toggle("legend--stale", bandRuns.here() && !banded);
  if (text === legendShown) return;
  legendShown = text;
  one(".legend").replaceChildren(...entries.map((entry) => {
    const item = make("li", "legend__item");
    const swatch = make("span", "swatch swatch--" + entry.kind);
    swatch.setAttribute("aria-hidden", "true");
    item.append(swatch, make("span", "", entry.label));
    if (entry.why) item.title = entry.why;
    return item;
  }));
}

// --- once the hand rests -----------------------------------------------------------------------------------------

function rest(state) {
  router.writeAddress();
  one("#undo").disabled = store.steps().past === 0;
  one("#redo").disabled = store.steps().future === 0;
  bandRuns.refine();
  if (drawn && drawn.state === state) words();
}

/* Sentences and tables, which nobody reads while the curves move. */
function words() {
  const same = scenarios.isStatusQuo(scenarios.of(drawn.state));
  SIDES.forEach((side, place) => {
    const name = drawn.state.charts[place];
    write(one("#chart-" + side + " .chart__summary"), pictures.summary(name, run("policy"), run("status-quo"), same));
    const table = one(`[data-table="${side}"]`);
    if (!one(".data").open) return;
    const about = variable(name);
    const caption = say("chart.table_title", { variable: about.label, unit: about.unit || say("chart.no_unit") });
    fillTable(table, charts[place].picture, caption, say("chart.year"));
  });
}

// --- saving ------------------------------------------------------------------------------------------------------

function save(button) {
  const chart = charts[SIDES.indexOf(button.dataset.side)];
  const about = { source: summary.source(), link: router.link(), unit: say("chart.no_unit") };
  return saveChart(chart.picture, about, button.dataset.kind);
}

// --- beginning ---------------------------------------------------------------------------------------------------

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
    if (drawn) paint();
  });
  does("save", save);
  does("draw", (button) => store.chooseChart(0, button.dataset.outcome));
  one(".data").addEventListener("toggle", () => drawn && words());
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
    if (drawn) paint();
    await idle();
    dash.dash();
  }));
}

const idle = () => new Promise((done) => (window.requestIdleCallback ? window.requestIdleCallback(done, { timeout: 2000 }) : window.setTimeout(done, 500)));
