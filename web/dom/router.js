/** Which page is on show, and the address bar, which holds the link of the state at rest. */
import * as store from "../core/state.js";
import * as views from "../core/views.js";
import { say } from "../core/words.js";
import { leadsElsewhere, under } from "./buttons.js";
import { all, one } from "./elements.js";
import { said, tell } from "./notice.js";

/** @type {((page: string) => void)[]} */
const visitors = [];
/** @type {Map<string, string>} */
const pages = new Map();

/** @returns {HTMLAnchorElement[]} */
const links = () => all(".nav__link");
/** @param {string} name @returns {HTMLAnchorElement} */
const linkTo = (name) => one(`.nav__link[data-page="${name}"]`);

/** A path without what a web host lets one leave out of the name of a file. @param {string} path */
const bare = (path) => path.replace(/\.html$/, "").replace(/\/index$/, "/");

/** Whether the page stands in a frame of another one. */
export const embedded = () => "embed" in document.documentElement.dataset;

/** The page on show. */
export const page = () => pages.get(bare(window.location.pathname)) ?? "explore";

/** Tells when a page comes on show. @param {(page: string) => void} visitor */
export const visited = (visitor) => void visitors.push(visitor);

/** The page that the address names. */
export function show() {
  const now = page();
  document.documentElement.dataset.page = now;
  for (const link of links()) {
    if (link.dataset.page !== now) link.removeAttribute("aria-current");
    else {
      link.setAttribute("aria-current", "page");
      document.title = link.textContent + " · " + say("app.name");
    }
  }
  for (const place of all("[data-shown-at]")) place.hidden = place.dataset.shownAt !== now;
  for (const visitor of visitors) visitor(now);
}

/** The state, what pages look at, and the language where the address names one. @param {boolean} [brief] as short as can be */
function query(brief) {
  const [language] = /(?<=[?&])lang=[^&]*/.exec(window.location.search) ?? [];
  const whole = [store.query(brief).slice(1), language].filter(Boolean).join("&");
  return whole && "?" + whole;
}

/** @param {string} asked */
const replaceQuery = (asked) => window.history.replaceState(window.history.state, "", window.location.pathname + asked + window.location.hash);

/**
 * What a page looks at, for its link; "" for what it opens with.
 * @param {string} letter one of VIEWS in core/url-state.js
 * @param {string} text
 * @param {boolean} [step] whether Back leads to what was there before
 */
export function look(letter, text, step = false) {
  if (views.of(letter) === text) return;
  views.set(letter, text);
  if (step) window.history.pushState(null, "", window.location.pathname + query());
  else writeAddress();
}

export function writeAddress() {
  const wanted = query();
  if (wanted !== window.location.search) replaceQuery(wanted);
}

/** The path of a page. @param {string} name */
export const pathOf = (name) => new URL(linkTo(name).href).pathname;

/** The address of a page with the state. @param {string} name */
export const addressOf = (name) => pathOf(name) + query();

/** The address of a page that looks at something. @param {string} name @param {string} letter @param {string} text */
export const addressWith = (name, letter, text) => pathOf(name) + store.queryWith({ [letter]: text });

/** Another page with the state as it is, as a link to it does. @param {string} name */
export function go(name) {
  window.history.pushState(null, "", addressOf(name));
  show();
  window.scrollTo(0, 0);
}

/**
 * The whole address of what is on show.
 * @param {{ at?: string, brief?: boolean }} [how] at: path of another page; brief: as short as can be
 */
export const link = ({ at = window.location.pathname, brief = false } = {}) => window.location.origin + at + query(brief);

/** The link into the clipboard. */
export function share() {
  if (!navigator.clipboard) return said(say("app.not_shared"));
  return navigator.clipboard.writeText(link()).then(() => said(say("app.shared")), () => said(say("app.not_shared")));
}

/** @param {MouseEvent} event */
function follow(event) {
  const pressed = under(event, ".nav__link");
  if (!pressed || leadsElsewhere(event)) return;
  event.preventDefault();
  go(pressed.dataset.page ?? "explore");
}

function wentBack() {
  if (window.location.search !== query()) {
    tell(store.open(window.location.search));
    writeAddress();
  }
  show();
}

/** An address of this site, opened as a link to it does and without loading anything again. @param {string} address */
export function visit(address) {
  window.history.pushState(null, "", address);
  wentBack();
}

export function begin() {
  for (const pageLink of links()) pages.set(bare(new URL(pageLink.href).pathname), pageLink.dataset.page ?? "");
  document.addEventListener("click", follow);
  window.addEventListener("popstate", wentBack);
}
