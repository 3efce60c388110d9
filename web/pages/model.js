/* The Model page's list of variables, with an entry below the row of each. The diagram is in diagram.js. */
import { say } from "../core/words.js";
import { make, one } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
import * as router from "../dom/router.js";
import * as entries from "./variable-entry.js";

const at = (path) => fetch(router.base() + path);
const gone = () => tell(say("wait.no_more"));

// --- list -----------------------------------------------------------------------------------------------------

let latest = 0;
let wanted = ""; // a name whose entry is to be opened when the list comes
let pause; // who types is waited for
const PAUSE = 150; // milliseconds

function field() {
  const made = make("input", "box");
  made.type = "search";
  made.id = "variable-search";
  made.autocomplete = "off";
  made.addEventListener("input", () => {
    window.clearTimeout(pause);
    pause = window.setTimeout(narrow, PAUSE);
  });
  return made;
}

/* The list as the two fields say. */
function narrow() {
  window.clearTimeout(pause);
  list(one("#variable-search").value, one("#variable-kind").value);
}

/** To the entry of a variable. */
export function seek(name) {
  wanted = name;
  remember(name, "push");
  one("#variable-search").value = name;
  one("#variable-kind").value = "";
  narrow();
}

// The address names what was looked for last, "#variable=…": such a link opens its entry, and Back the one before.
let followed = "";

function asked() {
  const [, name = ""] = /^#variable=(.{1,400})$/.exec(window.location.hash) || [];
  try {
    return decodeURIComponent(name);
  } catch {
    return "";
  }
}

function remember(name, way) {
  followed = name;
  if (asked() === name) return;
  const hash = name ? "#variable=" + encodeURIComponent(name) : "";
  window.history[way + "State"](null, "", window.location.pathname + window.location.search + hash);
}

/* Whether the address names something that is not yet shown. */
function follow() {
  const name = asked();
  if (!name || name === followed) return false;
  seek(name);
  return true;
}

function list(text, kind) {
  if (followed && text && text !== followed) remember("", "replace"); // somebody searches for something else
  const number = ++latest;
  at("variables?" + new URLSearchParams({ text, kind }))
    .then((reply) => reply.json())
    .then((found) => {
      if (number !== latest) return;
      fill(found.rows);
      one("#variable-count").textContent = found.count;
      if (wanted && text === wanted) showFirst(found.exact);
    })
    .catch(gone);
}

/* Rows whose entry is open stay as they are, so that a list that comes late takes nothing from who reads. */
function fill(rows) {
  const body = one("#variables tbody");
  const focus = body.contains(document.activeElement) ? document.activeElement : null;
  const open = new Map();
  for (const button of body.querySelectorAll("[aria-expanded=true]")) {
    const line = button.closest("tr");
    const below = line.nextElementSibling;
    open.set(button.textContent, below && below.matches(".entry") ? [line, below] : [line]);
  }
  body.replaceChildren(...rows.flatMap((cells) => open.get(cells[0]) || [row(cells)]));
  if (focus && focus.isConnected) focus.focus({ preventScroll: true });
}

/* The clock stands in diagrams and not in the list: then what mentions it is shown, and nothing opened. */
function showFirst(exact) {
  wanted = "";
  const button = one("#variables tbody button");
  if (!button) return;
  one("#variable-search").scrollIntoView({ block: "start" });
  button.focus({ preventScroll: true });
  if (exact && button.getAttribute("aria-expanded") === "false") button.click();
}

/* The name as equations have it, and below it what it is called in the language of the page. */
function row([name, kind, unit, range, about, label]) {
  const line = make("tr");
  const head = make("th");
  const button = make("button", "button button--link entry__name", name);
  head.scope = "row";
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => toggle(line, button));
  head.append(button, ...(label ? [make("span", "entry__label", label)] : []));
  line.append(head, ...[kind, unit, range, about].map((text) => make("td", "", text)));
  return line;
}

function toggle(line, button) {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (!open) remember(button.textContent, "replace");
  if (open) return line.nextElementSibling && line.nextElementSibling.matches(".entry") && line.nextElementSibling.remove();
  at("variable?" + new URLSearchParams({ name: button.textContent }))
    .then((reply) => reply.json())
    .then((found) => {
      if (button.getAttribute("aria-expanded") === "true" && !(line.nextElementSibling || line).matches(".entry")) line.after(entry(found));
    })
    .catch(() => {
      button.setAttribute("aria-expanded", "false");
      gone();
    });
}

function entry(found) {
  const line = make("tr", "entry");
  const cell = make("td");
  cell.colSpan = 5;
  const facts = make("dl", "entry__facts");
  const equation = make("dd");
  equation.append(make("pre", "entry__equation", found.equation.text));
  facts.append(make("dt", "", found.equation.label), equation);
  if (found.tables.length) {
    const tables = make("dd", "entry__tables");
    tables.append(...found.tables.map(entries.table));
    facts.append(make("dt", "", found.table), tables);
  }
  const course = found.course.varies ? entries.course(found) : {};
  if (found.course.varies) facts.append(make("dt", "", found.course.label), course.place);
  const used = [];
  for (const { label, text } of found.texts) facts.append(make("dt", "", label), make("dd", "", text));
  if (found.essay.quotes.length) {
    const quotes = make("dd", "entry__essay");
    for (const { quote, section } of found.essay.quotes) {
      const passage = quotes.appendChild(make("p"));
      passage.append(make("q", "", quote), " " + section);
      passage.firstChild.lang = "en";
    }
    facts.append(make("dt", "", found.essay.label), quotes);
  }
  for (const [place, { label, names, none }] of found.links.entries()) {
    const joined = make("dd", "entry__links", names.length ? "" : none);
    for (const [name, called] of names) {
      const link = make("button", "button button--link entry__link", name);
      link.dataset.name = name;
      if (!place) used.push(link); // what it uses; what uses it tells nothing of why it moves
      if (called) link.append(" ", make("span", "entry__label", called));
      link.addEventListener("click", () => seek(name));
      joined.appendChild(make("span", "entry__one")).append(link);
    }
    facts.append(make("dt", "", label), joined);
  }
  const inside = make("div", "entry__inside");
  inside.append(facts);
  cell.append(inside);
  line.append(cell);
  // The chart measures its place, so the entry is on the page before it is drawn.
  window.requestAnimationFrame(() => entries.fill(found, { place: line, ...course }, used).catch(gone));
  return line;
}

/** The list comes with the page, as the two fields and the address say. */
export function listVariables(page) {
  if (page !== "model") return;
  if (!one("#variable-search")) {
    one("#variable-search-place").append(field());
    one("#variable-kind").addEventListener("change", narrow);
  }
  if (!follow()) narrow();
}

export function begin() {
  window.addEventListener("popstate", () => {
    if (!asked()) followed = "";
    else if (router.page() === "model") follow();
  });
}
