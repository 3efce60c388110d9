/** What is wrong with an entry is said beside its box, and stays until the entry is right or given up (Escape). */
import { make } from "./elements.js";

/** By box, what is said about it. @type {WeakMap<HTMLElement, HTMLElement>} */
const said = new WeakMap();
let number = 0;

/** Whether something is wrong with what a box says. @param {HTMLElement} box */
export const isWrong = (box) => box.getAttribute("aria-invalid") === "true";

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
  show(box, text, "wrong");
  box.setAttribute("aria-invalid", "true");
}

/** Says what was made of an entry. @param {HTMLElement} box @param {string} text */
export function remark(box, text) {
  content(box);
  if (text) show(box, text, "kept");
}

/** Takes back what was said of a box. @param {HTMLElement} box */
export function content(box) {
  const line = said.get(box);
  if (!line?.isConnected && !isWrong(box)) return;
  line?.remove();
  box.removeAttribute("aria-invalid");
  box.removeAttribute("aria-describedby");
}
