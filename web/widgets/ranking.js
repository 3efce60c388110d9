/* Rank: a question, the study that answers it, the answer; and how one's own studies stand.

 * Everything comes from the addresses below "studies" (policy_lab/app/rank_routes.py), when it is first seen. What is on
 * show stands in the link (ranking-link.js). A question that nobody has asked yet opens its form. */
import { offer as offers } from "../core/offers.js";
import * as views from "../core/views.js";
import { filled, say } from "../core/words.js";
import { element, one, write } from "../dom/elements.js";
import { tellAlso } from "../dom/notice.js";
import * as router from "../dom/router.js";
import { saveChart } from "../chart/chart-export.js";
import { options, select } from "./list-chooser.js";
import { saveBars, saveTables } from "./ranking-files.js";
import * as rankForm from "./ranking-form.js";
import * as rankLink from "./ranking-link.js";
import { FIRST } from "./ranking-link.js";
import * as result from "./ranking-result.js";
import * as source from "./ranking-source.js";
import * as yours from "./ranking-yours.js";
/** @import { Choice, StudyState, StudyView } from "../types/ranking.js" */

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
/** study: its id, or a question that no study has answered yet */
let wanted = { study: FIRST, outcome: "", time: "" };
let asked = 0; // number of the latest question for a view; older answers are dropped
/** @type {StudyState[]} */
let studies = [];
/** What can be asked. @type {Choice[]} */
let questions = [];
let pause = SOON;
let timer = 0;
/** Told of what is on show. @type {(shown: Record<string, unknown>) => void} */
let report = () => {};

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

function build() {
  choosers.question = select(texts.question, "rank-question", (/** @type {string} */ value) => show({ study: answering(value) }));
  choosers.outcome = select(texts.outcome, "rank-outcome", (/** @type {string} */ value) => show({ outcome: value }));
  choosers.time = select(texts.years, "rank-time", (/** @type {string} */ value) => show({ time: value }));
  choosers.study = select(texts.study, "rank-study", (/** @type {string} */ value) => show({ study: value }));
  choosers.study.field.classList.add("is-hidden");
  opener = element("button", { class: "button rank__open", type: "button", onclick: () => openForm() }, texts.own_open);
  parts.yours = yours.section(texts);
  parts.said = element("p", { class: "unseen", role: "status" });
  parts.missing = element("p", { class: "empty is-hidden" }, texts.missing);
  parts.problem = element("p", { class: "caution is-hidden", id: "rank-problem", role: "alert" });
  parts.form = element("div", { class: "own", id: "rank-own" });
  parts.result = result.frame(texts, { save, file });
  root.replaceChildren(
    element("div", { class: "rank__choose" }, Object.values(choosers).map((chooser) => chooser.field), source.hasServer() && opener),
    ...(source.hasServer() ? [] : [element("p", { class: "caveat", id: "rank-no-server" }, say("published.no_studies"))]),
    parts.said, parts.yours, parts.missing, parts.problem, parts.form, parts.result);
}

const files = () => (shown?.bars ? ["bars", "lines"] : []).map((chart) => ({
  label: chart === "bars" ? texts.bars : result.linesTitle(), kinds: ["png", "svg", "csv"], save: (/** @type {string} */ kind) => void save(chart, kind),
}));

// --- looking at a study -----------------------------------------------------------------------------------------

/** Pixels that the bars have room for. */
function room() {
  const half = window.innerWidth < 900 ? root.clientWidth : (root.clientWidth - 12) / 2; // while nothing is drawn yet
  return Math.round(result.room() || half - 26);
}

const chosen = () => studies.find((study) => study.id === wanted.study);
const finished = () => studies.filter((study) => study.state === "finished");
/** The study that answers a question: a stored one, else one's own; else the question itself. @param {string} question */
const answering = (question) => finished().find((study) => study.question === question)?.id ?? question;
const questionOf = () => (shown && !unasked() ? shown.question : chosen()?.question ?? wanted.study);
/** Whether what is wanted is a question that no study here has answered. */
const unasked = () => !chosen() && questions.some((each) => each.value === wanted.study);
const viewOf = (/** @type {number} */ width) => source.viewOf(wanted, chosen(), width, texts.unreachable);
const file = (/** @type {string} */ name) => source.fileOf(chosen(), wanted.study, name);

/** @param {Partial<typeof wanted>} change @param {boolean} [linked] whether a link asks for it, which may name what is not there */
async function show(change, linked = false) {
  wanted = { ...wanted, ...change };
  wanted.study = chosen() ? wanted.study : answering(wanted.study);
  if (nothing()) return;
  const number = ++asked;
  if (unasked()) return invite(Boolean(change.study));
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

/** A question without an answer: its form is there at once. @param {boolean} step */
function invite(step) {
  shown = null;
  parts.result.classList.add("is-hidden");
  fail("");
  rankLink.remember(wanted, null, step);
  write(parts.missing, source.hasServer() ? texts.unasked : say("published.no_study"));
  parts.missing.classList.remove("is-hidden");
  if (source.hasServer()) void openForm(false);
}

/** Whether there is no study to look at; the page then says so and offers one's own. */
function nothing() {
  const ready = finished();
  if (wanted.study === FIRST && ready.length && !ready.some((study) => study.id === FIRST)) wanted.study = ready[0].id;
  if (wanted.study === FIRST && !ready.length && source.hasServer() && questions.length) wanted.study = questions[0].value;
  const none = wanted.study === FIRST && !ready.length;
  write(parts.missing, texts.missing);
  parts.missing.classList.toggle("is-hidden", !none);
  if (none) {
    lists();
    for (const { field } of [choosers.study, choosers.outcome, choosers.time]) field.classList.add("is-hidden");
  }
  return none;
}

/** @param {string} problem */
function fail(problem) {
  write(parts.problem, problem);
  parts.problem.classList.toggle("is-hidden", !problem);
  lists();
}

/** @param {StudyView} view */
function draw(view) {
  shown = view;
  wanted = { study: wanted.study, outcome: view.outcome, time: view.time };
  report(wanted);
  fail("");
  parts.result.classList.remove("is-hidden");
  result.draw(view, wanted.study, texts, { save, file });
  drawnFor = result.room();
  if (rankForm.isOpen()) rankForm.turnTo(view.question);
}

/** The lists: questions; studies of the one in hand where there are several; what can be looked at in the one on show. */
function lists() {
  const question = questionOf();
  const known = questions.some((each) => each.value === question) || !shown ? questions : [...questions, { value: question, label: shown.title }];
  options(choosers.question.box, known, question);
  const same = finished().filter((study) => study.question === question).map((study) => ({ value: study.id, label: study.title }));
  if (shown && !same.some((choice) => choice.value === wanted.study)) same.push({ value: wanted.study, label: shown.title });
  options(choosers.study.box, same, wanted.study);
  choosers.study.field.classList.toggle("is-hidden", same.length < 2);
  /** @type {[typeof choosers.time, Choice[], string][]} */
  const inside = [[choosers.outcome, shown?.outcomes ?? [], wanted.outcome], [choosers.time, shown?.times ?? [], wanted.time]];
  for (const [chooser, choices, value] of inside) {
    options(chooser.box, choices, value);
    chooser.field.classList.toggle("is-hidden", Boolean(shown ?? unasked()) && choices.length < 2);
  }
}

// --- pictures and tables to take along --------------------------------------------------------------------------

/** @param {string} chart @param {string} kind */
async function save(chart, kind) {
  if (!shown) return undefined;
  const about = { source: shown.source, link: router.link(), unit: texts.no_unit };
  if (chart === "lines" && shown.lines) return saveChart(shown.lines, about, kind);
  if (kind === "csv") return saveTables(shown, about);
  try {
    return await saveBars(await viewOf(WIDE), about, kind);
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

const lent = {
  show: (/** @type {string} */ study) => void show({ study }),
  send: (/** @type {string} */ path) => send(path),
  say: (/** @type {string} */ text) => write(parts.said, text),
  fail: (/** @type {unknown} */ error) => fail(messageOf(error)),
  again: () => {
    pause = SOON;
    void look();
  },
};

/** @param {StudyState[]} found */
function list(found) {
  const before = new Map(studies.map((study) => [study.id, study]));
  studies = found;
  const own = studies.filter((study) => "share" in study);
  yours.fill(parts.yours, own, texts, lent);
  lists();
  for (const study of own) {
    if (before.get(study.id)?.open && study.state === "finished") {
      write(parts.said, filled(texts.ready, { title: study.title }));
      show({ study: study.id, time: "" });
    }
  }
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

/** @param {boolean} [jump] whether the form is brought into sight */
async function openForm(jump = true) {
  opener.disabled = true;
  try {
    const question = questions.some((each) => each.value === questionOf()) ? questionOf() : questions[0]?.value;
    await rankForm.open(parts.form, { ask, send, started }, question, jump);
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
    ({ texts, questions } = found);
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
  if (!isHere() || !shown?.bars || Math.abs(result.room() - drawnFor) < 8) return;
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
