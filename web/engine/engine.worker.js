/* Raw runs off the page's thread; engine.js's workers() talks to it. A page that loads it as well has nothing of it. */
(function (root) {
  "use strict";

  if (typeof importScripts !== "function" || typeof document !== "undefined") return;
  if (!self.PolicyLabEngine) importScripts("engine.js"); // the server may send both as one script
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
      root.postMessage({ kind: "progress", number, done: first + count, runs: whole.runs });
    }
    return { runs: whole.runs, time: whole.time.slice(), outputs: request.outputs, values };
  };

  const answers = {
    "load": async ({ code, layout }) => {
      engine = await root.PolicyLabEngine.load(code, layout);
      engine.warm(4, 2);
      return null;
    },
    "simulate": ({ number, request }) => ensemble(number, request),
  };

  root.onmessage = async ({ data }) => {
    try {
      const result = await answers[data.kind](data);
      root.postMessage({ kind: "done", number: data.number, result });
    } catch (error) {
      root.postMessage({ kind: "error", number: data.number, message: error.message });
    }
  };
})(typeof globalThis === "object" ? globalThis : self);
