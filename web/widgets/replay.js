/* The last change once more, from before to after: levers that moved slide, everything else changes at the start. */
import { facts } from "../core/facts.js";
import * as scenarios from "../core/scenario.js";
import { sameSetting } from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { one } from "../dom/elements.js";
import { said } from "../dom/notice.js";

const LASTS = 1600; // milliseconds
const PAUSE = 500; // on the state before, where nothing may slide
let playing = null;

const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/* Between two states: share 0 is before, 1 after. */
function between(before, after, share) {
  const mix = (a, b) => (a === null || b === null ? b : a + (b - a) * share);
  const levers = {};
  for (const [key, setting] of Object.entries(after.levers)) levers[key] = setting.map((value, place) => mix(before.levers[key][place], value));
  const assumptions = { ...after.assumptions };
  for (const key of new Set([...Object.keys(before.assumptions), ...Object.keys(after.assumptions)])) {
    const base = facts.assumptions[key].default;
    assumptions[key] = mix(key in before.assumptions ? before.assumptions[key] : base, key in after.assumptions ? after.assumptions[key] : base);
  }
  return { ...after, levers, assumptions };
}

const gently = (share) => share * share * (3 - 2 * share);

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
  playing = { after, frame: 0, timer: 0 };
  document.documentElement.classList.add("is-replaying");
  said(say("explore.replaying", { what: what(before, after) }));
  if (still()) {
    store.show(before, true);
    playing.timer = window.setTimeout(stop, 2 * PAUSE);
    return;
  }
  let began = null;
  const frame = (time) => {
    began = began === null ? time : began;
    const share = Math.min(1, (time - began) / LASTS);
    if (share >= 1) return stop();
    store.show(between(before, after, gently(share)), true);
    playing.frame = window.requestAnimationFrame(frame);
    return undefined;
  };
  playing.frame = window.requestAnimationFrame(frame);
}

/* The change in a few words: the lever or assumption that moved, or the scenario that came. */
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
