/** Runs of the model: by the browser itself, or by the server where the browser cannot.
 *
 * settings: a list of {constant: value}, what differs from the model file; outputs: names of variables. A Run is
 * {time: [...], of(name) -> values[time]}. Runs asked for lately are remembered.
 */
import { facts } from "../core/facts.js";
import { say } from "../core/words.js";
import { load } from "./engine.js";

const REMEMBERED = 64;
const kept = new Map();
/** The engine, where this browser runs the model. */
export let engine = null;
/** Whether this browser runs the model; else `why` says why not. */
export let here = false;
export let why = "";
let begun = null;
/** Settles when runs can be asked for. */
export const ready = new Promise((done) => { begun = done; });

function remember(key, run) {
  kept.delete(key);
  kept.set(key, run);
  if (kept.size > REMEMBERED) kept.delete(kept.keys().next().value);
  return run;
}

const keyOf = (settings, outputs) => JSON.stringify(settings) + outputs.join();

/* The runs that are remembered, and the settings of those that are not. */
function sort(settings, outputs) {
  const keys = settings.map((one) => keyOf(one, outputs));
  const lacking = new Map();
  keys.forEach((key, n) => {
    if (!kept.has(key)) lacking.set(key, settings[n]);
  });
  return { keys, lacking: [...lacking.keys()], wanted: [...lacking.values()] };
}

/* Many settings as one request to the engine: a number where all agree, else a number a run. */
function together(wanted) {
  const values = {};
  for (const name of new Set(wanted.flatMap((one) => Object.keys(one)))) {
    const each = wanted.map((one) => (name in one ? one[name] : engine.parameters.get(name).default));
    values[name] = each.every((value) => value === each[0]) ? each[0] : Float64Array.from(each);
  }
  return values;
}

function cut(result, count) {
  const { time, outputs, values } = result;
  const width = outputs.length;
  return Array.from({ length: count }, (_, run) => {
    const columns = new Map();
    return {
      time,
      of: (name) => {
        if (!columns.has(name)) {
          const place = outputs.indexOf(name);
          if (place < 0) throw new Error(`'${name}' was not asked for.`);
          const column = new Float64Array(time.length);
          for (let t = 0; t < column.length; t++) column[t] = values[(run * column.length + t) * width + place];
          columns.set(name, column);
        }
        return columns.get(name);
      },
    };
  });
}

/* Settings that differ by nothing that varies are one run. */
function simulate(wanted, outputs) {
  const result = engine.simulate({ values: together(wanted), outputs });
  const runs = cut(result, result.runs);
  return wanted.map((_, n) => runs[Math.min(n, runs.length - 1)]);
}

export function now(settings, outputs) {
  const { keys, lacking, wanted } = sort(settings, outputs);
  if (wanted.length) simulate(wanted, outputs).forEach((run, n) => remember(lacking[n], run));
  return keys.map((key) => remember(key, kept.get(key)));
}

export async function ask(settings, outputs) {
  await ready;
  if (engine) return now(settings, outputs);
  const { keys, lacking, wanted } = sort(settings, outputs);
  const found = new Map(keys.filter((key) => kept.has(key)).map((key) => [key, kept.get(key)]));
  if (wanted.length) (await asked(wanted, outputs)).forEach((run, n) => found.set(lacking[n], remember(lacking[n], run)));
  return keys.map((key) => found.get(key));
}

async function asked(wanted, outputs) {
  const patience = new AbortController();
  const gone = window.setTimeout(() => patience.abort(), 30000);
  try {
    const reply = await fetch(facts.files.answer, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ settings: wanted, outputs }),
      signal: patience.signal,
    });
    const answer = reply.ok ? await reply.json() : {};
    if (answer.failed) throw Object.assign(new Error(answer.failed), { told: say("wait.failed", { reason: answer.failed }) });
    if (!answer.runs) throw new Error(reply.status);
    return answer.runs.map((columns) => ({
      time: Float64Array.from(answer.time),
      of: (name) => Float64Array.from(columns[outputs.indexOf(name)]),
    }));
  } finally {
    window.clearTimeout(gone);
  }
}

/** Loads the model; where that cannot be, the server runs it. */
export async function begin() {
  try {
    engine = await load({ plain: facts.files.code, fused: facts.files.fused }, facts.files.layout);
    here = true;
  } catch {
    why = say("wait.no_engine");
  }
  begun();
}

