/* The form for a study of one's own: what to ask, in which world, what to vary and between which ends, for which
 * outcomes, how thoroughly; it says how long that takes before anything starts. The server checks it all again. */
import { filled } from "../core/words.js";
import { element, write } from "../dom/elements.js";
import * as numbers from "../core/numbers.js";

const KINDS = { levers: ["lever"], uncertainties: ["uncertainty"], choice: ["lever", "uncertainty"] };

let tools = null; // what rank.js lends: {ask, send, started}
let offer = null; // what can be asked
let texts = {};
const offered = new Map(); // what can vary, by name
let form = null;
let said = null; // the line that says how long it takes
let problem = null;
let button = null;

/** Shows the form in its place; lent: what rank.js lends. */
export async function open(host, lent) {
  tools = lent;
  if (!form) {
    offer = await tools.ask("/form");
    texts = offer.texts;
    build();
    host.append(form);
  }
  form.classList.remove("is-hidden");
  settle();
  form.scrollIntoView({ block: "start" });
  form.querySelector("input").focus({ preventScroll: true });
}

// --- building ---------------------------------------------------------------------------------------------------

function build() {
  said = element("p", { class: "own__cost", role: "status" });
  problem = element("p", { class: "caution is-hidden", role: "alert" });
  button = element("button", { class: "button button--main", type: "submit" }, texts.start);
  form = element("form", { class: "own__form", novalidate: "", onsubmit: start, onchange: settle, oninput: settle },
    choices("question", texts.question, offer.questions, offer.questions[0].value),
    element("div", { class: "own__row" }, listed("scenario", texts.world, offer.worlds), listed("size", texts.size, offer.sizes, offer.size), seed()),
    outcomes(),
    ranges("lever", texts.levers),
    ranges("uncertainty", texts.uncertainties),
    said, problem,
    element("p", { class: "tools" }, button,
      element("button", { class: "button", type: "button", onclick: () => form.classList.add("is-hidden") }, texts.close)));
}

function choices(name, title, all, chosen) {
  const entries = all.map((choice) => element("label", { class: "own__choice" },
    element("input", { type: "radio", name, value: choice.value, checked: choice.value === chosen }), element("span", {}, choice.label)));
  return element("fieldset", { class: "own__part" }, element("legend", {}, title), entries);
}

function listed(name, title, all, chosen) {
  const box = element("select", { id: "own-" + name, name, class: "select" }, all.map((c) => element("option", { value: c.value, selected: c.value === chosen }, c.label)));
  return element("div", { class: "rank__field" }, element("label", { class: "label", for: "own-" + name }, title), box);
}

function seed() {
  const box = element("input", { type: "text", inputmode: "numeric", id: "own-seed", name: "seed", class: "box", value: "1", autocomplete: "off", title: texts.seed_why });
  return element("div", { class: "rank__field own__seed" }, element("label", { class: "label", for: "own-seed", title: texts.seed_why }, texts.seed), box);
}

function outcomes() {
  const entries = offer.outcomes.map((outcome) => element("label", { class: "own__choice" },
    element("input", { type: "checkbox", name: "outcome", value: outcome.name, checked: outcome.chosen }), element("span", {}, outcome.label)));
  return fold(texts.outcomes, "outcomes", element("div", { class: "own__grid" }, entries));
}

/* A part that opens; its heading counts what is chosen inside. */
function fold(title, kind, ...inside) {
  return element("details", { class: "own__part own__fold", "data-part": kind },
    element("summary", {}, element("span", { class: "own__title" }, title), " ", element("span", { class: "own__count" })),
    element("p", { class: "own__all" },
      element("button", { class: "button button--link", type: "button", onclick: (event) => tick(event, true) }, texts.all),
      element("button", { class: "button button--link", type: "button", onclick: (event) => tick(event, false) }, texts.none)),
    ...inside);
}

function tick(event, on) {
  event.currentTarget.closest("details").querySelectorAll("input[type=checkbox]").forEach((box) => (box.checked = on));
  settle();
}

function ranges(kind, title) {
  const groups = offer.groups.filter((group) => group.kind === kind);
  if (!groups.length) return null;
  const fields = groups.map((group) => element("fieldset", { class: "own__group" }, element("legend", {}, group.name), group.factors.map((factor) => range(kind, factor))));
  return fold(title, kind, ...fields);
}

function range(kind, factor) {
  const limits = [factor.least, factor.most].map((end, n) => (end === null || end === undefined ? (n ? "∞" : "−∞") : numbers.figure(end, numbers.decimals(end))));
  const allowed = filled(texts.range, { low: limits[0], high: limits[1] });
  const box = (which, text, shown) => element("input", {
    type: "text", inputmode: "decimal", class: "box own__end", autocomplete: "off", "data-end": which, value: shown,
    "aria-label": filled(text, { name: factor.label }), title: allowed,
  });
  factor.allowed = allowed;
  offered.set(factor.name, factor);
  return element("div", { class: "own__range", "data-factor": factor.name, "data-kind": kind },
    element("label", { class: "own__choice", title: factor.why || "" }, element("input", { type: "checkbox", checked: true }), element("span", {}, factor.label)),
    box("low", texts.low, numbers.write(factor.low)), element("span", { class: "own__dash", "aria-hidden": "true" }, "–"),
    box("high", texts.high, numbers.write(factor.high)),
    element("span", { class: "own__stays", "aria-hidden": "true" }, texts.held), box("held", texts.held_at, ""),
    element("span", { class: "own__unit" }, factor.unit));
}

// --- what it says -----------------------------------------------------------------------------------------------

const value = (name) => form.elements[name].value;

const rows = () => [...form.querySelectorAll(".own__range")].filter((row) => KINDS[value("question")].includes(row.dataset.kind));
const varies = (row) => row.querySelector("input[type=checkbox]").checked;
const typed = (row, end) => numbers.read(row.querySelector(`[data-end=${end}]`).value);

const factors = () => Object.fromEntries(rows().filter(varies).map((row) => [row.dataset.factor, [typed(row, "low"), typed(row, "high")]]));

/* What does not vary and has a value of its own; an empty box leaves it to the world. */
const held = () => Object.fromEntries(rows().filter((row) => !varies(row) && typed(row, "held") !== null).map((row) => [row.dataset.factor, typed(row, "held")]));

const chosenOutcomes = () => [...form.querySelectorAll("[name=outcome]:checked")].map((box) => box.value);

function settle() {
  const world = offer.worlds.find((one) => one.value === value("scenario"));
  form.querySelectorAll(".own__range").forEach((row) => {
    const factor = offered.get(row.dataset.factor);
    const stays = factor.name in world.values ? world.values[factor.name] : factor.base;
    row.classList.toggle("own__range--held", !varies(row));
    row.querySelector("[data-end=held]").placeholder = filled(texts.held_as, { value: numbers.write(Number(stays.toPrecision(6))) });
  });
  const kinds = KINDS[value("question")];
  form.querySelectorAll("[data-part]").forEach((part) => {
    const boxes = [...part.querySelectorAll("input[type=checkbox]")];
    const counted = { count: boxes.filter((box) => box.checked).length, all: boxes.length };
    write(part.querySelector(".own__count"), filled(texts.chosen, counted));
    if (part.dataset.part !== "outcomes") part.classList.toggle("is-hidden", !kinds.includes(part.dataset.part));
  });
  write(said, cost(Object.keys(factors()).length));
  complain("");
}

const counted = (number) => numbers.figure(number, 0, true);

function cost(count) {
  if (count < 2) return texts.too_few;
  const [least, most] = offer.points[value("size")];
  const perPoint = value("question") === "choice" ? 6 : count + 2;
  const seconds = (points) => points * perPoint * offer.cost.run + offer.cost.rest;
  if (most * perPoint > offer.runs) return filled(texts.too_large, { limit: counted(offer.runs) });
  return filled(most > least ? texts.cost_up_to : texts.cost, {
    count, runs: counted(least * perPoint), most: counted(most * perPoint),
    time: time(seconds(least)), longest: time(seconds(most)),
  });
}

function time(seconds) {
  if (seconds < 90) return filled(texts.seconds, { count: 5 * Math.max(1, Math.round(seconds / 5)) });
  return filled(texts.minutes, { count: Math.round(seconds / 60) });
}

/* A sentence under the form and, where it is about one box, that box opened, marked and entered. */
function complain(text, box) {
  form.querySelectorAll("[aria-invalid]").forEach((other) => other.removeAttribute("aria-invalid"));
  write(problem, text);
  problem.classList.toggle("is-hidden", !text);
  if (!box) return;
  const part = box.closest("details");
  if (part) part.open = true;
  box.setAttribute("aria-invalid", "true");
  box.focus();
}

/* What is wrong with the form, as [sentence, box]; the server finds the same, but a refused request is an error in the
   console. */
function wrong() {
  const all = rows();
  const varied = all.filter(varies);
  if (!chosenOutcomes().length) return [texts.no_outcome];
  if (varied.length < 2) return [texts.too_few];
  if (value("question") === "choice" && new Set(varied.map((row) => row.dataset.kind)).size < 2) return [texts.one_kind];
  const number = Number(value("seed").trim() || NaN);
  if (!Number.isInteger(number) || number < 0 || number > offer.last_seed) return [filled(texts.bad_seed, { most: counted(offer.last_seed) }), form.elements.seed];
  for (const row of all) {
    const found = wrongIn(row);
    if (found) return found;
  }
  return null;
}

function wrongIn(row) {
  const factor = offered.get(row.dataset.factor);
  const wrongAt = (text, end, more) => [filled(text, { name: factor.label, ...more }), row.querySelector(`[data-end=${end}]`)];
  const ends = varies(row) ? ["low", "high"] : ["held"];
  for (const end of ends) {
    const number = typed(row, end);
    if (number === null && end !== "held") return wrongAt(texts.no_range, end);
    if (Number.isNaN(number)) return wrongAt(texts.no_number, end, { text: row.querySelector(`[data-end=${end}]`).value.trim().slice(0, 40) });
  }
  if (varies(row) && typed(row, "low") >= typed(row, "high")) return wrongAt(texts.upside_down, "high");
  const beyond = ends.find((end) => typed(row, end) !== null && !(typed(row, end) >= (factor.least ?? -Infinity) && typed(row, end) <= (factor.most ?? Infinity)));
  return beyond ? [`${factor.label}: ${factor.allowed}`, row.querySelector(`[data-end=${beyond}]`)] : null;
}

async function start(event) {
  event.preventDefault();
  const problems = wrong();
  if (problems) return complain(...problems);
  button.disabled = true;
  write(button, texts.starting);
  complain("");
  try {
    const study = await tools.send("", {
      question: value("question"), scenario: value("scenario"), size: value("size"), outcomes: chosenOutcomes(), factors: factors(),
      fixed: held(), seed: Number(value("seed")),
    });
    form.classList.add("is-hidden");
    tools.started(study);
  } catch (error) {
    complain(error.message);
  }
  write(button, texts.start);
  button.disabled = false;
}
