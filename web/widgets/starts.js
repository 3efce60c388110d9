/* "Starts": one box and two buttons that move the start years of all moved levers together; there may be several of them. */
import { inFull, judged } from "../core/entry.js";
import * as numbers from "../core/numbers.js";
import { roomFor, startingIn, startsOf } from "../core/starts.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { complain, content, isWrong } from "../dom/entry.js";
import { keySteps } from "../dom/keys.js";
import { all, one } from "../dom/elements.js";

const TAG = "starts"; // presses in a row are one step to undo

export function begin() {
  does("startsEarlier", () => shift(-1));
  does("startsLater", () => shift(1));
  for (const box of boxes()) {
    box.addEventListener("change", () => entered(box));
    box.addEventListener("keydown", (event) => keyed(event, box));
    box.addEventListener("blur", () => !isWrong(box) && show(box));
  }
  store.on((state, before) => state.levers !== before.levers && !store.held && schedule());
  store.rest(schedule); // under a hand nothing but the curves
  follow();
}

/** @returns {HTMLInputElement[]} */
const boxes = () => all(".starts input");

/** @param {number} years */
function shift(years) {
  const found = startsOf(store.now.levers);
  if (!found) return;
  const [low, high] = roomFor(store.now.levers);
  const year = Math.min(Math.max(found.most + years, low), high);
  store.change({ levers: startingIn(store.now.levers, year) }, TAG);
}

/** @param {HTMLInputElement} box */
function entered(box) {
  const found = startsOf(store.now.levers);
  if (!found) return;
  const { value, problem } = judged(box.value, roomFor(store.now.levers));
  if (value === undefined) return complain(box, inFull(problem ?? "", "", numbers.write(found.most)));
  content(box);
  store.change({ levers: startingIn(store.now.levers, Number(value.toFixed(1))) });
  show(box);
}

/** @param {KeyboardEvent} event @param {HTMLInputElement} box */
function keyed(event, box) {
  const steps = keySteps(event);
  if (event.key === "Escape" && isWrong(box)) event.stopPropagation();
  else if (!steps) return;
  event.preventDefault();
  shift(steps);
  show(box);
}

/** @param {HTMLInputElement} box */
function show(box) {
  content(box);
  const found = startsOf(store.now.levers);
  box.value = found ? numbers.write(found.most) : "";
}

let scheduled = false;
function schedule() {
  if (scheduled) return;
  scheduled = true;
  window.requestAnimationFrame(follow);
}

/** What is shown. */
let told = "";

function follow() {
  scheduled = false;
  const found = startsOf(store.now.levers);
  const text = JSON.stringify(found);
  if (text === told) return;
  told = text;
  const [low, high] = found ? roomFor(store.now.levers) : [0, 0];
  const about = say("lever.starts_about") + (found && found.first !== found.last ? " " + say("lever.starts_range", { first: numbers.write(found.first), last: numbers.write(found.last) }) : "");
  for (const box of boxes()) {
    if (box !== document.activeElement) show(box);
    box.title = about;
    const range = { "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": found?.most ?? "" };
    for (const [attribute, value] of Object.entries(range)) box.setAttribute(attribute, String(value));
    const host = /** @type {HTMLElement} */ (box.closest(".starts"));
    box.disabled = !found;
    one('[data-do="startsEarlier"]', host).disabled = !found || found.most <= low;
    one('[data-do="startsLater"]', host).disabled = !found || found.most >= high;
  }
}
