/** Undo and redo of the page on show. The policy's steps are everybody's; a page that looks at something of its own has steps of its own. */
import * as store from "../core/state.js";
import { does } from "./buttons.js";
import { one } from "./elements.js";
import * as router from "./router.js";
/** @typedef {{ undo: () => void, redo: () => void, steps: () => { past: number, future: number } }} Steps */

/** @type {Map<string, Steps>} */
const own = new Map();
/** @returns {Steps} */
const steps = () => own.get(router.page()) ?? store;

/** @param {string} page @param {Steps} its */
export function ownSteps(page, its) {
  own.set(page, its);
  show();
}

export const undo = () => steps().undo();
export const redo = () => steps().redo();

/** The buttons can be pressed as far as there are steps. */
export function show() {
  const { past, future } = steps().steps();
  one("#undo").disabled = past === 0;
  one("#redo").disabled = future === 0;
}

export function begin() {
  does("undo", undo);
  does("redo", redo);
  router.visited(show);
}
