/** Engines off the page's thread. */
/** @import { AnyCode, Layout, Thread } from "../types/engine.js" */
/** @typedef {{ done: number, runs: number }} Progress */
/** @typedef {{ resolve: (result: any) => void, reject: (error: Error) => void, progress?: (news: Progress) => void }} Waiting
 * what resolve takes is what the message asked for */

/**
 * A page's relative addresses mean something else in a worker.
 * @template T
 * @param {T | string} given
 */
const absolute = (given) => (typeof given === "string" ? new URL(given, globalThis.location.href).href : given);

/** @param {AnyCode} code */
const absoluteCode = (code) => (typeof code !== "string" && "plain" in code ? { plain: absolute(code.plain), fused: absolute(code.fused) } : absolute(code));

/** A thread with an engine. @param {string} worker address of its script */
function threadOf(worker) {
  const thread = new Worker(worker);
  /** @type {Map<number, Waiting>} */
  const waiting = new Map();
  let number = 0;
  thread.onmessage = ({ data }) => {
    const asked = waiting.get(data.number);
    if (!asked) return;
    if (data.kind === "progress") {
      asked.progress?.(data);
      return;
    }
    waiting.delete(data.number);
    if (data.kind === "error") asked.reject(new Error(data.message));
    else asked.resolve(data.result);
  };
  const fail = (/** @type {string} */ message) => {
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
  };
  thread.onerror = (event) => fail(event.message || "The simulation thread stopped.");
  /**
   * @param {Record<string, unknown>} message
   * @param {Waiting["progress"]} [progress]
   * @returns {Promise<any>} of what the message asked for
   */
  const ask = (message, progress) => {
    number += 1;
    const mine = number;
    return new Promise((resolve, reject) => {
      waiting.set(mine, { resolve, reject, progress });
      thread.postMessage({ ...message, number: mine });
    });
  };
  const stop = () => {
    thread.terminate();
    fail("Stopped.");
  };
  return { ask, stop };
}

/**
 * Raw runs in a thread; engine.worker.js answers.
 * @param {string} worker address of its script
 * @param {AnyCode} code
 * @param {string | Layout} layout
 * @returns {Thread}
 */
export function startThread(worker, code, layout) {
  const thread = threadOf(worker);
  const ready = thread.ask({ kind: "load", code: absoluteCode(code), layout: absolute(layout) });
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
