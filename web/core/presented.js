/** Whether Explore is presented, and which levers are starred for that: the part "s" of a link, "1~key~key" by the levers' short
 * keys, "0" before them where they are only starred. */
import { facts } from "./facts.js";
import * as views from "./views.js";

export const LETTER = "s";
/** Levers that stand below the charts of a presentation. */
export const MOST_STARS = 6;

/** What a link says, as far as it can be read. @param {string} text @returns {{ on: boolean, stars: string[] }} stars: keys of levers */
export function read(text) {
  const [on, ...short] = text.split("~");
  const keys = new Map(Object.entries(facts.levers).flatMap(([key, lever]) => [[lever.short, key], [key, key]]));
  const stars = short.map((name) => keys.get(name)).filter((key) => key !== undefined);
  return { on: on === "1", stars: [...new Set(stars)].slice(0, MOST_STARS) };
}

/** @param {{ on: boolean, stars: string[] }} what @returns {string} "" for the page as it opens */
export const written = ({ on, stars }) => (on || stars.length ? [on ? "1" : "0", ...stars.map((key) => facts.levers[key].short)].join("~") : "");

export const now = () => read(views.of(LETTER));
