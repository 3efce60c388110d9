/** An ensemble: some members, each with its own values of the uncertain inputs, run under a policy and a reference.
 *
 * It does all that a thread of bands computes (bands.worker.js passes the messages): pieces of members, and from all
 * pieces the answer. Runs of a piece are remembered, and the reference under them, since a moved lever changes little.
 */
import { nearest } from "../core/chart-scale.js";
import { holds, withConditions } from "../core/conditions.js";
import { QUANTILES } from "../core/effects.js";
import { quantilesOf } from "../core/quantiles.js";
import { orderOf, splits } from "../core/turning.js";
import { strongestOf } from "../core/why.js";
/** @import { BandPiece, Reals, Request, Runner, StrongestWish, Values } from "../types/engine.js" */
/** @import { BandAnswer, BandWish, Constants, Effect } from "../types/page.js" */
/** @import { Again } from "./again.js" */
/** @import { Engine } from "./engine.js" */

const REFERENCES = 200; // pieces of the reference that are remembered
const COURSES = 600; // pieces of policies that are remembered whole
const FAN = [0.05, 0.25, 0.5, 0.75, 0.95];

/** @param {Runner} runner @param {Request} request */
function simulated(runner, request) {
  const result = runner.simulate(request);
  // Where nothing varies there is one run, and every member is that run.
  const width = result.time.length * request.outputs.length;
  const at = (/** @type {number} */ member) => (result.runs === 1 ? 0 : member * width);
  return { time: result.time, values: result.values, at };
}

/** Reads an output, by its place, of the moment whose values begin at a place: NaN where it does not exist.
 * @param {BandWish} wish @param {string[]} outputs @param {Reals} values @returns {(begins: number, place: number) => number} */
function reader({ where }, outputs, values) {
  const by = outputs.map((name) => (where[name] ? { where: where[name], place: outputs.indexOf(where[name].variable) } : null));
  return (begins, place) => {
    const condition = by[place];
    return condition && !holds(condition.where, values[begins + condition.place]) ? NaN : values[begins + place];
  };
}

export class Ensemble {
  /** @param {Engine} engine @param {Map<string, Float32Array>} members value[member] by the name of a parameter */
  constructor(engine, members) {
    this.engine = engine;
    this.members = members;
    /** Pieces of the reference, by what decides them. @type {Map<string, Reals>} */
    this.references = new Map();
    /** What the policy's last runs of each piece went through, by its first member. @type {Map<number, Again>} */
    this.courses = new Map();
    /** Policies and references of comparisons in whole years, by what decides them. @type {Map<string, ReturnType<typeof simulated>>} */
    this.years = new Map();
    /** Members by the order of an input's values; made when first wanted. @type {Map<string, Uint32Array>} */
    this.orders = new Map();
  }

  /**
   * Values of some members on top of what a policy sets; parameters that are held stay as they are.
   * @param {Constants} constants @param {string[]} held @param {number} from @param {number} to
   */
  settings(constants, held, from, to) {
    /** @type {Values} */
    const values = { ...constants };
    for (const [name, drawn] of this.members) {
      if (!held.includes(name)) values[name] = drawn.subarray(from, to);
    }
    return values;
  }

  /** Headlines of the reference at the last moment, value[member * headlines + outcome], remembered.
   * @param {BandWish} wish @param {number} from @param {number} to */
  reference(wish, from, to) {
    const key = JSON.stringify([wish.reference, wish.heldReference, wish.headlines, wish.where, from, to]);
    const known = !wish.years && this.references.get(key);
    if (known) return known;
    const outputs = withConditions(wish.headlines, (name) => wish.where[name] ?? null);
    const run = wish.years ? this.course(wish.reference, wish.heldReference, wish.years, outputs, from, to)
      : simulated(this.engine, { values: this.settings(wish.reference, wish.heldReference, from, to), outputs, times: [wish.last] });
    const width = wish.headlines.length;
    const last = nearest(run.time, wish.last) * outputs.length;
    const value = reader(wish, outputs, run.values);
    const found = new this.engine.Reals((to - from) * width).map((_, n) => value(run.at(Math.floor(n / width)) + last, n % width));
    if (wish.aside || wish.years) return found;
    if (this.references.size > REFERENCES) this.references.clear();
    this.references.set(key, found);
    return found;
  }

  /** A policy's runs of a piece in whole years, remembered.
   * @param {Constants} constants @param {string[]} held @param {number[]} years @param {string[]} outputs @param {number} from @param {number} to */
  course(constants, held, years, outputs, from, to) {
    const key = JSON.stringify([constants, held, years, outputs, from, to]);
    const found = this.years.get(key) ?? simulated(this.engine, { values: this.settings(constants, held, from, to), outputs, times: years });
    if (this.years.size > COURSES) this.years.clear();
    this.years.set(key, found);
    return found;
  }

  /** The policy's runs of a piece; they begin where they part from those of the move before.
   * @param {BandWish} wish @param {number} from @param {number} to @param {string[]} outputs */
  policy(wish, from, to, outputs) {
    if (wish.years) return this.course(wish.policy, wish.held, wish.years, outputs, from, to);
    const values = this.settings(wish.policy, wish.held, from, to);
    if (wish.aside) return simulated(this.engine, { values, outputs, times: [wish.last] });
    const course = this.courses.get(from) ?? this.engine.again();
    this.courses.set(from, course);
    return simulated(course, { values, outputs, until: wish.until });
  }

  /** @param {BandWish} wish @param {number} from @param {number} to @returns {BandPiece} */
  piece(wish, from, to) {
    const outputs = withConditions([...new Set([...wish.headlines, ...wish.charts])], (name) => wish.where[name] ?? null);
    const run = this.policy(wish, from, to, outputs);
    const theirs = this.reference(wish, from, to);
    const count = to - from;
    const moments = run.time.length;
    const charts = wish.charts.map((name) => outputs.indexOf(name));
    const headlines = wish.headlines.map((name) => outputs.indexOf(name));
    const curves = new this.engine.Reals(count * moments * charts.length);
    const ends = new this.engine.Reals(count * headlines.length * 2);
    const value = reader(wish, outputs, run.values);
    const there = Object.fromEntries(Object.keys(wish.where).map((name) => [name, 0]));
    const last = nearest(run.time, wish.last) * outputs.length;
    let at = 0;
    let odd = 0; // zero until a number is not finite
    for (let member = 0; member < count; member++) {
      const begins = run.at(member);
      for (let t = 0; t < moments; t++) {
        const moment = begins + t * outputs.length;
        for (const place of charts) {
          odd += run.values[moment + place] * 0;
          curves[at++] = value(moment, place);
        }
      }
      const end = begins + last;
      for (const place of headlines) odd += run.values[end + place] * 0;
      headlines.forEach((place, n) => {
        const here = (member * headlines.length + n) * 2;
        ends[here] = value(end, place);
        ends[here + 1] = ends[here] - theirs[member * headlines.length + n];
      });
      for (const name of Object.keys(there)) there[name] += Number(Number.isFinite(value(end, outputs.indexOf(name))));
    }
    return { from, moments, curves, ends, there, broken: odd !== 0 };
  }

  /** @param {BandWish} wish @param {BandPiece[]} found in any order @param {number} count of members @returns {BandAnswer} */
  answer(wish, found, count) {
    const pieces = found.slice().sort((a, b) => a.from - b.from);
    const { charts } = wish;
    const [{ moments }] = pieces;
    const curves = charts.length ? quantilesOf(pieces.map((part) => part.curves), moments, charts.length, FAN).values : [];
    const of = (/** @type {number} */ chart) => FAN.map((_, q) => curves.slice((q * charts.length + chart) * moments, (q * charts.length + chart + 1) * moments));
    const fans = Object.fromEntries(charts.map((name, chart) => {
      const [low90, low50, middle, high50, high90] = of(chart);
      return [name, { low90, low50, middle, high50, high90 }];
    }));
    const there = Object.fromEntries(Object.keys(wish.where).map((name) => [name, pieces.reduce((sum, part) => sum + part.there[name], 0)]));
    const effects = this.effects(wish, pieces);
    const whole = [...this.members.values()].every((values) => values.length === count);
    return { key: wish.key, members: count, fans, effects, there, splits: whole && !wish.aside && !wish.years ? this.splits(wish, pieces) : [], whole };
  }

  /** What becomes of each headline. @param {BandWish} wish @param {BandPiece[]} pieces @returns {Record<string, Effect>} */
  effects({ headlines, grains }, pieces) {
    const width = 2 * headlines.length;
    const ends = quantilesOf(pieces.map((part) => part.ends), 1, width, QUANTILES).values;
    const quantiles = (/** @type {number} */ place) => QUANTILES.map((_, q) => ends[q * width + place]);
    return Object.fromEntries(headlines.map((name, n) => {
      const grain = grains[n];
      const effect = { level: quantiles(2 * n), change: quantiles(2 * n + 1), grain, count: 0, levels: 0, up: 0, down: 0, positive: 0, negative: 0 };
      for (const part of pieces) {
        for (let at = 2 * n; at < part.ends.length; at += width) {
          const [level, change] = [part.ends[at], part.ends[at + 1]];
          effect.count += Number(Number.isFinite(change));
          effect.up += Number(change > grain);
          effect.down += Number(change < -grain);
          effect.levels += Number(Number.isFinite(level));
          effect.positive += Number(level > 0);
          effect.negative += Number(level < 0);
        }
      }
      return [name, effect];
    }));
  }

  /** The inputs that part the futures of what the verdict tells. @param {BandWish} wish @param {BandPiece[]} pieces */
  splits({ headlines, grains, levels, held }, pieces) {
    const width = 2 * headlines.length;
    const kinds = headlines.flatMap((name, n) => [{ name, n, kind: "change" }, ...(levels.includes(name) ? [{ name, n, kind: "level" }] : [])]);
    const outcomes = kinds.map(({ name, n, kind }) => {
      const [place, least] = kind === "level" ? [2 * n, 0] : [2 * n + 1, grains[n]];
      const values = pieces.flatMap((part) => Array.from({ length: part.ends.length / width }, (_, member) => part.ends[member * width + place]));
      return { name, kind, values, signs: Int8Array.from(values, (value) => (Number.isFinite(value) ? Number(value > least) - Number(value < -least) : 2)) };
    });
    const vary = [...this.members].filter(([name]) => !held.includes(name));
    return splits(new Map(vary.map(([name, values]) => [name, { values, order: this.order(name, values) }])), outcomes);
  }

  /**
   * In how many of some members each loop is among the strongest, by year: counts[loop * years + year].
   * @param {StrongestWish} wish @param {number} from @param {number} to
   */
  strongest({ constants, held, switches, outcome, where, grain, times }, from, to) {
    const [count, variants] = [to - from, switches.length + 1]; // the last one has all loops
    const values = this.settings(constants, held, from, to);
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== "number") values[name] = Float32Array.from({ length: count * variants }, (_, run) => value[run % count]);
    }
    switches.forEach((name, loop) => {
      const acts = constants[name] ?? this.engine.parameters.get(name)?.default ?? 1;
      values[name] = Float32Array.from({ length: count * variants }, (_, run) => (Math.floor(run / count) === loop ? 0 : acts));
    });
    const outputs = where ? [outcome, where.variable] : [outcome];
    const run = simulated(this.engine, { values, outputs, times });
    const at = (/** @type {number} */ variant, /** @type {number} */ year, /** @type {number} */ member) => {
      const begins = run.at(variant * count + member) + year * outputs.length;
      return where && !holds(where, run.values[begins + 1]) ? NaN : run.values[begins];
    };
    return strongestOf((loop, year, member) => at(switches.length, year, member) - at(loop, year, member), { loops: switches.length, years: times.length, members: count, grain });
  }

  /** @param {string} name @param {Float32Array} values */
  order(name, values) {
    const order = this.orders.get(name) ?? orderOf(values);
    this.orders.set(name, order);
    return order;
  }
}
