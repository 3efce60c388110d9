/* The levers' controls: slider, box, minus and plus, start year, ramp and end year; each follows the state, and moves it. */
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { does } from "../dom/buttons.js";
import { keySteps } from "../dom/keys.js";
import { all, one } from "../dom/elements.js";

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
  does("jump", (button) => jump(one('.group[data-group="' + button.dataset.group + '"] .group__title')));
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
  levers.addEventListener("input", moved);
  levers.addEventListener("change", moved);
  levers.addEventListener("focusout", settle);
  levers.addEventListener("keydown", stepped);
  store.on(schedule);
  follow();
}

/** A slider and its arrows move at once; a box moves when its figure is whole. @param {Event} event */
function moved(event) {
  const field = fieldOf(event);
  if (!field) return;
  const { part, name } = field;
  const text = part.value.trim();
  if (text === "" && name === "end") store.moveLever(keyOf(part), PLACE.end, scenarios.noEnd(keyOf(part)) ?? NaN);
  if (text === "" || (name !== "slider" && event.type === "input" && /[.,\-e]$/i.test(text))) return;
  store.moveLever(keyOf(part), PLACE[name], name === "slider" ? Number(text) : numbers.read(text) ?? NaN);
}

/** Arrows in a box move by a step, those of the pages by ten. @param {KeyboardEvent} event */
function stepped(event) {
  const field = fieldOf(event);
  const steps = keySteps(event);
  if (!steps || !field || field.name === "slider") return;
  event.preventDefault();
  const key = keyOf(field.part);
  const place = PLACE[field.name];
  const lever = facts.levers[key];
  const now = store.now.levers[key][place] ?? 0;
  const first = place === PLACE.end && now === scenarios.noEnd(key); // an end comes at the last year of a run
  const value = first ? facts.clock.final : now + steps * (place ? 1 : lever.step);
  store.moveLever(key, place, Number(value.toFixed(place ? 1 : lever.places)));
  settle(event);
}

/** A box that was left shows what holds: what it said may have been out of range, or nothing. @param {Event} event */
function settle(event) {
  const field = fieldOf(event);
  if (field) field.part.value = written(keyOf(field.part), field.name, store.now.levers[keyOf(field.part)][PLACE[field.name]]);
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
  for (const [key, control] of rows) {
    if (control.shown === levers[key]) continue;
    control.shown = levers[key];
    paint(key, control, levers[key]);
  }
}

/** @param {string} key @param {Control} control @param {Setting} setting */
function paint(key, { row, parts }, setting) {
  const lever = facts.levers[key];
  const active = document.activeElement;
  for (const [name, part] of Object.entries(parts)) {
    const value = setting[PLACE[name]];
    const text = written(key, name, value);
    if ((part !== active || name === "slider") && part.value !== text) part.value = text;
    if (name !== "slider" && part.getAttribute("aria-valuenow") !== plain(value)) part.setAttribute("aria-valuenow", plain(value));
    if (name === "end") part.setAttribute("aria-valuetext", text || part.placeholder);
  }
  const share = (setting[0] - lever.low) / (lever.high - lever.low);
  parts.slider.style.setProperty("--share", String(share));
  parts.slider.setAttribute("aria-valuetext", numbers.withUnit(numbers.figure(setting[0], Math.max(lever.places, Math.min(4, numbers.decimals(setting[0])))), lever.unit));
  row.classList.toggle("lever--moved", !scenarios.sameSetting(setting, facts.start.levers[key]));
}

/** @param {string} key @param {number} direction */
function nudge(key, direction) {
  const lever = facts.levers[key];
  const value = store.now.levers[key][0] + direction * lever.step;
  store.moveLever(key, 0, Number(value.toFixed(lever.places)));
}

/** @param {HTMLElement | null} heading */
function jump(heading) {
  if (!heading) return;
  heading.scrollIntoView({ block: "start" });
  heading.focus({ preventScroll: true });
}

/** To a heading of the list, by its number. @param {number} number */
export function jumpTo(number) {
  const group = all(".group")[number];
  if (group) jump(one(".group__title", group));
}

/** Every lever as the page opens. */
export function resetAll() {
  const { world, levers } = facts.start;
  store.change({ world, levers: { ...levers } });
}
