/** Presenting on a projector: Explore's verdict, its charts and the starred levers alone, or a story of Learn, on the whole screen
 * where the browser allows it. What is presented is part of the link; Escape or a button leads back. The looks: assets/present.css. */
import { facts } from "../core/facts.js";
import * as presented from "../core/presented.js";
import * as views from "../core/views.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { all, one, write } from "../dom/elements.js";
import { said } from "../dom/notice.js";
import * as router from "../dom/router.js";
import * as groups from "../widgets/lever-groups.js";

const root = document.documentElement;
/** Pages that can be presented; from any other one Explore is. */
const PAGES = ["explore", "learn"];
/** The button that ends it, on the page on show. */
const end = () => one(`[data-shown-at="${router.page()}"] .present-only[data-do=present]`);
/** Whether the whole screen was asked for here, so that leaving it leaves this too. */
let whole = false;
/** What had the focus before. @type {Element | null} */
let from = null;

/** @param {{ on?: boolean, stars?: string[] }} parts */
const change = (parts) => {
  router.look(presented.LETTER, presented.written({ ...presented.now(), ...parts }));
  follow();
};

/** The page as the link has it. */
function follow() {
  const { on, stars } = presented.now();
  const shown = on && PAGES.includes(router.page()) && !router.embedded();
  for (const row of all(".page--explore .lever[data-lever]")) star(row, stars.includes(row.dataset.lever));
  if (one(".groups")) groups.recount();
  if (shown === "present" in root.dataset) return;
  if (shown) root.dataset.present = "";
  else delete root.dataset.present;
  one("#present-full").hidden = !document.fullscreenEnabled || document.fullscreenElement;
}

/** @param {HTMLElement} row @param {boolean} starred */
function star(row, starred) {
  const button = one(".lever__star", row);
  row.classList.toggle("lever--starred", starred);
  button.setAttribute("aria-pressed", String(starred));
  write(button, starred ? "★" : "☆");
}

/** @param {HTMLElement} button */
function turnStar(button) {
  const key = /** @type {HTMLElement} */ (button.closest(".lever")).dataset.lever ?? "";
  const { stars } = presented.now();
  const left = stars.filter((other) => other !== key);
  if (left.length === stars.length && left.length >= presented.MOST_STARS) return said(say("present.full", { most: presented.MOST_STARS }));
  change({ stars: left.length < stars.length ? left : Object.keys(facts.levers).filter((other) => other === key || stars.includes(other)) });
  return said(say(left.length < stars.length ? "present.unstarred" : "present.starred", { lever: facts.levers[key].label }));
}

function fill() {
  if (!document.fullscreenEnabled || document.fullscreenElement) return;
  root.requestFullscreen().then(() => void (whole = true), () => {}); // it is presented in the window as well
}

export function enter() {
  if (!PAGES.includes(router.page())) router.go("explore");
  from = document.activeElement;
  groups.unsearch();
  change({ on: true });
  window.scrollTo(0, 0);
  end().focus({ preventScroll: true });
  fill();
}

export function leave() {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  whole = false;
  change({ on: false });
  (from instanceof HTMLElement && from !== document.body ? from : one("#present")).focus({ preventScroll: true });
}

export const turn = () => ("present" in root.dataset ? leave() : enter());

/** Escape leads back, unless it closes something first. @param {KeyboardEvent} event */
function escaped(event) {
  if (event.key === "Escape" && "present" in root.dataset && !event.defaultPrevented && !one("dialog[open], .menu [aria-expanded=true], [role=combobox][aria-expanded=true]")) leave();
}

function screenChanged() {
  one("#present-full").hidden = !document.fullscreenEnabled || document.fullscreenElement;
  if (whole && !document.fullscreenElement) leave();
}

export function begin() {
  if (router.embedded()) return;
  does("present", turn);
  does("presentFull", fill);
  does("star", turnStar);
  views.on((letter) => letter === presented.LETTER && follow());
  router.visited(follow);
  document.addEventListener("keydown", escaped);
  document.addEventListener("fullscreenchange", screenChanged);
}
