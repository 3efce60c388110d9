/* The Model page's diagram of a sector: fetched, made choosable, moved and enlarged by mouse, touch and keys, with the
 * values of a year below the names. This browser runs the model for them, or the server where it cannot; once the page
 * is at rest the other sectors are fetched too, so that all goes on working when the server is gone.
 *
 *   buttons, + and - and 0        larger, smaller, fit
 *   drag, arrows                  move
 *   wheel                         scrolls the page; with Ctrl or Command it enlarges, as two fingers do
 */
import { facts, variable, variables } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import * as modelView from "../core/model-view.js";
import * as views from "../core/views.js";
import { say } from "../core/words.js";
import { everyVariable } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import { under } from "../dom/buttons.js";
import { all, one, write } from "../dom/elements.js";
import { modified } from "../dom/keys.js";
import { tell, tellAlso } from "../dom/notice.js";
import * as router from "../dom/router.js";
/** @import { SectorValues } from "../types/model-page.js" */
/** @import { Run, State } from "../types/page.js" */

const SMALLEST = 0.76; // of its true size: its smallest letters, of 12 pixels, stay above 9
const LARGEST = 3;
const STEP = 1.25;
const LINE = 40; // pixels that a wheel moves which counts lines
const MOST = 10; // letters of a value: where its unit makes it longer it would be wider than its place
const REST = 300; // milliseconds between drawings that are fetched ahead
const box = () => one("#sketch");
const picture = () => one("#sketch > svg");
/** The names of variables in it, to choose. @returns {SVGGElement[]} */
const names = () => all("#sketch [data-variable]");

/** Told of the name that was chosen. @type {(name: string) => void} */
let choose = () => {};
let sector = ""; // on show
let wanted = ""; // what the values at hand are of: the sector, and the link of the state
let zoom = 1;
let whose = "policy"; // or "status_quo", or "none"
let year = 0;
/** @type {SectorValues | null} */
let values = null;

const called = (/** @type {SVGGElement} */ name) => name.dataset.label ?? name.dataset.variable ?? "";
let chosen = ""; // whose entry is open

// --- the picture ----------------------------------------------------------------------------------------------

/** @param {string} text */
function draw(text) {
  const drawn = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
  // A picture has no parts to a screen reader; this one has names to choose, of which one at a time takes the focus.
  drawn.setAttribute("role", "group");
  box().replaceChildren(drawn);
  names().forEach((name, place) => {
    name.setAttribute("role", "button");
    name.setAttribute("aria-label", called(name));
    name.setAttribute("tabindex", place ? "-1" : "0");
  });
  box().scrollTo(0, 0);
  fit();
  label();
  if (chosen) mark(chosen);
}

/** Without the element of an array, as diagrams name variables. @param {string} name */
const base = (name) => name.split("[")[0];

/** Whether the sector on show has a variable. @param {string} name */
export const draws = (name) => names().some((drawn) => base(drawn.dataset.variable ?? "") === base(name) && !drawn.matches(".ghost"));

/** To a sector, as a choice in the field does. @param {number} number */
export function go(number) {
  one("#sector").value = String(number);
  one("#sector").dispatchEvent(new Event("input", { bubbles: true }));
}

/** Shows a variable as the one that is chosen, and brings it into the box; "" none. @param {string} name */
export function mark(name) {
  chosen = name;
  const found = names().filter((drawn) => name && base(drawn.dataset.variable ?? "") === base(name));
  for (const drawn of all("#sketch .chosen")) drawn.classList.remove("chosen");
  for (const drawn of found) drawn.classList.add("chosen");
  const [first] = [...found.filter((drawn) => !drawn.matches(".ghost")), ...found];
  if (!first) return;
  const [frame, here] = [box().getBoundingClientRect(), first.getBoundingClientRect()];
  if (here.left < frame.left || here.right > frame.right) box().scrollLeft += (here.left + here.right - frame.left - frame.right) / 2;
  if (here.top < frame.top || here.bottom > frame.bottom) box().scrollTop += (here.top + here.bottom - frame.top - frame.bottom) / 2;
}

function fit() {
  if (picture()) resize(Math.max(SMALLEST, Math.min(1, box().clientWidth / picture().viewBox.baseVal.width)));
}

/** What is below the point (by default the middle of the box) stays there. @param {number} to @param {[number, number] | null} [point] */
function resize(to, point = null) {
  const frame = box().getBoundingClientRect();
  const at = point ? [point[0] - frame.left, point[1] - frame.top] : [box().clientWidth / 2, box().clientHeight / 2];
  const below = [box().scrollLeft + at[0], box().scrollTop + at[1]];
  const next = Math.min(LARGEST, Math.max(SMALLEST, to));
  const ratio = next / zoom;
  const size = picture().viewBox.baseVal;
  zoom = next;
  picture().setAttribute("width", Math.floor(size.width * zoom));
  picture().setAttribute("height", Math.floor(size.height * zoom));
  box().scrollTo(below[0] * ratio - at[0], below[1] * ratio - at[1]);
}

/** @type {Record<string, () => void>} */
const WAYS = { in: () => resize(zoom * STEP), out: () => resize(zoom / STEP), fit: fit };

/** SVG texts by the number of their sector. @type {Map<string, Promise<string>>} */
const drawings = new Map();

/** @param {string} number */
function drawing(number) {
  const known = drawings.get(number);
  if (known) return known;
  const coming = fetch(facts.files.sectors.replace("*", number)).then((reply) => (reply.ok ? reply.text() : Promise.reject(new Error(String(reply.status)))));
  coming.catch(() => drawings.delete(number));
  drawings.set(number, coming);
  return coming;
}

/* The other sectors, one after the other, while nobody waits for anything. */
async function ahead() {
  for (let number = 0; number < Number(box().dataset.sectors); number += 1) {
    await new Promise((rest) => window.setTimeout(rest, REST));
    if (!(await drawing(String(number)).catch(() => null))) return;
  }
}

// --- hands ----------------------------------------------------------------------------------------------------

/** Where each pointer is, by its id. @type {Map<number, [number, number]>} */
const fingers = new Map();
let apart = 0; // distance of two fingers when last seen
let moved = false; // a drag is no choice

/** @param {PointerEvent} event */
function down(event) {
  if (!under(event, "#sketch > svg")) return;
  fingers.set(event.pointerId, [event.clientX, event.clientY]);
  apart = 0;
  moved = false;
}

/** @param {PointerEvent} event */
function drag(event) {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  fingers.set(event.pointerId, [event.clientX, event.clientY]);
  if (fingers.size === 2) return pinch();
  if (event.pointerType === "touch") return; // one finger scrolls by itself
  const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
  if (!dx && !dy) return;
  moved = moved || Math.abs(dx) + Math.abs(dy) > 2;
  box().scrollBy(-dx, -dy);
}

function pinch() {
  const [[ax, ay], [bx, by]] = [...fingers.values()];
  const distance = Math.hypot(ax - bx, ay - by);
  if (apart) resize((zoom * distance) / apart, [(ax + bx) / 2, (ay + by) / 2]);
  apart = distance;
  moved = true;
}

/** @param {PointerEvent} event */
function up(event) {
  fingers.delete(event.pointerId);
  apart = 0;
}

/** A wheel over the drawing moves the page as anywhere else; sideways, and with Ctrl or Command, it is the drawing's. @param {WheelEvent} event */
function wheel(event) {
  if (!under(event, "#sketch") || !picture()) return;
  const enlarges = event.ctrlKey || event.metaKey;
  if (!enlarges && Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
  event.preventDefault();
  if (enlarges) resize(zoom * Math.exp(-event.deltaY / 400), [event.clientX, event.clientY]);
  else window.scrollBy({ top: event.deltaY * (event.deltaMode ? LINE : 1), behavior: "instant" });
}

/** @param {MouseEvent} event */
function clicked(event) {
  const button = under(event, "[data-zoom]");
  if (button && picture()) return WAYS[button.dataset.zoom ?? "fit"]();
  const name = under(event, "#sketch [data-variable]");
  if (name && !moved) choose(name.dataset.variable ?? "");
  moved = false;
}

/** @type {Record<string, string>} */
const KEYS = { "+": "in", "=": "in", "-": "out", 0: "fit" };
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** @param {KeyboardEvent} event */
function keyed(event) {
  if (!under(event, "#sketch") || modified(event)) return;
  const name = under(event, "[data-variable]");
  const step = STEPS[event.key];
  if (event.key in KEYS && picture()) WAYS[KEYS[event.key]]();
  else if (name && (event.key === "Enter" || event.key === " ")) choose(name.dataset.variable ?? "");
  else if (name && step) walk(name, step);
  else return;
  event.preventDefault();
}

/** To the next name, or the one before. @param {Element} from @param {number} step */
function walk(from, step) {
  const every = names();
  const next = every[(every.findIndex((name) => name === from) + step + every.length) % every.length];
  from.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// --- values of a year -----------------------------------------------------------------------------------------

async function ask() {
  const mine = sector + " " + store.query();
  if (wanted === mine || !names().length) return;
  wanted = mine;
  try {
    const found = await valuesOf(store.now);
    if (wanted === mine) values = found;
    span();
    label();
  } catch {
    wanted = "";
    tell(say("wait.no_more"));
  }
}

/** What every name is in every whole year, as texts with their units; arrays have no one figure and are left out. @param {State} now */
async function valuesOf(now) {
  await everyVariable();
  const known = new Set(variables.map((about) => about.name));
  const outputs = [...new Set(names().map((name) => name.dataset.variable ?? ""))].filter((name) => known.has(name));
  const settings = [scenarios.of(now), scenarios.statusQuo()].map((scenario) => scenarios.constants(scenario, now.assumptions));
  const [policy, reference] = await simulator.ask(settings, outputs, scenarios.horizon([scenarios.of(now)]));
  const moments = [...policy.time.keys()].filter((n) => Math.abs(policy.time[n] - Math.round(policy.time[n])) < 1e-6);
  const texts = (/** @type {Run} */ run) => Object.fromEntries(outputs.map((name) => [name, moments.map((n) => told(run.raw(name)[n], variable(name).unit))]));
  return { years: moments.map((n) => Math.round(policy.time[n])), policy: texts(policy), status_quo: texts(reference) };
}

/** Three significant figures; what is too small for six decimal places is nothing in a diagram. @param {number} value @param {string} unit */
function told(value, unit) {
  return numbers.withUnit(Number(value.toFixed(6)) === 0 ? "0" : numbers.figure(value), unit);
}

/* The years go as far as the world of the policy does. */
function span() {
  const slider = one("#sketch-year");
  const last = values?.years[values.years.length - 1];
  if (last === undefined || Number(slider.max) === last) return;
  slider.max = String(last); // the browser keeps the year within it
  showYear();
}

/* Below each name its value, as large as the name; a screen reader hears both together. */
function label() {
  const shown = whose === "policy" ? values?.policy : whose === "status_quo" ? values?.status_quo : undefined;
  const place = values ? values.years.indexOf(year) : -1;
  for (const name of names()) {
    const text = shown?.[name.dataset.variable ?? ""]?.[place] ?? "";
    const value = one(".value", name);
    value.textContent = text.length > MOST ? text.split(/\s/)[0] : text;
    name.setAttribute("aria-label", called(name) + (text ? ": " + text : ""));
  }
}

/** The drawing of the sector that the field names. */
async function showSector() {
  const number = one("#sector").value;
  if (number === sector) return ask();
  sector = number;
  values = null;
  try {
    const text = await drawing(number);
    if (number !== sector) return undefined;
    draw(text);
  } catch {
    sector = "";
    return tell(say("wait.no_more"));
  }
  ask();
  ahead();
  return undefined;
}

/* Whose values stand in it, and of which year, as the fields say. */
function showValues() {
  whose = one("[name=sketch-values]:checked").value;
  showYear();
  label();
}

function showYear() {
  year = Number(one("#sketch-year").value);
  const slider = one("#sketch-year");
  slider.style.setProperty("--share", (year - slider.min) / (slider.max - slider.min || 1));
  write(one("#sketch-year-said"), String(year));
}

/** What the page opens with, and what differs from it in the link. @type {Record<string, any>} */
let first = {};
const WHOSE = /** @type {Record<string, string>} */ ({ "": "policy", s: "status_quo", n: "none" });

/** As the link says; a year that the world of the policy may yet reach is taken as it is. */
function opened() {
  const { sector: number, whose: letter, year: of } = modelView.read(views.of("d"));
  const there = number === "" || [...one("#sector").options].some((option) => option.value === number);
  if (!there) tellAlso(say("link.no_view"));
  if (Number(of) > Number(one("#sketch-year").max)) one("#sketch-year").max = of;
  set({ sector: Number(there && number !== "" ? number : first.sector), values: letter ? WHOSE[letter] : first.values, year: Number(of || first.year) });
}

function remember() {
  const letter = Object.keys(WHOSE).find((key) => WHOSE[key] === whose) ?? "";
  const looked = { sector: one("#sector").value, whose: letter, year: String(year) };
  if (Number(looked.sector) === first.sector) looked.sector = "";
  if (year === first.year) looked.year = "";
  router.look("d", modelView.written({ ...modelView.read(views.of("d")), ...looked }));
}

/** What Python sets: the number of a sector, whose values, a year. @param {Record<string, any>} props */
function set(props) {
  const radio = one(`[name=sketch-values][value="${props.values}"]`);
  if (radio) radio.checked = true;
  if (Number.isFinite(props.sector)) one("#sector").value = String(props.sector);
  if (Number.isFinite(props.year)) one("#sketch-year").value = String(props.year);
}

const isThere = () => router.page() === "model" && Boolean(box());

/**
 * Sets the diagram to work inside its elements.
 * @param {HTMLElement} host
 * @param {(chosen: Record<string, unknown>) => void} report told what a person chooses in its fields
 */
export function mountDiagram(host, report) {
  /** What Python knows. @type {Record<string, unknown> | null} */
  let known = null;
  const follow = () => {
    showValues();
    if (isThere()) showSector();
  };
  host.addEventListener("input", (event) => {
    if (!(/** @type {Element} */ (event.target).matches("#sector, #sketch-year, [name=sketch-values]"))) return;
    follow();
    remember();
  });
  host.addEventListener("change", () => report((known = { sector: Number(one("#sector").value), values: whose, year })));
  return {
    /** @param {Record<string, any>} props */
    update: (props) => {
      if (known && ["sector", "values", "year"].every((name) => props[name] === known?.[name])) return;
      const begins = !known;
      known = { sector: props.sector, values: props.values, year: props.year };
      set(props);
      if (begins) {
        first = known;
        opened();
      }
      follow();
    },
  };
}

/** seek: told of the variable whose name was chosen. @param {(name: string) => void} seek */
export function begin(seek) {
  choose = seek;
  router.visited(() => void (isThere() && showSector()));
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", keyed);
  document.addEventListener("pointerdown", down);
  document.addEventListener("pointermove", drag);
  document.addEventListener("pointerup", up);
  document.addEventListener("pointercancel", up);
  document.addEventListener("wheel", wheel, { passive: false });
  store.rest(() => router.page() === "model" && sector && ask());
  views.on((letter) => {
    if (letter !== "d" || !box()) return;
    opened();
    showValues();
    if (isThere()) showSector();
  });
}
