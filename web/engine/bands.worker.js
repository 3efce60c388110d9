/* Runs members of an ensemble for bands.js, off the page's thread.

   It has the model once or twice, in single precision first: where that leads to what is no finite number, a worker goes
   over to double precision for good, and runs that piece again.

   Messages in: load; run {number, wish, pieces: [[from, to]], keeps}, of which the latest number counts and pieces of the
   same number queue; take {number, piece}, another worker's; gather {number, members}. Out: ready; piece {number, count,
   piece}, the piece itself only if this is not the worker that keeps them; answer {number, answer}; error. */
import { quantilesOf } from "../core/quantiles.js";
import * as loader from "./engine.js";

const REFERENCES = 200; // pieces of the reference that are remembered
let models = []; // {module, layout} of each precision that may still be used, the first in use
let engine = null;
let members = null; // Map: name of a parameter -> value[member]
let references = new Map(); // pieces of the reference, by what decides them
const courses = new Map(); // what the policy's last runs of each piece went through, by its first member
let now = { number: 0, wish: null, queue: [], found: [], keeps: false }; // what is wanted: pieces to run, those there are
let running = false;

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

/* Values of some members on top of what a policy sets; parameters that are held stay as they are. */
function settings(constants, held, from, to) {
  const values = { ...constants };
  for (const [name, drawn] of members) {
    if (!held.includes(name)) values[name] = drawn.subarray(from, to);
  }
  return values;
}

function simulated(runner, constants, held, from, to, outputs, times) {
  const result = runner.simulate({ values: settings(constants, held, from, to), outputs, times });
  // Where nothing varies there is one run, and every member is that run.
  const width = result.time.length * outputs.length;
  const at = result.runs === 1 ? () => 0 : (member) => member * width;
  return { time: result.time, values: result.values, at };
}

/* Headlines of the reference at the last moment, value[member * headlines + outcome], remembered. */
function reference(wish, from, to) {
  const key = JSON.stringify([wish.reference, wish.heldReference, wish.headlines, from, to]);
  if (!references.has(key)) {
    if (references.size > REFERENCES) references = new Map();
    const run = simulated(engine, wish.reference, wish.heldReference, from, to, wish.headlines, [wish.last]);
    const width = wish.headlines.length;
    references.set(key, run.values.constructor.from({ length: (to - from) * width }, (_, n) => run.values[run.at(Math.floor(n / width)) + (n % width)]));
  }
  return references.get(key);
}

/* The policy's runs of a piece; they begin where they part from those of the move before. */
function policy(wish, from, to, outputs) {
  if (!courses.has(from)) courses.set(from, engine.again());
  return simulated(courses.get(from), wish.policy, wish.held, from, to, outputs, null);
}

/* {moments, curves: value[member][time][chart], changes: value[member][headline]} */
function piece(wish, from, to) {
  const outputs = [...new Set([...wish.charts, ...wish.headlines])];
  const run = policy(wish, from, to, outputs);
  const theirs = reference(wish, from, to);
  const count = to - from;
  const moments = run.time.length;
  const charts = wish.charts.map((name) => outputs.indexOf(name));
  const headlines = wish.headlines.map((name) => outputs.indexOf(name));
  const Reals = run.values.constructor;
  const curves = new Reals(count * moments * charts.length);
  const changes = new Reals(count * headlines.length);
  let at = 0;
  for (let member = 0; member < count; member++) {
    const begins = run.at(member);
    for (let t = 0; t < moments; t++) {
      for (const place of charts) curves[at++] = run.values[begins + t * outputs.length + place];
    }
    const end = begins + (moments - 1) * outputs.length;
    headlines.forEach((place, n) => { changes[member * headlines.length + n] = run.values[end + place] - theirs[member * headlines.length + n]; });
  }
  return { moments, curves, changes };
}

const whole = ({ curves, changes }) => curves.every(Number.isFinite) && changes.every(Number.isFinite);

function answer(wish, pieces, count) {
  const [{ moments }] = pieces;
  const { charts, headlines } = wish;
  const shares = [0.05, 0.25, 0.75, 0.95];
  const curves = quantilesOf(pieces.map((part) => part.curves), moments, charts.length, shares).values;
  const of = (chart) => shares.map((_, q) => curves.slice((q * charts.length + chart) * moments, (q * charts.length + chart + 1) * moments));
  const fans = Object.fromEntries(charts.map((name, chart) => {
    const [low90, low50, high50, high90] = of(chart);
    return [name, { low90, low50, high50, high90 }];
  }));
  const ends = quantilesOf(pieces.map((part) => part.changes), 1, headlines.length, [0.05, 0.95]).values;
  const ranges = Object.fromEntries(headlines.map((name, n) => [name, [ends[n], ends[headlines.length + n]]]));
  return { key: wish.key, members: count, fans, ranges };
}

/* Lets messages in that have come meanwhile. */
const pause = (() => {
  const { port1, port2 } = new MessageChannel();
  let paused = null;
  port1.onmessage = () => paused();
  return () => new Promise((done) => { paused = done; port2.postMessage(0); });
})();

async function work() {
  if (running) return;
  running = true;
  while (now.queue.length) {
    const mine = now;
    const [from, to] = mine.queue.shift();
    try {
      let part = piece(mine.wish, from, to);
      if (models.length > 1 && !whole(part)) {
        models.shift();
        await start();
        part = piece(mine.wish, from, to);
      }
      made(mine, part, to - from);
    } catch (error) {
      mine.queue = [];
      self.postMessage({ kind: "error", number: mine.number, message: error.message });
    }
    await pause();
  }
  running = false;
}

function made({ number, found, keeps }, part, count) {
  if (keeps) found.push(part);
  if (keeps) self.postMessage({ kind: "piece", number, count });
  else self.postMessage({ kind: "piece", number, count, piece: part }, [part.curves.buffer, part.changes.buffer]);
}

const messages = {
  "load": async (data) => {
    await load(data);
    self.postMessage({ kind: "ready" });
  },
  "run": ({ number, wish, pieces, keeps }) => {
    if (number !== now.number) now = { number, wish, queue: [], found: [], keeps };
    now.queue.push(...pieces);
    work();
  },
  "take": ({ number, piece: part }) => {
    if (number === now.number) now.found.push(part);
  },
  "gather": ({ number, members: count }) => {
    if (number === now.number) self.postMessage({ kind: "answer", number, answer: answer(now.wish, now.found, count) });
  },
};

self.onmessage = async ({ data }) => {
  try {
    await messages[data.kind](data);
  } catch (error) {
    self.postMessage({ kind: "error", number: data.number, message: error.message });
  }
};
