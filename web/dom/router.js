/** Which page is on show, and the address bar, which holds the link of the state at rest. */
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { leadsElsewhere, under } from "./buttons.js";
import { all, one } from "./elements.js";
import { said, tell } from "./notice.js";

/** Parts of the address that decide no setting: what Compare and Precedents look at, and the language. */
const ASIDE = ["v", "h", "lang"];

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

/**
 * The state's part of the address, and those that decide no setting.
 * @param {Record<string, string>} [changed] of the latter
 */
function query(changed = {}) {
  const parts = [store.query().slice(1)];
  for (const name of ASIDE) {
    const [, stands = ""] = new RegExp(`[?&]${name}=([^&]*)`).exec(window.location.search) ?? [];
    const text = changed[name] ?? stands;
    if (text) parts.push(name + "=" + text);
  }
  const whole = parts.filter(Boolean).join("&");
  return whole && "?" + whole;
}

/** @param {string} asked */
const replaceQuery = (asked) => window.history.replaceState(window.history.state, "", window.location.pathname + asked + window.location.hash);

/**
 * Sets a part of the address that decides no setting; "" takes it out.
 * @param {string} name
 * @param {string} text
 */
export function aside(name, text) {
  const wanted = query({ [name]: text });
  if (wanted !== window.location.search) replaceQuery(wanted);
}

export const writeAddress = () => replaceQuery(query());

/** The address of a page with the state. @param {string} name */
export const addressOf = (name) => new URL(linkTo(name).href).pathname + query();

/** Another page with the state as it is, as a link to it does. @param {string} name */
export function go(name) {
  window.history.pushState(null, "", addressOf(name));
  show();
  window.scrollTo(0, 0);
}

/** An entry of the Model page. */
const named = () => (window.location.hash.startsWith("#variable=") ? window.location.hash : "");

/** The whole address of the state. */
export const link = () => window.location.origin + window.location.pathname + query() + named();

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
  show();
  if (window.location.search === query()) return;
  tell(store.open(window.location.search));
  writeAddress();
}

export function begin() {
  for (const pageLink of links()) pages.set(bare(new URL(pageLink.href).pathname), pageLink.dataset.page ?? "");
  document.addEventListener("click", follow);
  window.addEventListener("popstate", wentBack);
}
