/* Keyboard shortcuts. Those of a single key can be switched off in their list, and never act in a field. */
import { does } from "../dom/buttons.js";
import { one } from "../dom/elements.js";
import * as router from "../dom/router.js";
import * as undo from "../dom/undo.js";
import * as glossary from "../widgets/glossary.js";
import * as groups from "../widgets/lever-groups.js";
import * as levers from "../widgets/levers.js";
import * as present from "./present.js";
import * as replays from "../widgets/replay.js";

const KEPT = "policy-lab-single-keys";
const press = (/** @type {string} */ name) => one(`[data-do="${name}"]`).click();

/** @type {Record<string, () => void>} */
const single = {
  r: () => replays.replay(),
  p: () => press("pin"),
  f: () => present.turn(),
  0: () => levers.resetAll(),
  s: () => router.share(),
  a: () => focus(one("#assumptions summary") || one("#assumptions")),
  c: () => focus(one("#choose-a")),
  "?": () => toggle(),
};

/** @param {HTMLElement} element */
function focus(element) {
  element.scrollIntoView({ block: "nearest" });
  element.focus();
}

function toggle() {
  const dialog = one("#keys-help");
  if (dialog.open) return dialog.close();
  glossary.list();
  return dialog.showModal();
}

function on() {
  try {
    return window.localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

const writes = (/** @type {EventTarget | null} */ target) => target instanceof Element && target.matches("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]");

/** @param {KeyboardEvent} event */
function keyed(event) {
  if (event.altKey || event.defaultPrevented) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if ((key !== "z" && key !== "y") || writesText(event.target)) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) undo.redo();
    else undo.undo();
    return;
  }
  if (writes(event.target) || !on() || (router.page() !== "explore" && key !== "?" && key !== "f")) return;
  if (one("#keys-help").open && key !== "?") return;
  if (/^[1-9]$/.test(key)) groups.jumpTo(Number(key) - 1);
  else if (single[key]) single[key]();
  else return;
  event.preventDefault();
}

/* A field that is being written in has an undo of its own. */
const writesText = (/** @type {EventTarget | null} */ target) => target instanceof Element && target.matches("input[type=text]:not([role=spinbutton]), input[type=search], textarea");

export function begin() {
  if (router.embedded()) return; // the keys of another page are its own, and nothing is moved in a frame
  document.addEventListener("keydown", keyed);
  does("closeKeys", toggle);
  does("openKeys", toggle);
  const box = one("#keys-single");
  box.checked = on();
  box.addEventListener("change", () => {
    try {
      window.localStorage.setItem(KEPT, box.checked ? "on" : "off");
    } catch {
      box.checked = true; // a browser that keeps nothing has them on
    }
  });
}
