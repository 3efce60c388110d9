/** Light or dark: what the person chose here last, else what the system asks for. Set before the first paint. */
import { facts } from "../core/facts.js";
import { say } from "../core/words.js";
import { write } from "./elements.js";

const KEPT = "policy-lab-colours";
const system = window.matchMedia("(prefers-color-scheme: dark)");
/** @type {((colour: string) => void)[]} */
const listeners = [];
let chosen = ""; // for a browser that keeps nothing

/** Tells of every change. @param {(colour: string) => void} listener */
export const on = (listener) => void listeners.push(listener);

function kept() {
  try {
    return window.localStorage.getItem(KEPT) || chosen;
  } catch {
    return chosen;
  }
}

/** "light" or "dark". */
export const now = () => kept() || (system.matches ? "dark" : "light");

/** Puts the page into its colours. */
export function dress() {
  document.documentElement.dataset.theme = now();
  const button = document.getElementById("scheme");
  if (button && facts) write(button, say(now() === "dark" ? "app.light" : "app.dark"));
  for (const listener of listeners) listener(now());
}

/** The other colours, kept for the next visit. */
export function turn() {
  chosen = now() === "dark" ? "light" : "dark";
  try {
    window.localStorage.setItem(KEPT, chosen);
  } catch {
    // no storage: the choice lasts for this visit
  }
  dress();
}

/** Before the first paint: the page in its colours, and with the system's from now on. */
export function begin() {
  dress();
  system.addEventListener("change", dress);
}
