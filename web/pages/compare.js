/* Compare: status quo, the current policy and the pinned scenarios side by side, and where their differences come from.

   The scenarios are those of the page's state (state.js), so they travel in its link, and adding or leaving one out can
   be undone. What is looked at (outcome, year, the two of the wedges) is this page's own and travels as the part
   "v=outcome~year~from~to~apart~every" of the link. Charts are chart.js's, the wedges are in compare-wedges.js. */
import { csv } from "../core/csv.js";
import { facts, variable, variables } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { offer } from "../core/offers.js";
import { nothingToCompare, valueAt as at } from "../core/pictures.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { read as readLink } from "../core/url-state-reader.js";
import * as views from "../core/views.js";
import { say, toldBy } from "../core/words.js";
import { everyVariable } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import { offerText } from "../dom/download.js";
import { element, one, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import { saveChart } from "../chart/chart-export.js";
import { mountChart } from "../chart/chart.js";
import * as compareWedges from "./compare-wedges.js";
/** @import { Rows } from "../core/csv.js" */
/** @import { Constants, Picture, Run, Scenario, Variable } from "../types/page.js" */

/** A scenario that is compared: key "s" for status quo, "p" for the policy, else the number of a pin.
 * @typedef {{ key: string, kind: string, letter: string, name: string, scenario: Scenario, constants: Constants }} Entry */
/** What is looked at; `apart`: each beside the reference in a chart of its own; `every`: all outcomes in the table.
 * @typedef {{ outcome: string, year: number, from: string, to: string, apart: boolean, every: boolean }} View */

const LETTERS = "ABCDEF";
/** Files of what is on show. @type {Record<string, string[]>} */
const KINDS = { chart: ["png", "svg", "csv"], table: ["csv"] };
const PAUSE = 300; // milliseconds after which a hand that was down is looked for again
const PARTS = /^([a-z0-9-]{0,16})~(\d{0,4})~([sp0123]?)~([sp0123]?)~([01]?)(?:~([01]?))?$/;
/** @type {View} */
export const view = { outcome: "", year: 0, from: "", to: "", apart: false, every: false };
/** @type {import("../chart/chart.js").Chart[]} */
const charts = [];
/** @type {HTMLElement | null} */
let box = null;
let number = 0; // of the latest drawing
/** What is on show. @type {{ entries: Entry[], runs: Run[], picture: Picture } | null} */
export let shown = null;

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("compare." + key, values);
/** Up to the end of the run of the scenario that runs longest. @param {number} until */
function yearsTo(until) {
  const first = Math.ceil(facts.clock.initial);
  return Array.from({ length: Math.floor(until) - first + 1 }, (_, n) => first + n);
}

const horizon = () => scenarios.horizon(entries().map((entry) => entry.scenario));
const ownYear = () => Math.floor(facts.clock.final);

/** The reference first. @returns {Entry[]} */
export function entries() {
  const { now } = store;
  const policy = scenarios.of(now);
  const found = [{ key: "s", kind: "status-quo", name: say("explore.status_quo"), scenario: scenarios.statusQuo() }];
  if (!scenarios.isStatusQuo(policy)) found.push({ key: "p", kind: "policy", name: say("explore.policy") + ": " + scenarios.name(policy), scenario: policy });
  now.pins.forEach((pin, n) => found.push({ key: String(n), kind: "pinned-" + n, name: scenarios.name(pin), scenario: pin }));
  return found.map((entry, n) => ({ ...entry, letter: LETTERS[n], constants: scenarios.constants(entry.scenario, now.assumptions) }));
}

// --- what stands still ----------------------------------------------------------------------------------------

/** @param {HTMLElement} host */
function build(host) {
  const worlds = element("select", { id: "compare-world", class: "select" }, ...Object.entries(facts.worlds).map(([key, world]) => element("option", { value: key }, world.title)));
  const link = element("input", { id: "compare-link", class: "input", type: "text", autocomplete: "off", spellcheck: "false" });
  const add = (/** @type {() => void} */ does, /** @type {string} */ label) => element("button", { class: "button", type: "button", onclick: does }, label);
  const labelled = (/** @type {string} */ text, /** @type {HTMLElement} */ field) => element("div", { class: "pick" }, element("label", { class: "pick__name", for: field.id }, text), field);
  link.addEventListener("keydown", (event) => event.key === "Enter" && addLink());
  host.append(
    element("section", { class: "panel" },
      element("h2", { id: "compare-who", class: "panel__title" }, words("scenarios")),
      element("ul", { id: "compare-list", class: "compared" }),
      element("div", { class: "adders" },
        labelled(words("world"), worlds), add(addWorld, words("add_world")),
        labelled(words("link"), link), add(addLink, words("add_link"))),
      element("p", { id: "compare-said", class: "said-here", role: "status" })),
    element("div", { class: "picks" },
      labelled(words("outcome"), element("select", { id: "compare-outcome", class: "select", onchange: () => look({ outcome: one("#compare-outcome").value }) })),
      labelled(words("year"), element("select", { id: "compare-year", class: "select", onchange: () => look({ year: Number(one("#compare-year").value) }) })),
      element("label", { class: "tick" }, element("input", { id: "compare-apart", type: "checkbox", onchange: () => look({ apart: one("#compare-apart").checked }) }), words("apart"))),
    element("section", { class: "panel" },
      element("div", { class: "panel__head" }, element("h2", { id: "compare-picture", class: "panel__title" }), tools("chart")),
      element("ul", { id: "compare-legend", class: "legend" }),
      element("div", { id: "compare-charts", class: "compare-charts" }),
      element("p", { id: "compare-told", class: "chart__summary" })),
    element("section", { class: "panel" },
      element("div", { class: "panel__head" }, element("h2", { id: "compare-table-title", class: "panel__title" }), tools("table")),
      element("p", { class: "lead lead--small" }, words("table_lead")),
      element("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-labelledby": "compare-table-title" }, element("table", { id: "compare-table", class: "plain" })),
      element("label", { class: "tick" }, element("input", { id: "compare-every", type: "checkbox", onchange: () => look({ every: one("#compare-every").checked }) }), words("every"))),
    element("section", { class: "panel", id: "compare-wedges" }));
  compareWedges.build(one("#compare-wedges"), { look, csv: csvOf, about });
}

/** @param {string} what */
function tools(what) {
  return element("div", { class: "panel__tools" }, ...KINDS[what].map((kind) => element("button", { class: "button", type: "button", "data-compare": what + " " + kind, onclick: () => save(what, kind) }, say("chart." + kind))));
}

function fillChoosers() {
  const outcomes = one("#compare-outcome");
  if (!outcomes.options.length) {
    /** @type {Map<string, Variable[]>} */
    const groups = new Map();
    for (const about of variables) groups.set(about.group, [...(groups.get(about.group) ?? []), about]);
    for (const [group, members] of groups) {
      outcomes.append(element("optgroup", { label: group }, ...members.map((about) => element("option", { value: about.name }, about.label))));
    }
  }
  outcomes.value = view.outcome;
  const years = yearsTo(horizon());
  const chooser = one("#compare-year");
  if (chooser.options.length !== years.length) chooser.replaceChildren(...years.map((year) => element("option", {}, String(year))));
  chooser.value = String(view.year);
  one("#compare-apart").checked = view.apart;
  one("#compare-every").checked = view.every;
}

// --- who is compared ------------------------------------------------------------------------------------------

/** @param {string} text */
function tell(text) {
  write(one("#compare-said"), text);
}

function addWorld() {
  tell(store.pin({ world: one("#compare-world").value, levers: {} }));
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
  tell(refused || [notice, Object.keys(state.assumptions).length ? words("link_assumptions") : ""].filter(Boolean).join(" "));
}

/** @param {Entry[]} found */
function paintList(found) {
  one("#compare-list").replaceChildren(...found.map((entry) => {
    const rationale = facts.worlds[entry.scenario.world]?.rationale ?? "";
    const leave = /^\d$/.test(entry.key) && element("button", { class: "button button--link", type: "button", "aria-label": words("remove_named", { scenario: entry.name }), onclick: () => store.unpin(Number(entry.key)) }, words("remove"));
    return element("li", { class: "compared__one" },
      element("div", { class: "compared__head" }, element("span", { class: "letter" }, entry.letter), swatch(entry.kind), element("strong", {}, entry.name), leave || ""),
      element("p", { class: "compared__why" }, rationale));
  }));
}

/** Status quo alone compares nothing: what to do about it stands where one would do it. @param {Entry[]} found */
function alone(found) {
  const said = one("#compare-said");
  if (found.length === 1 && !said.textContent) tell(words("alone"));
  else if (found.length > 1 && said.textContent === words("alone")) tell("");
}

/** The world that could come next is one that is not there yet. @param {Entry[]} found */
function offerWorld(found) {
  const field = one("#compare-world");
  const there = new Set(found.filter((entry) => !Object.keys(entry.scenario.levers).length).map((entry) => entry.scenario.world));
  const free = Object.keys(facts.worlds).find((key) => !there.has(key));
  if (there.has(field.value) && free) field.value = free;
}

const swatch = (/** @type {string} */ kind) => element("span", { class: "swatch swatch--" + kind, "aria-hidden": "true" });

// --- charts ---------------------------------------------------------------------------------------------------

/** The picture of all, and those that are drawn. @param {Entry[]} found @param {Run[]} runs @returns {{ whole: Picture, drawn: Picture[] }} */
function pictures(found, runs) {
  const about = variable(view.outcome);
  const lines = found.map((entry, n) => ({ key: entry.key, label: entry.letter + " " + entry.name, name: entry.letter, kind: entry.kind, values: runs[n].of(view.outcome) }));
  const ends = lines.map(({ values }) => [...values].filter(Number.isFinite).reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]));
  /** @type {[number, number]} */
  const limits = [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
  const picture = { title: about.label, unit: about.unit, time: Array.from(runs[0].time), places: about.places, limits, marks: [], bands: [] };
  const whole = { ...picture, lines };
  const each = lines.slice(1).map((line) => ({ ...picture, title: about.label + ": " + line.label, lines: [lines[0], line] }));
  return { whole, drawn: view.apart && each.length ? each : [whole] };
}

/** @param {ReturnType<typeof pictures>} made @param {Entry[]} found */
function paintCharts({ whole, drawn }, found) {
  const host = one("#compare-charts");
  for (const chart of charts.splice(drawn.length)) chart.host.closest(".compare-chart")?.remove();
  while (charts.length < drawn.length) {
    const place = element("div", { class: "compare-chart__frame" });
    host.append(element("figure", { class: "compare-chart" }, element("figcaption", { class: "compare-chart__title" }), place));
    charts.push(mountChart(place));
  }
  host.classList.toggle("compare-charts--apart", drawn.length > 1);
  drawn.forEach((picture, n) => {
    write(charts[n].host.previousElementSibling, drawn.length > 1 ? picture.lines[1].label : "");
    charts[n].draw(picture);
  });
  write(one("#compare-picture"), whole.title);
  one("#compare-legend").replaceChildren(...found.map((entry) => element("li", { class: "legend__item" }, swatch(entry.kind), element("span", {}, entry.letter + " " + entry.name))));
}

const figure = (/** @type {number} */ value, /** @type {Variable} */ about) => numbers.figure(value, about.places);

/** @param {Entry[]} found @param {Run[]} runs */
function told(found, runs) {
  const about = variable(view.outcome);
  const said = found.map((entry, n) => `${entry.letter} ${entry.name}: ${figure(at(runs[n], view.outcome, view.year), about)}`);
  return words("told", { outcome: about.label, year: view.year, values: said.join("; ") }) + (about.unit ? ` (${about.unit})` : "");
}

// --- table ----------------------------------------------------------------------------------------------------

const outcomes = () => (view.every ? facts.shown.map(({ name }) => name) : facts.headlines);

/** Places of the best values of a row, as they are written; none where all are alike or no direction is better. @param {number[]} values @param {Variable} about */
function best(values, about) {
  if (!["higher", "lower"].includes(about.better ?? "")) return [];
  const written = values.map((value) => Number(value.toFixed(about.places === null ? 6 : about.places)));
  const there = written.filter(Number.isFinite);
  const top = about.better === "higher" ? Math.max(...there) : Math.min(...there);
  return written.every((value) => value === top) ? [] : written.flatMap((value, n) => (value === top ? [n] : []));
}

/** @param {number} value @param {number} reference @param {Variable} about */
function change(value, reference, about) {
  if (!Number.isFinite(value - reference)) return nothingToCompare(value, about);
  const text = figure(Math.abs(value - reference), about);
  const none = Number((value - reference).toFixed(about.places === null ? 6 : about.places)) === 0;
  return none ? say("headline.unchanged") : (value > reference ? "▲ +" : "▼ −") + text;
}

/** @param {string} name @param {Entry[]} found @param {Run[]} runs */
function row(name, found, runs) {
  const about = variable(name);
  const values = runs.map((run) => at(run, name, view.year));
  return { about, values, top: best(values, about), changes: values.map((value) => change(value, values[0], about)) };
}

/** @param {Entry[]} found @param {Run[]} runs */
function paintTable(found, runs) {
  write(one("#compare-table-title"), words("table", { year: view.year }));
  const head = element("tr", {}, element("th", { scope: "col" }, words("outcome")), ...found.map((entry) => element("th", { scope: "col" }, element("span", { class: "letter" }, entry.letter), element("span", { class: "compare__name" }, " " + entry.name))));
  const body = outcomes().map((name) => {
    const { about, values, top, changes } = row(name, found, runs);
    return element("tr", {}, element("th", { scope: "row" }, about.label, element("span", { class: "card__unit" }, " " + about.unit)),
      ...values.map((value, n) => element("td", { class: top.includes(n) ? "best" : null },
        element("span", { class: "compare__value", title: Number.isFinite(value) ? null : about.where?.why }, figure(value, about)),
        top.includes(n) ? element("span", { class: "best__mark" }, " ★", element("span", { class: "best__word" }, " " + words("best"))) : "",
        n ? element("span", { class: "compare__change" }, changes[n]) : "")));
  });
  one("#compare-table").replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
}

// --- files ----------------------------------------------------------------------------------------------------

const source = () => say("chart.source", { model: facts.model, hash: facts.hash.slice(0, 8), policy: shown?.entries.map((entry) => entry.letter + " " + entry.name).join(", ") });
/** What exported files say of themselves. */
export const about = () => ({ source: source(), link: router.link(), unit: say("chart.no_unit") });
const csvOf = (/** @type {Rows} */ rows) => csv(rows, [source(), router.link()]);

/** @param {NonNullable<typeof shown>} now @returns {Rows} */
function tableRows({ entries: found, runs }) {
  const head = [words("outcome"), say("compare.unit"), ...found.map((entry) => entry.letter + " " + entry.name)];
  return [head, ...outcomes().map((name) => [variable(name).label, variable(name).unit, ...runs.map((run) => at(run, name, view.year))])];
}

/** @param {string} what "chart" or "table" @param {string} kind */
function save(what, kind) {
  if (!shown) return undefined;
  return what === "table" ? offerText(csvOf(tableRows(shown)), "text/csv", "scenarios.csv") : saveChart(shown.picture, about(), kind);
}

const files = () => ["chart", "table"].map((what) => ({ label: one(what === "chart" ? "#compare-picture" : "#compare-table-title").textContent, kinds: KINDS[what], save: (/** @type {string} */ kind) => void save(what, kind) }));

// --- drawing --------------------------------------------------------------------------------------------------

const firstOutcome = () => facts.headlines[0] || facts.start.charts[0];
const onShow = () => document.documentElement.dataset.page === "compare" && store.now;

async function draw() {
  if (!onShow()) return;
  const mine = ++number;
  await everyVariable();
  if (!box) {
    box = /** @type {HTMLElement} */ (one("#compare"));
    readLinkPart();
    build(box);
  }
  view.outcome ||= firstOutcome();
  const until = horizon();
  if (!yearsTo(until).includes(view.year)) view.year = ownYear(); // none yet, or that of a scenario that has gone
  const found = entries();
  const wanted = [...new Set([...facts.shown.map(({ name }) => name), view.outcome])];
  try {
    const runs = await simulator.ask(found.map((entry) => entry.constants), wanted, until);
    if (mine === number) show(found, runs);
  } catch (error) {
    if (mine === number) tell(toldBy(error, "wait.no_answer"));
  }
}

/** @param {Entry[]} found @param {Run[]} runs */
function show(found, runs) {
  const made = pictures(found, runs);
  shown = { entries: found, runs, picture: made.whole };
  fillChoosers();
  paintList(found);
  offerWorld(found);
  alone(found);
  paintCharts(made, found);
  write(one("#compare-told"), told(found, runs));
  paintTable(found, runs);
  writeLink();
  compareWedges.draw(found, view);
}

/** @param {Partial<View>} parts */
function look(parts) {
  Object.assign(view, parts);
  draw();
}

/** From another page: where the difference in an outcome comes from. @param {string} outcome */
export async function explain(outcome) {
  router.go("compare");
  await draw(); // where the page was not seen yet, this reads the link first
  look({ outcome, from: "", to: "" });
  await draw();
  for (let tries = 0; tries < 20 && !compareWedges.found; tries++) await new Promise((done) => window.setTimeout(done, 50));
  const title = one("#compare-wedges-title");
  title.scrollIntoView({ block: "start" });
  title.focus({ preventScroll: true });
}

// --- the link -------------------------------------------------------------------------------------------------

function readLinkPart() {
  const text = views.of("v");
  const [, key = "", year = "", from = "", to = "", apart = "", every = ""] = PARTS.exec(text) ?? [];
  const named = variables.find((other) => other.key === key);
  const there = yearsTo(horizon()).includes(Number(year));
  if ((text && !PARTS.test(text)) || (key && !named) || (year && !there)) tell(say("link.no_view"));
  Object.assign(view, { outcome: named?.name ?? "", year: there ? Number(year) : 0, from, to, apart: apart === "1", every: every === "1" });
}

/** Another link was opened. @param {string} letter */
function reopened(letter) {
  if (letter !== "v" || !box) return;
  readLinkPart();
  draw();
}

/* Only what differs from the page as it opens, so that a plain link stays plain. */
function writeLink() {
  const key = view.outcome === firstOutcome() ? "" : variable(view.outcome).key;
  const year = view.year === ownYear() ? "" : view.year;
  const part = [key, year, view.from, view.to, view.apart ? 1 : "", ...(view.every ? [1] : [])].join("~");
  router.look("v", part === "~~~~" ? "" : part);
}

/** The thread of the wedges, once the first picture stands; nothing is fetched while a hand moves. */
export function thread() {
  if (!one("#compare")) return;
  if (store.held) window.setTimeout(thread, PAUSE);
  else compareWedges.ahead();
}

export function begin() {
  if (!one("#compare")) return;
  store.on(draw);
  views.on(reopened);
  offer("compare", files);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-page"] });
  draw();
}
