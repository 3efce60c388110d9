/** The compiled model in the browser: loads a WebAssembly module and its layout, and simulates.
 *
 * A page, a worker and node can all use it. Nothing here makes code from text; a page with a Content-Security-Policy
 * must allow 'wasm-unsafe-eval'.
 */
import { Again, NOTHING_KEPT, Reach, same } from "./again.js";
import { fused, missing } from "./support.js";

/** @import { AnyCode, Code, Layout, ModelVariable, Plan, Request, Result, Values } from "../types/engine.js" */
/** @typedef {{ fixed: Float64Array, length: number, place: number }} Table numbers from outside that are in memory */

const FORMAT = 3;
const PAGE = 65536;
const METHODS = ["euler", "rk4"];
const TABLES = 3; // numbers from outside that are kept: of a policy, the one before, and a reference
const FEW = 5; // runs for which a table is not worth its making

/** @param {Code} code */
async function compiled(code) {
  if (code instanceof WebAssembly.Module) return code;
  if (typeof code === "string") {
    const answer = await fetch(code);
    if (!answer.ok) throw new Error(`The model's code could not be fetched: ${answer.status} ${code}`);
    // Compiled while it arrives, and kept compiled by some browsers, where the server names its kind.
    if ((answer.headers.get("Content-Type") || "").startsWith("application/wasm")) {
      return WebAssembly.compileStreaming(answer);
    }
    return WebAssembly.compile(await answer.arrayBuffer());
  }
  return WebAssembly.compile(code);
}

/** @param {AnyCode} code */
function fitting(code) {
  if (typeof code === "string" || !("plain" in code)) return code;
  return (fused() && code.fused) || code.plain;
}

/** @param {string} address @returns {Promise<Layout>} */
async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The model's layout could not be fetched: ${answer.status} ${address}`);
  return answer.json();
}

/** @param {string | Layout} layout */
async function described(layout) {
  const found = typeof layout === "string" ? await fetched(layout) : layout;
  if (found.format !== FORMAT) throw new Error(`The model was compiled for another loader (form ${found.format}).`);
  return found;
}

/**
 * An engine for a model.
 * @param {AnyCode} code of two, the one that fits is fetched
 * @param {string | Layout} layout address or object
 */
export async function load(code, layout) {
  const reason = missing();
  if (reason) throw new Error(reason);
  const [module, description] = await Promise.all([compiled(fitting(code)), described(layout)]);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(description.heap / PAGE) + 1 });
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return new Engine(module, description, memory, instance.exports);
}

/**
 * What was worked out last, as long as it is asked for again.
 * @template A, T
 * @param {(argument: A) => T} make
 * @returns {(key: string, argument: A) => T}
 */
function remembered(make) {
  /** @type {{ key: string, value: T } | null} */
  let last = null;
  return (key, argument) => {
    if (last?.key !== key) last = { key, value: make(argument) };
    return last.value;
  };
}

export class Engine {
  /** @param {WebAssembly.Module} module @param {Layout} layout @param {WebAssembly.Memory} memory @param {WebAssembly.Exports} functions */
  constructor(module, layout, memory, functions) {
    this.module = module;
    this.layout = layout;
    this.memory = memory;
    this.run = /** @type {(...words: number[]) => number} */ (functions[layout.entry]);
    /** None where nothing can be worked out ahead. */
    this.ahead = /** @type {((...words: number[]) => void) | undefined} */ (functions[layout.ahead]);
    this.parameters = new Map(layout.parameters.map((p) => [p.name, { ...p, default: Number(p.default) }])); // JSON has no infinity
    const constants = layout.parameters.map(({ name, slot }) => ({ name, slot, kind: "constant" }));
    /** @type {Map<string, ModelVariable>} */
    this.variables = new Map([...constants, ...layout.variables].map((v) => [v.name, v]));
    this.variables.set("Time", { name: "Time", slot: layout.given.length, kind: "time" });
    this.given = Float64Array.from(layout.given);
    this.moments = Float64Array.from(layout.clock.moments);
    this.saved = layout.clock.saved;
    this.Reals = layout.real === 4 ? Float32Array : Float64Array;
    this.calendar = remembered((/** @type {{ times: number[] | null, until: number | null }} */ asked) => this.rowsOf(asked));
    this.choice = remembered((/** @type {string[]} */ outputs) => this.slotsOf(outputs));
    /** @type {Int32Array | null} */
    this.placed = null;
    this.reach = new Reach(layout);
    /** The latest first. @type {Table[]} */
    this.tables = [];
    this.reals = new this.Reals(memory.buffer);
    this.integers = new Int32Array(memory.buffer);
  }

  /** At once, on the calling thread. @param {Request} request @returns {Result} */
  simulate(request) {
    const plan = this.plan(request);
    const { outputs } = request;
    const width = plan.time.length * outputs.length;
    const most = Math.max(this.layout.lanes, Math.floor(4e6 / Math.max(1, width)));
    if (plan.runs <= most) return { runs: plan.runs, time: plan.time.slice(), outputs, values: this.block(plan, 0, plan.runs).slice() };
    const result = new this.Reals(plan.runs * width);
    for (let first = 0; first < plan.runs; first += most) {
      result.set(this.block(plan, first, Math.min(most, plan.runs - first)), first * width);
    }
    return { runs: plan.runs, time: plan.time.slice(), outputs, values: result };
  }

  /* Runs that nobody looks at, until the browser has made fast code of the model's; `runs` at a time, because runs
     on their own and in pairs have code of their own. */
  warm(times = 8, runs = 1) {
    const outputs = this.layout.variables.slice(0, 1).map((v) => v.name);
    const [first] = this.layout.parameters;
    /** @type {Values} */
    const values = runs > 1 && first ? { [first.name]: new Float64Array(runs).fill(first.default) } : {};
    for (let n = 0; n < times; n += 1) this.simulate({ outputs, values });
  }

  /** @param {Request} request @returns {Plan} */
  plan({ values = {}, outputs, times = null, until = null, integration = this.layout.clock.method }) {
    const method = METHODS.indexOf(integration);
    if (method < 0) throw new Error(`There is no integration method '${integration}'. Possible: ${METHODS.join(", ")}.`);
    const fixed = this.given.slice();
    /** @type {Plan["varied"]} */
    const varied = [];
    for (const name of Object.keys(values)) {
      const { slot } = this.known(this.parameters, "parameter", name);
      const value = values[name];
      if (typeof value === "number") fixed[slot] = value;
      else varied.push({ slot, value });
    }
    const runs = varied.length ? varied[0].value.length : 1;
    if (varied.some((v) => v.value.length !== runs)) throw new Error("All lists of values must have the same length.");
    const { rows, time, moments } = this.calendar(times === null ? `saved ${until}` : times.join(), { times, until });
    return { fixed, varied, runs, rows, time, moments, method, slots: this.choice(outputs.join("\n"), outputs) };
  }

  /** @param {{ times: number[] | null, until: number | null }} asked */
  rowsOf({ times, until }) {
    const own = this.layout.clock.moments;
    const last = times === null ? until ?? own[own.length - 1] : Math.max(...times);
    this.extend(last);
    const end = this.moment(last);
    const wanted = times === null ? this.saved.filter((at) => at <= end) : Array.from(times, (t) => this.moment(t));
    const rows = new Int32Array(this.moments.length).fill(-1);
    wanted.forEach((position, row) => { rows[position] = row; });
    const grain = 10 ** (5 - Math.floor(Math.log10(this.layout.clock.step))); // without the rounding errors of adding up steps
    const time = Float64Array.from(wanted, (position) => Math.round(this.moments[position] * grain) / grain);
    return { rows, time, moments: this.moments.slice(0, Math.max(...wanted) + 1) };
  }

  /** Moments beyond the model's own, by the rule of Clock.moments in policy_lab/program.py. @param {number} last */
  extend(last) {
    const { initial, step, saveper } = this.layout.clock;
    const count = Math.ceil((last - initial) / step - 1e-5);
    if (count < this.moments.length) return;
    this.moments = Float64Array.from({ length: count + 1 }, (_, at) => initial + at * step);
    const every = Math.max(1, saveper / step);
    this.saved = Array.from({ length: Math.floor(count / every + 1e-5) + 1 }, (_, k) => Math.min(count, Math.ceil(k * every - 0.5 - 1e-6)));
    this.tables = []; // where they stood stands something else now
    this.placed = null;
  }

  /** @param {string[]} outputs */
  slotsOf(outputs) {
    return Int32Array.from(outputs, (name) => this.known(this.variables, "variable", name).slot);
  }

  /** @template T @param {Map<string, T>} names @param {string} kind @param {string} name */
  known(names, kind, name) {
    const found = names.get(name);
    if (found === undefined) throw new Error(`There is no ${kind} '${name}' in ${this.layout.name}.`);
    return found;
  }

  /** @param {number} time */
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
  ground(/** @type {Plan} */ plan) {
    const { lanes, real, heap, slots, outside } = this.layout;
    let end = heap;
    const place = (/** @type {number} */ bytes) => { const at = end; end += Math.ceil(bytes / 16) * 16; return at; };
    const work = place(slots * lanes * real);
    const rows = place(this.moments.length * Int32Array.BYTES_PER_ELEMENT); // a plan made before it was longer has fewer
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
  table(/** @type {Plan} */ plan, few = FEW) {
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
  block(/** @type {Plan} */ plan, /** @type {number} */ first, /** @type {number} */ count, kept = NOTHING_KEPT) {
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
    if (kept.first && kept.values) {
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
      throw new Error(`'${variable}' has ${construct} that depends on these values; the server can compute it.`);
    }
    if (kept.count) kept.stocks.set(reals.subarray(stocks / real, stocks / real + kept.stocks.length));
    return reals.subarray(out / real, out / real + size);
  }

  /* The first moment at which runs of two plans that are alike may differ: of the given numbers, or of what follows
     from them and the clock alone, something that the model or an output reads is another. */
  parted(/** @type {Plan} */ before, /** @type {Plan} */ after) {
    const { length } = after.moments;
    /** @type {number[]} */
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
