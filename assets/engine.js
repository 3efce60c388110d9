/* The compiled model in the browser: loads a WebAssembly module and its layout, and simulates.

   A classic script, so that a page, a worker and node can all read it; it adds one name, PolicyLabEngine:

     PolicyLabEngine.missing()                 "" if this browser can run it, else why not, for a person to read
     PolicyLabEngine.load(code, layout)        promise of an engine; code: address, bytes or compiled module
     engine.simulate({values, outputs, ...})   one or many runs, at once, on the calling thread
     PolicyLabEngine.workers(...)              the same off the page's thread, for ensembles

   Nothing here makes code from text; a page with a Content-Security-Policy must allow 'wasm-unsafe-eval'. */
(function (root) {
  "use strict";

  const FORMAT = 1;
  const PAGE = 65536;
  // The smallest module with one 128-bit instruction: () -> v128.const 0.
  const PROBE = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 22, 1, 20, 0, 253, 12,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11,
  ]);

  function missing() {
    if (typeof WebAssembly !== "object") {
      return "This browser cannot run the model itself (it has no WebAssembly); the server computes instead.";
    }
    if (!WebAssembly.validate(PROBE)) {
      return "This browser cannot run the model itself (it has no WebAssembly SIMD); the server computes instead.";
    }
    return "";
  }

  async function compiled(code) {
    if (code instanceof WebAssembly.Module) return code;
    if (typeof code === "string") {
      const answer = await fetch(code);
      if (!answer.ok) throw new Error(`The model's code could not be fetched: ${answer.status} ${code}`);
      code = await answer.arrayBuffer();
    }
    return WebAssembly.compile(code);
  }

  async function described(layout) {
    if (typeof layout === "string") {
      const answer = await fetch(layout);
      if (!answer.ok) throw new Error(`The model's layout could not be fetched: ${answer.status} ${layout}`);
      layout = await answer.json();
    }
    if (layout.format !== FORMAT) throw new Error(`The model was compiled for another loader (form ${layout.format}).`);
    return layout;
  }

  async function load(code, layout) {
    const reason = missing();
    if (reason) throw new Error(reason);
    const [module, description] = await Promise.all([compiled(code), described(layout)]);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(description.heap / PAGE) + 1 });
    const instance = await WebAssembly.instantiate(module, { env: { memory } });
    return new Engine(module, description, memory, instance.exports[description.entry]);
  }

  class Engine {
    constructor(module, layout, memory, run) {
      this.module = module;
      this.layout = layout;
      this.memory = memory;
      this.run = run;
      this.parameters = new Map(layout.parameters.map((p) => [p.name, p]));
      this.variables = new Map(layout.variables.map((v) => [v.name, v]));
      this.variables.set("Time", { name: "Time", slot: layout.given.length, kind: "time", unit: layout.clock.unit });
    }

    /* values: {parameter: number, or one number a run}; outputs: names; times: moments to save (default: all saved
       ones); integration: "euler" or "rk4". Gives {runs, time, outputs, values}, values[(run * times + t) * outputs + o]. */
    simulate({ values = {}, outputs, times = null, integration = "euler" }) {
      const plan = this.plan(values, outputs, times, integration);
      const result = new Float64Array(plan.runs * plan.time.length * outputs.length);
      const most = Math.max(this.layout.lanes, Math.floor(4e6 / Math.max(1, plan.time.length * outputs.length)));
      for (let first = 0; first < plan.runs; first += most) {
        const count = Math.min(most, plan.runs - first);
        result.set(this.block(plan, first, count), first * plan.time.length * outputs.length);
      }
      return { runs: plan.runs, time: plan.time, outputs, values: result };
    }

    plan(values, outputs, times, integration) {
      const { clock, given } = this.layout;
      const method = ["euler", "rk4"].indexOf(integration);
      if (method < 0) throw new Error(`There is no integration method '${integration}'. Possible: euler, rk4.`);
      const fixed = Float64Array.from(given);
      const varied = [];
      let runs = 1;
      for (const [name, value] of Object.entries(values)) {
        const { slot } = this.known(this.parameters, "parameter", name);
        if (typeof value === "number") fixed[slot] = value;
        else varied.push({ slot, value });
      }
      if (varied.length) runs = varied[0].value.length;
      if (varied.some((v) => v.value.length !== runs)) throw new Error("All lists of values must have the same length.");
      const rows = new Int32Array(clock.moments.length).fill(-1);
      const wanted = times === null ? clock.saved : Array.from(times, (t) => this.moment(t));
      wanted.forEach((position, row) => { rows[position] = row; });
      return {
        fixed, varied, runs, rows, method,
        moments: Float64Array.from(clock.moments.slice(0, Math.max(...wanted) + 1)),
        slots: Int32Array.from(outputs, (name) => this.known(this.variables, "variable", name).slot),
        time: Float64Array.from(wanted, (position) => clock.moments[position]),
      };
    }

    known(names, kind, name) {
      const found = names.get(name);
      if (found === undefined) throw new Error(`There is no ${kind} '${name}' in ${this.layout.name}.`);
      return found;
    }

    moment(time) {
      const { moments, step } = this.layout.clock;
      const position = Math.round((time - moments[0]) / step);
      if (!(Math.abs(moments[position] - time) < step * 1e-3)) throw new Error(`${time} is no moment of a run.`);
      return position;
    }

    /* Some of the plan's runs: puts everything into memory, calls the model, copies the result out. */
    block(plan, first, count) {
      const { lanes, heap, slots, clock, guards } = this.layout;
      const padded = Math.ceil(count / lanes) * lanes;
      const size = count * plan.time.length * plan.slots.length;
      let end = heap;
      const place = (bytes) => { const at = end; end += Math.ceil(bytes / 16) * 16; return at; };
      const work = place(slots * lanes * 8);
      const fixed = place(plan.fixed.byteLength);
      const varied = place(plan.varied.length * 4);
      const values = place(plan.varied.length * padded * 8);
      const moments = place(plan.moments.byteLength);
      const rows = place(plan.rows.byteLength);
      const outputs = place(plan.slots.byteLength);
      const out = place(size * 8);
      const lacking = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
      if (lacking > 0) this.memory.grow(lacking);
      const doubles = new Float64Array(this.memory.buffer);
      const integers = new Int32Array(this.memory.buffer);
      doubles.set(plan.fixed, fixed / 8);
      doubles.set(plan.moments, moments / 8);
      integers.set(plan.rows, rows / 4);
      integers.set(plan.slots, outputs / 4);
      plan.varied.forEach(({ slot, value }, i) => {
        integers[varied / 4 + i] = slot;
        for (let r = 0; r < padded; r++) {
          doubles[values / 8 + i * padded + r] = value[first + Math.min(r, count - 1)];
        }
      });
      const broken = this.run(
        work, fixed, varied, values, plan.varied.length, padded, count, moments, rows, plan.moments.length,
        plan.time.length, plan.method, clock.step, outputs, plan.slots.length, out,
      );
      if (broken) {
        const { variable, construct } = guards[broken - 1];
        throw new Error(`'${variable}' has ${construct} that these values change; the server can compute it.`);
      }
      return doubles.subarray(out / 8, out / 8 + size);
    }
  }

  /* An ensemble off the page's thread. worker: address of engine-worker.js. Gives {simulate(request, progress), stop()};
     request as for engine.simulate, progress(done, runs) as runs finish. A new request waits for the one before it. */
  function workers(worker, code, layout) {
    const thread = new Worker(worker);
    const waiting = new Map();
    let number = 0;
    thread.onmessage = ({ data }) => {
      const { resolve, reject, progress } = waiting.get(data.number) || {};
      if (data.kind === "progress") {
        if (progress) progress(data.done, data.runs);
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
    function ask(message, progress) {
      number += 1;
      const mine = number;
      return new Promise((resolve, reject) => {
        waiting.set(mine, { resolve, reject, progress });
        thread.postMessage({ ...message, number: mine });
      });
    }
    const ready = ask({ kind: "load", code, layout });
    return {
      simulate: async (request, progress) => {
        await ready;
        return ask({ kind: "simulate", request }, progress);
      },
      stop: () => {
        thread.terminate();
        fail({ message: "Stopped." });
      },
    };
  }

  root.PolicyLabEngine = { missing, load, workers };
  if (typeof module === "object" && module.exports) module.exports = root.PolicyLabEngine;
})(typeof globalThis === "object" ? globalThis : self);
