/* Compare: status quo, the current policy and the pinned scenarios side by side, who does better than whom, and where the
   differences come from.

   The scenarios are those of the page's state (state.js), so they travel in its link, and adding or leaving one out can
   be undone. What is looked at (core/compare-view.js) is this page's own. Everything but the wedges is from the ensemble
   (core/comparison.js); until that is there, and where it cannot be had, one run stands in its place and says so. */
import * as assumed from "../core/assumed.js";
import { certain } from "../core/card.js";
import * as comparison from "../core/comparison.js";
import * as compareView from "../core/compare-view.js";
import { csv } from "../core/csv.js";
import { facts, variable, variables } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { offer } from "../core/offers.js";
import * as pictures from "../core/pictures.js";
import * as saved from "../core/saved.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { read as readLink } from "../core/url-state-reader.js";
import * as views from "../core/views.js";
import { plain } from "../core/verdict.js";
import { say, toldBy } from "../core/words.js";
import * as bandRuns from "../engine/bands.js";
import { everyVariable } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import { does } from "../dom/buttons.js";
import { fileName, offerText } from "../dom/download.js";
import { bold, element, one, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import { saveChart } from "../chart/chart-export.js";
import { mountChart } from "../chart/chart.js";
import { combobox, mountCombobox } from "../widgets/combobox.js";
import * as legend from "../widgets/legend.js";
import * as sameLevels from "../widgets/same-levels.js";
import { source as sourceOf } from "./policy-summary.js";
import * as table from "./compare-table.js";
import * as compareWedges from "./compare-wedges.js";
/** @import { Rows } from "../core/csv.js" */
/** @import { Entry, Pair } from "../core/comparison.js" */
/** @import { View } from "../core/compare-view.js" */
/** @import { BandAnswer, Picture, Run } from "../types/page.js" */
/** @typedef {table.Shown & { key: string, picture: Picture }} Shown */

/** Files of what is on show. @type {Record<string, string[]>} */
const KINDS = { chart: ["png", "svg", "csv"], table: ["csv"] };
const PAUSE = 300; // milliseconds after which a hand that was down is looked for again
const SLOW = 1000; // milliseconds of computing that nobody is told of
const MOST_CHANGED = 8; // settings that a file names of a scenario
/** @type {View} */
export let view;
/** @type {import("../chart/chart.js").Chart[]} */
const charts = [];
/** @type {ReturnType<typeof mountCombobox>} */
let outcomeField;
let built = false;
let number = 0; // of the latest drawing
/** What the ensemble said last, and of what. @type {{ key: string, answers: BandAnswer[] | null }} */
let heard = { key: "", answers: null };
/** What was drawn last, with or without an ensemble. @type {Omit<table.Shown, "answers"> & { key: string } | null} */
let latest = null;
/** What is on show; its `answers` are null where it is one run. @type {Shown | null} */
export let shown = null;

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("compare." + key, values);
export const entries = () => comparison.entriesOf(store.now);
const horizon = () => Math.floor(scenarios.horizon(entries().map((entry) => entry.scenario)));
/** Whether all that is on show is of the state as it is, from every member. */
export const settled = () => shown !== null && one(".compare--stale") === null && (certain() || bandRuns.failed() || Boolean(shown.answers?.every((answer) => answer.whole)));

// --- what stands still ----------------------------------------------------------------------------------------

/** @param {string} label @param {HTMLElement} field */
const labelled = (label, field) => element("div", { class: "pick" }, element("label", { class: "label", for: field.id }, label), field);

/** @param {"to" | "from" | "year"} part */
const chooser = (part) => labelled(words(part), element("select", { id: "compare-" + part, class: "select", onchange: () => choose(part, one("#compare-" + part).value) }));

/** @param {"apart" | "every"} part */
const tick = (part) => element("label", { class: "tick" }, element("input", { id: "compare-" + part, type: "checkbox", onchange: () => look({ [part]: one("#compare-" + part).checked }) }), words(part));

function buildMore() {
  const link = element("input", { id: "compare-link", class: "box", type: "text", autocomplete: "off", spellcheck: "false", onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && addLink() });
  one("#compare-more").append(...sameLevels.fields(), element("div", { class: "compare-who__link" }, labelled(words("link"), link), element("button", { class: "button", type: "button", onclick: addLink }, words("add_link"))));
}

function build() {
  buildMore();
  one("#compare").classList.add("compare--new");
  one("#compare").append(
    element("p", { id: "compare-said", class: "said-here", role: "status" }),
    element("ul", { id: "compare-list", class: "legend", "aria-label": words("scenarios") }),
    element("section", { class: "panel compare-answer", "aria-labelledby": "compare-answer-title" },
      element("h2", { id: "compare-answer-title", class: "unseen" }, say("in_short.title")),
      element("div", { class: "picks" }, chooser("to"), chooser("from"), chooser("year"), element("button", { class: "button compare-answer__brief", type: "button", "data-do": "brief" }, say("brief.open"))),
      element("p", { id: "compare-answer" }),
      element("ul", { id: "compare-lists", class: "compare-answer__lists" }),
      element("p", { id: "compare-progress", class: "compare-answer__progress" }),
      element("p", { id: "compare-read", class: "unseen", role: "status" })),
    element("section", { class: "panel" },
      element("div", { class: "panel__head" }, element("h2", { id: "compare-picture", class: "unseen" }), combobox("compare-outcome", words("outcome")), tick("apart"), tools("chart")),
      element("div", { id: "compare-charts", class: "compare-charts" }),
      element("p", { id: "compare-told", class: "chart__summary" })),
    element("section", { class: "panel" },
      element("div", { class: "panel__head" }, element("h2", { id: "compare-table-title", class: "panel__title" }), tick("every"), tools("table")),
      element("p", { id: "compare-lead", class: "lead lead--small" }),
      element("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-labelledby": "compare-table-title" }, element("table", { id: "compare-table", class: "plain compared" }))),
    element("section", { class: "panel", id: "compare-wedges" }));
  compareWedges.build(one("#compare-wedges"), { csv: csvOf, about });
  outcomeField = mountCombobox(one("#compare-outcome"), { shown: () => view.outcome, take: (outcome) => look({ outcome }) });
}

/** @param {string} what */
function tools(what) {
  return element("div", { class: "panel__tools" }, ...KINDS[what].map((kind) => element("button", { class: "button", type: "button", "data-compare": what + " " + kind, onclick: () => save(what, kind) }, say("chart." + kind))));
}

/** A list of options that is made again only where it is another one. @param {string} part @param {{ value: string, text: string }[]} options @param {string} value */
function fill(part, options, value) {
  const field = one("#compare-" + part);
  const same = field.options.length === options.length && options.every((option, n) => field.options[n].value === option.value && field.options[n].text === option.text);
  if (!same) field.replaceChildren(...options.map((option) => element("option", { value: option.value }, option.text)));
  field.value = value;
}

/** @param {Entry[]} found @param {Pair | null} pair */
function fillChoosers(found, pair) {
  const offered = found.map(({ key, name }) => ({ value: key, text: name }));
  fill("to", offered, (pair?.to ?? found[0]).key);
  fill("from", offered, (pair?.from ?? found[0]).key);
  const first = Math.ceil(facts.clock.initial);
  fill("year", Array.from({ length: horizon() - first + 1 }, (_, n) => ({ value: String(first + n), text: String(first + n) })), String(view.year));
  one("#compare-apart").checked = view.apart;
  one("#compare-every").checked = view.every;
  outcomeField.follow();
  sameLevels.follow(found.slice(1).map(({ scenario }) => scenario));
  legend.paint(one("#compare-list"), found.map(({ kind, name }) => ({ kind, label: name })), false);
}

// --- who is compared ------------------------------------------------------------------------------------------

/** All parts come at once, since those that fill one after another would push each other down. */
const appear = () => one("#compare").classList.remove("compare--new");

/** @param {string} text */
function tell(text) {
  appear();
  write(one("#compare-said"), text);
}

/** One of the pair, or the year; who is chosen for one side while on the other one takes that one's place. @param {"to" | "from" | "year"} part @param {string} value */
function choose(part, value) {
  if (part === "year") return look({ year: Number(value) });
  const pair = comparison.chosenPair(store.now, view);
  if (!pair) return undefined;
  const chosen = { to: pair.to.key, from: pair.from.key, [part]: value };
  const other = part === "to" ? "from" : "to";
  if (chosen.to === chosen.from) chosen[other] = pair[part].key;
  return look(chosen);
}

/* A link of this page, or only its query; its assumptions stay behind, since those on this page hold for all. */
function addLink() {
  const field = one("#compare-link");
  const text = field.value.trim();
  if (!text) return tell(words("link_empty"));
  const query = text.includes("?") ? text.slice(text.indexOf("?")).split("#")[0] : "";
  const { state, notice } = readLink(query);
  const pin = scenarios.of(state);
  if (!query || (notice && scenarios.isStatusQuo(pin))) return tell([words("link_bad"), notice].filter(Boolean).join(" "));
  const refused = store.pin(pin);
  if (!refused) field.value = "";
  return tell(refused || [notice, Object.keys(state.assumptions).length ? words("link_assumptions") : ""].filter(Boolean).join(" "));
}

// --- pictures and sentences -----------------------------------------------------------------------------------

/** The lines: medians where there is the ensemble, else the runs. @param {table.Shown} made */
function scenesOf({ entries: found, runs, answers }) {
  return found.map(({ key, kind, name }, n) => {
    const fan = answers?.[n].fans[view.outcome];
    const run = fan && answers ? { time: yearsOf(runs[0]), of: () => fan.middle, raw: () => fan.middle } : runs[n];
    return { key, kind, label: name, name, run, fan: fan ?? null };
  });
}

/** The least and the greatest value of a picture. @param {Picture} picture @returns {[number, number]} */
function endsOf({ lines, bands = [], limits }) {
  const values = [...lines.map((line) => line.values), ...bands.flatMap((band) => [band.low, band.high]), limits ?? []].flatMap((list) => Array.from(list)).filter(Number.isFinite);
  return [Math.min(...values), Math.max(...values)];
}

/** The picture of all with the bands of the pair, and those that are drawn. @param {table.Shown} made @returns {{ whole: Picture, drawn: Picture[] }} */
function picturesOf(made) {
  const scenes = scenesOf(made);
  const [reference, ...others] = scenes;
  const of = (/** @type {typeof scenes} */ lines, /** @type {typeof scenes} */ banded) => pictures.curves([...lines].reverse(), view.outcome, { areas: banded.flatMap((scene) => pictures.bands(scene.fan, false, scene)) });
  const pair = scenes.filter(({ key }) => key === made.pair?.from.key || key === made.pair?.to.key);
  const whole = of(scenes, pair.length ? pair : scenes);
  const limits = endsOf(of(scenes, scenes)); // the same axes for all
  const each = others.map((scene) => ({ ...of([reference, scene], [scene]), limits }));
  return { whole, drawn: view.apart && each.length ? each : [whole] };
}

/** @param {Picture[]} drawn */
function paintCharts(drawn) {
  const host = one("#compare-charts");
  for (const chart of charts.splice(drawn.length)) chart.host.closest(".compare-chart")?.remove();
  while (charts.length < drawn.length) {
    const place = element("div", { class: "compare-chart__frame" });
    host.append(element("figure", { class: "compare-chart" }, element("figcaption", { class: "compare-chart__title" }), place));
    charts.push(mountChart(place));
  }
  host.classList.toggle("compare-charts--apart", drawn.length > 1);
  drawn.forEach((picture, n) => {
    write(charts[n].host.previousElementSibling, drawn.length > 1 ? picture.lines[0].label : "");
    charts[n].draw(picture);
  });
}

/** What the chart shows, for those who do not see it. @param {table.Shown} made */
function told({ entries: found, answers, runs, pair }) {
  const about = variable(view.outcome);
  const cells = table.rowsOf({ entries: found, pair, runs, answers, outcomes: [view.outcome] }, view)[0].cells;
  const values = found.map(({ name }, n) => `${name}: ${numbers.withUnit(cells[n].value, cells[n].unit)}${answers && cells[n].range ? ` (${cells[n].range})` : ""}`).join("; ");
  return words(answers ? "told" : "told_run", { outcome: about.label, year: view.year, values, inputs: assumed.usual(store.now) });
}

/** The answer on top. @param {table.Shown} made */
function paintAnswer({ entries: found, pair, answers }) {
  const waiting = certain() ? say("in_short.certain_model") : bandRuns.failed() ? say("in_short.one_run") : say("in_short.waiting");
  const [first, ...lists] = !pair ? [words("alone")] : answers ? comparison.answerOf(pair, answers[found.length], view.year) : [waiting];
  if (one("#compare-answer").textContent !== plain(first)) one("#compare-answer").replaceChildren(...bold(first));
  one("#compare-lists").replaceChildren(...lists.map((text) => element("li", {}, ...bold(text))));
  if (answers?.every((answer) => answer.whole)) write(one("#compare-read"), plain(first));
}

/** @param {table.Shown & { key: string }} made */
function paint(made) {
  const { whole, drawn } = picturesOf(made);
  shown = { ...made, picture: whole };
  appear();
  one("#compare").classList.remove("compare--stale");
  write(one("#compare-picture"), whole.title);
  write(one("#compare-table-title"), words("table", { year: view.year }));
  write(one("#compare-lead"), made.answers ? words("table_lead") : words("table_lead_run", { inputs: assumed.usual(store.now) }));
  paintAnswer(made);
  paintCharts(drawn);
  write(one("#compare-told"), told(made));
  table.paint(made, view);
  if (made.answers?.every((answer) => answer.whole)) write(one("#compare-progress"), "");
}

// --- files ----------------------------------------------------------------------------------------------------

/** What was changed in a scenario, for a file that outlives the page. @param {Entry} entry */
function changedIn({ name, scenario }) {
  const moved = Object.entries(scenario.levers);
  const settings = moved.slice(0, MOST_CHANGED).map(([key, [value]]) => `${facts.levers[key].label} ${numbers.withUnit(numbers.figure(value, facts.levers[key].places), facts.levers[key].unit)}`);
  return settings.length ? `${name} (${[...settings, ...(moved.length > settings.length ? ["…"] : [])].join(", ")})` : name;
}

const source = () => sourceOf([shown?.entries.map(changedIn).join(", "), view.year].filter(Boolean).join("; "));

/** What exported files say of themselves. */
export const about = () => ({ source: source(), link: router.link(), unit: say("chart.no_unit") });
const csvOf = (/** @type {Rows} */ rows) => csv(rows, [source(), router.link()]);

/** @param {string} what "chart" or "table" @param {string} kind */
function save(what, kind) {
  if (!shown) return undefined;
  return what === "table" ? offerText(csvOf(table.fileRows(shown, view)), "text/csv", `${fileName(facts.model, "scenarios")}-${view.year}.csv`) : saveChart(shown.picture, about(), kind);
}

const files = () => ["chart", "table"].map((what) => ({ label: one(what === "chart" ? "#compare-picture" : "#compare-table-title").textContent, kinds: KINDS[what], save: (/** @type {string} */ kind) => void save(what, kind) }));

// --- drawing --------------------------------------------------------------------------------------------------

const onShow = () => document.documentElement.dataset.page === "compare" && store.now;
const outcomes = () => [...new Set([...(view.outcome && !facts.headlines.includes(view.outcome) ? [view.outcome] : []), ...facts.headlines, ...(view.every ? facts.shown.map(({ name }) => name) : [])])];

/** Whole years of a run, or all its moments where it has none. @param {Run} run */
function yearsOf({ time }) {
  const whole = Array.from(time).filter((moment) => Math.abs(moment - Math.round(moment)) < 1e-6);
  return whole.length > 1 ? whole : Array.from(time);
}

async function draw() {
  if (!onShow()) return;
  const mine = ++number;
  if (!built) await begun();
  if (mine !== number) return;
  if (view.year > horizon()) view.year = compareView.lastYear(); // that of a scenario that has gone
  const found = entries();
  const pair = compareView.pairOf(found, view);
  fillChoosers(found, pair);
  writeLink();
  try {
    const runs = await simulator.ask(found.map((entry) => entry.constants), outcomes(), horizon());
    if (mine === number) show(found, pair, runs);
  } catch (error) {
    if (mine === number) tell(toldBy(error, "wait.no_answer"));
  }
}

/** @param {Entry[]} found @param {Pair | null} pair @param {Run[]} runs */
function show(found, pair, runs) {
  const wishes = comparison.wishesOf(found, pair, store.now.assumptions, { outcomes: outcomes(), outcome: view.outcome, year: view.year, years: yearsOf(runs[0]) });
  const key = wishes.map((wish) => wish.key).join();
  const now = { key, entries: found, pair, runs, outcomes: outcomes() };
  latest = now;
  // What is there stays, dimmed, until the ensemble is; at first one run is drawn, since its picture comes sooner.
  if (heard.key === key || !shown?.answers || !bandRuns.here()) paint({ ...now, answers: heard.key === key ? heard.answers : null });
  else one("#compare").classList.add("compare--stale");
  compareWedges.draw(pair, view);
  if (!simulator.here) return;
  const began = performance.now();
  bandRuns.compare(wishes, (answers) => {
    heard = { key, answers: answers.length ? answers : null };
    if (latest?.key === key && onShow()) paint({ ...latest, answers: heard.answers }); // it may have been drawn anew since
  }, (share) => {
    if (latest?.key === key && share < 1 && performance.now() - began > SLOW) write(one("#compare-progress"), words("progress", { share: Math.round(100 * share) }));
  });
}

/** @param {Partial<View>} parts */
function look(parts) {
  Object.assign(view, parts);
  draw();
}

/** From another page: where the difference in an outcome comes from. @param {string} outcome */
export async function explain(outcome) {
  router.go("compare");
  await begun(); // where the page was not seen yet, this reads the link first
  look({ outcome, from: "s", to: "p" });
  for (let tries = 0; tries < 40 && !compareWedges.found; tries++) await new Promise((done) => window.setTimeout(done, 50));
  const title = one("#compare-wedges-title");
  title.scrollIntoView({ block: "start" });
  title.focus({ preventScroll: true });
}

// --- the link -------------------------------------------------------------------------------------------------

/** Reads what the link looks at; for a variable that is no outcome the whole list is fetched first. */
async function readLinkPart() {
  const text = views.of("v");
  const key = compareView.outcomeKey(text);
  if (key && !variables.some((known) => known.key === key)) await everyVariable().catch(() => {});
  const { view: read, bad } = compareView.read(text, horizon());
  if (bad) tell(say("link.no_view"));
  return read;
}

/** Another link was opened. @param {string} letter */
async function reopened(letter) {
  if (letter !== "v" || !built) return;
  view = await readLinkPart();
  draw();
}

/** What is on the page, once. */
const begun = (() => {
  /** @type {Promise<void> | null} */
  let coming = null;
  const first = async () => {
    view = compareView.read("", horizon()).view;
    build();
    view = await readLinkPart();
    built = true;
  };
  return () => (coming ??= first());
})();

/* Only what differs from the page as it opens, so that a plain link stays plain. */
const writeLink = () => router.look("v", compareView.written(view, variable(view.outcome).key));

/** The thread of the wedges, once the first picture stands; nothing is fetched while a hand moves. */
export function thread() {
  if (!one("#compare")) return;
  if (store.held) window.setTimeout(thread, PAUSE);
  else compareWedges.ahead();
}

export function begin() {
  if (!one("#compare")) return;
  store.on(draw);
  saved.on(draw);
  views.on(reopened);
  offer("compare", files);
  does("compareOutcome", (button) => {
    look({ outcome: button.dataset.outcome ?? view.outcome });
    one("#compare-charts").scrollIntoView({ block: "nearest" });
  });
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-page"] });
  draw();
}
