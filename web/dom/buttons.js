/** What buttons with a data-do="name" do, wherever they stand on the page; and menus that close by themselves. */
import { all, one } from "./elements.js";

/** @type {Map<string, (button: HTMLElement) => void>} */
const actions = new Map();

/**
 * @param {string} name
 * @param {(button: HTMLElement) => void} action
 */
export const does = (name, action) => void actions.set(name, action);

/**
 * Whether a press opens a link in another place than this page.
 * @param {MouseEvent} event
 */
export const leadsElsewhere = (event) => Boolean(event.button || event.metaKey || event.ctrlKey || event.shiftKey);

/**
 * The element with a selector that an event came from, or from inside of.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const under = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

/** @param {Event} event */
function pressed(event) {
  const button = under(event, "[data-do]");
  const action = button && actions.get(button.dataset.do ?? "");
  if (action) action(button);
}

/** A menu closes with Escape, with a choice, and with a press beside it. @param {Event} event */
function closeMenus(event) {
  const escaped = event instanceof KeyboardEvent && event.key === "Escape";
  if (event instanceof KeyboardEvent && !escaped) return; // a key on a slider need not look for menus
  for (const menu of all("details.chart__save[open], details.chart__about[open]")) {
    const elsewhere = !escaped && (!menu.contains(event.target) || under(event, ".menu"));
    if (escaped && menu.contains(document.activeElement)) one("summary", menu).focus();
    if (escaped || elsewhere) menu.open = false;
  }
}

export function begin() {
  document.addEventListener("click", pressed);
  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", closeMenus);
}
