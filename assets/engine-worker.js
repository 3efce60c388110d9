/* Ensembles off the page's thread; engine.js's workers() talks to it. Dash puts every script of this folder into the
   page as well, where this one has nothing to do. */
if (typeof importScripts === "function" && typeof document === "undefined") {
  importScripts("engine.js");

  let engine = null;

  /* In pieces of a few milliseconds, with a message after each. */
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
    return { runs: whole.runs, time: whole.time, outputs: request.outputs, values };
  };

  self.onmessage = async ({ data }) => {
    try {
      if (data.kind === "load") {
        engine = await self.PolicyLabEngine.load(data.code, data.layout);
        self.postMessage({ kind: "done", number: data.number, result: null });
      } else {
        const result = ensemble(data.number, data.request);
        self.postMessage({ kind: "done", number: data.number, result }, [result.values.buffer]);
      }
    } catch (error) {
      self.postMessage({ kind: "error", number: data.number, message: error.message });
    }
  };
}
