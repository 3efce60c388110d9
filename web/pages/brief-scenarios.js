/** The scenarios of the brief: the current policy and those pinned beside it, each in the same ensemble, so that all of them have
 * a verdict and ranges, and the two that Compare holds against each other have an answer. */
import { cardOf } from "../core/card.js";
import * as comparison from "../core/comparison.js";
import * as compareView from "../core/compare-view.js";
import { facts, variable } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as scenarios from "../core/scenario.js";
import { escaped } from "../core/slide.js";
import * as store from "../core/state.js";
import { plain, verdict } from "../core/verdict.js";
import { valueAt } from "../core/pictures.js";
import * as views from "../core/views.js";
import { say } from "../core/words.js";
import * as bandRuns from "../engine/bands.js";
import * as simulator from "../engine/simulator.js";
import * as router from "../dom/router.js";
import * as explore from "./explore.js";
import * as verdictPage from "./verdict.js";
/** @import { BandAnswer, BandWish, Run, Scenario, State } from "../types/page.js" */
/** `bands` is null where its ensemble could not be had; `run` has the headlines and the charts.
 * @typedef {{ name: string, kind: string, state: State, bands: BandAnswer | null, run: Run }} Told */

const PATIENCE = 120000; // milliseconds that all ensembles are waited for: seconds, but for a machine with much else to do
const SOON = 60000; // milliseconds at most until the threads of the ensemble are there, after the first picture
const PAUSE = 100;
const UNCLEAR = "○"; // stands before a range that holds zero
const pause = () => new Promise((done) => window.setTimeout(done, PAUSE));

/** @param {() => boolean} done @param {number} until */
async function ready(done, until) {
  while (!done() && performance.now() < until) await pause();
}

/** The ensembles of several policies: others may be asking too, so it is asked again. @param {BandWish[]} wishes @param {number} until */
async function ensemblesOf(wishes, until) {
  for (;;) {
    const answers = await bandRuns.askAll(wishes);
    if (answers || performance.now() > until) return answers;
    await pause();
  }
}

/** The ensemble on show, once it is whole. @param {number} until */
async function shownEnsemble(until) {
  if (!explore.drawn) return null; // Explore was not seen yet
  const there = () => bandRuns.latest?.key === explore.drawn?.key && bandRuns.latest !== null;
  await ready(() => there() && bandRuns.latest?.whole === true, until);
  return there() ? bandRuns.latest : null;
}

/** @param {Scenario} pin @returns {State} */
const stateOf = (pin) => ({ ...store.now, world: pin.world, levers: scenarios.whole(pin) });

/**
 * The policy first, then the pins.
 * @param {string[]} charts variables that are drawn
 * @returns {Promise<{ told: Told[], reference: Run, answer: string[] }>} answer: of the two that Compare holds against each other
 */
export async function gathered(charts) {
  const until = performance.now() + PATIENCE;
  const policy = scenarios.of(store.now);
  const { pins, assumptions } = store.now;
  const all = [policy, ...pins];
  const settings = [...all, scenarios.statusQuo()].map((one) => scenarios.constants(one, assumptions));
  const runs = await simulator.ask(settings, [...new Set([...charts, ...facts.headlines])], scenarios.horizon(all));
  if (simulator.here && typeof Worker !== "undefined" && Object.values(facts.assumptions).some((about) => !about.loop)) await ready(bandRuns.here, performance.now() + SOON);
  const compared = bandRuns.here() && (pins.length || router.page() === "compare") ? await comparedEnsembles(until) : null;
  const ensembles = compared?.answers ?? [bandRuns.here() && !pins.length ? await shownEnsemble(until) : null];
  const told = all.map((one, n) => ({ name: scenarios.name(one), kind: n ? `pinned-${n - 1}` : "policy", state: n ? stateOf(one) : store.now, bands: ensembles[n] ?? null, run: runs[n] }));
  return { told, reference: runs[all.length], answer: compared?.answer ?? [] };
}

/** The policy and the pins in one go, and the answer of the pair, in the last year. @param {number} until */
async function comparedEnsembles(until) {
  if (router.page() !== "compare") {
    const there = await shownEnsemble(until);
    // What the verdict hangs on is looked for with the same workers: a question in between would end that.
    if (there) await ready(() => verdictPage.latest?.turns !== null, until);
  }
  const year = compareView.lastYear();
  const entries = comparison.entriesOf(store.now);
  const pair = compareView.pairOf(entries, compareView.read(views.of("v"), year).view);
  const found = await ensemblesOf(comparison.wishesOf(entries, pair, store.now.assumptions, { outcomes: facts.headlines, outcome: facts.headlines[0], year, years: [year] }), until);
  if (!found) return null;
  const own = entries.some(({ key }) => key === "p"); // else the policy is the reference
  return { answers: found.slice(own ? 1 : 0, entries.length), answer: pair && entries.length > 2 ? comparison.answerOf(pair, found[entries.length], year, ["better", "worse"]) : [] };
}

/** The names of all, as far as a title has room for them. @param {Told[]} told */
export function title(told) {
  const names = told.map(({ name }) => name).join(", ");
  return names.length > 90 ? told[0].name : names;
}

/** The answer first. @param {string[]} answer */
export const conclusion = (answer) => (answer.length ? `<p class="verdict conclusion"><b>${escaped(say("in_short.title"))}.</b> ${escaped(answer.map(plain).join(" "))}</p>` : "");

/** Each scenario's verdict, by its name where there are several. @param {Told[]} told */
export function verdicts(told) {
  return told.flatMap(({ name, state, bands }) => {
    if (!bands) return [];
    const text = escaped(verdict(bands, state).sentences.map(plain).join(" "));
    return [`<p class="verdict">${told.length > 1 ? `<b>${escaped(name)}.</b> ` : ""}${text}</p>`];
  }).join("");
}

/** Headline outcomes of several scenarios: the median, and behind it the 90% range of the change. @param {Told[]} told @param {Run} reference @param {number} year */
export function outcomes(told, reference, year) {
  const cell = (/** @type {string} */ outcome, /** @type {Told} */ { run, bands }) => {
    const card = cardOf(outcome, { value: valueAt(run, outcome, year), reference: valueAt(reference, outcome, year) }, bands);
    const range = card.range.replace("\n", "; ") || card.change;
    const unclear = card.direction === "unclear" && card.range ? UNCLEAR + " " : "";
    return `<td>${escaped(numbers.withUnit(card.value, card.unit))} <small>(${escaped(unclear + range)})</small></td>`;
  };
  const head = [say("brief.outcome", { year }), ...told.map(({ name }) => name)].map((text) => `<th>${escaped(text)}</th>`);
  const rows = facts.headlines.map((name) => `<tr><th>${escaped(variable(name).label)}</th>${told.map((one) => cell(name, one)).join("")}</tr>`);
  return `<table><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>${told.some(({ bands }) => bands) ? `<p class="note">${escaped(say("brief.cells", { sign: UNCLEAR }))}</p>` : ""}`;
}
