/** Bands and ranges: the policy under many members, each with its own values of what nobody knows for sure.
 *
 * The members are drawn once (policy_lab/app/ensemble_members.py) and are the same for every policy, so that a difference
 * between two policies is taken member by member. Workers run them, off the page's thread: first FIRST of them, soon
 * after a move; while the hand rests, all. A worker always has the same members: it remembers what their last runs went
 * through, and the reference under them. The latest wish wins, of a policy's bands or of a comparison of several, which runs
 * all of these member by member: one that nobody wants any more ends with its present piece. The first worker gathers.
 *
 * Members run in single precision where the model has that: four abreast, and off by far less than the edge of a band
 * is uncertain with so few of them (docs/agreement.md). Everything else on the page is in double precision.
 */
import { facts } from "../core/facts.js";
import { unpacked } from "../core/members.js";
import * as store from "../core/state.js";
import { load } from "./engine.js";
import * as simulator from "./simulator.js";
/** @import { FromBands, LoadedModel, ToBands } from "../types/engine.js" */
/** @import { BandAnswer, BandWish } from "../types/page.js" */
/** What is wanted: wishes that are answered together, who is told the answers (none where they cannot be had), and who hears how much of it is done.
 * @typedef {{ key: string, wishes: BandWish[], told: (answers: BandAnswer[]) => void, progress?: (share: number) => void }} Wanted */
/** members asked for, run, and gathered; `told`: who waits for the answers, where they are not for everybody
 * @typedef {{ number: number, wanted: Wanted, asked: number, done: number, gathered: number, told?: (answers: BandAnswer[] | null) => void }} Running */

const FIRST = 200; // members behind the first band after a move
const PIECE = 20; // members a worker runs before it looks for news
const ALONE = 150; // milliseconds since the move before, after which a move is a single one
const PAUSES = [50, 100]; // milliseconds at least and at most without a move before workers start, unless it is single
const MOST_WORKERS = 4;

/** @type {((answer: BandAnswer) => void)[]} */
const listeners = [];
/** @type {Worker[]} */
let workers = [];
let total = 0; // members there are
/** The latest wish. @type {Wanted | null} */
let wanted = null;
/** The wish under way. @type {Running | null} */
let running = null;
/** What somebody wants to know aside from it, once it is answered whole. @type {Running | null} */
let aside = null;
let count = 0; // of wishes taken up
let pausing = 0; // timer of the pause after a move
let moved = 0; // when the last move was
let begun = false; // it is known whether there are workers
let refining = false; // the hand rests, so all members may run
/** The latest answer to `want`, or null. @type {BandAnswer | null} */
export let latest = null;
/** Whether no workers run members, nor will. */
export const failed = () => begun && !workers.length;
/** Whether workers run members. */
export const here = () => workers.length > 0;
let ready = () => {};
/** Settles when they can be asked, and never where there are none. @type {Promise<void>} */
export const started = new Promise((done) => { ready = done; });
/** How many members there are. */
export const available = () => total;
/** @type {(news: Extract<FromBands, { kind: "strongest" }>) => void} */
let strongest = () => {};
/** Tells of answers to what was dealt. @param {typeof strongest} listener */
export const onStrongest = (listener) => void (strongest = listener);

/** A message to each thread; mine(n): whether the n-th piece of the work is for it. @param {(mine: (n: number) => boolean) => ToBands} messageFor */
export const deal = (messageFor) => workers.forEach((worker, place) => send(worker, messageFor((n) => n % workers.length === place)));

/** Tells of every answer to `want`. @param {(answer: BandAnswer) => void} listener */
export const on = (listener) => void listeners.push(listener);

/** @param {Worker} worker @param {ToBands} message @param {Transferable[]} [given] */
const send = (worker, message, given = []) => worker.postMessage(message, given);

/** Starts the workers; settles when they can be asked. */
export const begin = () => start().finally(() => { begun = true; });

async function start() {
  await simulator.ready;
  if (!simulator.engine || !facts.files.members || typeof Worker === "undefined") return;
  const reply = await fetch(facts.files.members);
  if (!reply.ok) return;
  const names = Object.values(facts.assumptions).filter((about) => !about.loop).map((about) => about.name);
  if (!names.length) return;
  const values = unpacked(await reply.arrayBuffer(), names.length);
  total = values.length / names.length;
  const models = await precisions(simulator.engine);
  const threads = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 2));
  const loading = Array.from({ length: threads }, () => workerWith({ kind: "load", models, values, names }));
  workers = (await Promise.all(loading)).flatMap((worker) => worker ?? []);
  if (workers.length) ready();
  step();
}

/** A worker with the model and the members; null where it cannot be used. @param {ToBands} message @returns {Promise<Worker | null>} */
function workerWith(message) {
  return new Promise((done) => {
    const worker = new Worker(facts.files.worker);
    worker.onmessage = ({ data }) => {
      if (data.kind === "ready") done(worker);
      else if (data.number === undefined) done(null);
      else heard(data);
    };
    worker.onerror = () => {
      done(null);
      lost(worker);
    };
    send(worker, message);
  });
}

/** The model in single precision, if there is that, and as the page runs it. @param {LoadedModel} model @returns {Promise<LoadedModel[]>} */
async function precisions({ module, layout }) {
  const { single, singleCode, singleFused } = facts.files;
  try {
    const smaller = { ...layout, ...(await (await fetch(single)).json()) };
    if (smaller.missing) return [{ module, layout }];
    const engine = await load({ plain: singleCode, fused: singleFused }, smaller);
    return [{ module: engine.module, layout: smaller }, { module, layout }];
  } catch {
    return [{ module, layout }]; // not to be had: bands come all the same, later
  }
}

/** @param {BandAnswer} answer */
function tell(answer) {
  latest = answer;
  for (const listener of listeners) listener(answer);
}

/** Something else is wanted from now on; false where that is wanted already. @param {Wanted} next */
function turn(next) {
  if (wanted && wanted.key === next.key) return false;
  wanted = next;
  refining = false;
  drop();
  halt();
  window.clearTimeout(pausing);
  pausing = 0;
  return true;
}

/** Several policies at once, all members, as soon as can be; `told` of the first members, and of all.
 * @param {BandWish[]} wishes @param {Wanted["told"]} told @param {Wanted["progress"]} progress */
export function compare(wishes, told, progress) {
  if (!turn({ key: wishes.map(({ key }) => key).join(), wishes, told, progress })) return;
  refining = true;
  step();
}

/** What bands are wanted for from now on. @param {BandWish} wish */
export function want(wish) {
  const next = { key: wish.key, wishes: [wish], told: (/** @type {BandAnswer[]} */ [answer]) => answer && tell(answer) };
  if (!turn(next)) return;
  if (latest?.whole && latest.key === wish.key) { // it was known before something else was wanted
    running = { number: (count += 1), wanted: next, asked: total, done: total, gathered: total };
    return;
  }
  // A single move need not wait: its curve is drawn before any worker is asked. In a row of moves, and where a drag
  // begins, the cores are the curve's until the next one is overdue by half.
  const gap = performance.now() - moved;
  const alone = gap > ALONE && !store.held;
  moved += gap;
  pausing = window.setTimeout(() => {
    pausing = 0;
    step();
  }, alone ? 0 : Math.min(PAUSES[1], Math.max(PAUSES[0], 1.5 * gap)));
}

/* What nobody wants any more ends, so that the cores are free while a hand moves. */
function halt() {
  if (!running || running.done === running.asked) return;
  running = null;
  for (const worker of workers) send(worker, { kind: "run", number: (count += 1), wishes: [], pieces: [] });
}

/** How outcomes are over the first members, or all, under other values than those wanted; null as soon as a newer wish
 * comes in between. One question at a time, and only once the wish before it is answered whole.
 * @param {BandWish} wish @param {number} [members] @returns {Promise<BandAnswer | null>} */
export const ask = (wish, members) => askAll([{ ...wish, charts: [] }], members).then((answers) => answers?.[0] ?? null);

/** The same of several policies. @param {BandWish[]} asked @param {number} [members] @returns {Promise<BandAnswer[] | null>} */
export function askAll(asked, members = total) {
  if (aside || pausing || !workers.length || !wanted || running?.wanted !== wanted || running.gathered < total) return Promise.resolve(null);
  const wishes = asked.map((wish) => ({ ...wish, aside: true }));
  return new Promise((told) => {
    aside = { number: (count += 1), wanted: { key: "", wishes, told: () => {} }, asked: 0, done: 0, gathered: 0, told };
    hand(aside, Math.min(members, total));
  });
}

/* Nobody waits for what was asked aside any more. */
function drop() {
  const dropped = aside;
  aside = null;
  if (!dropped) return;
  for (const worker of workers) send(worker, { kind: "run", number: (count += 1), wishes: [], pieces: [] });
  dropped.told?.(null);
}

/* Takes up the latest wish: its first members; then, once those are gathered and the hand rests, all. */
function step() {
  if (!workers.length || !wanted || pausing) return;
  if (!running || running.wanted !== wanted) running = { number: (count += 1), wanted, asked: 0, done: 0, gathered: 0 };
  const first = Math.min(FIRST, total);
  const goal = running.gathered < first ? first : refining ? total : running.asked;
  if (running.asked < goal) hand(running, goal);
}

/** Gives workers their pieces. @param {Running} mine @param {number} goal members to run in all */
function hand(mine, goal) {
  /** @type {[number, number][]} */
  const pieces = [];
  for (let from = mine.asked; from < goal; from += PIECE) pieces.push([from, Math.min(goal, from + PIECE)]);
  workers.forEach((worker, n) => {
    const own = pieces.filter(([from]) => Math.floor(from / PIECE) % workers.length === n);
    send(worker, { kind: "run", number: mine.number, wishes: mine.wanted.wishes, pieces: own, keeps: n === 0 });
  });
  mine.asked = goal;
}

/** @param {FromBands} news */
function heard(news) {
  if (news.kind === "strongest") return strongest(news);
  const mine = [running, aside].find((one) => one?.number === news.number);
  if (!mine) return;
  if (news.kind === "piece") {
    const { number, parts, count: members } = news;
    if (parts) send(workers[0], { kind: "take", number, parts }, parts.flatMap((part) => [part.curves.buffer, part.ends.buffer]));
    mine.done += members;
    mine.wanted.progress?.(mine.done / total);
    if (mine.done === mine.asked) send(workers[0], { kind: "gather", number, members: mine.done });
  } else if (mine === aside) {
    aside = null;
    mine.told?.(news.kind === "answer" ? news.answers : null);
  } else if (news.kind === "answer") {
    mine.gathered = news.answers[0].members;
    mine.wanted.told(news.answers);
    step();
  } else { // these values cannot be run; the next move may be
    if (mine.wanted === wanted) wanted = null;
    running = null;
    mine.wanted.told([]);
    step();
  }
  return undefined;
}

/** A worker that broke is let go; the others do its work. @param {Worker} worker */
function lost(worker) {
  worker.terminate();
  workers = workers.filter((other) => other !== worker);
  drop();
  running = null; // what the others still do for it counts for nothing
  step();
}

/** The hand rests: all members. */
export function refine() {
  refining = true;
  step();
}
