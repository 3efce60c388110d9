/** Pictures of a story: its curves, what somebody guessed, and what a class did. Plain data in, plain data out. */
import * as group from "./class-answers.js";
import { facts, variable } from "./facts.js";
import { resampled, through } from "./guess.js";
import { placesOf } from "./pictures.js";
import { scaled } from "./quantity.js";
import { say } from "./words.js";
/** @import { Answer, Guess, StoryChart, StoryCurve } from "../types/learn.js" */
/** @import { Line, Numbers, Picture } from "../types/page.js" */

const OTHERS = ["pinned-0", "pinned-1", "pinned-2"];
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("learn." + key, values);
const numbers = (/** @type {StoryCurve} */ curve) => curve.values.map((value) => value ?? NaN);

/** Every moment of some lists once, in order. @param {Numbers[]} lists */
const moments = (lists) => [...new Set(lists.flatMap((list) => [...list]))].sort((a, b) => a - b);

/** The looks of runs beside the one of a step: status quo has its own. @param {StoryCurve[]} curves */
function looks(curves) {
  let next = 0;
  return curves.map(({ label }) => (label === facts.worlds[facts.start.world]?.title ? "status-quo" : OTHERS[next++ % OTHERS.length]));
}

/** @param {StoryChart} chart @param {Numbers} time @param {Line[]} lines @param {[number, number] | null} limits @returns {Picture} */
function picture(chart, time, lines, limits) {
  const about = variable(chart.name);
  const values = lines.flatMap((line) => [...line.values]).filter(Number.isFinite);
  const most = Math.max(...values.map(Math.abs), ...(limits ?? []).map(Math.abs), 0);
  return {
    title: chart.label,
    unit: chart.unit,
    amount: scaled(about, most),
    places: placesOf(about, values.length ? [Math.max(...values), Math.min(...values)] : [1]),
    time, limits, lines,
    words: { label: say("chart.read", { variable: chart.label }) },
  };
}

/** @param {string} key @param {string} kind @param {string} label @param {Numbers} values @returns {Line} */
const line = (key, kind, label, values) => ({ key, kind, label, values, silent: true });

/** Runs beside, the first on top. @param {StoryCurve[]} curves @param {Numbers} time */
function beside(curves, time) {
  const kinds = looks(curves);
  return curves.map((curve, n) => line("beside-" + n, kinds[n], curve.label || words("other_run"), resampled(curve.times, numbers(curve), time))).reverse();
}

/**
 * What a step shows; where levers were moved, their run takes the place of its own, which stays beside it.
 * @param {StoryChart} chart
 * @param {{ time: Numbers, values: Numbers } | null} [moved]
 * @param {boolean} [movable] whether levers can be moved: the axis has room for it
 */
export function shown(chart, moved = null, movable = false) {
  const [own, ...others] = chart.curves;
  const time = own.times;
  const label = own.label || words("this_run");
  const lines = beside(others, time);
  if (moved) lines.push(line("own", "pinned-3", label, numbers(own)), line("moved", "policy", words("yours"), resampled(moved.time, moved.values, time)));
  else lines.push(line("own", "policy", label, numbers(own)));
  const { low, high } = variable(chart.name);
  return picture(chart, time, lines, movable && low !== null && high !== null ? [low, high] : null);
}

/**
 * A chart to guess in: what is known already, the guess so far, and what a class guessed.
 * @param {Guess} asked
 * @param {number[] | null} guess
 * @param {Answer[]} answers
 * @param {{ curve: StoryCurve, until: number } | null} [revealed] the model's curve, as far as it is drawn
 */
export function guessed(asked, guess, answers, revealed = null) {
  const { knots } = asked;
  const curves = revealed ? [...asked.curves, revealed.curve] : asked.curves;
  const time = moments([knots, ...curves.map(({ times }) => times)]).filter((moment) => moment >= knots[0] - 1e-9 && moment <= knots[knots.length - 1] + 1e-9);
  const lines = beside(asked.curves, time);
  const whole = group.middle(answers, knots.length);
  if (whole) lines.push(line("class", "pinned-3", words("median", { count: group.linesOf(answers).length }), through(knots, whole.median, time)));
  if (guess) lines.push(line("guess", "whole", words("guess"), through(knots, guess, time)));
  if (revealed) {
    const values = resampled(revealed.curve.times, numbers(revealed.curve), time).map((value, n) => (time[n] <= revealed.until ? value : NaN));
    const { label } = revealed.curve;
    lines.push(line("model", "policy", label ? words("model_named", { name: label }) : words("model"), values));
  }
  const made = picture(asked, time, lines, asked.axis);
  if (!guess && !revealed) made.expected = [{ kind: "whole", label: words("guess") }];
  if (whole) {
    made.bands = [{ key: "class-half", kind: "pinned-3", share: 50, label: words("half"), low: through(knots, whole.low, time), high: through(knots, whole.high, time) }];
    made.threads = group.threads(answers, knots);
  }
  return made;
}
