/** One year for the starts of all moved levers: the policy as it is, some years earlier or later. */
import { facts } from "./facts.js";
import { noEnd, sameSetting, usualStart } from "./scenario.js";
/** @import { Levers, Setting } from "../types/page.js" */

/** Of moved levers that have a start. @param {Levers} levers @returns {[string, Setting & [number, number, ...unknown[]]][]} */
const started = (levers) => /** @type {any} */ (Object.entries(levers).filter(([key, setting]) => setting[1] !== null && !sameSetting(setting, facts.start.levers[key])));

const round = (/** @type {number} */ year) => Number(year.toFixed(1));

/** Their first and last start year, and that of most of them; null where none is moved. @param {Levers} levers */
export function startsOf(levers) {
  const years = started(levers).map(([, setting]) => setting[1]);
  const most = usualStart(levers);
  return most === null ? null : { most, first: Math.min(...years), last: Math.max(...years) };
}

/** An end moves along, unless it means none. @param {string} key @param {Setting} setting */
const end = (key, setting) => (setting[3] === null || setting[3] === noEnd(key) ? null : setting[3]);

/**
 * The years that they can start in, so that every one of them stays within its own range.
 * @param {Levers} levers
 * @returns {[number, number]}
 */
export function roomFor(levers) {
  const found = startsOf(levers);
  let [low, high] = [-Infinity, Infinity];
  for (const [key, setting] of started(levers)) {
    const { ranges } = facts.levers[key];
    const until = end(key, setting);
    low = Math.max(low, ranges[1][0] - setting[1], until === null ? -Infinity : ranges[3][0] - until);
    high = Math.min(high, ranges[1][1] - setting[1], until === null ? Infinity : ranges[3][1] - until);
  }
  const most = found?.most ?? 0;
  return [round(most + Math.min(low, 0)), round(most + Math.max(high, 0))];
}

/**
 * All of them shifted, so that most start in a year; ends move along and distances stay.
 * @param {Levers} levers
 * @param {number} year
 * @returns {Levers}
 */
export function startingIn(levers, year) {
  const by = year - (startsOf(levers)?.most ?? year);
  const moved = started(levers).map(([key, setting]) => {
    const until = end(key, setting);
    return [key, [setting[0], round(setting[1] + by), setting[2], until === null ? setting[3] : round(until + by)]];
  });
  return { ...levers, ...Object.fromEntries(moved) };
}
