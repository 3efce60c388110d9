/* The loop that is open on Why: told in words, drawn with arrows as wide as their link scores in the year, its switch, its
   equations, where it is seen best; and, for who wants to know, the scores themselves beside what cutting says.

   Link scores are of scenarios as they stand (policy_lab/app/loop_strengths.py); of a policy whose levers have been moved
   there are none, the arrows are plain, and the page says so. */
import { nearest } from "../core/chart-scale.js";
import { facts, variable } from "../core/facts.js";
import * as loops from "../core/loops.js";
import { entryOf as viewOf } from "../core/model-view.js";
import * as numbers from "../core/numbers.js";
import * as quantity from "../core/quantity.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { order } from "../core/why.js";
import { say } from "../core/words.js";
import { under } from "../dom/buttons.js";
import { element, make, one, table, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import { drawLoops } from "../widgets/loop-drawing.js";
import { loopSwitch } from "../widgets/loop-switch.js";
import { answer, entryOf } from "./entry-panel.js";
import { mark } from "./why-ribbons.js";
/** @import { LoopPicture, LoopPictures } from "../types/model-page.js" */
/** @import { LoopScores } from "../types/page.js" */
/** @import { Found } from "./why.js" */
/** @typedef {{ year: number, loop: string, more: boolean }} View */
/** @typedef {{ look: (parts: { outcome?: string, year?: number, loop?: string, more?: boolean }) => void, painted: () => void }} Lent */

const WIDTH = { least: 1.2, more: 4.8, widest: 760, sectors: 480 }; // pixels: of an arrow without a score, of a score of 1 beyond that; of the drawing, with sectors
const TALL = 1.5; // times its width that a drawing may be high
const HIGH = 380; // pixels of room that a drawing has at first
const AS_IT_STANDS = "model"; // scores of a model without scenarios

/** @type {Lent} */
let lent;
/** @type {LoopPictures | null} */
let pictures = null;
/** By scenario; null while they come, or where they cannot be had. @type {Map<string, LoopScores | null>} */
const scores = new Map();
/** The panel of the open loop. @type {{ key: string, place: HTMLElement, told: HTMLElement, drawing: HTMLElement, arrows: HTMLElement, equations: HTMLElement, control: ReturnType<typeof loopSwitch> } | null} */
let panel = null;
let drawn = ""; // what the drawing was made of
let listed = ""; // what the scores below were written of
/** @type {{ found: Found, view: View } | null} */
let latest = null;

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("why." + key, values);
const modelWords = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("model." + key, values);

/** @param {Lent} given */
export function build(given) {
  lent = given;
  scoresOpened(one("#why-more"));
  one("#why-ribbons").addEventListener("click", pressed);
  one("#why-ribbons").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => (event.key === "Enter" || event.key === " ") && pressed(event));
  new ResizeObserver(() => latest && panel && panel.place.clientWidth && paintDrawing(latest.view)).observe(one("#why-ribbons"));
}

/** A box of the drawing leads to its entry on Model. @param {Event} event */
function pressed(event) {
  const box = under(event, ".loop-node");
  if (!box) return;
  event.preventDefault();
  router.visit(router.addressWith("model", "d", viewOf(box.dataset.variable ?? "")));
}

// --- what is fetched ------------------------------------------------------------------------------------------

/** The scenario whose scores hold for the policy on show; "" where levers or assumptions have been moved. @param {Found} found */
function scenarioOf({ state }) {
  if (Object.keys(scenarios.of(state).levers).length || Object.keys(state.assumptions).length) return "";
  return state.world || AS_IT_STANDS;
}

/** @param {string} scenario @returns {LoopScores | null} */
function scoresOf(scenario) {
  if (!scenario || scores.has(scenario)) return scores.get(scenario) ?? null;
  scores.set(scenario, null);
  answer(facts.files.why.replace("*", scenario)).then((given) => {
    scores.set(scenario, given);
    drawn = listed = "";
    lent.painted();
  }, () => scores.delete(scenario));
  return null;
}

function drawings() {
  if (pictures) return pictures;
  answer(facts.files.loops).then((given) => {
    pictures = given;
    drawn = listed = "";
    lent.painted();
  }, () => {});
  return null;
}
/** The view says whether the scores are open, from the press on: "toggle" comes later than a repaint may, and is for what
 * opens them without a press, as a search in the page does. @param {HTMLDetailsElement} more */
function scoresOpened(more) {
  one("summary", more).addEventListener("click", (/** @type {Event} */ event) => {
    event.preventDefault();
    lent.look({ more: !more.open });
  });
  more.addEventListener("toggle", () => latest && more.open !== latest.view.more && lent.look({ more: more.open }));
}

/** The number of a loop among the drawings, -1 for none. @param {string} key */
const numberOf = (key) => pictures?.loops.findIndex(({ loops: [loop] }) => loop.key === key) ?? -1;

// --- the open loop --------------------------------------------------------------------------------------------

/** @param {Found} found @param {View} view */
export function paint(found, view) {
  latest = { found, view };
  if (panel && panel.key !== view.loop) {
    panel.place.remove();
    panel = null;
  }
  if (view.loop && !panel) open(view.loop);
  if (panel) {
    panel.control.paint(store.now);
    write(panel.told, effectOf(found, view));
    paintDrawing(view);
  }
  one("#why-more").open = view.more;
  if (view.more) paintScores(found, view);
}

/** @param {string} key */
function open(key) {
  const loop = loops.about(key);
  if (!loop) return;
  drawings();
  const control = loopSwitch(key, loop.name);
  const [told, drawing, arrows, equations] = [make("p", "open-loop__told"), make("div", "open-loop__drawing"), make("p", "caveat"), make("div", "open-loop__equations")];
  const details = element("details", { class: "data", ontoggle: () => void fillEquations(key) }, element("summary", { class: "button button--link" }, words("equations")), equations);
  const path = element("p", { class: "open-loop__path" }, mark(loop.kind), " ", loop.path.map(({ step }) => step).join(" → "));
  const place = element("div", { class: "open-loop" },
    element("div", { class: "open-loop__head" }, element("p", {}, modelWords("loop_means_" + loop.kind.toLowerCase())), control.control),
    path, told, drawing, arrows, details, shown(key));
  one(`.ribbon[data-loop="${key}"]`).append(place);
  panel = { key, place, told, drawing, arrows, equations, control };
  drawn = "";
}

/** What it does in the year. @param {Found} found @param {View} view */
function effectOf(found, view) {
  const about = variable(found.outcome);
  const n = found.keys.indexOf(view.loop);
  const effect = found.effects[n][nearest(found.time, view.year)];
  const values = { loop: loops.about(view.loop)?.name, outcome: about.label, year: view.year, size: quantity.size(effect, about) };
  return words(Math.abs(effect) > quantity.grain(about) ? (effect > 0 ? "told_raises" : "told_lowers") : "told_none", values);
}

/** Where it is seen best, and the way there. @param {string} key */
function shown(key) {
  const best = loops.about(key)?.shown;
  if (!best) return null;
  const values = { world: facts.worlds[best.world]?.title, outcome: variable(best.outcome).label, year: best.year };
  const there = () => {
    store.chooseWorld(best.world);
    lent.look({ outcome: best.outcome, year: Math.round(best.year) });
  };
  return element("p", { class: "open-loop__shown" }, say(`loop.example_${best.when_cut}`, values) + " ", element("button", { class: "button", type: "button", onclick: there }, words("see")));
}

/** The place of the year among those of the scores. @param {LoopScores | null} known @param {View} view */
const yearOf = (known, view) => known?.years.indexOf(view.year) ?? -1;

/** A drawing whose arrows have the sign and the width of their scores. @param {LoopPicture} plain @param {number[]} arrows */
const weighted = (plain, arrows) => ({
  ...plain,
  links: plain.links.map((link, n) => ({ ...link, width: WIDTH.least + WIDTH.more * Math.min(1, Math.abs(arrows[n])), sign: arrows[n] ? /** @type {1 | -1} */ (Math.sign(arrows[n])) : link.sign })),
});

/** @param {View} view */
function paintDrawing(view) {
  if (!panel || !latest) return;
  const n = numberOf(panel.key);
  if (!pictures || n < 0) return write(panel.arrows, pictures ? words("no_drawing") : words("drawing_comes"));
  const scenario = scenarioOf(latest.found);
  const known = scoresOf(scenario);
  const arrows = known?.links[n]?.map((each) => each[yearOf(known, view)]) ?? [];
  const there = arrows.length > 0 && arrows.every((score) => score !== undefined);
  const width = Math.min(panel.place.clientWidth, WIDTH.widest);
  const key = JSON.stringify([panel.key, there && arrows, width]);
  if (key === drawn || !width) return undefined;
  drawn = key;
  const picture = pictures.loops[n];
  panel.drawing.replaceChildren(fitting(there ? weighted(picture, arrows) : picture, width));
  const moving = there && arrows.some(Boolean);
  return write(panel.arrows, moving ? words("arrows", { world: facts.worlds[latest.found.state.world]?.title, year: view.year }) : there ? words("arrows_still", { year: view.year }) : scenario ? words("arrows_come") : words("arrows_plain"));
}

/** Where there is too little room for a ring, one that is drawn larger and shown smaller. @param {LoopPicture} picture @param {number} room */
function fitting(picture, room) {
  let width = room;
  for (;; width *= 1.1) {
    const made = drawLoops(picture, { width, height: HIGH, words: modelWords, sectors: room >= WIDTH.sectors });
    if (Number(made.getAttribute("height")) <= TALL * width || width > 2 * room) return made;
  }
}

/** @param {string} key */
async function fillEquations(key) {
  const mine = panel;
  if (!mine || mine.equations.childNodes.length) return;
  drawings();
  await answer(facts.files.loops).catch(() => null);
  const nodes = pictures?.loops[numberOf(key)]?.nodes ?? [];
  const entries = await Promise.all(nodes.map(({ name }) => entryOf(name).catch(() => null)));
  mine.equations.replaceChildren(...entries.flatMap((entry, n) => (entry ? [element("h4", { class: "open-loop__name" }, nodes[n].label), make("pre", "entry__equation", entry.equation.text)] : [])));
}

// --- for who wants to know ------------------------------------------------------------------------------------

/** @param {Found} found @param {View} view */
function paintScores(found, view) {
  const host = one("#why-scores");
  drawings();
  const scenario = scenarioOf(found);
  const known = scoresOf(scenario);
  const key = JSON.stringify([scenario, Boolean(known), Boolean(pictures), view, found.outcome, found.state.world]);
  if (key === listed) return;
  listed = key;
  const limits = element("ul", { class: "why__limits" }, ...["relative", "local", "still", "levers"].map((limit) => element("li", {}, words("limit_" + limit))));
  const parts = known && pictures ? [links(known, view), ranks(known, found, view), sample(known, view)] : [make("p", "muted", scenario ? words("arrows_come") : words("scores_none"))];
  host.replaceChildren(make("h3", "why__small", words("limits")), limits, ...parts.filter((part) => part !== null));
}

const figure = (/** @type {number | undefined} */ value) => (value === undefined ? "–" : numbers.figure(value, 2));
const region = (/** @type {string} */ title, /** @type {HTMLElement} */ what, /** @type {string} */ about) => element("div", {}, make("h3", "why__small", title), make("p", "muted", about), element("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-label": title }, what));

/** The scores of the open loop's arrows. @param {LoopScores} known @param {View} view */
function links(known, view) {
  const n = numberOf(view.loop);
  const picture = pictures?.loops[n];
  if (!picture) return null;
  const rows = picture.links.map(({ from, to, via }, link) => [`${picture.nodes[from].label} → ${picture.nodes[to].label}`, via.join(" → ") || "–", figure(known.links[n][link][yearOf(known, view)])]);
  return region(words("links", { loop: picture.loops[0].name, year: view.year }), table(["link", "via", "score"].map((head) => words("column_" + head)), rows), words("links_about"));
}

/** By what cutting does, and by what the scores say. @param {LoopScores} known @param {Found} found @param {View} view */
function ranks(known, found, view) {
  const moment = nearest(found.time, view.year);
  const about = variable(found.outcome);
  const scored = found.keys.map((key) => known.loops[numberOf(key)]?.[yearOf(known, view)]);
  const [byCut, byScore] = [order(found.effects, moment), order(scored.map((score) => [score ?? 0]), 0)];
  const rows = byCut.map((n, rank) => [loops.about(found.keys[n])?.name, rank + 1, quantity.change(found.effects[n][moment], about), byScore.indexOf(n) + 1, figure(scored[n])]);
  return region(words("ranks", { year: view.year }), table(["loop", "rank_cut", "effect", "rank_score", "share"].map((head) => words("column_" + head)), rows), words("ranks_about"));
}

/** @param {LoopScores} known @param {View} view */
function sample(known, view) {
  if (!known.sample.length) return null;
  const { year, circuits } = known.sample[nearest(known.sample.map((each) => each.year), view.year)];
  const rows = circuits.map(({ stock, score, path }) => [stock, [...path, path[0]].join(" → "), figure(score)]);
  return region(words("sample", { year }), table(["stock", "path", "score"].map((head) => words("column_" + head)), rows), words("sample_about"));
}
