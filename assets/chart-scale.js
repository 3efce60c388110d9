/* Numbers on paper: round steps of an axis, positions, figures as a person reads them.

     PolicyLab.scale.limits(low, high)          round limits [low, high] that hold a range, zero kept when it is near
     PolicyLab.scale.ticks(low, high, most)     round numbers between two limits, at most `most` of them
     PolicyLab.scale.years(low, high, most)     the same for a time axis, in whole years
     PolicyLab.scale.line(low, high, from, to)  function from a value to a position
     PolicyLab.scale.figure(value, places)      a number for reading: true minus sign, thousands apart from 10,000 on,
                                                point and comma those of the language
                                                (apart: from 1,000 on, for an axis that goes further)
     PolicyLab.scale.places(value, figures)     decimal places that show so many significant figures (three)
     PolicyLab.scale.stepPlaces(step)           decimal places that tell the multiples of a step apart

   The same rules as policy_lab/app/labels.py, so that page and exports read alike. */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const ROUND = [1, 2, 2.5, 5, 10];
  const WHOLE = [1, 2, 5, 10, 20, 50, 100]; // years between ticks

  /* The smallest round number that is not below `rough`, which must be above 0. */
  function roundStep(rough) {
    const power = 10 ** Math.floor(Math.log10(rough));
    return power * ROUND.find((factor) => rough <= factor * power * (1 + 1e-9));
  }

  function limits(low, high) {
    if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
    if (high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high))) {
      const margin = Math.abs(low) * 0.1 || 1;
      return low > 0 ? [0, low + margin] : [low - margin, high + margin];
    }
    if (low > 0 && low < 0.4 * high) low = 0;
    if (high < 0 && high > 0.4 * low) high = 0;
    const step = roundStep((high - low) / 5);
    return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  }

  function ticks(low, high, most) {
    if (!(high > low)) return [low];
    const step = roundStep((high - low) / Math.max(1, most - 1));
    const found = [];
    const last = Math.floor(high / step + 1e-9);
    for (let n = Math.ceil(low / step - 1e-9); n <= last; n++) found.push(n === 0 ? 0 : n * step);
    return found;
  }

  /* Ticks of a time axis: whole years, unless there are hardly any. */
  function years(low, high, most) {
    const found = ticks(low, high, most);
    if (found.every(Number.isInteger) || high - low < 2) return found;
    const step = WHOLE.find((size) => Math.floor(high / size) - Math.ceil(low / size) < most) || roundStep(high - low);
    return Array.from({ length: Math.floor(high / step) - Math.ceil(low / step) + 1 }, (_, n) => (Math.ceil(low / step) + n) * step);
  }

  function line(low, high, from, to) {
    const slope = (to - from) / (high - low || 1);
    return (value) => from + (value - low) * slope;
  }

  function places(value, figures) {
    if (value === 0 || !Number.isFinite(value)) return 0;
    return Math.min(6, Math.max(0, (figures || 3) - 1 - Math.floor(Math.log10(Math.abs(value)))));
  }

  function stepPlaces(step) {
    for (let n = 0; n < 7; n++) {
      const shifted = step * 10 ** n;
      if (Math.abs(shifted - Math.round(shifted)) < 1e-9 * Math.max(1, shifted)) return n;
    }
    return 6;
  }

  /* Point and comma as the language of the page has them. */
  const sign = (name, other) => (lab.facts && lab.facts.words["number." + name]) || other;

  function figure(value, decimals, apart) {
    if (!Number.isFinite(value)) return "–";
    const size = Math.abs(value);
    let text = size.toFixed(decimals === undefined || decimals === null ? places(value) : decimals);
    const negative = value < 0 && Number(text) !== 0;
    const [whole, part] = text.split(".");
    text = size >= (apart ? 1000 : 10000) ? whole.replace(/\B(?=(\d{3})+$)/g, sign("thousands", ",")) : whole;
    return (negative ? "−" : "") + text + (part ? sign("decimal", ".") + part : "");
  }

  lab.scale = { limits, ticks, years, line, places, stepPlaces, figure };
  if (typeof module === "object" && module.exports) module.exports = lab.scale;
})(typeof globalThis === "object" ? globalThis : self);
