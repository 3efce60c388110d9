/** The elements of our components: those that the first page has already, or made from HTML that the server wrote.
 *
 * What is there before Dash is works already, and somebody may have a hand on it: once Dash has drawn the places, all of
 * it moves into them at once, with focus, scroll and whatever was done to it. Elements are kept for the whole visit and
 * come back where Dash draws their component again.
 */
import { held } from "../core/state.js";
import { all, one } from "../dom/elements.js";

/** Elements of a component by its id. @type {Map<string, ChildNode[]>} */
const kept = new Map();
/** Places that wait for what the first page has, by id. @type {Map<string, HTMLElement>} */
const places = new Map();
/** @type {(() => void)[]} */
const listeners = [];
let waiting = false;
/** Whether Dash has taken over what the first page has. */
export let here = false;

/** Tells once Dash has taken over. @param {() => void} listener */
export const adopted = (listener) => void listeners.push(listener);

/** @param {HTMLElement} host @param {ChildNode[]} nodes */
function move(host, nodes) {
  for (const node of nodes) {
    // The first keeps focus, running transitions and a select's open list; not every browser has it.
    if ("moveBefore" in host && node.isConnected) /** @type {any} */ (host).moveBefore(node, null);
    else host.append(node);
  }
}

/** Everything at once, when no hand is down: a slider that is moved in the page loses its drag. */
function takeOver() {
  const early = all("[data-early]");
  if (here || early.length === 0 || early.some((part) => !places.has(part.dataset.early))) return;
  if (held) {
    if (!waiting) document.addEventListener("pointerup", () => window.setTimeout(takeOver), { once: true });
    waiting = true;
    return;
  }
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const { scrollX, scrollY } = window;
  one("#react-entry-point").hidden = false;
  for (const part of early) move(/** @type {HTMLElement} */ (places.get(part.dataset.early)), kept.get(part.dataset.early) ?? []);
  one("#early").remove();
  if (active && active.isConnected && document.activeElement !== active) active.focus({ preventScroll: true });
  window.scrollTo(scrollX, scrollY);
  here = true;
  for (const listener of listeners) listener();
}

/**
 * Puts a component's elements into its place, now or once all of the first page can move.
 * @param {HTMLElement} host
 * @param {{ id: string, html?: string }} props
 * @returns {boolean} whether they were there already, and are at work
 */
export function adopt(host, { id, html }) {
  const early = one(`[data-early="${CSS.escape(id)}"]`);
  if (early) {
    kept.set(id, [...early.childNodes]);
    places.set(id, host);
    queueMicrotask(takeOver);
    return true;
  }
  const known = kept.get(id);
  if (known) move(host, known);
  else if (html) {
    const template = document.createElement("template");
    template.innerHTML = html; // written by policy_lab/app/markup.py, which escapes every text
    kept.set(id, [...template.content.childNodes]);
    host.append(template.content);
  }
  return Boolean(known);
}

/** Whether a component's elements are in the first page, or were. @param {string} id */
export const isKnown = (id) => kept.has(id) || Boolean(one(`[data-early="${CSS.escape(id)}"]`));

/** Takes a component's elements out of the page; they come back when it does. @param {{ id: string }} props */
export function release({ id }) {
  places.delete(id);
  for (const node of kept.get(id) ?? []) node.remove();
}
