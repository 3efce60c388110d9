/* The composite choices of a model: for each the level that the levers stand at, and a press to another one. */
import * as choices from "../core/choices.js";
import { facts } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { all, one, write } from "../dom/elements.js";
import { said } from "../dom/notice.js";
/** @import { Wish } from "../core/choices.js" */

/** What was chosen last, or what the scenario says, where the levers do not tell. @type {Wish} */
let wish = {};
let world = "";

/** Says which levers cannot take all of an amount. @param {string[]} keys */
export function tellCapped(keys) {
  for (const key of keys) {
    const { label, high, unit, places } = facts.levers[key];
    said(say("explore.choice_capped", { lever: label, most: numbers.withUnit(numbers.figure(high, places), unit) }));
  }
}

export function begin() {
  if (!facts.choices.length) return;
  one(".decisions").addEventListener("change", (/** @type {Event} */ event) => {
    const radio = /** @type {HTMLInputElement} */ (event.target);
    const made = choices.set(store.now.levers, radio.name.replace("choice-", ""), radio.value, wish);
    wish = made.wish;
    if (!store.change({ levers: made.levers })) follow();
    tellCapped(made.capped);
  });
  store.on((state, before) => state.levers !== before.levers && !store.held && schedule());
  store.rest(schedule); // under a hand nothing but the curves
  follow();
}

let scheduled = false;

/** With the frame in which the levers are painted. */
function schedule() {
  if (scheduled) return;
  scheduled = true;
  window.requestAnimationFrame(follow);
}

function follow() {
  scheduled = false;
  if (world !== store.now.world) wish = { ...facts.worlds[store.now.world].point };
  world = store.now.world;
  const chosen = choices.chosen(store.now.levers, wish);
  const named = scenarios.of(store.now);
  const mixed = say(Object.keys(named.levers).length ? "explore.choice_mixed" : "explore.choice_named"); // a named scenario's mix is not one's own
  for (const field of all(".decision")) {
    const level = chosen[field.dataset.choice];
    for (const radio of all("input", field)) if (radio.checked !== (radio.value === level)) radio.checked = radio.value === level;
    write(one(".decision__mixed", field), mixed);
    one(".decision__mixed", field).classList.toggle("is-hidden", level !== null);
  }
}
