/** Raw runs off the page's thread; threads.js talks to it. */
import { load } from "./engine.js";
/** @import { AnyCode, Layout, Request, Result } from "../types/engine.js" */
/** @typedef {{ kind: "load", number: number, code: AnyCode, layout: string | Layout }} Load */
/** @typedef {{ kind: "simulate", number: number, request: Request }} Simulate */

const PIECE = 512; // runs between two messages: a few milliseconds

/** @type {import("./engine.js").Engine} */
let engine;

/** Runs in pieces, with a message after each. @param {Simulate} asked @returns {Result} */
function simulate({ number, request }) {
  const whole = engine.plan(request);
  const width = whole.time.length * request.outputs.length;
  const values = new Float64Array(whole.runs * width);
  for (let first = 0; first < whole.runs; first += PIECE) {
    const count = Math.min(PIECE, whole.runs - first);
    values.set(engine.block(whole, first, count), first * width);
    self.postMessage({ kind: "progress", number, done: first + count, runs: whole.runs });
  }
  return { runs: whole.runs, time: whole.time.slice(), outputs: request.outputs, values };
}

/** @param {Load | Simulate} asked */
async function answer(asked) {
  if (asked.kind === "simulate") return simulate(asked);
  engine = await load(asked.code, asked.layout);
  engine.warm(4, 2);
  return null;
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ kind: "done", number: data.number, result: await answer(data) });
  } catch (error) {
    self.postMessage({ kind: "error", number: data.number, message: /** @type {Error} */ (error).message });
  }
};
