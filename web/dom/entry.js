/** What is wrong with an entry is said beside its box, and stays until the entry is right or given up (Escape).
 *
 * A box is often left by a press on something else: the sentence comes when the hand is up, so that nothing moves away from
 * under the pointer and the press counts.
 */
import { held } from "../core/state.js";
import { make } from "./elements.js";

/** By box, what is said about it. @type {WeakMap<HTMLElement, HTMLElement>} */
const said = new WeakMap();
/** What is to be said of boxes once the hand is up. @type {Map<HTMLElement, { text: string, kind: string }>} */
const waiting = new Map();
let number = 0;

/** Whether something is wrong with what a box says. @param {HTMLElement} box */
export const isWrong = (box) => box.getAttribute("aria-invalid") === "true";

/** @param {HTMLElement} box @param {string} text @param {string} kind */
function tell(box, text, kind) {
  if (!held) return show(box, text, kind);
  waiting.set(box, { text, kind });
  if (waiting.size > 1) return undefined;
  const handUp = () => window.setTimeout(() => {
    for (const [other, about] of waiting) show(other, about.text, about.kind);
    waiting.clear();
  });
  return document.addEventListener("pointerup", handUp, { once: true });
}

/** @param {HTMLElement} box @param {string} text @param {string} kind */
function show(box, text, kind) {
  let line = said.get(box);
  if (!line) {
    line = make("p", "entry-said");
    line.id = "entry-" + ++number;
    line.setAttribute("role", "alert");
    said.set(box, line);
  }
  if (!line.isConnected) (box.closest("[data-entry]") ?? box.parentElement)?.append(line);
  line.className = "entry-said entry-said--" + kind;
  if (line.textContent !== text) line.textContent = text;
  box.setAttribute("aria-describedby", line.id);
}

/**
 * Says that an entry is wrong.
 * @param {HTMLElement} box
 * @param {string} text
 */
export function complain(box, text) {
  tell(box, text, "wrong");
  box.setAttribute("aria-invalid", "true");
}

/** Says what was made of an entry. @param {HTMLElement} box @param {string} text */
export function remark(box, text) {
  content(box);
  if (text) tell(box, text, "kept");
}

/** Takes back what was said of a box. @param {HTMLElement} box */
export function content(box) {
  waiting.delete(box);
  const line = said.get(box);
  if (!line?.isConnected && !isWrong(box)) return;
  line?.remove();
  box.removeAttribute("aria-invalid");
  box.removeAttribute("aria-describedby");
}
