/* What somebody does in a story: kept in this tab for the visit, so that a reload loses nothing. It leaves the browser only
   where somebody copies a code. */
/** @import { Story, Work } from "../types/learn.js" */

const KEPT = "policy-lab-story-";

/** @returns {Work} */
const nothing = () => ({ guess: {}, option: {}, chance: {}, shown: {}, levers: {}, notes: {}, pasted: {}, sent: {} });

/** Of the story that is open. @type {Work} */
export let work = nothing();
let place = "";

/** @param {Story} story */
export function begin(story) {
  place = KEPT + story.key + story.version;
  work = nothing();
  try {
    Object.assign(work, JSON.parse(window.sessionStorage.getItem(place) ?? "{}"));
  } catch {
    // a browser that keeps nothing has it until the page is left
  }
}

/** @param {Record<number, number>} table @param {number} step */
const without = (table, step) => Object.fromEntries(Object.entries(table).filter(([at]) => Number(at) !== step));

/** Everything of the story that is open is forgotten: for the next class. */
export function forget() {
  work = nothing();
  try {
    window.sessionStorage.removeItem(place);
  } catch {
    // as above
  }
}

/** Something was done in a step. @template {keyof Work} K @param {K} what @param {number} step @param {Work[K][number] | undefined} value undefined takes it back */
export function did(what, step, value) {
  const next = /** @type {Record<number, unknown>} */ ({ ...work[what] });
  if (value === undefined) delete next[step];
  else next[step] = value;
  work = { ...work, [what]: next };
  if (what === "guess" || what === "option") work = { ...work, chance: without(work.chance, step) }; // another answer
  try {
    window.sessionStorage.setItem(place, JSON.stringify(work));
  } catch {
    // as above
  }
}
