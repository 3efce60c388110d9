/** Raw runs off the page's thread; threads.js talks to it. */
import { load } from "./engine.js";

let engine = null;

/* Raw runs, in pieces of a few milliseconds, with a message after each. */
const ensemble = (number, request) => {
  const whole = engine.plan(request.values || {}, request.outputs, request.times || null, request.integration || "euler");
  const width = whole.time.length * request.outputs.length;
  const values = new Float64Array(whole.runs * width);
  const piece = 512;
  for (let first = 0; first < whole.runs; first += piece) {
    const count = Math.min(piece, whole.runs - first);
    values.set(engine.block(whole, first, count), first * width);
    self.postMessage({ kind: "progress", number, done: first + count, runs: whole.runs });
  }
  return { runs: whole.runs, time: whole.time.slice(), outputs: request.outputs, values };
};

const answers = {
  "load": async ({ code, layout }) => {
    engine = await load(code, layout);
    engine.warm(4, 2);
    return null;
  },
  "simulate": ({ number, request }) => ensemble(number, request),
};

self.onmessage = async ({ data }) => {
  try {
    const result = await answers[data.kind](data);
    self.postMessage({ kind: "done", number: data.number, result });
  } catch (error) {
    self.postMessage({ kind: "error", number: data.number, message: error.message });
  }
};
