/* The levers' controls: slider, box, minus and plus, start year and ramp; each follows the state, and moves it. */
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import { sameSetting } from "../core/scenario.js";
import * as store from "../core/state.js";
import { does } from "../dom/buttons.js";
import { all, one } from "../dom/elements.js";

const PLACE = { number: 0, slider: 0, start: 1, ramp: 2 };
const rows = new Map(); // key -> the parts of its control

const keyOf = (element) => element.closest(".lever").dataset.lever;

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
    one(".lever__tick", row).style.setProperty("--share", share);
  }
  const levers = one(".levers");
  levers.addEventListener("input", (event) => moved(event.target, event.type));
  levers.addEventListener("change", (event) => moved(event.target, event.type));
  levers.addEventListener("focusout", (event) => settle(event.target));
  levers.addEventListener("keydown", stepped);
  store.on(schedule);
  follow();
}

/* A slider and its arrows move at once; a box moves when its figure is whole. */
function moved(part, kind) {
  if (!part.dataset.part || !part.closest(".lever")) return;
  const text = part.value.trim();
  if (text === "" || (part.dataset.part !== "slider" && kind === "input" && /[.,\-e]$/i.test(text))) return;
  store.moveLever(keyOf(part), PLACE[part.dataset.part], part.dataset.part === "slider" ? Number(text) : numbers.read(text));
}

/* Arrows in a box move by a step, those of the pages by ten. */
function stepped(event) {
  const part = event.target;
  const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
  if (!steps || !part.dataset.part || part.dataset.part === "slider" || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const place = PLACE[part.dataset.part];
  const lever = facts.levers[keyOf(part)];
  const step = place ? 1 : lever.step;
  const value = store.now.levers[keyOf(part)][place] + steps * step;
  store.moveLever(keyOf(part), place, Number(value.toFixed(place ? 1 : lever.places)));
  settle(part);
}

/* A box that was left shows what holds: what it said may have been out of range, or nothing. */
function settle(part) {
  if (!part.dataset.part || !part.closest(".lever")) return;
  const setting = store.now.levers[keyOf(part)];
  part.value = (part.dataset.part === "slider" ? plain : typed)(setting[PLACE[part.dataset.part]]);
}

const plain = (value) => (value === null ? "" : String(Number(value.toPrecision(10))));
const typed = (value) => (value === null ? "" : numbers.write(Number(value.toPrecision(10))));

/* Painted with the curves: the browser asks for a layout at every event of a field, and would make two of it. */
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

function paint(key, { row, parts }, setting) {
  const lever = facts.levers[key];
  const active = document.activeElement;
  for (const [name, part] of Object.entries(parts)) {
    const value = setting[PLACE[name]];
    const text = name === "slider" ? plain(value) : typed(value);
    if (part !== active || name === "slider") if (part.value !== text) part.value = text;
    if (name !== "slider" && part.getAttribute("aria-valuenow") !== plain(value)) part.setAttribute("aria-valuenow", plain(value));
  }
  const share = (setting[0] - lever.low) / (lever.high - lever.low);
  parts.slider.style.setProperty("--share", share);
  parts.slider.setAttribute("aria-valuetext", numbers.withUnit(numbers.figure(setting[0], Math.max(lever.places, significant(setting[0]))), lever.unit));
  row.classList.toggle("lever--moved", !sameSetting(setting, facts.start.levers[key]));
}

/* Decimal places that a typed value needs beyond the lever's step. */
const significant = (value) => Math.min(4, (String(value).split(".")[1] || "").length);

function nudge(key, direction) {
  const lever = facts.levers[key];
  const value = store.now.levers[key][0] + direction * lever.step;
  store.moveLever(key, 0, Number(value.toFixed(lever.places)));
}

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

export function resetAll() {
  const { world, levers } = facts.start;
  store.change({ world, levers: { ...levers } });
}
