/** What Compare looks at, and the text of it in a link: "outcome~year~from~to~apart~every", nothing where all is as the page opens.
 *
 * A link that names no outcome was made when the page opened with the first of the headlines.
 * `to` is held against `from`: "s" for status quo, "p" for the current policy, else the number of a pin.
 */
import { facts, variables } from "./facts.js";

/** `apart`: each scenario in a chart of its own; `every`: all outcomes of the model in the table.
 * @typedef {{ outcome: string, year: number, from: string, to: string, apart: boolean, every: boolean }} View */

const PARTS = /^([a-z0-9-]{0,16})~(\d{0,4})~([sp0123]?)~([sp0123]?)~([01]?)(?:~([01]?))?$/;

export const firstOutcome = () => facts.start.charts[0];
export const lastYear = () => Math.floor(facts.clock.final);

/** @returns {View} */
const opening = () => ({ outcome: firstOutcome(), year: lastYear(), from: "", to: "", apart: false, every: false });

/** Key of the variable that a link names. @param {string} text */
export const outcomeKey = (text) => PARTS.exec(text)?.[1] ?? "";

/**
 * @param {string} text of a link
 * @param {number} until last year that there is
 * @returns {{ view: View, bad: boolean }} bad: some of it is not to be had
 */
export function read(text, until) {
  const view = opening();
  const parts = PARTS.exec(text);
  if (!parts) return { view, bad: text !== "" };
  const [, key, year, from, to, apart, every] = parts;
  const named = variables.find((other) => other.key === key);
  const there = Number(year) >= Math.ceil(facts.clock.initial) && Number(year) <= until;
  const looked = { outcome: named?.name ?? (key ? view.outcome : facts.headlines[0]), year: there ? Number(year) : view.year };
  return { view: { ...looked, from, to, apart: apart === "1", every: every === "1" }, bad: Boolean((key && !named) || (year && !there)) };
}

/** @param {View} view @param {string} key of its outcome */
export function written({ outcome, year, from, to, apart, every }, key) {
  const rest = [year === lastYear() ? "" : year, from, to, apart ? 1 : "", ...(every ? [1] : [])].join("~");
  return outcome === firstOutcome() && rest === "~~~" ? "" : [key, rest].join("~");
}

/**
 * The two that are held against each other: those chosen, else the first scenario that is not the reference, and the one after
 * it where there is one.
 * @template {{ key: string }} E
 * @param {E[]} entries the reference first
 * @param {Pick<View, "from" | "to">} view
 * @returns {{ from: E, to: E } | null} null where there is one alone
 */
export function pairOf(entries, view) {
  const [reference, first, second] = entries;
  if (!first) return null;
  const by = (/** @type {string} */ key) => entries.find((entry) => entry.key === key);
  const to = by(view.to) ?? (view.from === first.key ? second ?? reference : first);
  const free = [second, reference, first].filter((entry) => entry && entry !== to);
  const from = by(view.from) ?? free[0];
  return { to, from: from === to ? free[0] : from };
}
