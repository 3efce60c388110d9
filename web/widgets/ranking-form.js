/* The form for a study of one's own: in which scenario, what its question needs to know (ranking-boxes.js), what varies
 * and between which ends, for which outcomes, how thoroughly. The server says how long that takes, or why it cannot be. */
import { filled } from "../core/words.js";
import { under } from "../dom/buttons.js";
import * as entry from "../dom/entry.js";
import { all, element, one, write } from "../dom/elements.js";
import * as numbers from "../core/numbers.js";
import * as boxes from "./ranking-boxes.js";
/** @import { Choice, OfferedFactor, OfferedQuestion, StudyOffer, StudyState } from "../types/ranking.js" */

/** @typedef {{ ask: (path: string) => Promise<any>, send: (path: string, body: unknown) => Promise<any>, started: (study: StudyState) => void }} Lent answers are as the addresses give them */

const REST = 250; // milliseconds without a change before the server is asked what it costs

/** What ranking.js lends. @type {Lent} */
let tools;
/** What can be asked. @type {StudyOffer} */
let offer;
/** @type {OfferedQuestion} */
let question;
/** @type {Record<string, string>} */
let texts = {};
/** what can vary, by name @type {Map<string, OfferedFactor & { allowed: string }>} */
const offered = new Map();
/** @type {HTMLFormElement} */
let form;
/** Elements of the form, by name. @type {Record<string, HTMLElement>} */
const parts = {};
/** @type {HTMLButtonElement} */
let button;
let timer = 0;
let asked = 0; // number of the latest question for the cost

/** Shows the form for a question in its place. @param {HTMLElement} host @param {Lent} lent @param {string} key @param {boolean} [jump] whether it is brought into sight */
export async function open(host, lent, key, jump = true) {
  tools = lent;
  if (!form) {
    offer = await tools.ask("/form");
    texts = offer.texts;
    build();
    host.append(form);
  }
  form.classList.remove("is-hidden");
  turnTo(key);
  if (!jump) return;
  form.scrollIntoView({ block: "start" });
  one("input, select", form).focus({ preventScroll: true });
}

export const close = () => form?.classList.add("is-hidden");
export const isOpen = () => Boolean(form) && !form.classList.contains("is-hidden");

// --- building ---------------------------------------------------------------------------------------------------

function build() {
  parts.title = element("h2", { class: "subtitle own__question" });
  parts.how = element("p", { class: "own__how" });
  parts.boxes = element("div", { class: "own__boxes" });
  parts.cost = element("p", { class: "own__cost", role: "status" });
  parts.problem = element("p", { class: "caution is-hidden", role: "alert" });
  button = element("button", { class: "button button--main", type: "submit" }, texts.start);
  parts.size = listed("size", texts.size, []);
  parts.scenario = listed("scenario", texts.world, offer.worlds);
  form = element("form", { class: "own__form", novalidate: "", onsubmit: start, onchange: changed, oninput: changed },
    parts.title, parts.how, parts.boxes,
    element("div", { class: "own__row" }, parts.scenario, parts.size, seed()),
    outcomes(),
    ranges("lever", texts.levers),
    ranges("uncertainty", texts.uncertainties),
    parts.cost, parts.problem,
    element("p", { class: "tools" }, button, element("button", { class: "button", type: "button", onclick: close }, texts.close)));
}

/** The form for another question; what does not belong to it stays as it is, unseen. @param {string} key */
export function turnTo(key) {
  const next = offer?.questions.find((each) => each.value === key);
  if (!next || !form) return;
  if (next !== question) {
    question = next;
    write(parts.title, next.label);
    write(parts.how, next.how);
    const size = one("select", parts.size);
    size.replaceChildren(...next.sizes.map((each) => element("option", { value: each.value }, each.label)));
    size.value = next.size;
    parts.size.classList.toggle("is-hidden", next.sizes.length < 2);
    parts.scenario.classList.toggle("is-hidden", next.boxes.some((box) => box.kind === "scenarios"));
    parts.boxes.replaceChildren(...next.boxes.map((box) => boxes.make(box, offer)));
  }
  settle();
}

/** @param {string} name @param {string} title @param {Choice[]} list */
function listed(name, title, list) {
  const box = element("select", { id: "own-" + name, name, class: "select" }, list.map((c) => element("option", { value: c.value }, c.label)));
  return element("div", { class: "rank__field" }, element("label", { class: "label", for: "own-" + name }, title), box);
}

function seed() {
  const box = element("input", { type: "text", inputmode: "numeric", id: "own-seed", name: "seed", class: "box", value: "1", autocomplete: "off", title: texts.seed_why });
  return element("div", { class: "rank__field own__seed", "data-entry": "" }, element("label", { class: "label", for: "own-seed", title: texts.seed_why }, texts.seed), box);
}

function outcomes() {
  const entries = offer.outcomes.map((outcome) => element("label", { class: "own__choice" },
    element("input", { type: "checkbox", name: "outcome", value: outcome.name, checked: outcome.chosen }), element("span", {}, outcome.label)));
  return fold(texts.outcomes, "outcomes", element("div", { class: "own__grid" }, entries));
}

/** A part that opens; its heading counts what is chosen inside. @param {string} title @param {string} kind @param {...Node} inside */
function fold(title, kind, ...inside) {
  return element("details", { class: "own__part own__fold", "data-part": kind },
    element("summary", {}, element("span", { class: "own__title" }, title), " ", element("span", { class: "own__count" })),
    element("p", { class: "own__all" },
      element("button", { class: "button button--link", type: "button", onclick: (/** @type {Event} */ event) => tick(event, true) }, texts.all),
      element("button", { class: "button button--link", type: "button", onclick: (/** @type {Event} */ event) => tick(event, false) }, texts.none)),
    ...inside);
}

/** @param {Event} event @param {boolean} on */
function tick(event, on) {
  all("input[type=checkbox]", under(event, "details") ?? undefined).forEach((box) => (box.checked = on));
  settle();
}

/** @param {string} kind @param {string} title */
function ranges(kind, title) {
  const groups = offer.groups.filter((group) => group.kind === kind);
  if (!groups.length) return null;
  const fields = groups.map((group) => element("fieldset", { class: "own__group" }, element("legend", {}, group.name), group.factors.map((factor) => range(kind, factor))));
  return fold(title, kind, ...fields);
}

/** @param {string} kind @param {OfferedFactor} factor */
function range(kind, factor) {
  const limits = [factor.least, factor.most].map((end, n) => (end === null || end === undefined ? (n ? "∞" : "−∞") : numbers.figure(end, numbers.decimals(end))));
  const allowed = filled(texts.range, { low: limits[0], high: limits[1] });
  const box = (/** @type {string} */ which, /** @type {string} */ text, /** @type {string} */ shown) => element("input", {
    type: "text", inputmode: "decimal", class: "box own__end", autocomplete: "off", "data-end": which, value: shown,
    "aria-label": filled(text, { name: factor.label }), title: allowed,
  });
  offered.set(factor.name, { ...factor, allowed });
  return element("div", { class: "own__range", "data-entry": "", "data-factor": factor.name, "data-kind": kind },
    element("label", { class: "own__choice", title: factor.why || "" }, element("input", { type: "checkbox", checked: true }), element("span", {}, factor.label)),
    box("low", texts.low, numbers.write(factor.low)), element("span", { class: "own__dash", "aria-hidden": "true" }, "–"),
    box("high", texts.high, numbers.write(factor.high)),
    element("span", { class: "own__stays", "aria-hidden": "true" }, texts.held), box("held", texts.held_at, ""),
    element("span", { class: "own__unit" }, factor.unit));
}

// --- what it says -----------------------------------------------------------------------------------------------

/** What stands in a field. @param {string} name @returns {string} */
const value = (name) => String(new FormData(form).get(name) ?? "");

const rows = () => all(".own__range", form).filter((row) => question.varies.includes(row.dataset.kind));
/** What a row varies. @param {HTMLElement} row */
const factorOf = (row) => /** @type {OfferedFactor & { allowed: string }} */ (offered.get(row.dataset.factor ?? ""));
const varies = (/** @type {HTMLElement} */ row) => one("input[type=checkbox]", row).checked;
const typed = (/** @type {HTMLElement} */ row, /** @type {string} */ end) => numbers.read(one(`[data-end=${end}]`, row).value);

const factors = () => Object.fromEntries(rows().filter(varies).map((row) => [row.dataset.factor, [typed(row, "low"), typed(row, "high")]]));

/* What does not vary and has a value of its own; an empty box leaves it to the scenario. */
const held = () => Object.fromEntries(rows().filter((row) => !varies(row) && typed(row, "held") !== null).map((row) => [row.dataset.factor, typed(row, "held")]));

const chosenOutcomes = () => all("[name=outcome]:checked", form).map((box) => box.value);

const study = () => ({
  question: question.value, scenario: value("scenario"), size: value("size"), outcomes: chosenOutcomes(), factors: factors(),
  fixed: held(), seed: Number(value("seed")), options: boxes.values(parts.boxes),
});

function settle() {
  const values = offer.worlds.find((world) => world.value === value("scenario"))?.values ?? {};
  all(".own__range", form).forEach((row) => {
    const factor = factorOf(row);
    const stays = values[factor.name] ?? factor.base;
    row.classList.toggle("own__range--held", !varies(row));
    one("[data-end=held]", row).placeholder = filled(texts.held_as, { value: numbers.write(Number(stays.toPrecision(6))) });
  });
  all("[data-part]", form).forEach((part) => {
    const ticks = all("input[type=checkbox]", part);
    const counted = { count: ticks.filter((box) => box.checked).length, all: ticks.length };
    write(one(".own__count", part), filled(texts.chosen, counted));
    if (part.dataset.part !== "outcomes") part.classList.toggle("is-hidden", !question.varies.includes(part.dataset.part ?? ""));
  });
  complain("");
  window.clearTimeout(timer);
  timer = window.setTimeout(estimate, REST);
}

/** How long it would take; a form that is not yet whole says what is missing in its own place, when it is sent. */
async function estimate() {
  const number = ++asked;
  const problem = wrong();
  if (problem) return write(parts.cost, problem[0]);
  try {
    const found = await tools.send("/estimate", study());
    if (number === asked) write(parts.cost, found.said ?? found.problem);
  } catch (error) {
    if (number === asked) write(parts.cost, error instanceof Error ? error.message : String(error));
  }
  return undefined;
}

/** What is wrong is said beside a box once it is left, and no longer as soon as it is right. @param {Event} event */
function changed(event) {
  settle();
  const row = /** @type {HTMLElement | null} */ (under(event, ".own__range, .own__seed, .own__box"));
  if (!row) return;
  const [text, box] = wrongInside(row) ?? [];
  for (const other of all("input[type=text]", row)) if (other !== box) entry.content(other);
  if (box && text && event.type === "change") entry.complain(box, text);
}

/** @param {HTMLElement} row */
function wrongInside(row) {
  if (row.dataset.factor) return wrongIn(row);
  return row.classList.contains("own__box") ? boxes.wrong(row, texts) : wrongSeed();
}

/** A sentence under the form or, where it is about one box, beside that box, opened and entered. @param {string} text @param {HTMLElement} [box] */
function complain(text, box) {
  write(parts.problem, box ? "" : text);
  parts.problem.classList.toggle("is-hidden", !text || Boolean(box));
  if (!box) return;
  const part = box.closest("details");
  if (part) part.open = true;
  entry.complain(box, text);
  box.focus();
}

/** What is wrong with the form, as [sentence, box]; the server finds the same, but a refused request is an error in the
   console. @returns {[string, HTMLElement?] | null} */
function wrong() {
  for (const box of all(".own__box", parts.boxes)) {
    const found = boxes.wrong(box, texts);
    if (found) return found;
  }
  const every = rows();
  if (!chosenOutcomes().length && question.outcomes) return [texts.no_outcome];
  if (question.varies.length && every.filter(varies).length < 2) return [texts.too_few];
  const seeded = wrongSeed();
  if (seeded) return seeded;
  for (const row of every) {
    const found = wrongIn(row);
    if (found) return found;
  }
  return null;
}

/** @returns {[string, HTMLElement] | null} */
function wrongSeed() {
  const number = Number(value("seed").trim() || NaN);
  const right = Number.isInteger(number) && number >= 0 && number <= offer.last_seed;
  return right ? null : [filled(texts.bad_seed, { most: numbers.figure(offer.last_seed, 0, true) }), one("#own-seed")];
}

/** @param {HTMLElement} row @returns {[string, HTMLElement] | null} */
function wrongIn(row) {
  const factor = factorOf(row);
  const box = (/** @type {string} */ end) => one(`[data-end=${end}]`, row);
  /** @param {string} text @param {string} end @param {Record<string, unknown>} [more] @returns {[string, HTMLElement]} */
  const wrongAt = (text, end, more) => [filled(text, { name: factor.label, ...more }), box(end)];
  const ends = varies(row) ? ["low", "high"] : ["held"];
  for (const end of ends) {
    const number = typed(row, end);
    if (number === null && end !== "held") return wrongAt(texts.no_range, end);
    if (Number.isNaN(number)) return wrongAt(texts.no_number, end, { text: box(end).value.trim().slice(0, 40) });
  }
  if (varies(row) && Number(typed(row, "low")) >= Number(typed(row, "high"))) return wrongAt(texts.upside_down, "high");
  const beyond = ends.find((end) => {
    const number = typed(row, end);
    return number !== null && !(number >= (factor.least ?? -Infinity) && number <= (factor.most ?? Infinity));
  });
  return beyond ? [`${factor.label}: ${factor.allowed}`, box(beyond)] : null;
}

/** @param {Event} event */
async function start(event) {
  event.preventDefault();
  const problems = wrong();
  if (problems) return complain(...problems);
  button.disabled = true;
  write(button, texts.starting);
  complain("");
  try {
    const begun = await tools.send("", study());
    close();
    tools.started(begun);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
  }
  write(button, texts.start);
  button.disabled = false;
}
