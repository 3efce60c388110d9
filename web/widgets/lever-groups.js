/* Groups of levers: folded to those that were moved or open, searched, or only the moved ones of all.

   What was shown stays in sight until somebody folds, searches or takes another scenario: a row never goes from under the
   hand that sets it back. */
import { facts } from "../core/facts.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { all, one, write } from "../dom/elements.js";

/** @typedef {{ row: HTMLElement, text: string, kept: boolean }} Row text: what is searched; kept: in sight in a folded group */
/** @typedef {{ host: HTMLElement, fold: HTMLElement, rows: Row[] }} Group */

/** By key, in their order. @type {Map<string, Group>} */
const groups = new Map();
let asked = "";
let movedOnly = false;
let stale = false;

const isMoved = (/** @type {Row} */ { row }) => row.classList.contains("lever--moved");
/** In sight in a folded group: what is moved or starred. */
const stays = (/** @type {Row} */ row) => isMoved(row) || row.row.classList.contains("lever--starred");
const isFolded = (/** @type {Group} */ group) => group.fold.getAttribute("aria-expanded") === "false";

export function begin() {
  if (!one(".groups")) return;
  for (const host of all(".groups .group")) {
    const rows = all(".lever", host).map((row) => ({ row, text: "", kept: false }));
    groups.set(host.dataset.group, { host, fold: one(".group__fold", host), rows });
  }
  does("fold", (button) => fold(/** @type {HTMLElement} */ (button.closest(".group")).dataset.group ?? ""));
  does("foldAll", foldAll);
  does("jump", (button) => jump(button.dataset.group ?? ""));
  does("movedOnly", (button) => {
    movedOnly = !movedOnly;
    button.setAttribute("aria-pressed", String(movedOnly));
    keepMoved();
  });
  one("#lever-search").addEventListener("input", search);
  one("#lever-search").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !asked) return;
    event.stopPropagation(); // the search, not what it stands in
    event.preventDefault();
    unsearch();
  });
  store.on((state, before) => (stale ||= state.world !== before.world));
}

/** Counts of moved levers, and those that came to be moved in sight. */
export function recount() {
  if (stale) keepMoved(false);
  stale = false;
  let sum = 0;
  for (const { host, rows } of groups.values()) {
    const count = rows.filter(isMoved).length;
    sum += count;
    for (const row of rows) row.kept ||= stays(row);
    const number = count || rows.length;
    write(one(".group__count", host), say((count ? "lever.moved_of." : "lever.count.") + (number === 1 ? "one" : "many"), { count: number, all: rows.length }));
    one(".group__reset", host).classList.toggle("is-quiet", !count);
  }
  write(one(".levers__count"), String(sum));
  write(one(".levers__moved"), sum ? say("lever.moved_count", { count: sum }) : "");
  arrange();
}

/** In folded groups only what is moved now stays in sight. @param {boolean} [shown] whether it is arranged at once */
function keepMoved(shown = true) {
  for (const { rows } of groups.values()) for (const row of rows) row.kept = stays(row);
  if (shown) arrange();
}

function arrange() {
  let there = false;
  for (const group of groups.values()) {
    let found = 0;
    for (const row of group.rows) {
      const fits = !asked || asked.split(" ").every((word) => row.text.includes(word));
      row.row.hidden = !fits || !(row.kept || (!movedOnly && (asked || !isFolded(group))));
      found += row.row.hidden ? 0 : 1;
    }
    group.host.hidden = !found && Boolean(asked || movedOnly);
    group.host.classList.toggle("group--empty", !found);
    there ||= !group.host.hidden;
  }
  one(".levers__none").classList.toggle("is-hidden", there);
  write(one('[data-do="foldAll"]'), say([...groups.values()].some(isFolded) ? "lever.unfold_all" : "lever.fold_all"));
}

/** @param {Group} group @param {boolean} open */
function turn(group, open) {
  group.fold.setAttribute("aria-expanded", String(open));
  for (const row of group.rows) row.kept = stays(row);
}

/** @param {string} key */
function fold(key) {
  const group = groups.get(key);
  if (group) turn(group, isFolded(group));
  arrange();
}

function foldAll() {
  const open = [...groups.values()].some(isFolded);
  for (const group of groups.values()) turn(group, open);
  arrange();
}

function search() {
  const words = one("#lever-search").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (!asked && words.length) { // what is said of a lever is searched too, and read when it is first needed
    for (const { rows } of groups.values()) for (const row of rows) row.text ||= textOf(row.row);
  }
  asked = words.join(" ");
  keepMoved();
}

/** Every lever is there again that a search hid. */
export function unsearch() {
  if (!asked) return;
  one("#lever-search").value = "";
  search();
}

/** @param {HTMLElement} row */
function textOf(row) {
  const { name, heading } = facts.levers[row.dataset.lever ?? ""];
  return [name, heading, row.textContent].join(" ").toLocaleLowerCase();
}

/** Opens a group and goes to its heading. @param {string} key */
function jump(key) {
  const group = groups.get(key);
  if (!group) return;
  if (group.host.hidden) {
    one("#lever-search").value = asked = "";
    movedOnly = false;
    one('[data-do="movedOnly"]').setAttribute("aria-pressed", "false");
  }
  if (isFolded(group)) turn(group, true);
  arrange();
  const heading = one(".group__title", group.host);
  heading.scrollIntoView({ block: "start" });
  heading.focus({ preventScroll: true });
}

/** To a heading of the list, by its number. @param {number} number */
export const jumpTo = (number) => jump([...groups.keys()][number] ?? "");
