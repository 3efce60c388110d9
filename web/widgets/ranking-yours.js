/** One's own studies: how each stands, with its progress, and what can be done with it; asked for less and less often. */
import { filled } from "../core/words.js";
import { element, one, write } from "../dom/elements.js";
/** @import { StudyState } from "../types/ranking.js" */
/** @typedef {{ show: (study: string) => void, send: (path: string) => Promise<any>, say: (text: string) => void, fail: (error: unknown) => void, again: () => void }} Lent */

/** @param {Record<string, string>} texts */
export function section(texts) {
  return element("section", { class: "yours is-hidden", "aria-labelledby": "rank-yours" },
    element("h2", { class: "subtitle", id: "rank-yours" }, texts.yours), element("ul", { class: "yours__list" }));
}

/** Draws the list. @param {HTMLElement} place @param {StudyState[]} studies @param {Record<string, string>} texts @param {Lent} lent */
export function fill(place, studies, texts, lent) {
  place.classList.toggle("is-hidden", !studies.length);
  const rows = one("ul", place);
  const there = new Map([...rows.children].map((line) => [line.dataset.study, line]));
  rows.replaceChildren(...studies.map((study) => row(there.get(study.id), study, texts, lent)));
}

/** A row that stays the same element while its study runs, so that a hand or a screen reader on it keeps its place.
 * @param {Element | undefined} made @param {StudyState} study @param {Record<string, string>} texts @param {Lent} lent */
function row(made, study, texts, lent) {
  const line = made ?? element("li", { class: "yours__row", "data-study": study.id },
    element("span", { class: "yours__title" }), element("progress", { class: "yours__bar", max: "1" }), element("span", { class: "yours__said" }), element("span", { class: "yours__tools" }));
  write(one(".yours__title", line), study.title);
  write(one(".yours__said", line), study.said ?? "");
  const bar = one(".yours__bar", line);
  bar.classList.toggle("is-hidden", study.state !== "running");
  bar.setAttribute("aria-label", filled(texts.progress, { title: study.title }));
  if (study.share) bar.value = study.share;
  else bar.removeAttribute("value");
  const tools = one(".yours__tools", line);
  if (tools.dataset.state !== study.state) {
    tools.dataset.state = study.state;
    tools.replaceChildren(...buttons(study, texts, lent));
  }
  line.setAttribute("data-state", study.state);
  return line;
}

/** @param {StudyState} study @param {Record<string, string>} texts @param {Lent} lent */
function buttons(study, texts, lent) {
  const button = (/** @type {string} */ text, /** @type {(event: Event) => void} */ act) => element("button", { class: "button", type: "button", onclick: act }, text, element("span", { class: "unseen" }, ": " + study.title));
  /** @param {string} what @param {string} [done] what is said then */
  const doing = (what, done) => async (/** @type {Event} */ event) => {
    const pressed = /** @type {HTMLButtonElement} */ (event.currentTarget);
    pressed.disabled = true;
    try {
      await lent.send(`/${study.id}/${what}`);
      if (done) lent.say(filled(done, { title: study.title }));
    } catch (error) {
      lent.fail(error);
      pressed.disabled = false;
    }
    lent.again();
  };
  const cancel = doing("cancel", study.open ? texts.cancelled : "");
  if (study.open) return [button(texts.cancel, cancel)];
  const look = button(texts.look, () => lent.show(study.id));
  return [study.state === "finished" ? look : button(texts.again, doing("again")), button(texts.forget, cancel)];
}
