/* Ensembles off the page's thread; engine.js's workers() and ensembles() talk to it. Dash may put every script of this
   folder into the page as well, where this one has nothing to do; node reads quantilesOf() from it for a test. */
(function (root) {
  "use strict";

  /* Members a thread simulates before it listens again whether they are still wanted. */
  const PIECE = 8;

  /* Quantiles of values[(member * times + t) * outputs + o] over members, as
     result[(quantile * outputs + o) * times + t], with linear interpolation between members (Hyndman and Fan's type 7).
     parts: lists of such values, each with some of the members. Members whose value is no finite number are left out
     of that moment; `failed` counts members that have any such value. */
  function quantilesOf(parts, times, outputs, quantiles) {
    const width = times * outputs;
    const members = parts.reduce((sum, part) => sum + part.length / width, 0);
    const result = new Float64Array(quantiles.length * width);
    const column = new Float64Array(members);
    const broken = new Set();
    for (let t = 0; t < times; t += 1) {
      for (let o = 0; o < outputs; o += 1) {
        let count = 0;
        let member = 0;
        for (const part of parts) {
          for (let at = t * outputs + o; at < part.length; at += width, member += 1) {
            if (Number.isFinite(part[at])) column[count++] = part[at];
            else broken.add(member);
          }
        }
        const sorted = column.subarray(0, count).sort();
        quantiles.forEach((share, q) => { result[(q * outputs + o) * times + t] = between(sorted, share); });
      }
    }
    return { values: result, failed: broken.size };
  }

  function between(sorted, share) {
    if (!sorted.length) return NaN;
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below];
    return place > below ? low + (sorted[below + 1] - low) * (place - below) : low;
  }

  if (typeof module === "object" && module.exports) module.exports = { quantilesOf };
  if (typeof importScripts !== "function" || typeof document !== "undefined") return;

  if (!self.PolicyLabEngine) importScripts("engine.js"); // the server may send both as one script
  let engine = null;
  let members = {};
  let latest = 0;
  let destination = null;
  /* Values that another thread sent, and who waits for them: by request and stage. */
  const arrived = new Map();

  const box = (key) => {
    if (!arrived.has(key)) {
      const entry = {};
      entry.promise = new Promise((resolve) => { entry.resolve = resolve; });
      arrived.set(key, entry);
    }
    return arrived.get(key);
  };

  /* Lets messages in that have come meanwhile. */
  const pause = (() => {
    const { port1, port2 } = new MessageChannel();
    const paused = [];
    port1.onmessage = () => paused.shift()();
    return () => new Promise((resolve) => { paused.push(resolve); port2.postMessage(0); });
  })();

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

  /* This thread's share of the members from one stage to the next: whole pairs, so that no vector is half empty. */
  const shareOf = (from, to, share, shares) => {
    const cut = (k) => (k === shares ? to : from + Math.floor(((to - from) * k) / shares / 2) * 2);
    return [cut(share), cut(share + 1)];
  };

  async function simulated(plan, id, from, to) {
    const width = plan.time.length * plan.slots.length;
    const values = new Float64Array((to - from) * width);
    for (let first = from; first < to; first += PIECE) {
      await pause();
      if (latest > id) return null;
      values.set(engine.block(plan, first, Math.min(PIECE, to - first)), (first - from) * width);
    }
    return values;
  }

  /* Stage by stage: the first thread takes the others' values in and tells the page, the others send theirs. */
  async function bands({ number, id, request, share, shares }) {
    const { base, outputs, times, integration, quantiles, stages } = request;
    const plan = engine.plan({ ...base, ...members }, outputs, times, integration);
    const parts = [];
    let from = 0;
    let result = null;
    for (const to of stages) {
      const mine = await simulated(plan, id, ...shareOf(from, to, share, shares));
      if (mine === null) return null;
      from = to;
      if (share > 0) {
        destination.postMessage({ key: `${id} ${to} ${share}`, values: mine }, [mine.buffer]);
        continue;
      }
      parts.push(mine);
      for (let other = 1; other < shares; other += 1) {
        const key = `${id} ${to} ${other}`;
        parts.push(await box(key).promise);
        arrived.delete(key);
      }
      if (latest > id) return null;
      const { values, failed } = quantilesOf(parts, plan.time.length, outputs.length, quantiles);
      result = { members: to, time: plan.time.slice(), values, failed };
      if (to < stages[stages.length - 1]) root.postMessage({ kind: "progress", number, result });
    }
    return result;
  }

  const answers = {
    "load": async ({ code, layout }) => {
      engine = await root.PolicyLabEngine.load(code, layout);
      engine.warm(4, 2);
      return null;
    },
    "simulate": ({ number, request }) => ensemble(number, request),
    "bands": bands,
  };
  const notices = {
    "members": ({ values }) => { members = values; },
    "latest": ({ request }) => {
      latest = Math.max(latest, request);
      for (const [key, { resolve }] of arrived) {
        if (Number.parseInt(key, 10) < latest) {
          resolve(null);
          arrived.delete(key);
        }
      }
    },
    "gather from": ({ port }) => {
      port.onmessage = ({ data: { key, values } }) => {
        if (Number.parseInt(key, 10) >= latest) box(key).resolve(values);
      };
    },
    "send to": ({ port }) => { destination = port; },
  };

  root.onmessage = async ({ data }) => {
    if (data.kind in notices) {
      notices[data.kind](data);
      return;
    }
    try {
      const result = await answers[data.kind](data);
      root.postMessage({ kind: "done", number: data.number, result });
    } catch (error) {
      root.postMessage({ kind: "error", number: data.number, message: error.message });
    }
  };
})(typeof globalThis === "object" ? globalThis : self);
