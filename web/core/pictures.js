/** From runs to what the page shows: charts, sentences, headline figures. Plain data in, plain data out. */
import { variable } from "./facts.js";
import * as numbers from "./numbers.js";
import { say } from "./words.js";

const last = (values) => values[values.length - 1];

const nothing = (value, places) => Number(value.toFixed(places)) === 0;

function placesOf(about, values) {
  return about.places === null || about.places === undefined ? numbers.places(Math.max(...values.map(Math.abs))) : about.places;
}

export function curves(scenes, name, { marks = [], areas = [] } = {}) {
  const about = variable(name);
  const lines = scenes.map(({ key, kind, label, name: short, run, silent }) => ({ key, kind, label, name: short, silent, values: run.of(name) }));
  const values = lines.flatMap((line) => [line.values[0], last(line.values)]);
  return {
    title: about.label,
    unit: about.unit,
    places: placesOf(about, values),
    time: scenes[0].run.time,
    limits: about.low === null ? null : [about.low, about.high],
    lines, bands: areas, marks,
    words: { label: say("chart.read", { variable: about.label }) },
  };
}

export function bands(fan, stale) {
  if (!fan) return [];
  return [90, 50].map((share) => ({
    key: "band-" + share, kind: "policy", share, stale,
    label: say("band.share", { share }),
    low: fan["low" + share], high: fan["high" + share],
  }));
}

function changeWords(difference, places) {
  if (nothing(difference, places)) return say("chart.equal");
  return say(difference > 0 ? "chart.more" : "chart.less", { difference: numbers.figure(Math.abs(difference), places) });
}

export function summary(name, policy, reference, same) {
  const about = variable(name);
  const [ours, theirs] = [policy.of(name), reference.of(name)];
  const places = placesOf(about, [last(ours), last(theirs), ours[0]]);
  return say(same ? "chart.told_same" : "chart.told", {
    variable: about.label,
    first: numbers.withUnit(numbers.figure(ours[0], places), about.unit),
    last: numbers.withUnit(numbers.figure(last(ours), places), about.unit),
    reference: numbers.figure(last(theirs), places),
    from_year: policy.time[0].toFixed(0),
    to_year: last(policy.time).toFixed(0),
    change: changeWords(last(ours) - last(theirs), places),
  });
}

export function headline(name, policy, reference) {
  const about = variable(name);
  const value = last(policy.of(name));
  const change = value - last(reference.of(name));
  const places = placesOf(about, [value, value - change]);
  const shown = numbers.figure(value, places);
  if (nothing(change, places)) return { value: shown, change: say("headline.unchanged"), tone: "same" };
  const direction = change > 0 ? "higher" : "lower";
  const tone = about.better === "neither" || !about.better ? "other" : about.better === direction ? "better" : "worse";
  const words = say("headline." + (tone === "other" ? direction : tone));
  return { value: shown, change: `${change > 0 ? "▲" : "▼"} ${numbers.figure(Math.abs(change), places)} ${words}`, tone };
}

export function range(name, low, high) {
  const about = variable(name);
  const places = placesOf(about, [low, high]);
  const signed = (value) => (value > 0 && !nothing(value, places) ? "+" : "") + numbers.figure(value, places);
  return say("headline.range", { low: signed(low), high: signed(high) });
}
