/** Terms of the glossary: marked where a page first uses them, in one box that opens by pointer, focus and touch, and as a list in
 * the help. Only texts that stand for themselves are marked (a text that a script writes again loses its marks, no more), and
 * none inside of what is pressed. A page is looked through when it comes to rest. */
import { parted } from "../core/glossary.js";
import { facts } from "../core/facts.js";
import { under } from "../dom/buttons.js";
import { all, element, make, one, write } from "../dom/elements.js";
import { beside, whenGrown } from "../dom/place.js";
import * as router from "../dom/router.js";

const TEXTS = "p, dt, dd, li, small, caption, figcaption, legend, h2, h3, h4, thead th";
const NOT_IN = "button, a, label, summary, select, svg, nav, pre, code, .unseen, [role=status], [aria-live], .combo, .card, .terms, .in-short__text, .in-short__turns, .chart__summary, [hidden]";
const BLOCKS = "section, article, details, dialog, figure, table, #main";
const REST = 400; // milliseconds without a change
const PATIENCE = 2000; // milliseconds; after a finger's stroke Chromium may call nothing idle for minutes
const AWAY = 200; // milliseconds in which a pointer may go from a term to its box

/** @type {HTMLElement} */
let box;
/** The term whose box is open. @type {HTMLElement | null} */
let open = null;
let leaving = 0;
let resting = 0;

// --- marks

/** @param {HTMLElement} root */
function mark(root) {
  for (const place of all(TEXTS, root)) {
    const [only] = place.childNodes;
    if (place.childNodes.length !== 1 || !(only instanceof Text) || !place.offsetParent || place.closest(NOT_IN)) continue;
    const block = place.closest(BLOCKS) ?? root;
    const met = new Set(all(".term", block).map((term) => term.dataset.term));
    const pieces = parted(only.data, met);
    if (pieces.length > 1 || typeof pieces[0] === "object") place.replaceChildren(...pieces.map((piece) => (typeof piece === "string" ? piece : marked(piece.term.key, piece.text))));
  }
}

/** @param {string} key @param {string} text */
const marked = (key, text) => element("dfn", { class: "term", "data-term": key, tabindex: "0", "aria-describedby": "term-box" }, text);

/** Looks through the page on show once it is at rest. */
function soon() {
  window.clearTimeout(resting);
  resting = window.setTimeout(() => {
    const marks = () => mark(one("#main"));
    if (window.requestIdleCallback) window.requestIdleCallback(marks, { timeout: PATIENCE });
    else marks();
  }, REST);
}

// --- the box

/** @param {HTMLElement} term */
function show(term) {
  window.clearTimeout(leaving);
  if (open === term) return;
  const about = facts.glossary.find(({ key }) => key === term.dataset.term);
  if (!about) return;
  open = term;
  write(one("strong", box), about.term);
  write(one("p", box), about.means);
  const dialog = term.closest("dialog") ?? document.body;
  if (box.parentElement !== dialog) dialog.append(box); // a dialog is above everything that is not in it
  box.hidden = false;
  beside(box, term.getBoundingClientRect());
}

function hide() {
  window.clearTimeout(leaving);
  open = null;
  box.hidden = true;
}

/** The box goes where its term goes, until that is out of sight. */
function follow() {
  if (!open) return;
  const [line] = open.getClientRects(); // the first, of a term that is broken
  const here = line && document.elementsFromPoint((line.left + line.right) / 2, (line.top + line.bottom) / 2).includes(open);
  if (here) beside(box, open.getBoundingClientRect());
  else hide();
}

const hideSoon = () => void (leaving = window.setTimeout(hide, AWAY));

/** @param {PointerEvent} event */
function over(event) {
  if (event.pointerType === "touch") return;
  const term = under(event, ".term");
  if (term) show(term);
  else if (open && under(event, ".term-box")) window.clearTimeout(leaving);
  else if (open && open !== document.activeElement && !box.hidden) {
    window.clearTimeout(leaving);
    hideSoon();
  }
}

/** @param {KeyboardEvent} event */
function escaped(event) {
  if (event.key !== "Escape" || !open) return;
  event.preventDefault(); // what the term stands in stays open
  event.stopPropagation();
  hide();
}

function listen() {
  document.addEventListener("pointerover", over);
  document.addEventListener("focusin", (event) => {
    const term = under(event, ".term");
    if (term) show(term);
    else if (open) hide();
  });
  document.addEventListener("click", (event) => {
    const term = under(event, ".term");
    if (term) show(term); // some browsers give a touched term no focus
    else if (open && !under(event, ".term-box")) hide();
  });
  document.addEventListener("keydown", escaped, true);
  window.addEventListener("scroll", follow, { capture: true, passive: true });
  whenGrown(follow);
  window.addEventListener("resize", follow);
}

// --- the list

/** Fills the list of the help, when it is first asked for. */
export function list() {
  const place = one("#glossary");
  if (place.childElementCount) return;
  place.append(...facts.glossary.flatMap(({ key, term, means }) => [element("dt", { id: "term-" + key }, term), make("dd", "", means)]));
}

export function begin() {
  if (!facts.glossary.length || router.embedded()) return;
  box = element("div", { id: "term-box", class: "term-box", role: "tooltip" }, element("strong"), element("p"));
  box.hidden = true;
  document.body.append(box);
  listen();
  router.visited(soon);
  document.addEventListener("toggle", soon, true);
  // Other pages fill while one looks at them; on Explore texts of this kind stand from the first.
  new MutationObserver(() => router.page() !== "explore" && soon()).observe(one("#main"), { childList: true, subtree: true });
}
