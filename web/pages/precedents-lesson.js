/* What a case teaches, in words: what decided its fate, and what single fact would have made it another. */
import { fateOf } from "../core/fates.js";
import { nearestFlips } from "../core/flips.js";
import * as numbers from "../core/numbers.js";
import { element } from "../dom/elements.js";
import * as simulator from "../engine/simulator.js";
import * as view from "./precedents-view.js";
import { called, words } from "./precedents-view.js";
/** @import { Case, CaseRun, DrawnRun } from "../types/precedents.js" */
/** @import { Flip, Trial } from "../core/flips.js" */

const AT_ONCE = 16; // runs between two breaths of the page
const MOST_CAUSES = 2;
const MOST_WAYS = 5;
const LEAST_PART = 0.25; // of all that pulls the same way: what adds less is not told
/** What would have changed the fate, by case. @type {Map<string, Promise<Flip[]>>} */
const found = new Map();
const breath = () => new Promise((go) => setTimeout(go));

/** Whether trials of a case end in a cancellation. @param {Case} oneCase @param {CaseRun} how @param {Trial[]} trials */
async function cancelled(oneCase, how, trials) {
  const rule = view.data.fate;
  const outputs = [how.outputs[rule.finished], how.outputs[rule.cancelled]];
  const fates = [];
  for (let from = 0; from < trials.length; from += AT_ONCE) {
    const part = trials.slice(from, from + AT_ONCE).map(({ control, value }) => ({ ...how.constants, [control.constant]: value }));
    const by = oneCase.record.fate === "under construction" ? oneCase.record.year ?? Infinity : Infinity;
    for (const run of await simulator.ask(part, outputs)) {
      const years = Array.from(run.time, (time) => time - run.time[0] + oneCase.first_year);
      const [built, standing] = outputs.map((name) => Array.from(run.raw(name)));
      fates.push(fateOf(years, built, standing, rule, by).fate === "cancelled");
    }
    await breath();
  }
  return fates;
}

/** @param {Case} oneCase */
function flips(oneCase) {
  const { live: how } = oneCase;
  if (!how) return Promise.resolve([]);
  const known = found.get(oneCase.key);
  if (known) return known;
  const stands = oneCase.outcome.fate === "cancelled";
  const asked = nearestFlips(how.controls, async (trials) => (await cancelled(oneCase, how, trials)).map((is) => is !== stands));
  asked.catch(() => found.delete(oneCase.key));
  found.set(oneCase.key, asked);
  return asked;
}

/** The strongest causes that pull one way. @param {Case} oneCase @param {[string, number][]} terms @param {number} side */
function causes(oneCase, terms, side) {
  const known = new Set(oneCase.live?.terms.map(([name]) => name) ?? terms.map(([name]) => name)); // not what is there in every case
  const pulling = terms.filter(([name, value]) => known.has(name) && value * side > 0).sort((a, b) => (b[1] - a[1]) * side);
  const whole = pulling.reduce((sum, [, value]) => sum + value, 0);
  return pulling.slice(0, MOST_CAUSES).filter(([, value]) => value / whole >= LEAST_PART).map(([name]) => called("causes", name));
}

/** What decided it, as the run tells. @param {Case} oneCase @param {DrawnRun} run */
export function decided(oneCase, run) {
  const gone = run.fate.fate === "cancelled";
  const list = causes(oneCase, run.terms, gone ? 1 : -1);
  const values = { causes: list, year: String(Math.floor(run.at + 1e-9)) };
  return words((gone ? "lesson_cancelled" : "lesson_stood") + (list.length ? "" : "_none"), values);
}

/** @param {Case} oneCase @param {Flip} flip */
function way(oneCase, { control, least, value }) {
  const fact = oneCase.facts.find((each) => each.name === control.name);
  const unit = fact && fact.unit !== "Dmnl" ? fact.unit : "";
  const text = words(least ? "way_least" : "way_most", { fact: called("facts", control.name), value: numbers.withUnit(numbers.figure(value), unit) });
  return element("button", { class: "lesson__way", type: "button", "data-way": control.name, onclick: () => view.change({ [control.name]: value }) }, text);
}

/** What would have made its fate another one, each a press away. @param {Case} oneCase @param {boolean} pressed whether they can be tried */
export async function ways(oneCase, pressed) {
  const list = (await flips(oneCase)).slice(0, MOST_WAYS);
  const saved = oneCase.outcome.fate === "cancelled";
  if (!list.length) return [words(saved ? "saved_by_none" : "lost_by_none")];
  const items = list.map((flip) => element("li", {}, pressed ? way(oneCase, flip) : way(oneCase, flip).textContent ?? ""));
  return [words(saved ? "saved_by" : "lost_by"), element("ul", { class: "lesson__ways" }, ...items)];
}
