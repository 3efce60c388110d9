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
       gives        {runs, time, outputs, values}, values[(run * times + t) * outputs + o]; a Float64Array, or
                    Float32Array of a module in single precision (layout.real: bytes of a number)
   engine.again()                           {simulate(request)}: the same numbers, sooner. It keeps its last runs, and where
                                            a request differs in what acts later (a lever, from its year on), it begins
                                            at the last moment kept before the two part
   engine.warm(times, runs)                 some runs for nothing: a browser makes code fast only after using it
   engine.module, .layout, .parameters      WebAssembly.Module, object, Map of {name, slot, default, unit, range}

   PolicyLabEngine.workers(worker, code, layout)    raw runs off the page's thread: {ready, simulate(request, progress), stop()}

   Nothing here makes code from text; a page with a Content-Security-Policy must allow 'wasm-unsafe-eval'. */
(function (root) {
  "use strict";

  const FORMAT = 3;
  const PAGE = 65536;
  const METHODS = ["euler", "rk4"];
  const TABLES = 3; // numbers from outside that are kept: of a policy, the one before, and a reference
  const FEW = 5; // runs for which a table is not worth its making
  const MARKS = 64; // moments at most whose stocks are kept for runs that begin there
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
    return new Engine(module, description, memory, instance.exports);
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
    constructor(module, layout, memory, functions) {
      this.module = module;
      this.layout = layout;
      this.memory = memory;
      this.run = functions[layout.entry];
      this.ahead = functions[layout.ahead]; // none where nothing can be worked out ahead
      this.parameters = new Map(layout.parameters.map((p) => [p.name, p]));
      this.variables = new Map(layout.variables.map((v) => [v.name, v]));
      this.variables.set("Time", { name: "Time", slot: layout.given.length, kind: "time", unit: layout.clock.unit });
      this.given = Float64Array.from(layout.given);
      this.moments = Float64Array.from(layout.clock.moments);
      this.Reals = layout.real === 4 ? Float32Array : Float64Array;
      this.calendar = remembered((times) => this.rowsOf(times));
      this.choice = remembered((outputs) => this.slotsOf(outputs));
      this.placed = null;
      this.reach = new Reach(layout);
      this.tables = []; // numbers from outside that are in memory: {fixed, moments, place}, the latest first
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
        result = new this.Reals(plan.runs * width);
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
      this.reals = new this.Reals(this.memory.buffer);
      this.integers = new Int32Array(this.memory.buffer);
    }

    /* The part of memory that all calls share: working memory, the clock, tables. place(bytes) gives addresses behind
       it, and ready() makes room for all that was placed. */
    ground(plan) {
      const { lanes, real, heap, slots, outside } = this.layout;
      let end = heap;
      const place = (bytes) => { const at = end; end += Math.ceil(bytes / 16) * 16; return at; };
      const work = place(slots * lanes * real);
      const rows = place(plan.rows.byteLength);
      const moments = place(this.moments.length * real);
      const height = Math.ceil(this.moments.length / lanes) * lanes;
      const tables = Array.from({ length: TABLES }, () => place(height * outside.columns.length * real));
      const ready = () => {
        const lacking = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
        if (lacking > 0) {
          this.memory.grow(lacking);
          this.seen();
        }
        if (this.placed === plan.rows) return;
        this.integers.set(plan.rows, rows / 4);
        this.reals.set(this.moments, moments / real);
        this.placed = plan.rows;
      };
      return { work, rows, moments, tables, place, ready };
    }

    /* Address of the numbers from outside at the plan's moments, table[moment][column]; 0 where runs do not share them. */
    table(plan, few = FEW) {
      if (!this.ahead || plan.method || plan.runs < few || this.reach.touches(plan.varied)) return 0;
      const { fixed, moments: { length } } = plan;
      const { work, moments, tables, place, ready } = this.ground(plan);
      let found = this.tables.find((one) => one.length >= length && same(one.fixed, fixed));
      if (!found) {
        found = { fixed: fixed.slice(), length, place: this.tables.length < TABLES ? this.tables.length : this.tables[TABLES - 1].place };
        const given = place(fixed.length * this.layout.real);
        ready();
        this.reals.set(fixed, given / this.layout.real);
        this.ahead(work, given, moments, length, tables[found.place]);
      }
      this.tables = [found, ...this.tables.filter((one) => one.place !== found.place)];
      return tables[found.place];
    }

    /* Some of the plan's runs: puts everything into memory, calls the model. Gives a view of the result, good until
       the next call. kept: see Again; its stocks are brought up to date. */
    block(plan, first, count, kept = NOTHING_KEPT) {
      const { lanes, real, clock, guards } = this.layout;
      const padded = Math.ceil(count / lanes) * lanes;
      const size = count * plan.time.length * plan.slots.length;
      const table = this.table(plan, kept.count ? 1 : FEW);
      const { work, rows, moments, place, ready } = this.ground(plan);
      const fixed = place(plan.fixed.length * real);
      const varied = place(plan.varied.length * 4);
      const values = place(plan.varied.length * padded * real);
      const outputs = place(plan.slots.byteLength);
      const out = place(size * real);
      const marks = place(kept.marks.byteLength);
      const stocks = place(kept.stocks.byteLength);
      ready();
      const { reals, integers } = this;
      reals.set(plan.fixed, fixed / real);
      integers.set(plan.slots, outputs / 4);
      integers.set(kept.marks, marks / 4);
      if (kept.first) {
        reals.set(kept.stocks, stocks / real);
        reals.set(kept.values, out / real);
      }
      plan.varied.forEach(({ slot, value }, i) => {
        integers[varied / 4 + i] = slot;
        const at = values / real + i * padded;
        for (let r = 0; r < padded; r++) reals[at + r] = value[first + Math.min(r, count - 1)];
      });
      const broken = this.run(
        work, fixed, varied, values, plan.varied.length, padded, count, moments, rows, plan.moments.length,
        plan.time.length, plan.method, clock.step, outputs, plan.slots.length, out,
        kept.first, marks, kept.count, stocks, table,
      );
      if (broken) {
        const { variable, construct } = guards[broken - 1];
        throw new Error(`'${variable}' has ${construct} that these values change; the server can compute it.`);
      }
      if (kept.count) kept.stocks.set(reals.subarray(stocks / real, stocks / real + kept.stocks.length));
      return reals.subarray(out / real, out / real + size);
    }

    /* The first moment at which runs of two plans that are alike may differ: of the given numbers, or of what follows
       from them and the clock alone, something that the model or an output reads is another. */
    parted(before, after) {
      const { length } = after.moments;
      const changed = [];
      after.fixed.forEach((value, slot) => { if (!Object.is(value, before.fixed[slot])) changed.push(slot); });
      const columns = this.reach.watched(changed, after.slots);
      if (columns === null) return 0;
      if (!columns.length) return length;
      const [now, then] = [this.table(after, 1), this.table(before, 1)].map((at) => at / 4);
      if (!now || !then) return 0;
      const width = this.layout.outside.columns.length;
      const words = this.layout.real / 4;
      for (let k = 0; k < length; k++) {
        for (const column of columns) {
          const at = (k * width + column) * words; // bit by bit
          for (let word = at; word < at + words; word++) if (this.integers[now + word] !== this.integers[then + word]) return k;
        }
      }
      return length;
    }

    again() {
      return new Again(this);
    }
  }

  /* Who hears of a change of given numbers: see compiler/exogenous.py. */
  class Reach {
    constructor({ outside }) {
      this.columns = new Map(outside.columns.map((slot, column) => [slot, column]));
      this.roots = new Map(outside.roots.map(([slot, roots]) => [slot, new Set(roots)]));
      this.read = outside.read;
      this.rooted = new Set(outside.columns.flatMap((slot) => [...this.roots.get(slot)]));
    }

    /* Whether a number in the table differs between runs in which these do. */
    touches(varied) {
      return varied.some(({ slot }) => this.rooted.has(slot));
    }

    /* Columns to look at where the numbers of `changed` slots are others; null: the model or an output reads such a
       number itself, or what follows from it once a run. */
    watched(changed, outputs) {
      const read = [...new Set([...this.read, ...outputs])].filter((slot) =>
        changed.some((root) => slot === root || (this.roots.has(slot) && this.roots.get(slot).has(root))));
      return read.every((slot) => this.columns.has(slot)) ? read.map((slot) => this.columns.get(slot)) : null;
    }
  }

  const NOTHING_KEPT = { first: 0, count: 0, marks: new Int32Array(0), stocks: new Float64Array(0), values: null };

  /* Runs that go on from where they part from the last ones: the plan of those, their values, and their stocks at the
     marked moments, stocks[vector of runs][mark][stock][lane]. */
  class Again {
    constructor(engine) {
      this.engine = engine;
      this.plan = null;
      this.values = null;
      this.kept = NOTHING_KEPT;
      this.began = 0; // moment that the last request's runs began at
    }

    simulate({ values = {}, outputs, times = null, integration = "euler" }) {
      const { engine } = this;
      const plan = engine.plan(values, outputs, times, integration);
      const first = this.beginning(plan);
      this.began = first;
      if (first < plan.moments.length) {
        if (!first) this.kept = this.room(plan);
        this.kept.first = first;
        this.kept.values = this.values;
        this.plan = null; // a run that fails leaves nothing
        this.values = engine.block(plan, 0, plan.runs, this.kept).slice();
      }
      this.plan = plan;
      return { runs: plan.runs, time: plan.time.slice(), outputs, values: this.values.slice() };
    }

    /* The last marked moment before the plan's runs part from those that are kept, or 0. */
    beginning(plan) {
      if (!this.plan || !alike(this.plan, plan) || plan.method) return 0; // Runge-Kutta looks ahead within a step
      const parted = this.engine.parted(this.plan, plan);
      if (parted >= plan.moments.length) return parted;
      for (let moment = parted; moment > 0; moment -= 1) if (this.kept.marks[moment] >= 0) return moment;
      return 0;
    }

    /* Marks at whole units of time if there are few of those, else evenly. */
    room({ runs, moments }) {
      const { lanes, stocks, clock } = this.engine.layout;
      const whole = Math.max(1, Math.round(1 / clock.step));
      const apart = Math.max(whole, Math.ceil(moments.length / MARKS));
      const marks = new Int32Array(moments.length).fill(-1);
      let count = 0;
      for (let moment = apart; moment < moments.length; moment += apart) marks[moment] = count++;
      return { first: 0, count, marks, stocks: new this.engine.Reals(Math.ceil(runs / lanes) * count * stocks * lanes), values: null };
    }
  }

  const same = (a, b) => a === b || (a.length === b.length && a.every((value, i) => Object.is(value, b[i])));

  /* The same runs but for given numbers: what is saved, when, and what differs between runs. */
  function alike(a, b) {
    return a.runs === b.runs && same(a.rows, b.rows) && same(a.slots, b.slots) && a.varied.length === b.varied.length
      && a.varied.every(({ slot, value }, i) => slot === b.varied[i].slot && same(value, b.varied[i].value));
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

  function workers(worker, code, layout) {
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

  root.PolicyLabEngine = { missing, fused, load, workers };
  if (typeof module === "object" && module.exports) module.exports = root.PolicyLabEngine;
})(typeof globalThis === "object" ? globalThis : self);
