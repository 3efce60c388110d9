/* One step of a story: what stands below its words, and which charts stand beside them. */
import * as figures from "../core/story-pictures.js";
import { say } from "../core/words.js";
import { element } from "../dom/elements.js";
import { answersOf } from "./learn-class.js";
import * as classes from "./learn-class.js";
import * as guesses from "./learn-guess.js";
import * as sliders from "./learn-sliders.js";
import { inline, plain } from "./learn-words.js";
import { did, work } from "./learn-work.js";
/** @import { Demand, Guess, Question, Story, StoryChart } from "../types/learn.js" */
/** @import { Picture } from "../types/page.js" */
/** @import { Charts } from "./learn-charts.js" */

/** What a step has: elements below its words; what begins and ends with it.
 * @typedef {{ parts: HTMLElement[], stop?: () => void }} Built */

const DRAWING = 1800; // milliseconds of the model's curve
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("learn." + key, values);
const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** What a code of a step is about. @param {Story} story @param {number} at @returns {Question} */
export function questionOf(story, at) {
  const { predict: asked, options, run } = story.steps[at];
  const own = { story: story.key, step: at + 1, run: run ?? null };
  if (asked) return { ...own, name: asked.name, knots: asked.knots, axis: asked.axis, options: asked.words.length };
  return { ...own, name: "", knots: [], axis: [0, 1], options: options?.length ?? 0 };
}

/** The charts that stand beside a step without its own: those before it. @param {Story} story @param {number} at @returns {Picture[]} */
function before(story, at) {
  for (let n = at; n >= 0; n--) {
    const { kind, charts, chart, predict: asked } = story.steps[n];
    if (kind === "show" && charts) return charts.map((one) => figures.shown(one));
    if (kind === "reveal" && chart && asked) return [figures.guessed(asked, null, [], { curve: chart.curves[0], until: Infinity })];
    if (kind === "ask" && work.shown[n] && charts?.length) return charts.map((one) => figures.shown(one));
  }
  return [];
}

/** @param {Story} story @param {number} at @param {Charts} charts @returns {Built} */
function predict(story, at, charts) {
  const asked = /** @type {Guess} */ (story.steps[at].predict);
  const question = questionOf(story, at);
  const paint = () => charts.show([figures.guessed(asked, work.guess[at] ?? null, answersOf(question).answers)]);
  paint();
  const own = classes.ownPanel(question);
  const changed = () => {
    paint();
    control.follow();
    own.follow();
  };
  const control = guesses.controls(asked, at, changed);
  const stop = guesses.drawOn(charts.list[0].chart, asked, at, changed);
  return { parts: [control.place, ...own.parts, classes.classPanel(question, asked.words, asked.label, paint)], stop };
}

/** @param {Story} story @param {number} at @param {Charts} charts @returns {Built} */
function reveal(story, at, charts) {
  const step = story.steps[at];
  const { chart, of = 0 } = step;
  const asked = /** @type {Guess} */ (step.predict);
  const curve = /** @type {StoryChart} */ (chart).curves[0];
  const question = questionOf(story, of);
  const [first, last] = [asked.knots[0], asked.knots[asked.knots.length - 1]];
  let until = work.shown[at] || still() ? Infinity : first;
  let frame = 0;
  const said = element("div", { class: "tale__said", role: "status" });
  const paint = () => charts.show([figures.guessed(asked, work.guess[of] ?? null, answersOf(question).answers, { curve, until })]);
  const done = () => {
    until = Infinity;
    did("shown", at, true);
    paint();
    if (!said.firstChild) said.replaceChildren(element("p", {}, inline(step.say)), ...shapeSaid(asked, of));
    again.hidden = still();
  };
  const play = () => {
    const began = performance.now();
    const next = (/** @type {number} */ now) => {
      const share = (now - began) / DRAWING;
      if (share >= 1) return done();
      until = first + (last - first) * Math.max(0, share);
      paint();
      frame = window.requestAnimationFrame(next);
      return undefined;
    };
    window.cancelAnimationFrame(frame);
    frame = window.requestAnimationFrame(next);
  };
  const again = element("button", { class: "button", type: "button", hidden: true, onclick: play }, words("again"));
  if (until === Infinity) done();
  else {
    paint();
    play();
  }
  return { parts: [said, element("p", {}, again), classes.classPanel(question, asked.words, asked.label, paint)], stop: () => window.cancelAnimationFrame(frame) };
}

/** The shape that somebody had chosen in words. @param {Guess} asked @param {number} of */
function shapeSaid(asked, of) {
  const shape = asked.words[(work.option[of] ?? 0) - 1];
  return shape ? [element("p", { class: "tale__chosen" }, words("chosen", { shape }))] : [];
}

/** @param {Story} story @param {number} at @param {Charts} charts @returns {Built} */
function show(story, at, charts) {
  const step = story.steps[at];
  const list = step.charts ?? [];
  const movable = sliders.movable(step);
  const paint = async () => {
    const made = sliders.moved(step, at);
    const now = work.levers[at];
    if (!made) return charts.show(list.map((chart) => figures.shown(chart, null, movable)));
    const run = await made;
    if (work.levers[at] !== now || gone) return undefined; // a later move is on its way
    return charts.show(list.map((chart) => figures.shown(chart, { time: run.time, values: run.of(chart.name) }, movable)));
  };
  let gone = false;
  charts.show(list.map((chart) => figures.shown(chart, null, movable)));
  paint().catch(() => {});
  return { parts: movable ? [sliders.controls(step, at, paint)] : [], stop: () => void (gone = true) };
}

/** @param {Story} story @param {number} at @param {Charts} charts @param {() => void} grown @returns {Built} */
function ask(story, at, charts, grown) {
  const step = story.steps[at];
  const options = step.options ?? [];
  const question = questionOf(story, at);
  const told = element("div", { class: "tale__said", role: "status" });
  const own = classes.ownPanel(question);
  const answered = () => {
    const right = step.answer === null || step.answer === undefined ? null : options[step.answer];
    told.replaceChildren(
      right ? element("p", { class: "tale__answer" }, words("model_answers"), " ", element("strong", {}, inline(right))) : "",
      element("p", {}, inline(step.because)));
    if (step.charts?.length) charts.show(step.charts.map((chart) => figures.shown(chart)));
    button.hidden = true;
  };
  const button = element("button", { class: "button button--main", type: "button", onclick: () => {
    did("shown", at, true);
    answered();
    grown();
    told.tabIndex = -1;
    told.focus({ preventScroll: true });
  } }, words(options.length ? "show_answer" : "show_thoughts"));
  charts.show(before(story, at));
  const choose = (/** @type {number} */ n) => {
    did("option", at, n + 1);
    own.follow();
  };
  const ticks = options.map((option, n) => {
    const tick = element("input", { type: "radio", name: "answer-" + at, value: n + 1, onchange: () => choose(n) });
    tick.checked = work.option[at] === n + 1;
    return element("label", { class: "choice" }, tick, element("span", {}, inline(option)));
  });
  const field = options.length === 0 && element("textarea", { class: "box tale__notes", rows: "3", "aria-label": words("notes"), placeholder: words("notes"), oninput: (/** @type {Event} */ event) => did("notes", at, /** @type {HTMLTextAreaElement} */ (event.target).value || undefined) });
  if (field) field.value = work.notes[at] ?? "";
  const asked = options.length ? element("fieldset", { class: "choices-list" }, element("legend", { class: "unseen" }, step.title), ticks) : element("div", {}, field);
  if (work.shown[at]) answered();
  return { parts: [asked, element("p", {}, button), told, ...(options.length ? [...own.parts, classes.classPanel(question, options.map(plain), step.title, () => {})] : [])] };
}

/** @param {string} title @param {Demand[] | undefined} demands */
function demanded(title, demands) {
  if (!demands?.length) return [];
  return [element("h3", { class: "tale__subtitle" }, title), element("ul", { class: "tale__list" }, ...demands.map(({ words: text, year }) => element("li", {}, words("demand", { what: text, year }))))];
}

/** A part of a role play: what a seat wants, what all want, what would do. @param {Story} story @param {number} at @param {Charts} charts @returns {Built} */
function role(story, at, charts) {
  const { aim, red_line: red, demands, levers = [] } = story.steps[at];
  charts.show(before(story, at));
  const bids = levers.length ? [element("h3", { class: "tale__subtitle" }, words("bid")), element("ul", { class: "tale__list" }, ...levers.map(([lever, value]) => element("li", {}, `${lever}: ${value}`)))] : [];
  return { parts: [...demanded(words("aim"), aim), ...demanded(words("red_line"), red), ...demanded(words("goal"), demands), ...bids] };
}

/** @param {Story} story @param {number} at @param {Charts} charts @returns {Built} */
function read(story, at, charts) {
  charts.show(before(story, at));
  return { parts: [] };
}

/** @type {Record<string, (story: Story, at: number, charts: Charts, grown: () => void) => Built>} */
const KINDS = { predict, reveal, show, ask, read, role, goal: role, deal: role };

/** @param {Story} story @param {number} at @param {Charts} charts @param {() => void} grown told when a press has shown more */
export const build = (story, at, charts, grown) => (KINDS[story.steps[at].kind] ?? read)(story, at, charts, grown);
