/* A guess: drawn on the chart with a finger or a mouse, set with seven sliders, or told in words for a shape. */
import { variable } from "../core/facts.js";
import { drawn } from "../core/guess.js";
import * as quantity from "../core/quantity.js";
import { say } from "../core/words.js";
import { element } from "../dom/elements.js";
import { did, work } from "./learn-work.js";
/** @import { Guess } from "../types/learn.js" */
/** @import { Chart } from "../chart/chart.js" */
/** @import { Spot } from "../core/guess.js" */

const FINE = 200; // steps of a slider over the axis
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("learn." + key, values);

/** A moment as people say it: a year, with a decimal only where it has one. @param {number} time */
const year = (time) => String(Number(time.toFixed(2)));

/**
 * A place to draw on, over a chart; what it returns takes it away again.
 * @param {Chart} chart
 * @param {Guess} asked
 * @param {number} step
 * @param {() => void} changed
 */
export function drawOn(chart, asked, step, changed) {
  /** @type {Spot | null} */
  let from = null;
  /** How far the first stroke of a guess has come. @type {{ low: number, high: number } | null} */
  let reached = null;
  const spotAt = (/** @type {PointerEvent} */ event) => {
    const { plan } = chart;
    if (!plan) return null;
    const { left, right, top, bottom } = plan.box;
    const place = pad.getBoundingClientRect();
    const [x, y] = [event.clientX - place.left, event.clientY - place.top];
    const [first, last] = [asked.knots[0], asked.knots[asked.knots.length - 1]];
    const [low, high] = plan.limits;
    const time = first + ((last - first) * Math.min(1, Math.max(0, (x - left) / (right - left))));
    const value = low + ((high - low) * (bottom - y)) / (bottom - top);
    return { time, value: Math.min(asked.axis[1], Math.max(asked.axis[0], value)) };
  };
  const move = (/** @type {PointerEvent} */ event) => {
    if (!from && event.type !== "pointerdown") return;
    for (const each of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) {
      const spot = spotAt(each);
      if (!spot) return;
      if (!from) reached = work.guess[step] ? null : { low: spot.time, high: spot.time };
      did("guess", step, drawn(asked.knots, work.guess[step] ?? null, spot, from, reached));
      if (reached) reached = { low: Math.min(reached.low, spot.time), high: Math.max(reached.high, spot.time) };
      from = spot;
    }
    changed();
  };
  const pad = element("div", { class: "guess__pad", "aria-hidden": "true",
    onpointerdown: (/** @type {PointerEvent} */ event) => {
      if (event.button) return;
      event.preventDefault();
      pad.setPointerCapture(event.pointerId);
      from = null;
      move(event);
    },
    onpointermove: move,
    onpointerup: () => void (from = null),
    onpointercancel: () => void (from = null) });
  chart.host.append(pad);
  return () => pad.remove();
}

/** @param {Guess} asked @param {number} value */
const said = (asked, value) => quantity.said(value, { ...variable(asked.name), label: asked.label, unit: asked.unit });

/** Seven sliders. @param {Guess} asked @param {number} step @param {() => void} changed */
function sliders(asked, step, changed) {
  const [low, high] = asked.axis;
  const fields = asked.knots.map((time, n) => {
    const move = () => {
      const guess = (work.guess[step] ?? asked.knots.map(() => Number(slider.value))).slice();
      guess[n] = Number(slider.value);
      did("guess", step, guess);
      changed();
    };
    const slider = element("input", { class: "slider guess__slider", type: "range", min: low, max: high, step: (high - low) / FINE, "aria-label": words("in_year", { year: year(time) }), oninput: move });
    const value = element("output", { class: "guess__value", "aria-hidden": "true" });
    return { slider, value, item: element("div", { class: "guess__knot" }, element("span", { "aria-hidden": "true" }, year(time)), slider, value) };
  });
  const follow = () => fields.forEach(({ slider, value }, n) => {
    const guess = work.guess[step];
    slider.value = String(guess ? guess[n] : (low + high) / 2);
    slider.style.setProperty("--share", String((Number(slider.value) - low) / (high - low)));
    const text = guess ? said(asked, guess[n]) : words("not_set");
    slider.setAttribute("aria-valuetext", text);
    value.textContent = text;
  });
  return { items: fields.map(({ item }) => item), follow };
}

/** Words for a shape. @param {Guess} asked @param {number} step @param {() => void} changed */
function shapes(asked, step, changed) {
  return asked.words.map((shape, n) => {
    const choose = () => {
      did("option", step, n + 1);
      changed();
    };
    const tick = element("input", { type: "radio", name: "shape-" + step, value: n + 1, onchange: choose });
    tick.checked = work.option[step] === n + 1;
    return element("label", { class: "choice" }, tick, element("span", {}, shape));
  });
}

/**
 * Everything that a guess can be made with but the chart itself.
 * @param {Guess} asked
 * @param {number} step
 * @param {() => void} changed
 */
export function controls(asked, step, changed) {
  const { items, follow } = sliders(asked, step, changed);
  const clear = element("button", { class: "button", type: "button", onclick: () => {
    for (const what of /** @type {const} */ (["guess", "option", "chance", "shown"])) did(what, step, undefined);
    for (const tick of place.querySelectorAll("input[type=radio]")) /** @type {HTMLInputElement} */ (tick).checked = false;
    changed();
  } }, words("anew"));
  const place = element("div", { class: "guess" },
    element("p", { class: "guess__how" }, words("draw")),
    element("details", { class: "guess__by" }, element("summary", {}, words("by_sliders")), element("div", { class: "guess__knots", role: "group", "aria-label": words("by_sliders") }, items)),
    asked.words.length > 0 && element("fieldset", { class: "choices-list" }, element("legend", {}, words("by_words")), shapes(asked, step, changed)),
    element("p", { class: "guess__tools" }, clear));
  const painted = () => {
    follow();
    clear.disabled = !work.guess[step] && !work.option[step]; // in its place from the first: nothing moves under a hand that draws
  };
  painted();
  return { place, follow: painted };
}
