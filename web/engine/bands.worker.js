/* Runs members of an ensemble for bands.js, off the page's thread.

   It has the model once or twice, in single precision first: where that leads to what is no finite number, a worker goes
   over to double precision for good, and runs that piece again.

   Messages in: load; run {number, wish, pieces: [[from, to]], keeps}, of which the latest number counts and pieces of the
   same number queue; take {number, piece}, another worker's; gather {number, members}. Out: ready; piece {number, count,
   piece}, the piece itself only if this is not the worker that keeps them; answer {number, answer}; error. */
import { nearest } from "../core/chart-scale.js";
import { holds, withConditions } from "../core/conditions.js";
import { quantilesOf } from "../core/quantiles.js";
import * as loader from "./engine.js";
/** @import { BandPiece, FromBands, LoadedModel, Reals, Runner, ToBands, Values } from "../types/engine.js" */
/** @import { BandAnswer, BandWish, Constants } from "../types/page.js" */
/** @import { Again } from "./again.js" */

const REFERENCES = 200; // pieces of the reference that are remembered
/** Of each precision that may still be used, the first in use. @type {LoadedModel[]} */
let models = [];
/** @type {loader.Engine} */
let engine;
/** Value[member] by the name of a parameter. @type {Map<string, Float32Array>} */
let members = new Map();
/** Pieces of the reference, by what decides them. @type {Map<string, Reals>} */
const references = new Map();
/** What the policy's last runs of each piece went through, by its first member. @type {Map<number, Again>} */
const courses = new Map();
/** What is wanted: pieces to run, those there are. @type {{ number: number, wish: BandWish | null, queue: [number, number][], found: BandPiece[], keeps: boolean }} */
let now = { number: 0, wish: null, queue: [], found: [], keeps: false };
let running = false;

/** @param {Extract<ToBands, { kind: "load" }>} given */
async function load({ models: given, values, names }) {
  models = given;
  await start();
  const all = new Float32Array(values);
  const count = all.length / names.length;
  members = new Map(names.map((name, place) => [name, all.subarray(place * count, (place + 1) * count)]));
}

async function start() {
  const [{ module, layout }] = models;
  engine = await loader.load(module, layout);
  engine.warm(4, layout.lanes);
  references.clear();
  courses.clear();
}

/**
 * Values of some members on top of what a policy sets; parameters that are held stay as they are.
 * @param {Constants} constants
 * @param {string[]} held
 * @param {number} from
 * @param {number} to
 */
function settings(constants, held, from, to) {
  /** @type {Values} */
  const values = { ...constants };
  for (const [name, drawn] of members) {
    if (!held.includes(name)) values[name] = drawn.subarray(from, to);
  }
  return values;
}

/** @param {Runner} runner @param {import("../types/engine.js").Request} request */
function simulated(runner, request) {
  const result = runner.simulate(request);
  // Where nothing varies there is one run, and every member is that run.
  const width = result.time.length * request.outputs.length;
  const at = (/** @type {number} */ member) => (result.runs === 1 ? 0 : member * width);
  return { time: result.time, values: result.values, at };
}

/** Headlines of the reference at the last moment, value[member * headlines + outcome], remembered. @param {BandWish} wish @param {number} from @param {number} to */
function reference(wish, from, to) {
  const key = JSON.stringify([wish.reference, wish.heldReference, wish.headlines, wish.where, from, to]);
  const known = references.get(key);
  if (known) return known;
  if (references.size > REFERENCES) references.clear();
  const outputs = withConditions(wish.headlines, (name) => wish.where[name] ?? null);
  const run = simulated(engine, { values: settings(wish.reference, wish.heldReference, from, to), outputs, times: [wish.last] });
  const width = wish.headlines.length;
  const value = reader(wish, outputs, run.values);
  const found = new engine.Reals((to - from) * width).map((_, n) => value(run.at(Math.floor(n / width)), n % width));
  references.set(key, found);
  return found;
}

/** The policy's runs of a piece; they begin where they part from those of the move before. @param {BandWish} wish @param {number} from @param {number} to @param {string[]} outputs */
function policy(wish, from, to, outputs) {
  const course = courses.get(from) ?? engine.again();
  courses.set(from, course);
  return simulated(course, { values: settings(wish.policy, wish.held, from, to), outputs, until: wish.until });
}

/** Reads an output, by its place, of the moment whose values begin at a place: NaN where it does not exist.
 * @param {BandWish} wish @param {string[]} outputs @param {Reals} values @returns {(begins: number, place: number) => number} */
function reader({ where }, outputs, values) {
  const by = outputs.map((name) => (where[name] ? { where: where[name], place: outputs.indexOf(where[name].variable) } : null));
  return (begins, place) => {
    const condition = by[place];
    return condition && !holds(condition.where, values[begins + condition.place]) ? NaN : values[begins + place];
  };
}

/** @param {BandWish} wish @param {number} from @param {number} to @returns {BandPiece} */
function piece(wish, from, to) {
  const outputs = withConditions([...new Set([...wish.charts, ...wish.headlines])], (name) => wish.where[name] ?? null);
  const run = policy(wish, from, to, outputs);
  const theirs = reference(wish, from, to);
  const count = to - from;
  const moments = run.time.length;
  const charts = wish.charts.map((name) => outputs.indexOf(name));
  const headlines = wish.headlines.map((name) => outputs.indexOf(name));
  const curves = new engine.Reals(count * moments * charts.length);
  const changes = new engine.Reals(count * headlines.length);
  const value = reader(wish, outputs, run.values);
  const there = Object.fromEntries(Object.keys(wish.where).map((name) => [name, 0]));
  const ends = nearest(run.time, wish.last) * outputs.length;
  let at = 0;
  let odd = 0; // zero until a number is not finite
  for (let member = 0; member < count; member++) {
    const begins = run.at(member);
    for (let t = 0; t < moments; t++) {
      const moment = begins + t * outputs.length;
      for (const place of charts) {
        odd += run.values[moment + place] * 0;
        curves[at++] = value(moment, place);
      }
    }
    const end = begins + ends;
    for (const place of headlines) odd += run.values[end + place] * 0;
    headlines.forEach((place, n) => { changes[member * headlines.length + n] = value(end, place) - theirs[member * headlines.length + n]; });
    for (const name of Object.keys(there)) there[name] += Number(Number.isFinite(value(end, outputs.indexOf(name))));
  }
  return { moments, curves, changes, there, broken: odd !== 0 };
}

/** @param {BandWish} wish @param {BandPiece[]} pieces @param {number} count of members @returns {BandAnswer} */
function answer(wish, pieces, count) {
  const [{ moments }] = pieces;
  const { charts, headlines } = wish;
  const shares = [0.05, 0.25, 0.75, 0.95];
  const curves = quantilesOf(pieces.map((part) => part.curves), moments, charts.length, shares).values;
  const of = (/** @type {number} */ chart) => shares.map((_, q) => curves.slice((q * charts.length + chart) * moments, (q * charts.length + chart + 1) * moments));
  const fans = Object.fromEntries(charts.map((name, chart) => {
    const [low90, low50, high50, high90] = of(chart);
    return [name, { low90, low50, high50, high90 }];
  }));
  const ends = quantilesOf(pieces.map((part) => part.changes), 1, headlines.length, [0.05, 0.95]).values;
  const ranges = Object.fromEntries(headlines.map((name, n) => /** @type {[string, [number, number]]} */ ([name, [ends[n], ends[headlines.length + n]]])));
  const there = Object.fromEntries(Object.keys(wish.where).map((name) => [name, pieces.reduce((sum, part) => sum + part.there[name], 0)]));
  return { key: wish.key, members: count, fans, ranges, there };
}

/* Lets messages in that have come meanwhile. */
const pause = (() => {
  const { port1, port2 } = new MessageChannel();
  let resume = () => {};
  port1.onmessage = () => resume();
  return () => new Promise((done) => { resume = () => done(null); port2.postMessage(0); });
})();

/** A piece; in double precision, for good, where single leads to what is no finite number. @param {BandWish} wish @param {number} from @param {number} to */
async function finite(wish, from, to) {
  const part = piece(wish, from, to);
  if (models.length < 2 || !part.broken) return part;
  models.shift();
  await start();
  return piece(wish, from, to);
}

/** @param {FromBands} news @param {Transferable[]} [given] */
const tell = (news, given = []) => self.postMessage(news, { transfer: given });

async function work() {
  if (running) return;
  running = true;
  for (let next = now.queue.shift(); next; next = now.queue.shift()) {
    const mine = now;
    const [from, to] = next;
    try {
      if (mine.wish) made(mine, await finite(mine.wish, from, to), to - from);
    } catch (error) {
      mine.queue = [];
      tell({ kind: "error", number: mine.number, message: /** @type {Error} */ (error).message });
    }
    await pause();
  }
  running = false;
}

/** @param {typeof now} mine @param {BandPiece} part @param {number} count */
function made({ number, found, keeps }, part, count) {
  if (keeps) found.push(part);
  if (keeps) tell({ kind: "piece", number, count });
  else tell({ kind: "piece", number, count, piece: part }, [part.curves.buffer, part.changes.buffer]);
}

/** @param {ToBands} data */
async function heard(data) {
  if (data.kind === "load") {
    await load(data);
    tell({ kind: "ready" });
  } else if (data.kind === "run") {
    if (data.number !== now.number) now = { number: data.number, wish: data.wish, queue: [], found: [], keeps: Boolean(data.keeps) };
    now.queue.push(...data.pieces);
    work();
  } else if (data.number === now.number && data.kind === "take") {
    now.found.push(data.piece);
  } else if (data.number === now.number && data.kind === "gather" && now.wish) {
    tell({ kind: "answer", number: data.number, answer: answer(now.wish, now.found, data.members) });
  }
}

self.onmessage = async ({ data }) => {
  try {
    await heard(data);
  } catch (error) {
    tell({ kind: "error", number: data.number, message: /** @type {Error} */ (error).message });
  }
};
