/** What buttons with a data-do="name" do, wherever they stand on the page; and menus that close by themselves. */
import { all, one } from "./elements.js";
import { whenGrown } from "./place.js";

const EDGE = 8; // pixels between a menu and the window's edge
const LEAST = 120; // of a menu that is scrolled

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

const MENUS = "details.chart__save[open], details.chart__about[open]";

/** A menu closes with Escape, with a choice, and with a press beside it. @param {Event} event */
function closeMenus(event) {
  const escaped = event instanceof KeyboardEvent && event.key === "Escape";
  if (event instanceof KeyboardEvent && !escaped) return; // a key on a slider need not look for menus
  for (const menu of all(MENUS)) {
    const elsewhere = !escaped && (!menu.contains(event.target) || under(event, ".menu"));
    if (escaped && menu.contains(document.activeElement)) one("summary", menu).focus();
    if (escaped || elsewhere) menu.open = false;
    if (escaped) event.preventDefault(); // what the menu stands in stays
  }
}

/** A menu that was opened stays inside the window: moved from its left edge, above its button where there is more room, and
 * scrolled where there is too little. @param {HTMLElement} details */
function fit(details) {
  const menu = one(".menu", details);
  if (!menu) return;
  Object.assign(menu.style, { top: "", bottom: "", maxHeight: "", overflowY: "", translate: "" });
  const { left, right, top, bottom } = menu.getBoundingClientRect();
  const button = one("summary", details).getBoundingClientRect();
  const [above, below] = [button.top - 2 * EDGE, window.innerHeight - top - EDGE];
  if (bottom > window.innerHeight - EDGE) {
    const up = above > below;
    if (up) Object.assign(menu.style, { top: "auto", bottom: `calc(100% + ${EDGE / 2}px)` });
    Object.assign(menu.style, { maxHeight: Math.max(up ? above : below, LEAST) + "px", overflowY: "auto" });
  }
  const wide = document.documentElement.clientWidth - EDGE;
  const aside = left < EDGE ? EDGE - left : Math.min(0, wide - right);
  if (aside) menu.style.translate = Math.round(aside) + "px";
}

/** A menu is fitted once it is filled. @param {Event} event */
function opened({ target }) {
  if (target instanceof HTMLElement && target.matches(MENUS)) window.requestAnimationFrame(() => fit(target));
}

export function begin() {
  whenGrown(() => all(MENUS).forEach(fit));
  document.addEventListener("click", pressed);
  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", closeMenus);
  document.addEventListener("toggle", opened, true);
}
