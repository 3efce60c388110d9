/** What a card says of a headline outcome in the model's last year.
 *
 * With an ensemble everything on it comes from that: the median of the level, the median of the change and its interval.
 * Without one it shows the one run there is, and says so; the two never stand beside each other.
 */
import { betters, directionOf } from "./effects.js";
import { facts, variable } from "./facts.js";
import * as likelihood from "./likelihood.js";
import { existing, nothingToCompare } from "./pictures.js";
import * as quantity from "./quantity.js";
import { say } from "./words.js";
/** @import { BandAnswer, Effect, Variable } from "../types/page.js" */
/** Interval of the change, and what the bar reaches from and to. @typedef {{ change: number[], low: number, high: number }} Bar */
/** @typedef {{ value: string, unit: string, basis: string, change: string, range: string, why: string, tone: string, direction: string, bar: Bar | null }} Card */

const MARGIN = 0.06; // of the bar's length, at either end

/** @param {number} value @param {Variable} about */
function sized(value, about) {
  const text = about.money || about.date ? quantity.size(value, about) : quantity.change(Math.abs(value), about).replace("+", "");
  return `${value > 0 ? "▲" : "▼"} ${text}`;
}

/** Whether nothing in the model is uncertain, so that one run is all there is to know. */
export const certain = () => !Object.values(facts.assumptions).some((about) => !about.loop);

/** @param {Variable} about @param {boolean} up @param {boolean} sure */
function toneOf(about, up, sure) {
  const better = sure ? betters(up ? "up" : "down", about.better) : null;
  return better === null ? "other" : better ? "better" : "worse";
}

/** @param {Variable} about @param {boolean} up @param {string} tone */
const wordOf = (about, up, tone) => say("headline." + (tone === "other" ? (up ? "higher" : "lower") : tone));

/** From the one run there is. @param {Variable} about @param {{ value: number, reference: number }} run @returns {Card} */
function ofRun(about, { value, reference }) {
  const { figure, unit } = quantity.parts(value, about);
  const change = value - reference;
  const base = { value: figure, unit, basis: certain() ? "" : say("headline.one_run"), range: "", why: "", bar: null };
  if (!Number.isFinite(change)) return { ...base, basis: "", change: nothingToCompare(value, about), tone: "other", direction: "unclear" };
  if (Math.abs(change) <= quantity.grain(about)) return { ...base, change: say("headline.unchanged"), tone: "same", direction: "same" };
  const tone = toneOf(about, change > 0, certain());
  return { ...base, change: `${sized(change, about)} ${wordOf(about, change > 0, tone)}`, tone, direction: change > 0 ? "up" : "down" };
}

/** @param {Effect} effect */
function barOf({ change }) {
  const [low, high] = [Math.min(0, change[0]), Math.max(0, change[4])];
  const margin = MARGIN * (high - low);
  return { change, low: low - margin, high: high + margin };
}

/**
 * How an outcome differs from its reference over the members. `kind`: better, worse, higher or lower only where the interval
 * holds nothing; `share`: of the futures in which it goes the likelier way; `why`: that in words and as a number.
 * @param {Variable} about
 * @param {Effect} effect
 */
export function differenceOf(about, effect) {
  const direction = directionOf(effect);
  const nothing = { direction, tone: "other", share: NaN, why: "", range: "", bar: /** @type {Bar | null} */ (null) };
  if (!Number.isFinite(effect.change[2])) return { ...nothing, kind: "nowhere" };
  if (direction === "same") return { ...nothing, kind: "same", tone: "same" };
  const up = direction === "unclear" ? effect.up >= effect.down : direction === "up";
  const share = (up ? effect.up : effect.down) / effect.count;
  const way = up ? "higher" : "lower";
  const said = { direction: say("headline." + way), word: likelihood.inWords(share), odds: likelihood.inFutures(share) };
  const why = say(direction === "unclear" ? "headline.leans" : "headline.odds", said); // "likely" beside "unclear" would contradict it
  const tone = direction === "unclear" ? "other" : toneOf(about, up, true);
  const kind = direction === "unclear" ? "unclear" : tone === "other" ? way : tone;
  return { direction, tone, share, why, kind, range: quantity.changes(effect.change[0], effect.change[4], about), bar: barOf(effect) };
}

/** What a card says of a change. @param {Variable} about @param {Effect} effect @param {string} kind */
function changeWords(about, effect, kind) {
  if (kind === "nowhere") return nothingToCompare(effect.level[2], about);
  if (kind === "same") return say("headline.unchanged");
  return kind === "unclear" ? say("headline.unclear") : `${sized(effect.change[2], about)} ${say("headline." + kind)}`;
}

/** From the ensemble. @param {Variable} about @param {Effect} effect @param {string} there in how many futures there is the outcome @returns {Card} */
function ofEnsemble(about, effect, there) {
  const { figure, unit } = quantity.parts(effect.level[2], about);
  const { direction, tone, why, kind, range, bar } = differenceOf(about, effect);
  const basis = Number.isFinite(effect.level[2]) ? say("headline.median") : "";
  return { value: figure, unit, basis, change: changeWords(about, effect, kind), range: [range, there].filter(Boolean).join("\n"), why, tone, direction, bar };
}

/**
 * @param {string} name
 * @param {{ value: number, reference: number }} run
 * @param {Pick<BandAnswer, "members" | "effects" | "there"> | null} bands
 * @returns {Card}
 */
export function cardOf(name, run, bands) {
  const about = variable(name);
  const effect = bands?.effects[name];
  if (!bands || !effect) return ofRun(about, run);
  const share = (bands.there[name] ?? bands.members) / bands.members;
  const nowhere = !Number.isFinite(effect.level[2]);
  return ofEnsemble(about, effect, share < 1 || nowhere ? existing(share) : "");
}
