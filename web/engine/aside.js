/** Runs that nothing on show waits for: one thread beside the page's, started before it is wanted, answers in order. */
import { withConditions } from "../core/conditions.js";
import { facts } from "../core/facts.js";
import * as simulator from "./simulator.js";
import { startThread } from "./threads.js";
/** @import { Thread } from "../types/engine.js" */
/** @import { Constants, Run } from "../types/page.js" */

const PIECE = 32; // runs between which others have their turn
const SERVED = 8; // runs that the server is asked for at once

/** null where this browser has none. @type {Promise<Thread | null> | null} */
let thread = null;

/** The thread. If it could not be fetched, the next to want it tries again. */
export function ahead() {
  thread ??= simulator.ready.then(started);
  const mine = thread;
  mine.catch(() => {
    if (thread === mine) thread = null;
  });
  return mine;
}

async function started() {
  const { engine } = simulator;
  if (!engine) return null;
  const made = startThread(facts.files.thread, engine.module, engine.layout);
  await made.ready;
  return made;
}

/**
 * A run for each settings; many of them in pieces, so that somebody else's few do not wait long. Where the browser cannot
 * run the model, the server does.
 * @param {Constants[]} settings
 * @param {string[]} asked names of variables
 * @param {number} until last moment
 * @param {() => boolean} [wanted] whether somebody still waits
 * @returns {Promise<Run[]>} fewer where nobody does
 */
export async function runs(settings, asked, until, wanted = () => true) {
  const found = /** @type {Run[]} */ ([]);
  const beside = await ahead().catch(() => null);
  const size = beside ? PIECE : SERVED;
  for (let from = 0; from < settings.length && wanted(); from += size) {
    const piece = settings.slice(from, from + size);
    found.push(...(beside && simulator.engine ? await inThread(beside, simulator.engine, piece, asked, until) : await simulator.ask(piece, asked, until)));
  }
  return found;
}

/** @param {Thread} beside @param {import("./engine.js").Engine} engine @param {Constants[]} settings @param {string[]} asked @param {number} until */
async function inThread(beside, engine, settings, asked, until) {
  const outputs = withConditions(asked, simulator.whereOf);
  return simulator.spread(await beside.simulate({ values: simulator.together(engine, settings), outputs, until }), settings.length);
}
