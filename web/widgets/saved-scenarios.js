/* Scenarios of one's own: save what is on show under a name, with a note; open, pin, delete; to and from a file. */
import { facts } from "../core/facts.js";
import * as saved from "../core/saved.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { fileName, offerText } from "../dom/download.js";
import { complain, content } from "../dom/entry.js";
import { element, one, write } from "../dom/elements.js";
import * as live from "./live-runs.js";
import { pin, show } from "./scenario-chooser.js";
/** @import { Saved } from "../types/page.js" */

const LONGEST = 60;
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("saved." + key, values);
const button = (/** @type {string} */ text, /** @type {() => void} */ onclick, /** @type {Record<string, unknown>} */ more = {}) => element("button", { class: "button", type: "button", onclick, ...more }, text);

/** @type {HTMLDialogElement | null} */
let dialog = null;

export function begin() {
  does("openSaved", open);
  saved.on(() => {
    if (dialog?.open) paint();
    live.schedule(); // lines are called by these names
  });
  window.addEventListener("storage", saved.recall); // another window of this browser has saved
}

function open() {
  if (!dialog) {
    dialog = build();
    document.body.append(dialog);
  }
  tell("");
  paint();
  const own = saved.find(scenarios.of(store.now));
  one("#saved-name").value = own?.name ?? "";
  one("#saved-note").value = own?.note ?? "";
  content(one("#saved-name"));
  named();
  dialog.showModal();
  one("#saved-name").focus();
}

/** @param {string} text @param {HTMLElement} [more] */
function tell(text, more) {
  one("#saved-said").replaceChildren(text, ...(more ? [" ", more] : []));
}

function build() {
  const file = element("input", { type: "file", accept: ".json,application/json", class: "is-hidden", onchange: () => fetchFile(file) });
  const name = element("input", { id: "saved-name", class: "box", type: "text", maxlength: LONGEST, autocomplete: "off", oninput: named });
  const note = element("textarea", { id: "saved-note", class: "box", rows: 3, placeholder: words("note_hint"), maxlength: 2000 });
  return element("dialog", { id: "saved", class: "sheet saved", "aria-labelledby": "saved-title" },
    element("div", { class: "sheet__head" }, element("h2", { id: "saved-title", class: "panel__title" }, words("title")),
      button(words("close"), () => dialog?.close())),
    element("p", { class: "lead lead--small" }, words("lead")),
    element("p", { id: "saved-caution", class: "caution is-hidden" }, words("not_kept")),
    element("form", { class: "saved__form", novalidate: "", onsubmit: keep },
      element("h3", { class: "sheet__title" }, words("now")),
      element("div", { class: "saved__field", "data-entry": "" }, element("label", { class: "label", for: "saved-name" }, words("name")), name),
      element("div", { class: "saved__field" }, element("label", { class: "label", for: "saved-note" }, words("note")), note),
      element("button", { id: "saved-keep", class: "button button--main", type: "submit" }, words("save"))),
    element("h3", { class: "sheet__title" }, words("list")),
    element("ul", { id: "saved-list", class: "saved__list" }),
    element("p", { id: "saved-said", class: "said-here", role: "status" }),
    element("p", { class: "tools" }, button(words("to_file"), toFile, { id: "saved-out" }), button(words("from_file"), () => file.click()), file));
}

/** Whether the name stands for another scenario already: then the button says what it does to it. */
function named() {
  const name = one("#saved-name").value.trim();
  if (name) content(one("#saved-name"));
  write(one("#saved-keep"), saved.named(name) ? words("again", { name }) : words("save"));
}

/** @param {Event} event */
function keep(event) {
  event.preventDefault();
  const name = one("#saved-name").value.trim();
  if (!name) {
    complain(one("#saved-name"), words("unnamed"));
    return one("#saved-name").focus();
  }
  saved.save({ ...scenarios.of(store.now), name, note: one("#saved-note").value });
  named();
  return tell(words("done", { name }));
}

function paint() {
  one("#saved-caution").classList.toggle("is-hidden", saved.keeps);
  one("#saved-out").disabled = saved.list.length === 0;
  const shown = saved.list.length ? saved.list.map(entry) : [element("li", { class: "muted" }, words("none"))];
  one("#saved-list").replaceChildren(...shown);
}

/** @param {Saved} kept */
function entry(kept) {
  const { name, note } = kept;
  const about = (/** @type {string} */ key) => ({ "aria-label": `${words(key)}: ${name}` });
  const openIt = () => {
    show(kept);
    dialog?.close();
  };
  const beside = () => {
    pin(kept);
    dialog?.close();
  };
  return element("li", { class: "saved__one" },
    element("div", { class: "saved__about" }, element("strong", {}, name), element("span", { class: "muted" }, " " + scenarios.generic(kept)),
      note && element("p", { class: "saved__note" }, note)),
    element("div", { class: "saved__tools" }, button(words("show"), openIt, about("show")), button(words("beside"), beside, about("beside")), button(words("remove"), () => remove(kept), about("remove"))));
}

/** @param {Saved} gone */
function remove(gone) {
  saved.remove(gone.name);
  const back = button(words("undo"), () => {
    saved.save(gone);
    tell("");
    one("#saved-name").focus();
  });
  tell(words("removed", { name: gone.name }), back);
  named();
  back.focus();
}

const toFile = () => offerText(saved.toFile(), "application/json", fileName(facts.model, "model") + "-scenarios.json");

/** @param {HTMLInputElement} field */
async function fetchFile(field) {
  const [file] = field.files ?? [];
  if (file) tell(saved.fromFile(await file.text()));
  field.value = ""; // the same file can be chosen again
}
