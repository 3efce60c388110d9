/** In how many futures a loop is among the strongest: members of the ensemble, each run with all loops and without each, by
 * the threads of the bands. The latest question counts. */
import { facts } from "../core/facts.js";
import * as bandRuns from "./bands.js";
/** @import { StrongestWish } from "../types/engine.js" */

const MEMBERS = 200; // how many are asked: what two threads do in a second
const PIECE = 8; // members between two looks for news

/** @typedef {{ wish: StrongestWish, counts: Uint16Array, members: number, asked: number, told: (counts: Uint16Array, members: number) => void }} Asked */
/** @type {Asked | null} */
let now = null;
let number = 0; // of the latest question

/** Whether there are threads to ask. */
export const here = () => bandRuns.here() && Object.values(facts.assumptions).some((about) => !about.loop);

/** @param {StrongestWish} wish @param {Asked["told"]} told */
export function ask(wish, told) {
  const members = Math.min(MEMBERS, bandRuns.available());
  number += 1;
  now = { wish, counts: new Uint16Array((wish.switches.length + 1) * wish.times.length), members: 0, asked: members, told };
  /** @type {[number, number][]} */
  const pieces = [];
  for (let from = 0; from < members; from += PIECE) pieces.push([from, Math.min(members, from + PIECE)]);
  bandRuns.deal((mine) => ({ kind: "strongest", number, wish, pieces: pieces.filter((_, n) => mine(n)) }));
}

/** Nobody waits any more. */
export function stop() {
  if (!now) return;
  now = null;
  number += 1;
  bandRuns.deal(() => ({ kind: "strongest", number, wish: null, pieces: [] }));
}

/** @param {{ number: number, counts: Uint16Array, members: number }} news */
function heard(news) {
  if (!now || news.number !== number) return;
  const mine = now;
  news.counts.forEach((count, n) => { mine.counts[n] += count; });
  mine.members += news.members;
  if (mine.members < mine.asked) return;
  now = null;
  mine.told(mine.counts, mine.members);
}

export const begin = () => bandRuns.onStrongest(heard);
