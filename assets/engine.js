/* The compiled model in the browser: loads a WebAssembly module and its layout, and simulates.

   A classic script, so that a page, a worker and node can all read it; it adds one name, PolicyLabEngine.

   PolicyLabEngine.missing()                "" if this browser can run the model, else why not, for a person to read
   PolicyLabEngine.fused()                  true where multiply and add are one instruction (Chromium, Firefox; not yet
                                            every Safari): the module compiled for that is a quarter faster
   PolicyLabEngine.load(code, layout)       promise of an engine. code: address, bytes or WebAssembly.Module, or
                                            {plain, fused}, each of those, of which the one that fits is fetched;
                                            layout: address or object

   engine.simulate({values, outputs, times, integration})     at once, on the calling thread
       values       {parameter: number, or a list with a number for each run}; what is left out has its default
       outputs      names of variables, any, others at every call; nothing is compiled anew
       times        moments to save (default: all that the model saves), integration: "euler" (default) or "rk4"
       gives        {runs, time, outputs, values}, values[(run * times + t) * outputs + o]
   engine.warm(times, runs)                 some runs for nothing: a browser makes code fast only after using it
   engine.module, .layout, .parameters      WebAssembly.Module, object, Map of {name, slot, default, unit, range}

   PolicyLabEngine.ensembles({worker, code, layout, threads})   runs with uncertain parameters, off the page's thread
       worker       address of engine-worker.js, of the page's own origin; code, layout as for load (engine.module and
                    engine.layout save fetching and compiling); threads: 2, or 1 on a machine with one core
       .members(values)                     {parameter: list with a number for each member}; kept for later requests
       .bands({base, outputs, times, integration, stages, quantiles}, stage)
           base       {parameter: number} for all members; where members have the parameter too, theirs counts
           stages     how many members to tell about, [100, 200, 400] say (default: all at once)
           quantiles  default [0.05, 0.25, 0.5, 0.75, 0.95], between members as NumPy's quantile() has it
           stage(result) is called after each stage; the promise gives the last one, or null when a later request
           or .cancel() came in between: the latest request wins, within some 10 ms.
           A result is {members, final, time, outputs, quantiles, failed, bands}; bands[output] is a list with a
           Float64Array over time for each quantile; failed: members in which a value is no finite number, which
           are left out at the times concerned
       .cancel(), .stop()                   give up what runs now; end the threads

   PolicyLabEngine.workers(worker, code, layout)    raw runs off the page's thread: {simulate(request, progress), stop()}

   Nothing here makes code from text; a page with a Content-Security-Policy must allow 'wasm-unsafe-eval'. */
(function (root) {
  "use strict";

  const FORMAT = 1;
  const PAGE = 65536;
  const METHODS = ["euler", "rk4"];
  const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
  // The smallest module with one 128-bit instruction: () -> v128.const 0.
  const PROBE = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 22, 1, 20, 0, 253, 12,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11,
  ]);
  // f(): x * x - 1 - 2x' with x = 1 + x', x' = 2**-30, by one multiply-add: 2**-60 if that rounds once, else 0.
  const FUSED_PROBE = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 124, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 43, 1, 41, 0, 68, 0,
    0, 64, 0, 0, 0, 240, 63, 253, 20, 68, 0, 0, 64, 0, 0, 0, 240, 63, 253, 20, 68, 0, 0, 128, 0, 0, 0, 240, 191, 253,
    20, 253, 135, 2, 253, 33, 0, 11,
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

  let fuses = null;
  function fused() {
    if (fuses === null) {
      fuses = !missing() && WebAssembly.validate(FUSED_PROBE)
        && new WebAssembly.Instance(new WebAssembly.Module(FUSED_PROBE)).exports.f() === 2 ** -60;
    }
    return fuses;
  }

  async function compiled(code) {
    if (code instanceof WebAssembly.Module) return code;
    if (typeof code === "string") {
      const answer = await fetch(code);
      if (!answer.ok) throw new Error(`The model's code could not be fetched: ${answer.status} ${code}`);
      // Compiled while it arrives, and kept compiled by some browsers, where the server names its kind.
      if ((answer.headers.get("Content-Type") || "").startsWith("application/wasm")) {
        return WebAssembly.compileStreaming(answer);
      }
      code = await answer.arrayBuffer();
    }
    return WebAssembly.compile(code);
  }

  function fitting(code) {
    const several = code && typeof code === "object" && "plain" in code;
    return several ? (fused() && code.fused) || code.plain : code;
  }

  /* A page's relative addresses mean something else in a worker. */
  function absolute(address) {
    if (typeof address === "string") return new URL(address, root.location.href).href;
    const several = address && typeof address === "object" && "plain" in address;
    return several ? { plain: absolute(address.plain), fused: absolute(address.fused) } : address;
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
    const [module, description] = await Promise.all([compiled(fitting(code)), described(layout)]);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(description.heap / PAGE) + 1 });
    const instance = await WebAssembly.instantiate(module, { env: { memory } });
    return new Engine(module, description, memory, instance.exports[description.entry]);
  }

  /* What was worked out last, as long as it is asked for again. */
  function remembered(make) {
    let last = null;
    let value = null;
    return (key, argument) => {
      if (key !== last) {
        value = make(argument);
        last = key;
      }
      return value;
    };
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
      this.given = Float64Array.from(layout.given);
      this.moments = Float64Array.from(layout.clock.moments);
      this.calendar = remembered((times) => this.rowsOf(times));
      this.choice = remembered((outputs) => this.slotsOf(outputs));
      this.placed = null;
      this.seen();
    }

    /* values: {parameter: number, or one number a run}; outputs: names; times: moments to save (default: all saved
       ones); integration: "euler" or "rk4". Gives {runs, time, outputs, values}, values[(run * times + t) * outputs + o]. */
    simulate({ values = {}, outputs, times = null, integration = "euler" }) {
      const plan = this.plan(values, outputs, times, integration);
      const width = plan.time.length * outputs.length;
      const most = Math.max(this.layout.lanes, Math.floor(4e6 / Math.max(1, width)));
      let result = null;
      if (plan.runs <= most) {
        result = this.block(plan, 0, plan.runs).slice();
      } else {
        result = new Float64Array(plan.runs * width);
        for (let first = 0; first < plan.runs; first += most) {
          result.set(this.block(plan, first, Math.min(most, plan.runs - first)), first * width);
        }
      }
      return { runs: plan.runs, time: plan.time.slice(), outputs, values: result };
    }

    /* Runs that nobody looks at, until the browser has made fast code of the model's; `runs` at a time, because runs
       on their own and in pairs have code of their own. */
    warm(times = 8, runs = 1) {
      const outputs = this.layout.variables.slice(0, 1).map((v) => v.name);
      const [first] = this.layout.parameters;
      const values = runs > 1 && first ? { [first.name]: new Float64Array(runs).fill(first.default) } : {};
      for (let n = 0; n < times; n += 1) this.simulate({ outputs, values });
    }

    plan(values, outputs, times, integration) {
      const method = METHODS.indexOf(integration);
      if (method < 0) throw new Error(`There is no integration method '${integration}'. Possible: ${METHODS.join(", ")}.`);
      const fixed = this.given.slice();
      const varied = [];
      for (const name of Object.keys(values)) {
        const { slot } = this.known(this.parameters, "parameter", name);
        const value = values[name];
        if (typeof value === "number") fixed[slot] = value;
        else varied.push({ slot, value });
      }
      const runs = varied.length ? varied[0].value.length : 1;
      if (varied.some((v) => v.value.length !== runs)) throw new Error("All lists of values must have the same length.");
      const { rows, time, moments } = this.calendar(times === null ? "saved" : times.join(), times);
      return { fixed, varied, runs, rows, time, moments, method, slots: this.choice(outputs.join("\n"), outputs) };
    }

    rowsOf(times) {
      const wanted = times === null ? this.layout.clock.saved : Array.from(times, (t) => this.moment(t));
      const rows = new Int32Array(this.moments.length).fill(-1);
      wanted.forEach((position, row) => { rows[position] = row; });
      const time = Float64Array.from(wanted, (position) => this.moments[position]);
      return { rows, time, moments: this.moments.slice(0, Math.max(...wanted) + 1) };
    }

    slotsOf(outputs) {
      return Int32Array.from(outputs, (name) => this.known(this.variables, "variable", name).slot);
    }

    known(names, kind, name) {
      const found = names.get(name);
      if (found === undefined) throw new Error(`There is no ${kind} '${name}' in ${this.layout.name}.`);
      return found;
    }

    moment(time) {
      const position = Math.round((time - this.moments[0]) / this.layout.clock.step);
      const near = Math.abs(this.moments[position] - time) < this.layout.clock.step * 1e-3;
      if (!near) throw new Error(`${time} is no moment of a run.`);
      return position;
    }

    seen() {
      this.doubles = new Float64Array(this.memory.buffer);
      this.integers = new Int32Array(this.memory.buffer);
    }

    /* Some of the plan's runs: puts everything into memory, calls the model. Gives a view of the result, good until
       the next call. */
    block(plan, first, count) {
      const { lanes, heap, slots, clock, guards } = this.layout;
      const padded = Math.ceil(count / lanes) * lanes;
      const size = count * plan.time.length * plan.slots.length;
      let end = heap;
      const place = (bytes) => { const at = end; end += Math.ceil(bytes / 16) * 16; return at; };
      const work = place(slots * lanes * 8);
      const rows = place(plan.rows.byteLength);
      const moments = place(this.moments.byteLength);
      const fixed = place(plan.fixed.byteLength);
      const varied = place(plan.varied.length * 4);
      const values = place(plan.varied.length * padded * 8);
      const outputs = place(plan.slots.byteLength);
      const out = place(size * 8);
      const lacking = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
      if (lacking > 0) {
        this.memory.grow(lacking);
        this.seen();
      }
      const { doubles, integers } = this;
      if (this.placed !== plan.rows) {
        integers.set(plan.rows, rows / 4);
        doubles.set(plan.moments, moments / 8);
        this.placed = plan.rows;
      }
      doubles.set(plan.fixed, fixed / 8);
      integers.set(plan.slots, outputs / 4);
      plan.varied.forEach(({ slot, value }, i) => {
        integers[varied / 4 + i] = slot;
        const at = values / 8 + i * padded;
        for (let r = 0; r < padded; r++) doubles[at + r] = value[first + Math.min(r, count - 1)];
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

  /* A thread with an engine: {ask(message, progress), post(message, transfer), stop()}. ask() gives a promise. */
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
      post: (message, transfer) => thread.postMessage(message, transfer || []),
      stop: () => {
        thread.terminate();
        fail({ message: "Stopped." });
      },
    };
  }

  function workers(worker, code, layout) {
    const thread = threadOf(worker);
    const ready = thread.ask({ kind: "load", code: absolute(code), layout: absolute(layout) });
    return {
      simulate: async (request, progress) => {
        await ready;
        return thread.ask({ kind: "simulate", request }, progress && (({ done, runs }) => progress(done, runs)));
      },
      stop: thread.stop,
    };
  }

  function ensembles({ worker, code, layout, threads }) {
    const cores = (root.navigator && root.navigator.hardwareConcurrency) || 1;
    const count = Math.max(1, Math.min(2, threads || cores));
    const files = { kind: "load", code: absolute(code), layout: absolute(layout) };
    const pool = Array.from({ length: count }, () => threadOf(worker));
    const started = Promise.all(pool.map((thread) => thread.ask(files)));
    // The first thread gathers; each other one sends it its members' values, past the page.
    pool.slice(1).forEach((thread) => {
      const { port1, port2 } = new MessageChannel();
      pool[0].post({ kind: "gather from", port: port1 }, [port1]);
      thread.post({ kind: "send to", port: port2 }, [port2]);
    });
    let latest = 0;
    let known = 0;

    async function bands(request, stage) {
      latest += 1;
      const mine = latest;
      pool.forEach((thread) => thread.post({ kind: "latest", request: mine }));
      await started;
      if (mine !== latest) return null;
      const stages = (request.stages || [known]).map((n) => Math.min(n, known)).filter((n, i, all) => n > (all[i - 1] || 0));
      if (!stages.length) throw new Error("There are no members yet: call members(values) first.");
      const whole = { quantiles: QUANTILES, base: {}, times: null, integration: "euler", ...request, stages };
      const told = (result) => stage && mine === latest && stage(unpacked(whole, result));
      const asked = pool.map((thread, share) =>
        thread.ask({ kind: "bands", id: mine, request: whole, share, shares: count }, ({ result }) => told(result)));
      const [last] = await Promise.all(asked);
      return last && mine === latest ? unpacked(whole, last) : null;
    }

    return {
      threads: count,
      ready: started.then(() => undefined),
      members(values) {
        const lengths = new Set(Object.values(values).map((list) => list.length));
        if (lengths.size !== 1) throw new Error("All lists of members' values must have the same length.");
        [known] = lengths;
        const lists = Object.fromEntries(Object.entries(values).map(([name, list]) => [name, Float64Array.from(list)]));
        pool.forEach((thread) => thread.post({ kind: "members", values: lists }));
      },
      bands,
      cancel() {
        latest += 1;
        pool.forEach((thread) => thread.post({ kind: "latest", request: latest }));
      },
      stop: () => pool.forEach((thread) => thread.stop()),
    };
  }

  /* Bands by name from one list of numbers, quantile by quantile, output by output. */
  function unpacked({ outputs, quantiles, stages }, { members, time, values, failed }) {
    const length = time.length;
    const of = (o) => quantiles.map((_, q) => {
      const at = (q * outputs.length + o) * length;
      return values.subarray(at, at + length);
    });
    const bands = Object.fromEntries(outputs.map((name, o) => [name, of(o)]));
    return { members, final: members === stages[stages.length - 1], time, outputs, quantiles, failed, bands };
  }

  root.PolicyLabEngine = { missing, fused, load, workers, ensembles };
  if (typeof module === "object" && module.exports) module.exports = root.PolicyLabEngine;
})(typeof globalThis === "object" ? globalThis : self);
