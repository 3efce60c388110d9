/* The Model page's list of variables, with an entry below the row of each. What the page looks at is the part "d" of the
   link (core/model-view.js). */
import { facts } from "../core/facts.js";
import * as modelView from "../core/model-view.js";
import { MOST_LISTED, countKey, found as foundIn } from "../core/variable-search.js";
import * as views from "../core/views.js";
import { say } from "../core/words.js";
import { all, element, make, one } from "../dom/elements.js";
import { tell, tellAlso } from "../dom/notice.js";
import * as router from "../dom/router.js";
import { answer, entryOf, everyRow, fill, told } from "./entry-panel.js";
/** @import { VariableDetail, VariableRow } from "../types/model-page.js" */

const gone = () => tell(say("wait.no_more"));

// --- list -----------------------------------------------------------------------------------------------------

let latest = 0;
let wanted = ""; // a name whose entry is to be opened when the list comes

/* The list as the two fields say. */
function narrow() {
  const [text, kind] = [one("#variable-search").value, one("#variable-kind").value];
  remember({ text, kind });
  list(text, kind);
}

/** To the entry of a variable. @param {string} name */
function seek(name) {
  remember({ text: name, kind: "" }, true);
  show(name, "");
}

/** @param {string} text @param {string} kind */
function show(text, kind) {
  wanted = text;
  one("#variable-search").value = text;
  one("#variable-kind").value = kind;
  list(text, kind);
}

let seen = ""; // what of the link this list last wrote or read

/** What is looked for stands in the link: such a link opens its entry, and Back the one before.
 * @param {{ text: string, kind: string }} sought @param {boolean} [step] */
function remember(sought, step = false) {
  seen = sought.kind + "~" + sought.text;
  router.look("d", modelView.written({ ...modelView.read(views.of("d")), ...sought }), step);
}

/** Links of the first edition name a variable behind "#variable=". */
function adopted() {
  const [, name = ""] = /^#variable=(.{1,400})$/.exec(window.location.hash) || [];
  if (!name) return;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  try {
    remember({ text: decodeURIComponent(name), kind: "" });
  } catch {
    tellAlso(say("link.no_view"));
  }
}

/** @param {string} text @param {string} kind */
function list(text, kind) {
  const number = ++latest;
  const inRows = kind && one("#variable-kind").selectedOptions[0].textContent; // as it stands in the rows
  everyRow()
    .then((rows) => {
      if (number !== latest) return;
      const found = foundIn(rows, text, inRows);
      refill(found.rows.slice(0, MOST_LISTED));
      one("#variable-count").textContent = say("model.count." + countKey(found.rows.length), { count: found.rows.length, shown: MOST_LISTED });
      if (wanted && text === wanted) showFirst(found.exact);
    })
    .catch(gone);
}

/** Rows whose entry is open stay as they are, so that a list that comes late takes nothing from who reads. @param {VariableRow[]} rows */
function refill(rows) {
  const body = one("#variables tbody");
  const { activeElement } = document;
  const focus = activeElement instanceof HTMLElement && body.contains(activeElement) ? activeElement : null;
  const open = new Map();
  for (const button of body.querySelectorAll("[aria-expanded=true]")) {
    const line = button.closest("tr");
    const below = line.nextElementSibling;
    open.set(button.textContent, below && below.matches(".entry") ? [line, below] : [line]);
  }
  body.replaceChildren(...rows.flatMap((cells) => open.get(cells[0]) || [row(cells)]));
  if (focus && focus.isConnected) focus.focus({ preventScroll: true });
}

/** The clock stands in diagrams and not in the list: then what mentions it is shown, and nothing opened. @param {boolean} exact */
function showFirst(exact) {
  wanted = "";
  const button = one("#variables tbody button");
  if (!button) return;
  one("#variable-search").scrollIntoView({ block: "start" });
  button.focus({ preventScroll: true });
  if (exact && button.getAttribute("aria-expanded") === "false") button.click();
}

/** The name as equations have it, and below it what it is called in the language of the page. @param {VariableRow} cells */
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

/** @param {HTMLTableRowElement} line @param {HTMLElement} button */
function toggle(line, button) {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (!open) remember({ text: button.textContent, kind: "" });
  if (open) return line.nextElementSibling && line.nextElementSibling.matches(".entry") && line.nextElementSibling.remove();
  entryOf(button.textContent)
    .then((found) => {
      if (button.getAttribute("aria-expanded") === "true" && !(line.nextElementSibling || line).matches(".entry")) line.after(entry(found));
    })
    .catch(() => {
      button.setAttribute("aria-expanded", "false");
      gone();
    });
}

/** The row of an entry, below that of its variable. @param {VariableDetail} found */
function entry(found) {
  const line = make("tr", "entry");
  const parts = told(found, seek);
  line.append(element("td", { colspan: 5 }, element("div", { class: "entry__inside" }, parts.list)));
  fill(found, line, parts);
  return line;
}

/** What the page tells at length comes when it is first opened: nobody else has to wait for it. */
function fillLate() {
  answer(facts.files.told)
    .then((/** @type {Record<string, string>} */ parts) => {
      for (const place of all("[data-late]")) place.innerHTML = parts[place.dataset.late ?? ""];
    })
    .catch(gone);
}

let begun = false;

/** The list comes with the page, as the link says. @param {string} page */
function come(page) {
  if (page !== "model" || !one("#variable-search")) return;
  if (!begun) {
    fillLate();
    one("#variable-search").addEventListener("input", narrow);
    one("#variable-kind").addEventListener("change", narrow);
    adopted();
  }
  const asked = views.of("d");
  const { text, kind } = modelView.read(asked);
  if (begun && seen === kind + "~" + text) return;
  begun = true;
  seen = kind + "~" + text;
  if (modelView.written(modelView.read(asked)) !== asked) tellAlso(say("link.no_view"));
  show(text, kind);
}

export function begin() {
  router.visited(come);
  views.on((letter) => letter === "d" && come(router.page()));
}
