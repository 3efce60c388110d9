/** From runs to what the page shows: charts, sentences, headline figures. Plain data in, plain data out. */
import { nearest } from "./chart-scale.js";
import { facts, variable } from "./facts.js";
import * as numbers from "./numbers.js";
import { scaled } from "./quantity.js";
import { say } from "./words.js";
/** @import { Band, Fan, Mark, Numbers, Picture, Run, Scene, Variable } from "../types/page.js" */

/** @param {Numbers} values */
const last = (values) => values[values.length - 1];

/** A variable in a year. @param {Run} run @param {string} name @param {number} year */
export const valueAt = (run, name, year) => run.of(name)[nearest(run.time, year)];

/** In the year that figures are of, however far the charts go. @param {Run} run @param {string} name */
export const final = (run, name) => valueAt(run, name, facts.clock.final);

/** Whether a difference is nothing to the places it is written with. @param {number} value @param {number} places */
export const nothing = (value, places) => Number(value.toFixed(places)) === 0;

/** The size of the largest finite value, 0 for none. @param {Numbers} values */
export function largest(values) {
  let most = 0;
  for (let n = 0; n < values.length; n++) if (Number.isFinite(values[n])) most = Math.max(most, Math.abs(values[n]));
  return most;
}

/** Decimal places of a variable, else those that the largest of some values asks for. @param {Variable} about @param {number[]} values */
export const placesOf = (about, values) => about.places ?? numbers.places(Math.max(...values.map(Math.abs)));

/**
 * A picture for a chart: a variable in some runs.
 * @param {(Omit<Scene, "scenario"> & { run: Run })[]} scenes the last on top
 * @param {string} name
 * @param {{ marks?: Mark[], areas?: Band[], compared?: boolean }} [more] compared: with known values
 * @returns {Picture}
 */
export function curves(scenes, name, { marks = [], areas = [], compared = false } = {}) {
  const about = variable(name);
  const lines = scenes.map(({ key, kind, label, name: short, run, silent }) => ({ key, kind, label, name: short, silent, values: run.of(name) }));
  const values = lines.flatMap((line) => [line.values[0], last(line.values)]).filter(Number.isFinite);
  const most = Math.max(...lines.map((line) => largest(line.values)));
  return {
    title: about.label,
    unit: about.unit,
    poles: about.poles ?? null,
    amount: scaled(about, most),
    places: placesOf(about, values),
    time: scenes[0].run.time,
    limits: about.low === null || about.high === null ? null : [about.low, about.high],
    lines, bands: areas, marks, references: compared ? about.references : [],
    words: { label: say("chart.read", { variable: about.label }) },
  };
}

/**
 * Bands for it from an ensemble's fan (engine/bands.js), the widest first.
 * @param {Fan | null | undefined} fan
 * @param {boolean} stale
 * @param {{ kind: string, name: string }} [whose] of a scenario beside others
 * @returns {Band[]}
 */
export function bands(fan, stale, whose) {
  if (!fan) return [];
  const { kind = "policy", name } = whose ?? {};
  const band = (/** @type {number} */ share, /** @type {Numbers} */ low, /** @type {Numbers} */ high) =>
    ({ key: `band-${share}-${kind}`, kind, share, stale, label: [name, say("band.share", { share })].filter(Boolean).join(": "), low, high });
  return [band(90, fan.low90, fan.high90), band(50, fan.low50, fan.high50)];
}

/** @param {number} difference @param {number} places */
function changeWords(difference, places) {
  if (nothing(difference, places)) return say("chart.equal");
  return say(difference > 0 ? "chart.more" : "chart.less", { difference: numbers.figure(Math.abs(difference), places) });
}

/**
 * One or two sentences for those who do not see the chart.
 * @param {string} name
 * @param {Run} policy
 * @param {Run} reference
 * @param {boolean} same whether the policy is status quo
 * @param {string} inputs where they are in these runs
 */
export function summary(name, policy, reference, same, inputs) {
  const about = variable(name);
  const [ours, theirs] = [policy.of(name), reference.of(name)];
  const places = placesOf(about, [last(ours), last(theirs), ours[0]]);
  const whole = [ours, theirs].every((values) => Number.isFinite(last(values)));
  if (about.where && !whole) {
    const [now, standing] = [last(ours), last(theirs)].map((value) => numbers.withUnit(numbers.figure(value, places), Number.isFinite(value) ? about.unit : ""));
    return say("outcome.empty_told", { last: now, reference: standing, to_year: last(policy.time).toFixed(0), why: about.where.why });
  }
  const from = Math.max(0, Array.prototype.findIndex.call(ours, Number.isFinite)); // some outcomes exist from a year on
  return say(same ? "chart.told_same" : "chart.told", {
    variable: about.label, inputs,
    first: numbers.withUnit(numbers.figure(ours[from], places), about.unit),
    last: numbers.withUnit(numbers.figure(last(ours), places), about.unit),
    reference: numbers.figure(last(theirs), places),
    from_year: policy.time[from].toFixed(0),
    to_year: last(policy.time).toFixed(0),
    change: changeWords(last(ours) - last(theirs), places),
  });
}

/** What stands for a change where one of the two is not there. @param {number} value @param {Variable} about */
export const nothingToCompare = (value, about) => (Number.isFinite(value) ? say("outcome.no_reference") : about.where?.why ?? "–");

/** In how many futures there is an outcome. @param {number} share */
export const existing = (share) => say("outcome.share", { share: numbers.figure(100 * share, 0) });
