/* A ranking: a stored or own study to look at, its pictures and table, and how one's own studies stand.

 * Everything comes from the addresses below "studies" (policy_lab/app/rank_routes.py), when it is first seen. What is on
 * show stands in the link (ranking-link.js). How studies stand is asked for while one is under way and somebody looks,
 * less and less often. */
import { offer as offers } from "../core/offers.js";
import * as views from "../core/views.js";
import { filled, say } from "../core/words.js";
import { element, one, write } from "../dom/elements.js";
import { tellAlso } from "../dom/notice.js";
import * as router from "../dom/router.js";
import { saveChart } from "../chart/chart-export.js";
import { mountChart } from "../chart/chart.js";
import { options, select } from "./list-chooser.js";
import { saveBars } from "./ranking-files.js";
import * as rankForm from "./ranking-form.js";
import * as rankLink from "./ranking-link.js";
import { FIRST } from "./ranking-link.js";
import * as source from "./ranking-source.js";
import { fillRanking } from "./ranking-table.js";
/** @import { Picture } from "../types/page.js" */
/** @import { StudyState, StudyView } from "../types/ranking.js" */

const SOON = 800; // milliseconds until the first question how a study stands
const LATEST = 8000; // … and the longest time between two
const SLOWER = 1.25;
const WIDE = 1000; // pixels of the bars in a file

/** Where it is drawn; Dash puts it there. @type {HTMLElement} */
let root;
/** What the page says, by key. @type {Record<string, string>} */
let texts = {};
/** The view on show. @type {StudyView | null} */
let shown = null;
let wanted = { study: FIRST, outcome: "", time: "" };
let asked = 0; // number of the latest question for a view; older answers are dropped
/** The chart over time. @type {import("../chart/chart.js").Chart | null} */
let lines = null;
/** @type {StudyState[]} */
let studies = [];
let pause = SOON;
let timer = 0;
/** Told of what is on show. @type {(shown: Record<string, unknown>) => void} */
let report = () => {};

// --- small tools, used by the form too --------------------------------------------------------------------------

/** @param {string} path @param {RequestInit} [request] */
const ask = (path, request) => source.fetched(source.addressOf(path), texts.unreachable, request);

/** @param {string} path @param {unknown} [body] */
const send = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body || {}) });

/** What an error says. @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

// --- the frame --------------------------------------------------------------------------------------------------

/** Elements of the frame, by name. @type {Record<string, HTMLElement>} */
const parts = {};
/** Lists to choose from: what is on show, and of it what. @type {Record<string, { box: HTMLSelectElement, field: HTMLElement }>} */
const choosers = {};
/** The button that opens the form. @type {HTMLButtonElement} */
let opener;
/** @type {HTMLTableElement} */
let numbersTable;

function build() {
  choosers.study = select(texts.study, "rank-study", (/** @type {string} */ value) => show({ study: value, outcome: wanted.outcome, time: "" }));
  choosers.outcome = select(texts.outcome, "rank-outcome", (/** @type {string} */ value) => show({ outcome: value }));
  choosers.time = select(texts.years, "rank-time", (/** @type {string} */ value) => show({ time: value }));
  opener = element("button", { class: "button rank__open", type: "button", onclick: openForm }, texts.own_open);
  parts.yours = element("section", { class: "yours is-hidden", "aria-labelledby": "rank-yours" },
    element("h2", { class: "subtitle", id: "rank-yours" }, texts.yours), element("ul", { class: "yours__list" }));
  parts.said = element("p", { class: "unseen", role: "status" });
  parts.missing = element("p", { class: "empty is-hidden" }, texts.missing);
  parts.problem = element("p", { class: "caution is-hidden", id: "rank-problem", role: "alert" });
  parts.caution = element("p", { class: "caution is-hidden", id: "rank-caution" });
  parts.told = element("p", { class: "told", id: "rank-summary", role: "status" });
  parts.bars = element("div", { class: "rank__bars", id: "rank-bars" });
  parts.lines = element("div", { class: "rank__lines", id: "rank-over-time" });
  parts.key = element("ul", { class: "legend rank__lines-key" });
  parts.linesTitle = element("h2", { class: "chart__title" }, texts.over_time);
  numbersTable = element("table", { class: "rank__table", id: "rank-table" });
  parts.downloads = element("p", { class: "tools" });
  parts.made = element("ul", { class: "caveat rank__made" });
  parts.form = element("div", { class: "own", id: "rank-own" });
  parts.result = element("div", { class: "rank__result is-hidden" }, parts.caution, parts.told,
    element("div", { class: "charts rank__charts" },
      element("article", { class: "chart" }, head(element("h2", { class: "chart__title" }, texts.bars), "bars", ["png", "svg", "csv"]), parts.bars),
      element("article", { class: "chart" }, head(parts.linesTitle, "lines", ["png", "svg", "csv"]), parts.key, parts.lines)),
    element("div", { class: "numbers numbers--rank", tabindex: "0", role: "region", "aria-label": texts.table }, numbersTable),
    parts.downloads, parts.made);
  root.replaceChildren(
    element("div", { class: "rank__choose" }, choosers.study.field, choosers.outcome.field, choosers.time.field, source.hasServer() && opener),
    ...(source.hasServer() ? [] : [element("p", { class: "caveat", id: "rank-no-server" }, say("published.no_studies"))]),
    parts.said, parts.yours, parts.missing, parts.problem, parts.form, parts.result);
}

const files = () => (shown ? ["bars", "lines"] : []).map((chart) => ({
  label: chart === "bars" ? texts.bars : parts.linesTitle.textContent ?? "", kinds: ["png", "svg", "csv"], save: (/** @type {string} */ kind) => void save(chart, kind),
}));

/** @param {HTMLElement} title @param {string} chart @param {string[]} kinds */
function head(title, chart, kinds) {
  const items = kinds.map((kind) => element("li", {}, element("button", { class: "button button--menu", type: "button", onclick: () => save(chart, kind) }, texts[kind])));
  const menu = element("details", { class: "chart__save" },
    element("summary", { class: "button button--link" }, texts.save, element("span", { class: "unseen" }, ": " + title.textContent)), element("ul", { class: "menu" }, items));
  return element("div", { class: "chart__head" }, title, menu);
}

// --- looking at a study -----------------------------------------------------------------------------------------

/** Pixels that the bars have room for. */
function room() {
  const half = window.innerWidth < 900 ? root.clientWidth : (root.clientWidth - 12) / 2; // while nothing is drawn yet
  return Math.round(parts.bars.clientWidth || half - 26);
}

const chosen = () => studies.find((study) => study.id === wanted.study);
const viewOf = (/** @type {number} */ width) => source.viewOf(wanted, chosen(), width, texts.unreachable);

/** @param {Partial<typeof wanted>} change @param {boolean} [linked] whether a link asks for it, which may name what is not there */
async function show(change, linked = false) {
  wanted = Object.assign({}, wanted, change);
  if (nothing()) return;
  const number = ++asked;
  const { outcome, time } = wanted;
  parts.result.classList.add("rank__result--busy");
  try {
    const view = await viewOf(room());
    if (number !== asked) return;
    if (linked && ((outcome && outcome !== view.outcome) || (time && time !== view.time))) tellAlso(say("link.no_view"));
    draw(view);
    rankLink.remember(wanted, view, Boolean(change.study));
  } catch (error) {
    if (number === asked) fail(messageOf(error));
  }
  parts.result.classList.remove("rank__result--busy");
}

/** Whether there is no study to look at; the page then says so and offers one's own. */
function nothing() {
  const ready = studies.filter((study) => study.state === "finished");
  if (wanted.study === FIRST && ready.length && !ready.some((study) => study.id === FIRST)) wanted.study = ready[0].id;
  const none = wanted.study === FIRST && !ready.length;
  for (const part of [choosers.study.field, choosers.outcome.field, choosers.time.field]) part.classList.toggle("is-hidden", none);
  parts.missing.classList.toggle("is-hidden", !none);
  return none;
}

/** @param {string} problem */
function fail(problem) {
  write(parts.problem, problem);
  parts.problem.classList.toggle("is-hidden", !problem);
  chooser();
}

/** @param {StudyView} view */
function draw(view) {
  shown = view;
  wanted = { study: wanted.study, outcome: view.outcome, time: view.time };
  report(wanted);
  fail("");
  parts.result.classList.remove("is-hidden");
  options(choosers.outcome.box, view.outcomes, view.outcome);
  options(choosers.time.box, view.times, view.time);
  write(parts.caution, view.caution);
  parts.caution.classList.toggle("is-hidden", !view.caution);
  write(parts.told, view.told);
  write(parts.linesTitle, view.choice ? texts.choice_over_time : texts.over_time);
  drawBars(view.bars);
  drawLines(view.lines);
  fillRanking(numbersTable, view.table);
  const file = (/** @type {string} */ name) => source.fileOf(chosen(), wanted.study, name);
  const { study } = wanted;
  parts.downloads.replaceChildren(
    element("span", { class: "label" }, texts.downloads),
    element("button", { class: "button", type: "button", onclick: () => save("bars", "csv") }, texts.table_csv),
    element("a", { class: "button", href: file("findings.csv"), download: study + "-findings.csv" }, texts.findings),
    element("a", { class: "button", href: file("folder.zip"), download: `policy-lab-study-${study}.zip` }, texts.folder));
  parts.made.replaceChildren(...view.made.map((text) => element("li", {}, text)));
}

/** @param {string} text */
function drawBars(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  parts.bars.replaceChildren(document.importNode(parsed, true));
  drawnFor = parts.bars.clientWidth;
}

/** @param {Picture} view */
function drawLines(view) {
  lines = lines || mountChart(parts.lines);
  lines.draw(view);
  // Whole names, which line ends have no room for on a phone.
  parts.key.replaceChildren(...view.lines.map((line) => element("li", { class: "legend__item" },
    element("span", { class: "swatch swatch--" + line.kind, "aria-hidden": "true" }), element("span", {}, line.label))));
}

// --- pictures for slides ----------------------------------------------------------------------------------------

/** @param {string} chart @param {string} kind */
async function save(chart, kind) {
  if (!shown) return undefined;
  const about = { source: shown.source, link: router.link(), unit: texts.no_unit };
  if (chart === "lines") return saveChart(shown.lines, about, kind);
  try {
    return await saveBars(kind === "csv" ? shown : await viewOf(WIDE), about, kind);
  } catch (error) {
    return fail(messageOf(error));
  }
}

// --- the link ---------------------------------------------------------------------------------------------------


function returned() {
  if (!isHere() || !root?.dataset.ready) return; // it reads the link when it comes
  rankLink.adopted();
  const { study, outcome, time } = rankLink.asked();
  const same = study === wanted.study && (!outcome || outcome === wanted.outcome) && (!time || time === wanted.time);
  if (!same) show({ study, outcome, time }, true);
}

// --- one's own studies ------------------------------------------------------------------------------------------

function chooser() {
  const ready = studies.filter((study) => study.state === "finished").map((study) => ({ value: study.id, label: study.title }));
  if (!ready.some((choice) => choice.value === wanted.study)) {
    ready.push({ value: wanted.study, label: shown && shown.study === wanted.study ? shown.title : wanted.study });
  }
  options(choosers.study.box, ready, wanted.study);
}

/** @param {StudyState[]} found */
function list(found) {
  const before = new Map(studies.map((study) => [study.id, study]));
  studies = found;
  const own = studies.filter((study) => "share" in study);
  parts.yours.classList.toggle("is-hidden", !own.length);
  const rows = one("ul", parts.yours);
  const there = new Map([...rows.children].map((line) => [line.dataset.study, line]));
  rows.replaceChildren(...own.map((study) => row(there.get(study.id), study)));
  chooser();
  for (const study of own) {
    const was = before.get(study.id);
    if (was && was.open && study.state === "finished") {
      write(parts.said, filled(texts.ready, { title: study.title }));
      show({ study: study.id, time: "" });
    }
  }
}

/** A row that stays the same element while its study runs, so that a hand or a screen reader on it keeps its place. @param {Element | undefined} made @param {StudyState} study */
function row(made, study) {
  const line = made ?? element("li", { class: "yours__row", "data-study": study.id },
    element("span", { class: "yours__title" }), element("progress", { class: "yours__bar", max: "1" }), element("span", { class: "yours__said" }), element("span", { class: "yours__tools" }));
  write(one(".yours__title", line), study.title);
  write(one(".yours__said", line), study.said ?? "");
  const bar = one(".yours__bar", line);
  bar.classList.toggle("is-hidden", study.state !== "running");
  bar.setAttribute("aria-label", filled(texts.progress, { title: study.title }));
  if (study.share) bar.value = study.share;
  else bar.removeAttribute("value");
  const tools = one(".yours__tools", line);
  if (tools.dataset.state !== study.state) {
    tools.dataset.state = study.state;
    tools.replaceChildren(...buttons(study));
  }
  line.setAttribute("data-state", study.state);
  return line;
}

/** @param {StudyState} study */
function buttons(study) {
  const button = (/** @type {string} */ text, /** @type {(event: Event) => void} */ act) => element("button", { class: "button", type: "button", onclick: act }, text, element("span", { class: "unseen" }, ": " + study.title));
  /** @param {string} what @param {string} [done] what is said then */
  const doing = (what, done) => async (/** @type {Event} */ event) => {
    const pressed = /** @type {HTMLButtonElement} */ (event.currentTarget);
    pressed.disabled = true;
    try {
      await send(`/${study.id}/${what}`);
      if (done) write(parts.said, filled(done, { title: study.title }));
    } catch (error) {
      fail(messageOf(error));
      pressed.disabled = false;
    }
    pause = SOON;
    look();
  };
  const cancel = doing("cancel", study.open ? texts.cancelled : "");
  const looks = button(texts.look, () => show({ study: study.id, time: "" }));
  if (study.open) return [button(texts.cancel, cancel)];
  return [study.state === "finished" ? looks : button(texts.again, doing("again")), button(texts.forget, cancel)];
}

async function look() {
  window.clearTimeout(timer);
  if (!isHere() || document.hidden) return;
  try {
    const found = await ask("");
    texts = found.texts;
    if (parts.problem.textContent === texts.unreachable) fail("");
    list(found.studies);
  } catch (error) {
    fail(messageOf(error));
  }
  if (studies.some((study) => study.open)) {
    timer = window.setTimeout(look, pause);
    pause = Math.min(LATEST, pause * SLOWER);
  }
}

async function openForm() {
  opener.disabled = true;
  try {
    await rankForm.open(parts.form, { ask, send, started });
  } catch (error) {
    fail(messageOf(error));
  }
  opener.disabled = false;
}

/** @param {StudyState} study */
function started(study) {
  pause = SOON;
  list([...studies.filter((known) => known.id !== study.id), study]);
  parts.yours.scrollIntoView({ block: "nearest" });
  if (study.state === "finished") show({ study: study.id, time: "" });
  timer = window.setTimeout(look, pause);
}

// --- when it begins ---------------------------------------------------------------------------------------------

const isHere = () => router.page() === "rank";

async function arrive() {
  if (!isHere() || !root) return undefined;
  if (root.dataset.ready) {
    pause = SOON;
    returned();
    return look();
  }
  root.dataset.ready = "yes";
  rankLink.adopted();
  Object.assign(wanted, rankLink.asked());
  try {
    const found = await ask("");
    texts = found.texts;
    build();
    list(found.studies);
    await show({}, true);
    look();
  } catch (error) {
    delete root.dataset.ready;
    write(root.firstElementChild, messageOf(error));
  }
  return undefined;
}

let drawnFor = 0; // pixels
let resizing = 0;
function resized() {
  if (!isHere() || !shown || Math.abs(parts.bars.clientWidth - drawnFor) < 8) return;
  show({});
}

/** @param {Record<string, any>} props study, outcome, time that Python sets */
function update(props) {
  const { study = wanted.study, outcome = wanted.outcome, time = wanted.time } = props;
  if (shown && (study !== wanted.study || outcome !== wanted.outcome || time !== wanted.time)) show({ study, outcome, time });
}

/**
 * Sets the ranking to work inside its elements.
 * @param {HTMLElement} host
 * @param {(shown: Record<string, unknown>) => void} tell told what is on show
 */
export function mountRanking(host, tell) {
  root = one("#ranking", host);
  report = tell;
  return { update };
}

export function begin() {
  offers("rank", files);
  router.visited(arrive);
  views.on((letter) => letter === "r" && returned());
  window.addEventListener("hashchange", returned);
  document.addEventListener("visibilitychange", () => root && root.dataset.ready && look());
  window.addEventListener("resize", () => {
    window.clearTimeout(resizing);
    resizing = window.setTimeout(resized, 200);
  });
}
