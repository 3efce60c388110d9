/* A handful of levers in a story: moved, the model is run again in this browser, for this step alone. */
import { facts } from "../core/facts.js";
import * as quantity from "../core/quantity.js";
import * as scenarios from "../core/scenario.js";
import { say, toldBy } from "../core/words.js";
import { element, write } from "../dom/elements.js";
import * as simulator from "../engine/simulator.js";
import { did, work } from "./learn-work.js";
/** @import { Step, StoryRun } from "../types/learn.js" */
/** @import { Lever, Run } from "../types/page.js" */

/** @param {StoryRun} run */
const base = (run) => ({ ...(run.scenario ? facts.worlds[run.scenario]?.constants : {}), ...run.values });

/** Where a lever stands in a run, before anybody moves it. @param {StoryRun} run @param {Lever} lever */
const standing = (run, lever) => base(run)[lever.name] ?? lever.default;

/** @param {Lever} lever @param {number} value */
const snapped = (lever, value) => Number(Math.min(lever.high, Math.max(lever.low, lever.low + Math.round((value - lever.low) / lever.step) * lever.step)).toFixed(Math.max(lever.places, 6)));

/** @param {Step} step */
export const movable = (step) => Boolean(step.sliders?.length && !step.run?.case);

/**
 * The run with the levers as they were moved; null where none was.
 * @param {Step} step
 * @param {number} at its number
 * @returns {Promise<Run> | null}
 */
export function moved(step, at) {
  const set = work.levers[at];
  if (!movable(step) || !step.run || !set || !Object.keys(set).length) return null;
  const until = step.run.scenario ? scenarios.worldOf(step.run.scenario).until : facts.clock.final;
  return simulator.ask([{ ...base(step.run), ...set }], (step.charts ?? []).map(({ name }) => name), until).then(([run]) => run);
}

/**
 * @param {Step} step
 * @param {number} at
 * @param {() => void | Promise<void>} changed
 */
export function controls(step, at, changed) {
  const run = /** @type {StoryRun} */ (step.run);
  const said = element("p", { role: "status", class: "said-here" });
  const fields = (step.sliders ?? []).flatMap(({ name }) => {
    const lever = Object.values(facts.levers).find((one) => one.name === name);
    if (!lever) return [];
    const { label } = lever;
    const set = (/** @type {number} */ value) => {
      const others = { ...work.levers[at] };
      if (scenarios.near(value, standing(run, lever))) delete others[name];
      else others[name] = value;
      did("levers", at, others);
      follow();
      Promise.resolve(changed()).catch((error) => write(said, toldBy(error, "wait.broken")));
    };
    const slider = element("input", { class: "slider", type: "range", min: lever.low, max: lever.high, step: "any", "aria-label": label, oninput: () => set(snapped(lever, Number(slider.value))) });
    slider.addEventListener("keydown", (event) => {
      const way = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 })[event.key];
      if (!way) return;
      event.preventDefault();
      set(snapped(lever, (work.levers[at]?.[name] ?? standing(run, lever)) + way * lever.step));
    });
    const value = element("output", { class: "move__value" });
    return [{ lever, name, slider, value, item: element("div", { class: "move" }, element("span", { class: "move__name", "aria-hidden": "true" }, label), value, slider) }];
  });
  const follow = () => fields.forEach(({ lever, name, slider, value }) => {
    const now = work.levers[at]?.[name] ?? standing(run, lever);
    const text = quantity.said(now, { ...lever, key: lever.name, places: lever.places });
    slider.value = String(now);
    slider.style.setProperty("--share", String((now - lever.low) / (lever.high - lever.low)));
    slider.setAttribute("aria-valuetext", text);
    write(value, text);
  });
  const back = element("button", { class: "button", type: "button", onclick: () => {
    did("levers", at, undefined);
    follow();
    changed();
  } }, say("learn.back_to_story"));
  follow();
  return element("div", { class: "moves", role: "group", "aria-label": say("learn.levers") }, ...fields.map(({ item }) => item), element("p", {}, back), said);
}
