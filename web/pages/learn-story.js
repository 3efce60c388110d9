/* A story on show: a bar with where one is, words left, charts right, and the way on. */
import { facts } from "../core/facts.js";
import { say } from "../core/words.js";
import { element, one, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import { Charts } from "./learn-charts.js";
import * as steps from "./learn-steps.js";
import { prose } from "./learn-words.js";
import { did, forget, work } from "./learn-work.js";
/** @import { Story } from "../types/learn.js" */
/** @import { Built } from "./learn-steps.js" */

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("learn." + key, values);

/** What stands on the page of the story that is open. @type {{ story: Story, charts: Charts, built: Built | null, at: number } | null} */
let open = null;

/** @param {Story} story */
const foreign = (story) => (story.language === facts.language ? null : story.language);

/** The page's frame of a story. @param {HTMLElement} host @param {Story} story @param {{ go: (step: number) => void, leave: () => void }} lent */
export function mount(host, story, lent) {
  close();
  const move = (/** @type {number} */ by) => lent.go((open?.at ?? 0) + by);
  const button = (/** @type {string} */ id, /** @type {string} */ text, /** @type {() => void} */ act, more = "") => element("button", { id, class: "button tale__move " + more, type: "button", onclick: act }, text);
  const beside = element("div", { id: "lesson-charts", class: "tale__charts" });
  host.replaceChildren(element("div", { class: "tale", lang: foreign(story) },
    element("div", { class: "tale__bar" },
      element("button", { class: "button button--link tale__leave", type: "button", lang: facts.language, onclick: lent.leave }, words("all_stories")),
      element("h1", { class: "tale__name" }, story.title),
      element("p", { id: "lesson-place", class: "tale__place", lang: facts.language })),
    element("div", { class: "tale__track", "aria-hidden": "true" }, element("span", { id: "lesson-track" })),
    foreign(story) && element("p", { class: "caveat tale__foreign", lang: facts.language }, words("only_in", { language: words("in_" + story.language) })),
    element("div", { class: "tale__body" },
      element("section", { class: "tale__words", "aria-labelledby": "lesson-title" },
        element("h2", { id: "lesson-title", class: "tale__title", tabindex: "-1" }),
        element("div", { id: "lesson-words", class: "tale__prose" })),
      element("div", { id: "lesson-parts", class: "tale__parts" }),
      beside),
    element("div", { class: "tale__moves", lang: facts.language, role: "group", "aria-label": words("moves") },
      button("lesson-back", words("back"), () => move(-1)),
      button("lesson-again", words("anew"), () => {
        forget();
        lent.go(0);
      }),
      button("lesson-next", words("next"), () => move(1), "button--main"))));
  const about = () => ({ source: say("chart.source", { model: facts.model, hash: facts.hash.slice(0, 8), policy: `${story.title}: ${story.steps[Math.max(0, at())].title}` }), link: router.link(), unit: say("chart.no_unit") });
  open = { story, charts: new Charts(beside, about), built: null, at: -1 };
}

const SIZES = [1, 0.96, 0.92, 0.88, 0.84, 0.8]; // of the letters on a projector

/** Presented, a step is seen whole: its letters are as large as leaves it room; full size where no size does. */
export function fit() {
  if (!open) return;
  const tale = one(".tale");
  const set = (/** @type {number} */ size) => tale.style.setProperty("--fit", String(size));
  const seenWhole = (/** @type {number} */ size) => {
    set(size);
    return document.documentElement.scrollHeight <= window.innerHeight;
  };
  const before = tale.style.getPropertyValue("--fit") || "1";
  const size = "present" in document.documentElement.dataset ? SIZES.find(seenWhole) ?? 1 : 1;
  set(size);
  if (before !== String(size)) open.charts.again();
}

/** What in a role play is not for everybody who steps through: a seat's briefing, and a deal before the table has met. */
const COVERED = new Set(["role", "deal"]);

/** In place of it. @param {number} at @param {string} kind */
const cover = (at, kind) => element("div", {},
  kind === "role" && element("p", { class: "caveat" }, words("role_warning")),
  element("p", {}, element("button", { class: "button button--main", type: "button", onclick: () => {
    did("shown", at, true);
    show(at);
    one("#lesson-title").focus({ preventScroll: true });
  } }, words("show_" + kind))));

/** A step, counted from 0. @param {number} wanted */
export function show(wanted) {
  if (!open) return;
  const { story, charts } = open;
  open.built?.stop?.();
  open.at = wanted;
  const step = story.steps[wanted];
  const [number, count] = [wanted + 1, story.steps.length];
  write(one("#lesson-title"), step.title);
  write(one("#lesson-place"), words("place", { number, count }));
  one("#lesson-track").style.setProperty("--share", String(number / count));
  const covered = COVERED.has(step.kind) && !work.shown[wanted];
  one("#lesson-words").replaceChildren(...(covered ? [] : prose(step.words)));
  open.built = steps.build(story, wanted, charts, fit);
  one("#lesson-parts").replaceChildren(...(covered ? [cover(wanted, step.kind)] : open.built.parts));
  one("#lesson-charts").hidden = charts.list.length === 0;
  one(".tale__body").classList.toggle("tale__body--words", charts.list.length === 0);
  one("#lesson-back").disabled = wanted === 0;
  one("#lesson-next").disabled = number === count;
  one("#lesson-next").hidden = number === count && count > 1;
  one("#lesson-again").hidden = number < count || count === 1;
  fit();
}

/** Pictures that stand on the page, for the Share menu. */
export const pictures = () => open?.charts.offers() ?? [];

/** Whether a story is mounted, and which. */
export const shown = () => open?.story ?? null;
/** The step that is on show, counted from 0. */
export const at = () => open?.at ?? -1;

export function close() {
  open?.built?.stop?.();
  open?.charts.stop();
  open = null;
}
