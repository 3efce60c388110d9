/* Learn: the list of the model's stories, and the one that is open, a step at a time.

   A story comes whole (policy_lab/app/story_data.py): after that nothing is asked of a server, and the others come while
   one is read, so a class goes on when the network is gone. Story and step travel as the part "t" of the link
   (core/learn-view.js), with the language; what somebody does in a story stays in the tab (learn-work.js). */
import { facts } from "../core/facts.js";
import * as learnView from "../core/learn-view.js";
import { offer } from "../core/offers.js";
import * as presented from "../core/presented.js";
import * as views from "../core/views.js";
import { say, toldBy } from "../core/words.js";
import { element, one } from "../dom/elements.js";
import { modified } from "../dom/keys.js";
import { tellAlso } from "../dom/notice.js";
import * as router from "../dom/router.js";
import { ownCode } from "./learn-class.js";
import * as lesson from "./learn-story.js";
import { questionOf } from "./learn-steps.js";
import { join, offered } from "./learn-room.js";
import { joinPanel } from "./learn-room-pupil.js";
import { framed } from "./learn-words.js";
import { begin as beginWork, work } from "./learn-work.js";
/** @import { Listed, Story } from "../types/learn.js" */

const NUMBER = "*"; // policy_lab/app/addresses.py
const FORMAT = 1; // of a story's data
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("learn." + key, values);

export let view = { story: "", step: 1 };
/** @type {Promise<Listed[]> | null} */
let coming = null;
/** @type {Map<string, Promise<Story>>} */
const stories = new Map();

const seen = () => router.page() === "learn";

/** @param {string} address */
async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer.json();
}

/** The list, and the words of this page. */
function list() {
  coming ??= fetched(facts.files.stories).then(({ stories: listed, words: texts }) => {
    Object.assign(facts.words, texts);
    return listed;
  });
  coming.catch(() => void (coming = null));
  return coming;
}

/** @param {string} key @returns {Promise<Story>} */
function storyOf(key) {
  const known = stories.get(key) ?? fetched(facts.files.story.replace(NUMBER, encodeURIComponent(key)));
  stories.set(key, known);
  known.catch(() => stories.delete(key));
  return known;
}

/** All others, one after the other, so that nothing is asked for later. @param {Listed[]} listed */
async function others(listed) {
  for (const { key } of listed) await storyOf(key).catch(() => {});
}

// --- the list -------------------------------------------------------------------------------------------------

/** @param {Listed} one */
function card({ key, language, title, minutes, level, teaches, kind }) {
  const about = [minutes && words("minutes", { count: minutes }), level, kind !== "lesson" && words("role_play")].filter(Boolean).join(" · ");
  const foreign = language === facts.language ? null : language;
  return element("li", { class: "panel story" },
    element("h2", { class: "story__title", lang: foreign }, element("a", { href: router.addressWith("learn", learnView.LETTER, learnView.written({ story: key, step: 1 })), "data-story": key, onclick: (/** @type {MouseEvent} */ event) => {
      if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      look({ story: key, step: 1 });
    } }, title)),
    element("p", { class: "story__about" }, about),
    teaches.length > 0 && element("p", { class: "story__teaches", lang: foreign }, teaches.join(", ")),
    foreign && element("p", { class: "caveat" }, words("only_in", { language: words("in_" + language) })));
}

/** @param {Listed[]} listed @param {string} [problem] with the room of a link */
function showList(listed, problem) {
  if (one("#learn-title") && !problem) return; // it stands, perhaps with half of a room's letters typed
  lesson.close();
  document.documentElement.toggleAttribute("data-lesson", false);
  one("#learn").replaceChildren(
    element("h1", { id: "learn-title", class: "title", tabindex: "-1" }, words("title")), element("p", { class: "lead" }, words("lead")),
    joinPanel(look, problem) ?? "",
    element("ul", { class: "stories" }, ...listed.map(card)),
    element("p", { class: "caveat" }, words("own")));
}

/** @param {string} text @param {string[]} [more] */
function showProblem(text, more = []) {
  lesson.close();
  document.documentElement.toggleAttribute("data-lesson", false);
  one("#learn").replaceChildren(element("h1", { class: "title" }, words("title")),
    element("div", { class: "empty" }, element("p", {}, text), more.length > 0 && element("ul", {}, ...more.map((fault) => element("li", {}, fault))),
      element("p", {}, element("button", { class: "button", type: "button", onclick: () => look({ story: "", step: 1 }) }, words("all_stories")))));
}

// --- a story --------------------------------------------------------------------------------------------------

/** @param {{ story: string, step: number }} next @param {boolean} [moves] whether a person asked for it just now */
function look(next, moves = true) {
  view = next;
  router.look(learnView.LETTER, learnView.written(view), moves);
  return show(moves);
}

/** @param {Story} story */
const kept = (story) => Math.min(story.steps.length, Math.max(1, view.step));

/** What the link names. @param {boolean} [moves] whether the focus goes along */
async function show(moves = false) {
  const wanted = view;
  try {
    const listed = await list();
    if (wanted !== view || !seen()) return;
    if (!view.story) showList(listed);
    else if (!listed.some(({ key }) => key === view.story)) {
      tellAlso(say("link.no_view"));
      look({ story: "", step: 1 }, false);
      return;
    } else await showStory(wanted, moves);
    if (moves && !view.story) one("#learn-title")?.focus({ preventScroll: true });
    others(listed);
  } catch (error) {
    if (wanted === view) unreachable(error);
  }
}

/** @param {typeof view} wanted @param {boolean} moves */
async function showStory(wanted, moves) {
  const story = await storyOf(wanted.story);
  if (wanted !== view || !seen()) return;
  if (story.faults) return showProblem(words("faults", { title: story.title }), story.faults);
  if (story.format !== FORMAT) return showProblem(words("reload"));
  if (kept(story) !== view.step) {
    if (!moves) tellAlso(say("link.no_view"));
    view = { ...view, step: kept(story) };
    router.look(learnView.LETTER, learnView.written(view));
  }
  document.documentElement.toggleAttribute("data-lesson", true);
  if (!moves && lesson.shown() === story && lesson.at() === view.step - 1) return undefined; // nothing on it is begun anew
  if (lesson.shown() !== story) {
    beginWork(story);
    lesson.mount(one("#learn"), story, { go, leave: () => look({ story: "", step: 1 }) });
  }
  lesson.show(view.step - 1);
  if (!moves) return undefined;
  one("#lesson-title").focus({ preventScroll: true });
  return window.scrollTo(0, 0);
}

/** @param {unknown} error */
function unreachable(error) {
  one("#learn").replaceChildren(element("div", { class: "empty" }, element("p", {}, toldBy(error, "wait.no_more")),
    element("button", { class: "button", type: "button", onclick: () => show() }, "↻")));
}

/** To a step of the story that is open, counted from 0; beyond its ends nothing happens. @param {number} at */
function go(at) {
  const story = lesson.shown();
  if (story && at >= 0 && at < story.steps.length) look({ ...view, step: at + 1 });
}

// --- keys and links -------------------------------------------------------------------------------------------

/** Arrows, and the keys of a presenter. @type {Record<string, number>} */
const MOVES = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
/** What has a use of its own for them. */
const TAKEN = "input, textarea, select, [role=slider], [role=combobox], .numbers, dialog *";

/** @param {KeyboardEvent} event */
function keyed(event) {
  const by = MOVES[event.key];
  if (!by || !seen() || !lesson.shown() || modified(event) || event.shiftKey || event.defaultPrevented || one("dialog[open]")) return;
  if (event.target instanceof Element && event.target.matches(TAKEN)) return;
  event.preventDefault();
  go(view.step - 1 + by);
}

function readLink() {
  const read = learnView.read(views.of(learnView.LETTER));
  if (!read) tellAlso(say("link.no_view"));
  view = read ?? { story: "", step: 1 };
}

/** @param {string} letter */
function reopened(letter) {
  if (letter === presented.LETTER) window.requestAnimationFrame(lesson.fit); // once the page has turned to it
  if (letter !== learnView.LETTER) return;
  readLink();
  if (seen()) show();
}

/** A link to a story names its language: whoever opens it reads the same words. */
function nameLanguage() {
  const { pathname, search, hash } = window.location;
  if (facts.published || /(?<=[?&])lang=/.test(search)) return;
  window.history.replaceState(window.history.state, "", `${pathname}${search}${search ? "&" : "?"}lang=${facts.language}${hash}`);
}

function come(/** @type {string} */ page) {
  document.documentElement.toggleAttribute("data-framed", page === "learn" && framed());
  if (page !== "learn") return document.documentElement.toggleAttribute("data-lesson", false);
  nameLanguage();
  readLink();
  return asked ? enter() : show();
}

/** The room that the address names: a pupil scanned it. @type {string | null} */
let asked = null;

/** Into that room: to its story, or to the list with what is wrong. */
async function enter() {
  const letters = asked ?? "";
  asked = null;
  router.writeAddress(); // the tab remembers it
  try {
    const listed = await list();
    if (!offered()) {
      tellAlso(words("room_none"));
      return await show();
    }
    return await join(letters).then((where) => look(where, false), (error) => showList(listed, toldBy(error, "wait.broken")));
  } catch (error) {
    return unreachable(error);
  }
}

/** For the console and for tests: the code of the step that is open. */
export const own = () => {
  const story = lesson.shown();
  return story && { story, step: view.step, work, code: ownCode(questionOf(story, view.step - 1)) };
};

export function begin() {
  if (!one("#learn")) return;
  asked = new URLSearchParams(window.location.search).get("room");
  views.on(reopened);
  offer("learn", lesson.pictures);
  router.visited(come);
  document.addEventListener("keydown", keyed);
  window.addEventListener("resize", lesson.fit);
}
