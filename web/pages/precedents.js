/* Precedents: historical projects on the same equations. Which of them is looked at, which beside it, and the table of their
   fates; what is shown of one case is in precedents-case.js, what it teaches in precedents-lesson.js, what can be changed about it in precedents-live.js.

   The stored results come once (policy_lab/app/precedent_data.py tells their form); every change of a fact runs in this browser.
   What is looked at travels as the part "h=case~fact~value~…~~beside" of the link. */
import { csv } from "../core/csv.js";
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { offer } from "../core/offers.js";
import * as views from "../core/views.js";
import { say } from "../core/words.js";
import { offerText } from "../dom/download.js";
import { all, element, one, stacking } from "../dom/elements.js";
import { tell, tellAlso } from "../dom/notice.js";
import * as router from "../dom/router.js";
import * as undo from "../dom/undo.js";
import * as precedentsCase from "./precedents-case.js";
import { ways } from "./precedents-lesson.js";
import * as precedentsLive from "./precedents-live.js";
import * as view from "./precedents-view.js";
import { fateYear, foreign, now, words } from "./precedents-view.js";
/** @import { Case } from "../types/precedents.js" */
/** @import { Panel } from "./precedents-case.js" */

const PART = /^[a-z0-9_]{1,40}(~[a-z_]{1,40}~-?\d[\d.e+-]{0,15}){0,12}(~~[a-z0-9_]{1,40})?$/;
const figure = (/** @type {number} */ value, /** @type {number} */ places) => numbers.figure(value, places);

/** @type {HTMLElement | null} */
let box = null;

// --- the table ------------------------------------------------------------------------------------------------

/** @param {boolean} right */
function verdict(right) {
  return element("span", { class: "verdict verdict--" + (right ? "holds" : "fails") }, element("span", { "aria-hidden": "true" }, right ? "✓" : "✗"), " " + words(right ? "right" : "wrong"));
}

/** @param {Case} oneCase */
function rowOf(oneCase) {
  const { outcome, errors, leave_one_out: left } = oneCase;
  const name = element("button", { class: "button button--link entry__link", type: "button", lang: foreign(oneCase), "aria-label": words("choose", { case: oneCase.title }), onclick: () => choose(oneCase.key) }, oneCase.title);
  const late = outcome.completion_error;
  const spending = errors.spending ?? null;
  return element("tr", { "data-case": oneCase.key, class: oneCase === now() ? "row--now" : null },
    element("th", { scope: "row" }, name, oneCase.held_out ? element("span", { class: "badge" }, words("held_out")) : ""),
    element("td", {}, verdict(outcome.right)),
    element("td", {}, fateYear(oneCase.record.fate, oneCase.record.year)),
    element("td", {}, fateYear(outcome.fate, outcome.year)),
    element("td", {}, late === null || late === undefined ? "–" : (late > 0 ? "+" : "") + figure(late, 1)),
    element("td", {}, spending !== null ? numbers.percent(100 * spending, 0) : "–", spending !== null ? element("span", { class: "card__unit" }, " " + words("grade_points", { grade: errors.grade || "–", points: errors.points })) : ""),
    element("td", {}, String(oneCase.facts.length)),
    element("td", {}, String(oneCase.fitted.length)),
    element("td", {}, left && left.right !== null ? numbers.percent(100 * left.right, 0) : "–"));
}

const HEAD = ["case", "agrees", "record", "run", "late", "spending_error", "facts_count", "fitted_count", "left_out"];

function tally() {
  const held = view.data.cases.filter((oneCase) => oneCase.held_out);
  const right = (/** @type {Case[]} */ list) => list.filter((oneCase) => oneCase.outcome.right).length;
  return words(held.length ? "tally" : "tally_none", { right: right(view.data.cases), count: view.data.cases.length, held: held.length, held_right: right(held) });
}

function table() {
  const head = element("tr", {}, ...HEAD.map((key) => element("th", { scope: "col" }, words(key))));
  return element("section", { class: "panel" },
    element("div", { class: "panel__head" }, element("h2", { id: "precedents-table-title", class: "panel__title" }, words("table")),
      element("div", { class: "panel__tools" }, element("button", { class: "button", type: "button", onclick: save }, say("chart.csv")))),
    element("p", { class: "lead lead--small" }, element("strong", {}, tally()), " ", words("left_out_why")),
    view.data.hash === facts.hash ? "" : element("p", { class: "caution" }, words("older", { hash: view.data.hash.slice(0, 8) })),
    element("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-labelledby": "precedents-table-title" },
      stacking(element("table", { class: "plain precedents-table" }, element("thead", {}, head), element("tbody", {}, ...view.data.cases.map(rowOf))))));
}

function save() {
  const rows = view.data.cases.map((oneCase) => [oneCase.title, words(oneCase.outcome.right ? "right" : "wrong"), fateYear(oneCase.record.fate, oneCase.record.year),
    fateYear(oneCase.outcome.fate, oneCase.outcome.year), oneCase.outcome.completion_error ?? "", oneCase.errors.spending ?? "", oneCase.facts.length, oneCase.fitted.length,
    oneCase.leave_one_out ? oneCase.leave_one_out.right ?? "" : ""]);
  offerText(csv([HEAD.map((key) => words(key)), ...rows], [words("left_out_why"), tally(), router.link()]), "text/csv", "precedents.csv");
}

// --- choosing -------------------------------------------------------------------------------------------------

/** A button for every case, which says of one that it was cancelled: the marks ✓ and ✗ say below whether the model reproduces it. @param {Case} oneCase */
function chip(oneCase) {
  const lost = oneCase.record.fate === "cancelled";
  return element("button", { class: "button", type: "button", "data-choose": oneCase.key, lang: foreign(oneCase), title: fateYear(oneCase.record.fate, oneCase.record.year), "aria-label": `${oneCase.title}, ${fateYear(oneCase.record.fate, oneCase.record.year)}`, onclick: () => choose(oneCase.key) },
    oneCase.title, lost ? element("span", { class: "chip__fate", "aria-hidden": "true" }, words("fate_cancelled")) : "");
}

function chooser() {
  const option = (/** @type {Case} */ oneCase) => element("option", { value: oneCase.key }, oneCase.title);
  const beside = element("select", { id: "case-beside", class: "select", onchange: () => view.putBeside(beside.value) }, element("option", { value: "" }, words("beside_none")), ...view.data.cases.map(option));
  return element("div", { class: "case-chooser" },
    element("div", { class: "chips", role: "group", "aria-label": words("choose_case") }, ...view.data.cases.map(chip)),
    element("label", { class: "field case-chooser__beside" }, element("span", {}, words("beside")), beside));
}

/** @param {string} key */
function choose(key) {
  view.choose(key);
  const title = one("#case .case-title");
  title.scrollIntoView({ block: "nearest" });
  title.focus({ preventScroll: true });
}

/** What each place shows; a case is made anew for another case only. @type {{ main: Panel | null, beside: Panel | null }} */
const shown = { main: null, beside: null };

/** @param {string} place @param {Case} oneCase @param {boolean} pressed whether its facts can be changed */
function made(place, oneCase, pressed) {
  const panel = precedentsCase.build(one(place), oneCase, pressed ? precedentsLive.controls(oneCase) : "");
  const lesson = one(".lesson__else", panel.host);
  ways(oneCase, pressed).then((told) => lesson.replaceChildren(...told), () => lesson.replaceChildren());
  return panel;
}

/** @param {Panel | null} stood @param {string} place @param {Case | undefined} oneCase @param {boolean} pressed */
function placed(stood, place, oneCase, pressed) {
  if (stood && stood.oneCase === oneCase) return stood;
  precedentsCase.stop(stood);
  one(place).hidden = !oneCase;
  return oneCase ? made(place, oneCase, pressed) : null;
}

function show() {
  if (!box) return;
  const beside = view.beside();
  shown.main = placed(shown.main, "#case", now(), true);
  shown.beside = placed(shown.beside, "#case-two", beside, false);
  one(".cases").classList.toggle("cases--two", Boolean(beside));
  for (const row of all("#precedents [data-case]")) row.classList.toggle("row--now", row.dataset.case === now().key);
  for (const button of all("#precedents [data-choose]")) button.setAttribute("aria-pressed", String(button.dataset.choose === now().key));
  one("#case-beside").value = beside?.key ?? "";
  for (const entry of all("#case-beside option")) entry.disabled = entry.value === now().key;
  if (shown.main) precedentsLive.draw(shown.main);
  if (shown.beside) precedentsLive.drawStated(shown.beside);
  write();
  undo.show();
}

// --- the link -------------------------------------------------------------------------------------------------

function write() {
  const parts = [now().key, ...Object.entries(view.changed).flatMap(([name, value]) => [name, Number(value.toPrecision(5))])];
  const beside = view.beside();
  router.look("h", view.untouched() ? "" : parts.join("~") + (beside ? "~~" + beside.key : ""));
}

function read() {
  const part = views.of("h");
  if (!part) return;
  const [first, second = ""] = PART.test(part) ? part.split("~~") : [""];
  const [key, ...pairs] = first.split("~");
  const { cases } = view.data;
  const found = cases.find((oneCase) => oneCase.key === key);
  if (!found || (second && !cases.some((oneCase) => oneCase.key === second))) tellAlso(words("link_bad"));
  if (!found) return;
  /** @type {Record<string, number>} */
  const changed = {};
  for (let n = 0; n + 1 < pairs.length; n += 2) {
    const control = found.live?.controls.find(({ name }) => name === pairs[n]);
    const value = Number(pairs[n + 1]);
    if (control && value >= control.low && value <= control.high) changed[control.name] = value;
    else tellAlso(say("link.unread", { pieces: pairs[n] + "~" + pairs[n + 1] }));
  }
  view.arrive({ chosen: key, beside: second, changed });
}

/** Another link was opened. @param {string} letter */
function reopened(letter) {
  if (letter !== "h" || !one("#case")) return;
  if (views.of("h")) read();
  else view.arrive({ chosen: "", beside: "", changed: {} });
  show();
}

// --- coming and going -----------------------------------------------------------------------------------------

async function fetched() {
  const answer = await fetch(facts.files.precedents);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function come() {
  if (box || router.page() !== "precedents") return;
  box = /** @type {HTMLElement} */ (one("#precedents"));
  box.replaceChildren(element("p", { class: "empty" }, words("working")));
  const stored = await fetched().catch(() => null);
  if (stored) {
    view.begin(stored, show);
    fill(box);
  } else {
    box = null;
    tell(say("wait.no_more"));
  }
}

/** @param {HTMLElement} host */
function fill(host) {
  if (!view.data.cases.length) return host.replaceChildren(element("p", { class: "empty" }, words("none")));
  read();
  Object.assign(shown, { main: null, beside: null });
  host.replaceChildren(chooser(), element("div", { class: "cases" }, element("section", { class: "panel", id: "case" }), element("section", { class: "panel", id: "case-two", hidden: true })), table());
  undo.ownSteps("precedents", view.steps);
  return show();
}

export function begin() {
  if (!one("#precedents")) return;
  views.on(reopened);
  offer("precedents", () => (one("#case") ? [{ label: words("table"), kinds: ["csv"], save }, ...(shown.main ? precedentsCase.files(shown.main) : [])] : []));
  new MutationObserver(come).observe(document.documentElement, { attributes: true, attributeFilter: ["data-page"] });
  if (router.page() === "precedents") come();
}
