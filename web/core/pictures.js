/* From runs to what the page shows: charts, sentences, headline figures. Plain data in, plain data out.

     PolicyLab.picture has
       curves(scenes, name, {marks, bands})   a picture for chart.js; scenes: [{key, kind, label, name, run}]
       bands(fan, stale)                     bands for it from an ensemble's fan (bands.js)
       summary(name, policy, reference, same)  one or two sentences for those who do not see it
       headline(name, policy, reference)     {value, change, tone}: last year, change against status quo, better or worse
       range(name, low, high)                the change's range in words */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});

  const last = (values) => values[values.length - 1];

  const figure = (value, places) => lab.scale.figure(value, places);
  const withUnit = (text, unit) => (unit ? text + " " + unit : text);
  const nothing = (value, places) => Number(value.toFixed(places)) === 0;

  function placesOf(about, values) {
    return about.places === null || about.places === undefined ? lab.scale.places(Math.max(...values.map(Math.abs))) : about.places;
  }

  function curves(scenes, name, { marks = [], bands = [] } = {}) {
    const about = lab.variable(name);
    const lines = scenes.map(({ key, kind, label, name: short, run, silent }) => ({ key, kind, label, name: short, silent, values: run.of(name) }));
    const values = lines.flatMap((line) => [line.values[0], last(line.values)]);
    return {
      title: about.label,
      unit: about.unit,
      places: placesOf(about, values),
      time: scenes[0].run.time,
      limits: about.low === null ? null : [about.low, about.high],
      lines, bands, marks,
      words: { label: lab.say("chart.read", { variable: about.label }) },
    };
  }

  function bands(fan, stale) {
    if (!fan) return [];
    return [90, 50].map((share) => ({
      key: "band-" + share, kind: "policy", share, stale,
      label: lab.say("band.share", { share }),
      low: fan["low" + share], high: fan["high" + share],
    }));
  }

  function changeWords(difference, places) {
    if (nothing(difference, places)) return lab.say("chart.equal");
    return lab.say(difference > 0 ? "chart.more" : "chart.less", { difference: figure(Math.abs(difference), places) });
  }

  function summary(name, policy, reference, same) {
    const about = lab.variable(name);
    const [ours, theirs] = [policy.of(name), reference.of(name)];
    const places = placesOf(about, [last(ours), last(theirs), ours[0]]);
    return lab.say(same ? "chart.told_same" : "chart.told", {
      variable: about.label,
      first: withUnit(figure(ours[0], places), about.unit),
      last: withUnit(figure(last(ours), places), about.unit),
      reference: figure(last(theirs), places),
      from_year: policy.time[0].toFixed(0),
      to_year: last(policy.time).toFixed(0),
      change: changeWords(last(ours) - last(theirs), places),
    });
  }

  function headline(name, policy, reference) {
    const about = lab.variable(name);
    const value = last(policy.of(name));
    const change = value - last(reference.of(name));
    const places = placesOf(about, [value, value - change]);
    const shown = figure(value, places);
    if (nothing(change, places)) return { value: shown, change: lab.say("headline.unchanged"), tone: "same" };
    const direction = change > 0 ? "higher" : "lower";
    const tone = about.better === "neither" || !about.better ? "other" : about.better === direction ? "better" : "worse";
    const words = lab.say("headline." + (tone === "other" ? direction : tone));
    return { value: shown, change: `${change > 0 ? "▲" : "▼"} ${figure(Math.abs(change), places)} ${words}`, tone };
  }

  function range(name, low, high) {
    const about = lab.variable(name);
    const places = placesOf(about, [low, high]);
    const signed = (value) => (value > 0 && !nothing(value, places) ? "+" : "") + figure(value, places);
    return lab.say("headline.range", { low: signed(low), high: signed(high) });
  }

  lab.picture = { curves, bands, summary, headline, range, figure, withUnit };
  if (typeof module === "object" && module.exports) module.exports = lab;
})(typeof globalThis === "object" ? globalThis : self);
