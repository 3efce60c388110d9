/* The lines in the charts by name; pinned scenarios are renamed and taken out here. */
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { all, element, one } from "../dom/elements.js";
import { said } from "../dom/notice.js";
/** @typedef {{ kind: string, label: string, why?: string }} Entry */

/** What each legend shows. @type {WeakMap<HTMLElement, string>} */
const shown = new WeakMap();

export function begin() {
  does("unpin", (button) => {
    const place = Number(button.dataset.place);
    const gone = scenarios.name(store.now.pins[place]);
    store.unpin(place);
    said(say("explore.pin_taken", { scenario: gone }));
    if (!store.now.pins.length) all('[data-chooser="pin"]').find((chooser) => chooser.offsetParent)?.focus();
  });
  does("renamePin", rename);
}

/** @param {HTMLElement} host @param {Entry[]} entries @param {boolean} stale whether bands are of a policy before */
export function paint(host, entries, stale) {
  host.classList.toggle("legend--stale", stale);
  const text = JSON.stringify(entries);
  if (text === shown.get(host)) return;
  if (host.contains(document.activeElement) && document.activeElement?.matches("input")) return; // a name is being written
  shown.set(host, text);
  const focused = document.activeElement instanceof HTMLElement && host.contains(document.activeElement) ? document.activeElement.dataset : null;
  host.replaceChildren(...entries.map(item));
  if (focused) (one(`[data-do="${focused.do}"][data-place="${focused.place}"]`, host) ?? all('[data-do="unpin"]', host).at(-1))?.focus();
}

/** @param {Entry} entry */
function item({ kind, label, why }) {
  const swatch = element("span", { class: "swatch swatch--" + kind, "aria-hidden": "true" });
  const [, place] = /^pinned-(\d)$/.exec(kind) ?? [];
  if (place === undefined) return element("li", { class: "legend__item", title: why }, swatch, element("span", {}, label));
  return element("li", { class: "legend__item legend__item--pin" }, swatch,
    element("button", { class: "legend__name", type: "button", title: say("explore.pin_rename", { scenario: label }), "data-do": "renamePin", "data-place": place }, label),
    element("button", { class: "button button--quiet", type: "button", "aria-label": say("explore.pin_gone", { scenario: label }), "data-do": "unpin", "data-place": place }, "×"));
}

/** A pin's name becomes a box until it is written. @param {HTMLElement} button */
function rename(button) {
  const place = Number(button.dataset.place);
  const before = button.textContent ?? "";
  let done = false;
  const box = element("input", { class: "box legend__box", type: "text", maxlength: 60, value: before, "aria-label": say("explore.pin_name"), autocomplete: "off" });
  const finish = (/** @type {boolean} */ kept) => {
    if (done) return;
    done = true;
    const name = box.value.trim();
    const told = kept && name !== before ? store.renamePin(place, name) : "";
    if (told) said(told);
    const host = box.closest(".legend");
    box.replaceWith(button); // the next frame has the new name
    if (host instanceof HTMLElement) shown.delete(host);
    button.focus();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    finish(event.key === "Enter");
  });
  box.addEventListener("blur", () => finish(true));
  button.replaceWith(box);
  box.select();
}
