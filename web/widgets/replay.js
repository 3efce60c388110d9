/* The last change once more, from before to after: levers that moved slide, everything else changes at the start. */
import { facts } from "../core/facts.js";
import * as scenarios from "../core/scenario.js";
import { between, sameSetting } from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { one } from "../dom/elements.js";
import { said } from "../dom/notice.js";

/** @import { State } from "../types/page.js" */

const LASTS = 1600; // milliseconds
const PAUSE = 500; // on the state before, where nothing may slide
/** What is replayed: the state it ends at. @type {{ after: State, frame: number, timer: number } | null} */
let playing = null;

const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const gently = (/** @type {number} */ share) => share * share * (3 - 2 * share);

/* What a page without a hand on it goes back to; a hand on anything ends the replay at once. */
function stop() {
  if (!playing) return;
  const { after } = playing;
  window.cancelAnimationFrame(playing.frame);
  window.clearTimeout(playing.timer);
  playing = null;
  document.documentElement.classList.remove("is-replaying");
  store.show(after);
}

export function replay() {
  stop();
  const before = store.steps().last;
  if (!before) return;
  const after = store.now;
  const mine = (playing = { after, frame: 0, timer: 0 });
  document.documentElement.classList.add("is-replaying");
  said(say("explore.replaying", { what: what(before, after) }));
  if (still()) {
    store.show(before, true);
    mine.timer = window.setTimeout(stop, 2 * PAUSE);
    return;
  }
  let began = 0;
  const frame = (/** @type {number} */ time) => {
    began ||= time;
    const share = Math.min(1, (time - began) / LASTS);
    if (share >= 1) return stop();
    store.show(between(before, after, gently(share)), true);
    mine.frame = window.requestAnimationFrame(frame);
    return undefined;
  };
  mine.frame = window.requestAnimationFrame(frame);
}

/* The change in a few words: the lever or assumption that moved, or the scenario that came. */
/** @param {State} before @param {State} after */
function what(before, after) {
  const moved = Object.keys(after.levers).filter((key) => !sameSetting(before.levers[key], after.levers[key]));
  if (before.world === after.world && moved.length === 1) return facts.levers[moved[0]].label;
  const keys = new Set([...Object.keys(before.assumptions), ...Object.keys(after.assumptions)]);
  const changed = [...keys].filter((key) => before.assumptions[key] !== after.assumptions[key]);
  if (!moved.length && changed.length === 1) return facts.assumptions[changed[0]].label;
  return scenarios.name(scenarios.of(after));
}

export function begin() {
  const follow = () => {
    if (!playing) one("#replay").disabled = !store.steps().past;
  };
  store.on(follow);
  follow();
  document.addEventListener("pointerdown", stop, true);
  document.addEventListener("keydown", stop, true);
  does("replay", replay);
}
