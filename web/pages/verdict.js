/** The verdict above the charts, written once the hand rests: its words, and the inputs that would turn it.
 *
 * First from the members that run at once, then from all; who hears the page hears the latter alone. What the verdict hangs on
 * comes last, since each input was tried before it is named (engine/turning.js).
 */
import { facts } from "../core/facts.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import * as turnWords from "../core/turn-words.js";
import { plain, verdict } from "../core/verdict.js";
import { say } from "../core/words.js";
import * as bandRuns from "../engine/bands.js";
import * as simulator from "../engine/simulator.js";
import { turnsOf } from "../engine/turning.js";
import { does } from "../dom/buttons.js";
import { bold, element, one, write } from "../dom/elements.js";
import * as assumptions from "../widgets/assumptions.js";
/** @import { BandAnswer, State, Turn } from "../types/page.js" */

/** What is written, and of which bands. @type {{ key: string, whole: boolean, sentences: string[], turns: Turn[] | null } | null} */
export let latest = null;
/** Turns that were found, by what decides them: another chart changes none. @type {Map<string, Turn[]>} */
const known = new Map();
const KEPT = 100;
const PATIENCE = 600; // milliseconds of rest before inputs are tried

/** @param {BandAnswer} answer @param {State} state */
function tell(answer, state) {
  const { sentences, subjects } = verdict(answer, state);
  const text = sentences.join(" ");
  const before = latest;
  latest = { key: answer.key, whole: answer.whole, sentences: sentences.map(plain), turns: null };
  one(".in-short").classList.remove("in-short--stale");
  if (before?.sentences.join(" ") !== plain(text)) one(".in-short__text").replaceChildren(...bold(text));
  if (!answer.whole) return show(subjects.length ? [] : null, false);
  write(one(".in-short__said"), plain(text));
  hang(answer, state, subjects);
}

/** What the verdict hangs on. @param {BandAnswer} answer @param {State} state @param {{ outcome: string, kind: string }[]} subjects */
async function hang(answer, state, subjects) {
  const key = JSON.stringify([scenarios.of(state), state.assumptions]);
  if (!subjects.length) return show(null);
  const found = known.get(key);
  if (found) return show(found, true);
  show([], false);
  await new Promise((done) => window.setTimeout(done, PATIENCE)); // who goes on moving keeps the cores
  if (state !== store.now) return undefined;
  /** @type {Turn[]} */
  let turns = [];
  const done = await turnsOf(state, answer, subjects, (some) => {
    turns = some;
    if (state === store.now) show(turns, false);
  });
  if (!done) return undefined;
  if (known.size >= KEPT) known.clear();
  known.set(key, turns);
  return state === store.now ? show(turns, true) : undefined;
}

/** @param {Turn[] | null} turns null where there is nothing to turn @param {boolean} [done] whether no more will come */
function show(turns, done = true) {
  if (done && latest) latest.turns = turns ?? [];
  const nothing = turns && element("p", {}, say(done ? "in_short.no_turn" : "in_short.checking"));
  const found = turns?.length ? [element("span", { class: "in-short__hangs" }, say("in_short.hangs")), element("ul", {}, ...turns.map(item))] : [];
  one(".in-short__turns").replaceChildren(...(found.length || !nothing ? found : [nothing]));
  keepRoom();
}

/** It keeps the height of the longest verdict so far, so that what is below moves once at most. */
function keepRoom() {
  const box = one(".in-short");
  box.style.setProperty("--tallest", box.offsetHeight + "px");
}

/** @param {Turn} turn */
function item(turn) {
  const { key, value, split } = turn;
  const input = facts.assumptions[key].label;
  const becomes = turnWords.becomes(turn);
  const said = turnWords.valueOf(key, value);
  return element("li", { class: "in-short__turn" },
    element("button", { class: "in-short__input", type: "button", "data-do": "showInput", "data-key": key, title: say("in_short.show", { input }) }, input),
    element("span", {}, ": " + turnWords.parted(split) + " "),
    element("button", { class: "in-short__set", type: "button", "data-do": "setInput", "data-key": key, "data-value": value, "aria-label": say("in_short.set_what", { input, value: said, becomes }) }, say("in_short.set", { value: turnWords.figure(value) })),
    element("span", { class: "in-short__becomes" }, " " + becomes + "."));
}

/** @param {BandAnswer} answer */
function heard(answer) {
  if (store.held || answer.key !== wishKey) return;
  if (resting) tell(answer, resting);
}

let wishKey = "";
/** The state that is at rest, null while it changes. @type {State | null} */
let resting = null;

/** The hand rests on a state, whose ensemble has this key. @param {State} state @param {string} key */
export function rest(state, key) {
  resting = state;
  wishKey = key;
  if (bandRuns.latest?.key === key) tell(bandRuns.latest, state);
  else if (!simulator.here) write(one(".in-short__text"), say("in_short.one_run"));
}

/** Something moves: what is written is of a policy before. */
function moved() {
  resting = null;
  one(".in-short").classList.add("in-short--stale");
}

export function begin() {
  if (!one(".in-short__how")) return;
  bandRuns.on(heard);
  store.on(moved);
  window.addEventListener("resize", () => one(".in-short").style.removeProperty("--tallest"));
  does("showInput", (button) => assumptions.reveal(button.dataset.key ?? ""));
  does("setInput", (button) => void store.assume(button.dataset.key ?? "", Number(button.dataset.value)));
}
