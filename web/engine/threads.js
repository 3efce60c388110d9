/** Engines off the page's thread. */
/* A page's relative addresses mean something else in a worker. */
function absolute(address) {
  if (typeof address === "string") return new URL(address, globalThis.location.href).href;
  const several = address && typeof address === "object" && "plain" in address;
  return several ? { plain: absolute(address.plain), fused: absolute(address.fused) } : address;
}

/* A thread with an engine: {ask(message, progress), stop()}. ask() gives a promise. */
function threadOf(worker) {
  const thread = new Worker(worker);
  const waiting = new Map();
  let number = 0;
  thread.onmessage = ({ data }) => {
    const { resolve, reject, progress } = waiting.get(data.number) || {};
    if (!resolve) return;
    if (data.kind === "progress") {
      if (progress) progress(data);
      return;
    }
    waiting.delete(data.number);
    if (data.kind === "error") reject(new Error(data.message));
    else resolve(data.result);
  };
  const fail = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message || "The simulation thread stopped."));
    waiting.clear();
  };
  thread.onerror = fail;
  return {
    ask: (message, progress) => {
      number += 1;
      const mine = number;
      return new Promise((resolve, reject) => {
        waiting.set(mine, { resolve, reject, progress });
        thread.postMessage({ ...message, number: mine });
      });
    },
    stop: () => {
      thread.terminate();
      fail({ message: "Stopped." });
    },
  };
}

/** Raw runs in a thread: {ready, simulate(request, progress), stop()}; engine.worker.js answers. */
export function startThread(worker, code, layout) {
  const thread = threadOf(worker);
  const ready = thread.ask({ kind: "load", code: absolute(code), layout: absolute(layout) });
  ready.catch(() => {}); // whoever waits for it or asks for runs is told
  return {
    ready,
    simulate: async (request, progress) => {
      await ready;
      return thread.ask({ kind: "simulate", request }, progress && (({ done, runs }) => progress(done, runs)));
    },
    stop: thread.stop,
  };
}
