/** Explore: two charts, cards and a legend that follow the levers; words, tables, the address bar and the refined bands
 * wait until the hand rests. */
import { annotations, dates } from "../core/annotations.js";
import * as assumed from "../core/assumed.js";
import { wishOf } from "../core/band-wish.js";
import { nearest } from "../core/chart-scale.js";
import { facts, variable } from "../core/facts.js";
import { offer } from "../core/offers.js";
import * as pictures from "../core/pictures.js";
import * as quantity from "../core/quantity.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import * as bandRuns from "../engine/bands.js";
import { everyVariable } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import { does } from "../dom/buttons.js";
import { all, one, write } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
import * as router from "../dom/router.js";
import * as undo from "../dom/undo.js";
import { saveChart } from "../chart/chart-export.js";
import { fillTable } from "../chart/chart-table.js";
import { mountChart } from "../chart/chart.js";
import * as assumptions from "../widgets/assumptions.js";
import * as decisions from "../widgets/decisions.js";
import * as legend from "../widgets/legend.js";
import * as leverSheet from "../widgets/lever-sheet.js";
import { mountCombobox } from "../widgets/combobox.js";
import { mountCards } from "../widgets/headline-cards.js";
import * as levers from "../widgets/levers.js";
import * as live from "../widgets/live-runs.js";
import * as loopSwitches from "../widgets/loops.js";
import * as replays from "../widgets/replay.js";
import * as savedScenarios from "../widgets/saved-scenarios.js";
import * as scenarioChooser from "../widgets/scenario-chooser.js";
import * as compare from "./compare.js";
import * as dash from "./dash-loader.js";
import * as keyboard from "./keyboard.js";
import * as summary from "./policy-summary.js";
import * as verdict from "./verdict.js";
import * as why from "./why.js";
/** @import { State } from "../types/page.js" */
/** @import { Drawn, Scene } from "../widgets/live-runs.js" */


const SIDES = ["a", "b"];

/** The two charts. @type {ReturnType<typeof mountChart>[]} */
export const charts = [];
/** @type {ReturnType<typeof mountCards>} */
let cards;
/** What is on show, and the key of its bands. @type {Drawn & { key: string } | null} */
export let drawn = null;
/** The state that last came to rest. @type {State | null} */
let rested = null;

/** @param {Drawn} next */
function draw(next) {
  const wish = wishOf(next.state, next.until);
  drawn = { ...next, key: wish.key };
  if (simulator.here && router.page() !== "compare") bandRuns.want(wish); // which asks for more than this
  paint();
  resting();
}

// --- painting ----------------------------------------------------------------------------------------------------

function paint() {
  if (!drawn) return;
  const { state, list, key } = drawn;
  const bands = bandRuns.latest;
  const stale = !bands || bands.key !== key;
  const marks = annotations(state, live.run("policy"));
  SIDES.forEach((_, place) => {
    const name = state.charts[place];
    charts[place].draw(pictures.curves(list, name, {
      areas: pictures.bands(bands && bands.fans[name], stale),
      marks, compared: true,
    }));
  });
  cards.paint(live.run("policy"), live.run("status-quo"), bands, stale);
  paintLegend(drawn, Boolean(bands) && !stale);
  document.documentElement.dataset.drawn = "";
}

/** @param {Drawn} shown @param {boolean} banded */
function paintLegend({ list, state }, banded) {
  const first = ["status-quo", "policy"];
  const rank = (/** @type {Scene} */ scene) => (first.includes(scene.key) ? first.indexOf(scene.key) : first.length);
  /** @type {{ kind: string, label: string, why?: string }[]} */
  const entries = list.slice().sort((a, b) => rank(a) - rank(b)).map((scene) => ({ kind: scene.kind, label: scene.label }));
  if (bandRuns.here()) entries.push({ kind: "bands", label: say("band.both"), why: say("band.why", { varying: assumed.varying([scenarios.of(state)], state) }) });
  legend.paint(one(".legend"), entries, bandRuns.here() && !banded);
}

// --- once the hand rests -----------------------------------------------------------------------------------------

/** @param {State} state */
function rest(state) {
  router.writeAddress();
  undo.show();
  bandRuns.refine();
  rested = state;
  resting();
}

/** What waits for the hand to rest and for the picture of the state at rest, whichever comes last. */
function resting() {
  if (!drawn || drawn.state !== rested) return;
  words();
  verdict.rest(drawn.state, drawn.key);
}

/** Sentences and tables, which nobody reads while the curves move. */
function words() {
  if (!drawn) return;
  const { state } = drawn;
  const same = scenarios.isStatusQuo(scenarios.of(state));
  SIDES.forEach((side, place) => {
    const name = state.charts[place];
    write(one("#chart-" + side + " .chart__summary"), [pictures.summary(name, live.run("policy"), live.run("status-quo"), same, assumed.usual(state)), futures(name)].filter(Boolean).join(" "));
    const table = one(`[data-table="${side}"]`);
    if (!one(".data").open) return;
    const about = variable(name);
    const caption = say("chart.table_title", { variable: about.label, unit: about.unit || say("chart.no_unit") });
    const { picture } = charts[place];
    if (picture) fillTable(table, picture, caption, say("chart.year"));
  });
}

/** What the ensemble says of a chart's variable in the last year. @param {string} name */
function futures(name) {
  const bands = bandRuns.latest;
  if (!bands || bands.key !== drawn?.key || !bands.fans[name]) return "";
  const { low90, high90 } = bands.fans[name];
  const [low, high] = [low90, high90].map((edge) => quantity.parts(edge[nearest(live.run("policy").time, facts.clock.final)], variable(name)).figure);
  const where = name in bands.there ? ` (${pictures.existing(bands.there[name] / bands.members)})` : "";
  return say("chart.futures", { range: say("quantity.range", { low, high }) + where });
}

// --- saving ------------------------------------------------------------------------------------------------------

/** @param {number} side @param {string} kind */
function save(side, kind) {
  const about = { source: summary.source(), link: router.link(), unit: say("chart.no_unit") };
  const { picture } = charts[side];
  if (picture) saveChart(picture, about, kind);
}

const files = () => store.now.charts.map((name, side) => ({ label: variable(name).label, kinds: ["png", "svg", "csv"], save: (/** @type {string} */ kind) => save(side, kind) }));

// --- beginning ---------------------------------------------------------------------------------------------------

/** @param {HTMLInputElement} field @param {number} side */
function chooser(field, side) {
  const choice = mountCombobox(field, { shown: () => store.now.charts[side], take: (/** @type {string} */ name) => store.chooseChart(side, name) });
  store.on((state, before) => {
    if (state.charts[side] !== before.charts[side]) choice.follow();
  });
}

export async function begin() {
  const asked = window.location.search;
  if (/[?&;]c(=|%3D)/.test(asked)) await everyVariable().catch(() => {}); // a chart of the link may be of any variable
  tell(store.open(asked));
  SIDES.forEach((side, place) => charts.push(mountChart(one(`[data-plot="${side}"]`), router.embedded() ? undefined : why.asked(() => store.now.charts[place]))));
  cards = mountCards(document);
  for (const part of [levers, leverSheet, scenarioChooser, decisions, savedScenarios, legend, assumptions, loopSwitches, replays, keyboard, verdict]) part.begin();
  all(".page--explore [role=combobox]").forEach(chooser);
  store.rest(rest);
  bandRuns.on(() => {
    paint();
    if (!store.held) words();
  });
  does("save", (button) => save(SIDES.indexOf(button.dataset.side ?? "a"), button.dataset.kind ?? "png"));
  offer("explore", files);
  does("draw", (button) => store.chooseChart(button.dataset.side === "b" ? 1 : 0, button.dataset.outcome ?? ""));
  one(".data").addEventListener("toggle", words);
  router.visited((page) => {
    if (page === "explore") live.schedule();
    dash.visit();
  });
  router.show();
  live.view({ names: (state) => [...state.charts, ...dates()], seen: () => router.page() === "explore", draw });
  await live.begin();
  after();
}

/** What can wait until the first picture stands. */
function after() {
  window.requestAnimationFrame(() => window.setTimeout(async () => {
    await everyVariable().catch(() => {});
    await bandRuns.begin();
    paint();
    if (router.embedded()) return; // there is nothing that needs more
    await idle();
    compare.thread();
    dash.dash();
  }));
}

const idle = () => new Promise((done) => (window.requestIdleCallback ? window.requestIdleCallback(done, { timeout: 2000 }) : window.setTimeout(done, 500)));
