/** Runs of the model: by the browser itself, or by the server where the browser cannot. Those asked for lately are remembered. */
import { masked, withConditions } from "../core/conditions.js";
import { facts, variable } from "../core/facts.js";
import { say } from "../core/words.js";
import { load } from "./engine.js";
/** @import { Result, Values } from "../types/engine.js" */
/** @import { Constants, Numbers, Run } from "../types/page.js" */
/** @import { Engine } from "./engine.js" */
/** @typedef {{ failed?: string, time: number[], runs?: number[][][] }} Served runs[setting][output][time] */

const REMEMBERED = 64;
const PATIENCE = 30000; // milliseconds for the server
/** @type {Map<string, Run>} */
const kept = new Map();

/** The engine, where this browser runs the model. @type {Engine | null} */
export let engine = null;
/** Whether this browser runs the model; else `why` says why not. */
export let here = false;
export let why = "";
let begun = () => {};
/** Settles when runs can be asked for. @type {Promise<void>} */
export const ready = new Promise((done) => { begun = done; });

/** @param {string} key @param {Run} run */
function remember(key, run) {
  kept.delete(key);
  kept.set(key, run);
  for (const oldest of kept.keys()) {
    if (kept.size <= REMEMBERED) break;
    kept.delete(oldest);
  }
  return run;
}

/** What is remembered of some settings, and what is to be run. @param {Constants[]} settings @param {string[]} outputs @param {number} until */
function sort(settings, outputs, until) {
  const keys = settings.map((one) => JSON.stringify(one) + outputs.join() + until);
  const lacking = new Map(keys.flatMap((key, n) => (kept.has(key) ? [] : [[key, settings[n]]])));
  return { keys, lacking: [...lacking.keys()], wanted: [...lacking.values()] };
}

/**
 * Many settings as the values of one request: a number where all agree, else a number a run.
 * @param {Engine} runner
 * @param {Constants[]} wanted
 */
export function together(runner, wanted) {
  /** @type {Values} */
  const values = {};
  for (const name of new Set(wanted.flatMap((one) => Object.keys(one)))) {
    const each = wanted.map((one) => one[name] ?? runner.known(runner.parameters, "parameter", name).default);
    values[name] = each.every((value) => value === each[0]) ? each[0] : Float64Array.from(each);
  }
  return values;
}

/** What decides whether a variable exists. @param {string} name */
export const whereOf = (name) => variable(name).where ?? null;

/** A run as people see it. @param {Numbers} time @param {(name: string) => Numbers} raw @returns {Run} */
function seen(time, raw) {
  /** @type {Map<string, Numbers>} */
  const shown = new Map();
  const of = (/** @type {string} */ name) => {
    const where = whereOf(name);
    if (!where) return raw(name);
    const found = shown.get(name) ?? masked(raw(name), raw(where.variable), where);
    shown.set(name, found);
    return found;
  };
  return { time, raw, of };
}

/** The runs of a result, each variable taken out when first read. @param {Result} result @returns {Run[]} */
function cut({ runs, time, outputs, values }) {
  const width = outputs.length;
  return Array.from({ length: runs }, (_, run) => {
    /** @type {Map<string, Float64Array>} */
    const columns = new Map();
    const of = (/** @type {string} */ name) => {
      const known = columns.get(name);
      if (known) return known;
      const place = outputs.indexOf(name);
      if (place < 0) throw new Error(`'${name}' was not asked for.`);
      const column = time.map((_at, t) => values[(run * time.length + t) * width + place]);
      columns.set(name, column);
      return column;
    };
    return seen(time, of);
  });
}

/** The runs of some settings; those that differ by nothing that varies are one. @param {Result} result @param {number} count of settings */
export function spread(result, count) {
  const runs = cut(result);
  return Array.from({ length: count }, (_, n) => runs[Math.min(n, runs.length - 1)]);
}

/** @param {Engine} runner @param {Constants[]} wanted @param {string[]} outputs @param {number} until */
const simulate = (runner, wanted, outputs, until) => spread(runner.simulate({ values: together(runner, wanted), outputs, until }), wanted.length);

/**
 * At once, a run for each settings, and only where `here`.
 * @param {Constants[]} settings
 * @param {string[]} outputs names of variables
 * @param {number} [until] last moment of all of them
 * @returns {Run[]}
 */
export function now(settings, outputs, until = facts.clock.final) {
  if (!engine) throw new Error(why);
  return computed(engine, settings, withConditions(outputs, whereOf), until);
}

/** @param {Engine} runner @param {Constants[]} settings @param {string[]} outputs @param {number} until */
function computed(runner, settings, outputs, until) {
  const { keys, lacking, wanted } = sort(settings, outputs, until);
  const found = new Map(wanted.length ? simulate(runner, wanted, outputs, until).map((run, n) => [lacking[n], run]) : []);
  const all = keys.map((key) => found.get(key) ?? /** @type {Run} */ (kept.get(key)));
  return all.map((run, n) => remember(keys[n], run)); // only now: what is remembered may push out what was read
}

/**
 * The same, wherever it comes from.
 * @param {Constants[]} settings
 * @param {string[]} asked
 * @param {number} [until]
 * @returns {Promise<Run[]>}
 */
export async function ask(settings, asked, until = facts.clock.final) {
  await ready;
  if (engine) return now(settings, asked, until);
  const outputs = withConditions(asked, whereOf);
  const { keys, lacking, wanted } = sort(settings, outputs, until);
  const found = new Map(keys.map((key) => [key, kept.get(key)]));
  if (wanted.length) (await served(wanted, outputs, until)).forEach((run, n) => found.set(lacking[n], remember(lacking[n], run)));
  return keys.map((key) => /** @type {Run} */ (found.get(key)));
}

/** @param {Constants[]} wanted @param {string[]} outputs @param {number} until @returns {Promise<Run[]>} */
async function served(wanted, outputs, until) {
  if (facts.published) throw Object.assign(new Error(why), { told: why });
  const reply = await fetch(facts.files.answer, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ settings: wanted, outputs, until }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  /** @type {Served} */
  const answer = reply.ok ? await reply.json() : { time: [] };
  if (answer.failed) throw Object.assign(new Error(answer.failed), { told: say("wait.failed", { reason: answer.failed }) });
  if (!answer.runs) throw new Error(String(reply.status));
  return answer.runs.map((columns) => seen(Float64Array.from(answer.time), (name) => Float64Array.from(columns[outputs.indexOf(name)])));
}

/** Key of the text that says why this browser does not run the model. */
function whyNot() {
  if (!facts.published) return "wait.no_engine";
  return window.location.protocol === "file:" ? "published.opened_as_file" : "published.no_engine";
}

/** Loads the model; where that cannot be, the server runs it. */
export async function begin() {
  try {
    engine = await load({ plain: facts.files.code, fused: facts.files.fused }, facts.files.layout);
    here = true;
  } catch {
    why = say(whyNot());
  }
  begun();
}
