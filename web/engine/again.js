/** Runs that go on from where they part from the last ones, and who hears of a change of given numbers. */
/** @import { Kept, Layout, Plan, Reals, Request, Result } from "../types/engine.js" */
/** @import { Engine } from "./engine.js" */

/** Moments at most whose stocks are kept for runs that begin there. */
const MARKS = 64;

/** Who hears of a change of given numbers: see policy_lab/compiler/exogenous.py. */
export class Reach {
  /** @param {Layout} layout */
  constructor({ outside }) {
    this.columns = new Map(outside.columns.map((slot, column) => [slot, column]));
    this.roots = new Map(outside.roots.map(([slot, roots]) => [slot, new Set(roots)]));
    this.read = outside.read;
    this.rooted = new Set(outside.columns.flatMap((slot) => [...(this.roots.get(slot) ?? [])]));
  }

  /** Whether a number in the table differs between runs in which these do. @param {Plan["varied"]} varied */
  touches(varied) {
    return varied.some(({ slot }) => this.rooted.has(slot));
  }

  /**
   * Columns to look at where the numbers of `changed` slots are others; null: the model or an output reads such a
   * number itself, or what follows from it once a run.
   * @param {number[]} changed
   * @param {Int32Array} outputs
   */
  watched(changed, outputs) {
    const read = [...new Set([...this.read, ...outputs])].filter((slot) => changed.some((root) => slot === root || this.roots.get(slot)?.has(root)));
    const columns = read.map((slot) => this.columns.get(slot));
    return columns.every((column) => column !== undefined) ? columns : null;
  }
}

/** @type {Kept} */
export const NOTHING_KEPT = { first: 0, count: 0, marks: new Int32Array(0), stocks: new Float64Array(0), values: null };

/** The same numbers as the engine's own runs, sooner: it keeps its last runs, and where a request differs in what acts later
 * (a lever, from its year on), it begins at the last moment kept before the two part. */
export class Again {
  /** @param {Engine} engine */
  constructor(engine) {
    this.engine = engine;
    /** @type {Plan | null} */
    this.plan = null;
    /** @type {Reals} */
    this.values = new Float64Array(0);
    this.kept = NOTHING_KEPT;
    this.began = 0; // moment that the last request's runs began at
  }

  /** @param {Request} request @returns {Result} */
  simulate(request) {
    const { engine } = this;
    const { outputs } = request;
    const plan = engine.plan(request);
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

  /** The last marked moment before the plan's runs part from those that are kept, or 0. @param {Plan} plan */
  beginning(plan) {
    if (!this.plan || !alike(this.plan, plan) || plan.method) return 0; // Runge-Kutta looks ahead within a step
    const parted = this.engine.parted(this.plan, plan);
    if (parted >= plan.moments.length) return parted;
    for (let moment = parted; moment > 0; moment -= 1) if (this.kept.marks[moment] >= 0) return moment;
    return 0;
  }

  /** Marks at whole units of time if there are few of those, else evenly. @param {Plan} plan @returns {Kept} */
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

/** @typedef {Reals | Int32Array | number[]} List */
/** @param {List} a @param {List} b */
export const same = (a, b) => a === b || (a.length === b.length && Array.prototype.every.call(a, (value, i) => Object.is(value, b[i])));

/** The same runs but for given numbers: what is saved, when, and what differs between runs. @param {Plan} a @param {Plan} b */
function alike(a, b) {
  return a.runs === b.runs && same(a.rows, b.rows) && same(a.slots, b.slots) && a.varied.length === b.varied.length
    && a.varied.every(({ slot, value }, i) => slot === b.varied[i].slot && same(value, b.varied[i].value));
}
