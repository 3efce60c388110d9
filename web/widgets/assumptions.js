/* Assumptions open to change: each uncertain parameter with range, source and grade; those changed stand in view. */
import { inFull, judged } from "../core/entry.js";
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { near } from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { complain, content, isWrong, remark } from "../dom/entry.js";
import { keySteps } from "../dom/keys.js";
import { all, make, one, write } from "../dom/elements.js";
import { tell } from "../dom/notice.js";

/** @import { Assumption, State } from "../types/page.js" */

const STEPS = 200; // positions of a slider
/** By key, made when the list is opened. @type {Map<string, { row: HTMLElement, slider: HTMLInputElement, box: HTMLInputElement, back: HTMLButtonElement, text: HTMLElement, source: HTMLElement }>} */
const rows = new Map();
const about = (/** @type {string} */ key) => facts.assumptions[key];

// --- a slider's positions and values --------------------------------------------------------------------------

const logarithmic = (/** @type {Assumption} */ known) => known.distribution === "log-uniform";

/** @param {Assumption} known @param {number} place */
export function valueAt(known, place) {
  const share = place / STEPS;
  if (place <= 0) return known.low;
  if (place >= STEPS) return known.high;
  const value = logarithmic(known) ? known.low * (known.high / known.low) ** share : known.low + (known.high - known.low) * share;
  return Number(value.toPrecision(3));
}

/** @param {Assumption} known @param {number} value */
export function placeOf(known, value) {
  const share = logarithmic(known) ? Math.log(value / known.low) / Math.log(known.high / known.low) : (value - known.low) / (known.high - known.low);
  return Math.round(STEPS * Math.min(1, Math.max(0, share)));
}

const plain = (/** @type {number} */ value) => numbers.write(Number(value.toPrecision(6)));
const valueNow = (/** @type {string} */ key) => (key in store.now.assumptions ? store.now.assumptions[key] : about(key).default);
/* As many decimals as the value has, of three significant figures at most. */
const short = (/** @type {number} */ value) => numbers.figure(value, Math.min(4, numbers.places(value), numbers.decimals(Number(value.toPrecision(3)))));
const figure = (/** @type {Assumption} */ known, /** @type {number} */ value) => numbers.withUnit(short(value), known.unit);

// --- the list -------------------------------------------------------------------------------------------------

/** @param {string} key */
function row(key) {
  const known = about(key);
  const ends = { assumption: known.label, low: short(known.low), high: short(known.high), unit: known.unit, default: short(known.default) };
  const made = make("div", "assumption");
  made.dataset.assumption = key;
  made.dataset.entry = "";
  const name = make("label", "assumption__name", known.label);
  name.htmlFor = "assumption-" + key;
  name.append(make("span", "lever__unit", known.unit), grade(known));
  const slider = field("range", { min: "0", max: String(STEPS), step: "1", className: "slider" }, say("assumption.slider", ends));
  const box = field("text", { inputMode: "decimal", className: "box", id: "assumption-" + key }, "");
  for (const [attribute, value] of Object.entries({ role: "spinbutton", "aria-valuemin": known.low, "aria-valuemax": known.high })) box.setAttribute(attribute, String(value));
  const back = make("button", "button button--small", "↺");
  back.setAttribute("aria-label", say("assumption.reset", ends));
  back.title = say("assumption.reset", ends);
  back.dataset.do = "resetAssumption";
  back.dataset.key = key;
  slider.addEventListener("input", () => store.assume(key, valueAt(known, Number(slider.value))));
  box.addEventListener("change", () => entered(key, box));
  box.addEventListener("blur", () => {
    if (!isWrong(box)) box.value = plain(valueNow(key));
  });
  box.addEventListener("keydown", (event) => {
    const steps = keySteps(event);
    if (event.key === "Escape" && isWrong(box)) event.stopPropagation();
    else if (!steps) return;
    event.preventDefault();
    if (steps) store.assume(key, valueAt(known, placeOf(known, valueNow(key)) + steps));
    content(box);
    box.value = plain(valueNow(key));
  });
  const told = say("assumption.facts", { ...ends, distribution: say("assumption." + (known.distribution || "uniform")) });
  const control = make("div", "assumption__control");
  control.append(slider, box, back);
  const [text, source] = [make("span", ""), make("span", "")];
  const below = make("p", "assumption__facts");
  below.append(text, " ", told, " ", source);
  made.append(name, control, below);
  rows.set(key, { row: made, slider, box, back, text, source });
  paint(key);
  return made;
}

/** A number of its range moves it; anything else changes nothing and is said. @param {string} key @param {HTMLInputElement} box */
function entered(key, box) {
  const { low, high, unit } = about(key);
  const { value, problem } = judged(box.value, [low, high], { unit });
  if (value === undefined) return complain(box, inFull(problem ?? "", "", plain(valueNow(key))));
  store.assume(key, value);
  const kept = valueNow(key);
  box.value = plain(kept);
  return remark(box, near(kept, value) ? "" : say("entry.rounded", { value: plain(kept) }));
}

/** @param {string} type @param {Partial<HTMLInputElement>} attributes @param {string} label */
function field(type, attributes, label) {
  const made = Object.assign(document.createElement("input"), { type, autocomplete: "off" }, attributes);
  if (label) made.setAttribute("aria-label", label);
  return made;
}

/** @param {Assumption} known */
function grade(known) {
  const badge = make("span", "grade grade--" + (known.grade || "none"), known.grade || "–");
  badge.title = known.grade ? say("assumption.grade." + known.grade) : say("assumption.grade_none");
  badge.append(make("span", "unseen", " " + badge.title));
  return badge;
}

/** @param {string} key */
function paint(key) {
  const control = rows.get(key);
  if (!control) return;
  const { row: made, slider, box, back } = control;
  const known = about(key);
  const value = valueNow(key);
  const changed = key in store.now.assumptions;
  const place = String(placeOf(known, value));
  if (slider.value !== place) slider.value = place;
  slider.style.setProperty("--share", String(placeOf(known, value) / STEPS));
  slider.setAttribute("aria-valuetext", figure(known, value));
  if (box !== document.activeElement && box.getAttribute("aria-valuenow") !== String(value)) {
    box.value = plain(value);
    content(box);
  }
  box.setAttribute("aria-valuenow", String(value));
  back.classList.toggle("is-quiet", !changed);
  back.disabled = !changed;
  made.classList.toggle("assumption--changed", changed);
}

function fill() {
  const list = one(".assumptions__list");
  if (!list.childNodes.length) {
    list.append(...Object.keys(facts.assumptions).filter((key) => !about(key).loop).map(row));
    explain();
  }
  search();
}

/** What each of them is, and whose word its range has, comes when the list is first opened. */
function explain() {
  fetch(facts.files.assumptions)
    .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(String(reply.status)))))
    .then((/** @type {Record<string, [string, string]>} */ texts) => {
      for (const [key, { text, source }] of rows) {
        const [said, whose] = texts[key] ?? ["", ""];
        write(text, said);
        write(source, whose && say("assumption.source", { source: whose }));
      }
      search();
    })
    .catch(() => tell(say("wait.no_more")));
}

function search() {
  const words = one("#assumption-search").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const group = one("#assumption-group").value;
  let count = 0;
  for (const [key, { row: made, text, source }] of rows) {
    const known = about(key);
    const hay = [known.label, known.name, text.textContent, source.textContent].join(" ").toLocaleLowerCase();
    made.hidden = Boolean((group && known.group !== group) || !words.every((/** @type {string} */ word) => hay.includes(word)));
    count += made.hidden ? 0 : 1;
  }
  write(one(".assumptions .count"), say("assumption.found." + (count === 0 ? "none" : count === 1 ? "one" : "many"), { count }));
}

// --- what was changed -----------------------------------------------------------------------------------------

/** @param {string} key */
function changedItem(key) {
  const known = about(key);
  const item = make("li", "assumed__item");
  const back = make("button", "button button--quiet", "×");
  back.setAttribute("aria-label", say("assumption.reset", { assumption: known.label, default: short(known.default) }));
  back.dataset.do = "resetAssumption";
  back.dataset.key = key;
  item.append(grade(known), make("span", "assumed__name", known.label), make("strong", "", figure(known, valueNow(key))), back);
  return item;
}

/** @param {State} state @param {State | null} before */
function follow(state, before) {
  if (before && before.assumptions === state.assumptions) return;
  for (const key of rows.keys()) paint(key);
  const keys = Object.keys(state.assumptions).filter((key) => !about(key).loop); // cut loops stand in loops.js
  one(".assumed").replaceChildren(...keys.map(changedItem));
  one('[data-do="resetAssumptions"]').classList.toggle("is-hidden", keys.length === 0);
}

/** Opens the list at one assumption, its slider under the hand. @param {string} key */
export function reveal(key) {
  one(".assumptions__all").open = true;
  one("#assumption-search").value = "";
  one("#assumption-group").value = "";
  fill();
  const { row: made, slider } = rows.get(key) ?? {};
  made?.scrollIntoView({ block: "center" });
  slider?.focus({ preventScroll: true });
}

export function begin() {
  const details = one(".assumptions__all");
  if (details) {
    details.addEventListener("toggle", () => details.open && fill());
    one("#assumption-search").addEventListener("input", search);
    one("#assumption-group").addEventListener("change", search);
  }
  does("resetAssumption", (button) => {
    store.assume(button.dataset.key ?? "", null);
    if (!button.isConnected) (all(".assumed button")[0] || one(".assumptions summary")).focus();
  });
  does("resetAssumptions", () => store.change({ assumptions: Object.fromEntries(Object.entries(store.now.assumptions).filter(([key]) => about(key).loop)) }));
  store.on(follow);
  follow(store.now, null);
}
