/* Runs members of an ensemble for bands.js, off the page's thread.

   It has the model once or twice, in single precision first: where that leads to what is no finite number, a worker goes
   over to double precision for good, and runs that piece again.

   Messages in: load; run {number, wishes, pieces: [[from, to]], keeps}, of which the latest number counts and pieces of the
   same number queue; strongest {number, wish, pieces}, of which the latest number counts; take {number, parts}, another
   worker's; gather {number, members}. Out: ready; piece {number, count, parts}, the parts themselves only if this is not
   the worker that keeps them; answer {number, answers}; strongest {number, counts, members}; error. */
import * as loader from "./engine.js";
import { Ensemble } from "./ensemble.js";
/** @import { BandPiece, FromBands, LoadedModel, StrongestWish, ToBands } from "../types/engine.js" */
/** @import { BandWish } from "../types/page.js" */

/** Of each precision that may still be used, the first in use. @type {LoadedModel[]} */
let models = [];
/** @type {Ensemble} */
let ensemble;
/** What is wanted: pieces to run, those there are. @type {{ number: number, wishes: BandWish[], queue: [number, number][], found: BandPiece[][], keeps: boolean }} */
let now = { number: 0, wishes: [], queue: [], found: [], keeps: false };
/** What is asked of loops: they wait for bands. @type {{ number: number, wish: StrongestWish | null, queue: [number, number][] }} */
let asked = { number: 0, wish: null, queue: [] };
let running = false;

/** @param {Extract<ToBands, { kind: "load" }>} given */
async function load({ models: given, values, names }) {
  models = given;
  const count = values.length / names.length;
  await start(new Map(names.map((name, place) => [name, values.subarray(place * count, (place + 1) * count)])));
}

/** @param {Map<string, Float32Array>} members */
async function start(members) {
  const [{ module, layout }] = models;
  const engine = await loader.load(module, layout);
  engine.warm(4, layout.lanes);
  ensemble = new Ensemble(engine, members);
}

/* Lets messages in that have come meanwhile. */
const pause = (() => {
  const { port1, port2 } = new MessageChannel();
  let resume = () => {};
  port1.onmessage = () => resume();
  return () => new Promise((done) => { resume = () => done(null); port2.postMessage(0); });
})();

/** A piece; in double precision, for good, where single leads to what is no finite number. @param {BandWish[]} wishes @param {number} from @param {number} to */
async function finite(wishes, from, to) {
  const parts = wishes.map((wish) => ensemble.piece(wish, from, to));
  if (models.length < 2 || !parts.some((part) => part.broken)) return parts;
  models.shift();
  await start(ensemble.members);
  return wishes.map((wish) => ensemble.piece(wish, from, to));
}

/** @param {FromBands} news @param {Transferable[]} [given] */
const tell = (news, given = []) => self.postMessage(news, { transfer: given });

async function work() {
  if (running) return;
  running = true;
  while (now.queue.length || asked.queue.length) {
    const mine = now.queue.length ? now : asked;
    const [from, to] = /** @type {[number, number]} */ (mine.queue.shift());
    try {
      if (mine === now && now.wishes.length) made(now, await finite(now.wishes, from, to), to - from);
      else if (mine === asked && asked.wish) tell({ kind: "strongest", number: asked.number, counts: ensemble.strongest(asked.wish, from, to), members: to - from });
    } catch (error) {
      mine.queue = [];
      tell({ kind: "error", number: mine === asked ? -1 : mine.number, message: /** @type {Error} */ (error).message });
    }
    await pause();
  }
  running = false;
}

/** @param {typeof now} mine @param {BandPiece[]} parts @param {number} count */
function made({ number, found, keeps }, parts, count) {
  if (keeps) found.push(parts);
  if (keeps) tell({ kind: "piece", number, count });
  else tell({ kind: "piece", number, count, parts }, parts.flatMap((part) => [part.curves.buffer, part.ends.buffer]));
}

/** @param {ToBands} data */
async function heard(data) {
  if (data.kind === "load") {
    await load(data);
    tell({ kind: "ready" });
  } else if (data.kind === "run") {
    if (data.number !== now.number) now = { number: data.number, wishes: data.wishes, queue: [], found: [], keeps: Boolean(data.keeps) };
    now.queue.push(...data.pieces);
    work();
  } else if (data.kind === "strongest") {
    asked = { number: data.number, wish: data.wish, queue: data.pieces };
    work();
  } else if (data.number === now.number && data.kind === "take") {
    now.found.push(data.parts);
  } else if (data.number === now.number && data.kind === "gather" && now.wishes.length) {
    const { wishes, found } = now;
    tell({ kind: "answer", number: data.number, answers: wishes.map((wish, n) => ensemble.answer(wish, found.map((parts) => parts[n]), data.members)) });
  }
}

self.onmessage = async ({ data }) => {
  try {
    await heard(data);
  } catch (error) {
    tell({ kind: "error", number: data.number, message: /** @type {Error} */ (error).message });
  }
};
