/* The levers' controls: slider, box, minus and plus, start year, ramp and end year; each follows the state, and moves it. */
import { inFull, judged } from "../core/entry.js";
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { complain, content, isWrong, remark } from "../dom/entry.js";
import { keySteps } from "../dom/keys.js";
import { all, one } from "../dom/elements.js";
import * as groups from "./lever-groups.js";
import * as starts from "./starts.js";

/** @import { Setting } from "../types/page.js" */
/** @typedef {{ row: HTMLElement, parts: Record<string, HTMLInputElement>, shown: Setting | null }} Control */

/** Which part of a setting a field shows. @type {Record<string, number>} */
const PLACE = { number: 0, slider: 0, start: 1, ramp: 2, end: 3 };
/** By key. @type {Map<string, Control>} */
const rows = new Map();

/** The lever that something belongs to. @param {Element} part */
const keyOf = (part) => /** @type {HTMLElement | null} */ (part.closest(".lever"))?.dataset.lever ?? "";

/** The field of a lever that an event came from. @param {Event} event */
function fieldOf(event) {
  const part = event.target;
  return part instanceof HTMLInputElement && part.dataset.part && part.closest(".lever") ? { part, name: part.dataset.part } : null;
}

export function begin() {
  does("minus", (button) => nudge(keyOf(button), -1));
  does("plus", (button) => nudge(keyOf(button), 1));
  does("reset", (button) => store.reset((key) => key === keyOf(button)));
  does("resetGroup", (button) => store.reset((key, lever) => lever.group === button.dataset.group));
  does("resetAll", resetAll);
  for (const row of all(".lever[data-lever]")) {
    const parts = Object.fromEntries(all("[data-part]", row).map((part) => [part.dataset.part, part]));
    rows.set(row.dataset.lever, { row, parts, shown: null });
    const lever = facts.levers[row.dataset.lever];
    const share = (facts.start.levers[row.dataset.lever][0] - lever.low) / (lever.high - lever.low);
    one(".lever__tick", row).style.setProperty("--share", String(share));
  }
  const levers = one(".levers");
  levers.addEventListener("input", typed);
  levers.addEventListener("change", typed);
  levers.addEventListener("focusout", settle);
  levers.addEventListener("keydown", keyed);
  groups.begin();
  starts.begin();
  store.on(schedule);
  follow();
}

/** A slider and its arrows move at once; a box moves when its figure is whole, and says what is wrong when it is left.
 * @param {Event} event */
function typed(event) {
  const field = fieldOf(event);
  if (!field) return;
  const { part, name } = field;
  if (name === "slider") return void store.moveLever(keyOf(part), 0, Number(part.value));
  const whole = event.type === "change";
  if (whole || !/[.,\-e]$/i.test(part.value.trim())) entered(part, name, whole);
}

/** @param {HTMLInputElement} part @param {string} name @param {boolean} whole whether nothing more is typed for now */
function entered(part, name, whole) {
  const key = keyOf(part);
  const lever = facts.levers[key];
  const place = PLACE[name];
  const none = name === "end" && part.value.trim() === "" ? scenarios.noEnd(key) : null;
  const { value, problem } = none === null ? judged(part.value, lever.ranges[place], { unit: place ? "" : lever.unit }) : { value: none };
  if (value === undefined) {
    const now = written(key, name, store.now.levers[key][place]) || say("lever.no_end");
    if (whole) complain(part, inFull(problem ?? "", place ? say("lever." + name) : "", now));
    return;
  }
  content(part);
  store.moveLever(key, place, value);
  const kept = store.now.levers[key][place];
  if (whole && !scenarios.near(kept, value)) remark(part, say("entry.rounded", { value: written(key, name, kept) }));
}

/** In a box, arrows move by a step, those of the pages by ten, and Escape gives a wrong entry up. @param {KeyboardEvent} event */
function keyed(event) {
  const field = fieldOf(event);
  if (!field || field.name === "slider") return;
  const steps = keySteps(event);
  if (event.key === "Escape" && isWrong(field.part)) event.stopPropagation();
  else if (!steps) return;
  event.preventDefault();
  if (steps) step(keyOf(field.part), PLACE[field.name], steps);
  show(field.part, field.name);
}

/** @param {string} key @param {number} place @param {number} steps */
function step(key, place, steps) {
  const lever = facts.levers[key];
  const now = store.now.levers[key][place] ?? 0;
  const first = place === PLACE.end && now === scenarios.noEnd(key); // an end comes at the last year of a run
  const value = first ? facts.clock.final : now + steps * (place ? 1 : lever.step);
  store.moveLever(key, place, Number(value.toFixed(place ? 1 : lever.places)));
}

/** A box shows what holds. @param {HTMLInputElement} part @param {string} name */
function show(part, name) {
  content(part);
  part.value = written(keyOf(part), name, store.now.levers[keyOf(part)][PLACE[name]]);
}

/** A box that was left shows what holds as the page writes it; a wrong entry stays with what is said of it. @param {Event} event */
function settle(event) {
  const field = fieldOf(event);
  if (!field || field.name === "slider" || isWrong(field.part)) return;
  const text = written(keyOf(field.part), field.name, store.now.levers[keyOf(field.part)][PLACE[field.name]]);
  if (field.part.value !== text) field.part.value = text;
}

/** @param {number | null} value */
const plain = (value) => (value === null ? "" : String(Number(value.toPrecision(10))));

/** A value as a field has it: a slider's in no language, a box's in that of the page, nothing for no end.
 * @param {string} key @param {string} name @param {number | null} value */
function written(key, name, value) {
  if (name === "end" && value === scenarios.noEnd(key)) return "";
  return name === "slider" || value === null ? plain(value) : numbers.write(Number(plain(value)));
}

/** Painted with the curves: the browser asks for a layout at every event of a field, and would make two of it. */
let scheduled = false;
function schedule() {
  if (scheduled) return;
  scheduled = true;
  window.requestAnimationFrame(follow);
}

function follow() {
  scheduled = false;
  const { levers } = store.now;
  let turned = false;
  for (const [key, control] of rows) {
    if (control.shown === levers[key]) continue;
    turned = paint(key, control, levers[key]) || turned;
    control.shown = levers[key];
  }
  if (turned) groups.recount();
}

/** @param {string} key @param {Control} control @param {Setting} setting @returns {boolean} whether it became moved or unmoved */
function paint(key, { row, parts, shown }, setting) {
  const lever = facts.levers[key];
  const active = document.activeElement;
  for (const [name, part] of Object.entries(parts)) {
    const value = setting[PLACE[name]];
    if (shown?.[PLACE[name]] === value) continue;
    const text = written(key, name, value);
    if (part !== active || name === "slider") {
      if (part.value !== text) part.value = text;
      content(part);
    }
    if (name !== "slider") part.setAttribute("aria-valuenow", plain(value));
    if (name === "end") part.setAttribute("aria-valuetext", text || part.placeholder);
  }
  const share = (setting[0] - lever.low) / (lever.high - lever.low);
  parts.slider.style.setProperty("--share", String(share));
  parts.slider.setAttribute("aria-valuetext", numbers.withUnit(numbers.figure(setting[0], Math.max(lever.places, Math.min(4, numbers.decimals(setting[0])))), lever.unit));
  const moves = !scenarios.sameSetting(setting, facts.start.levers[key]);
  const turned = !shown || row.classList.contains("lever--moved") !== moves;
  row.classList.toggle("lever--moved", moves);
  return turned;
}

/** @param {string} key @param {number} direction */
function nudge(key, direction) {
  const lever = facts.levers[key];
  const value = store.now.levers[key][0] + direction * lever.step;
  store.moveLever(key, 0, Number(value.toFixed(lever.places)));
}

/** Every lever as the page opens. */
export function resetAll() {
  const { world, levers } = facts.start;
  store.change({ world, levers: { ...levers } });
}
