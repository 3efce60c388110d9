/* Compare's last part: where the difference between two of the scenarios comes from (see wedges.js). Each lever that
   sets them apart is a player with its start and ramp, and everything else that does (events, assumptions of a world) is
   one more; with many levers those of a heading are taken together, as the study "shapley" does. */
import * as scale from "../core/chart-scale.js";
import { facts, variable } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as wedges from "../core/wedges.js";
import { say } from "../core/words.js";
import * as simulator from "../engine/simulator.js";
import { startThread } from "../engine/threads.js";
import { offer, toPng } from "../dom/download.js";
import { element, one, write } from "../dom/elements.js";
import { wedgesSlide } from "./compare-slide.js";

const MOST_PLAYERS = 8; // single levers, 256 mixes; above that, headings
const WIDE = 100; // of a bar, in units of its own picture
const SVG = "http://www.w3.org/2000/svg";
const words = (key, values) => say("compare." + key, values);
export let found = null; // {from, to, rows, whole, together, before, after, about, year} on show
let section = null;
let lent = null; // what Compare lends
let waiting = 0;
let number = 0; // of the latest pair
let thread = null; // promise of the engine off the page's thread
let busy = Promise.resolve(); // settled when it has nothing to do

/** Puts the part into its place; page: what Compare lends: {look(parts), csv(rows), about()}. */
export function build(host, page) {
  lent = page;
  const pick = (key, id, part) => element("div", { class: "pick" }, element("label", { class: "pick__name", for: id }, words(key)), element("select", { id, class: "select", onchange: (event) => lent.look({ [part]: event.target.value }) }));
  const save = (kind) => element("button", { class: "button", type: "button", "data-compare": "wedges " + kind, onclick: () => keep(kind) }, say("chart." + kind));
  section = host;
  section.append(
    element("div", { class: "panel__head" }, element("h2", { id: "compare-wedges-title", class: "panel__title", tabindex: "-1" }, words("wedges")), element("div", { class: "panel__tools" }, save("png"), save("svg"), save("csv"))),
    element("p", { class: "lead lead--small" }, words("wedges_lead")),
    element("div", { class: "picks" }, pick("from", "compare-from", "from"), pick("to", "compare-to", "to")),
    element("p", { id: "compare-wedges-told", class: "wedges__told", role: "status" }),
    element("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-labelledby": "compare-wedges-title" }, element("table", { id: "compare-wedges-table", class: "plain wedges" })));
}

// --- who decides what -----------------------------------------------------------------------------------------

function owners(grouped) {
  const all = {};
  for (const [key, lever] of Object.entries(facts.levers)) {
    const owner = grouped ? { key: "group " + lever.group, label: lever.heading || lever.group } : { key, label: lever.label };
    for (const constant of [lever.name, lever.start, lever.ramp]) if (constant && !all[constant]) all[constant] = owner;
  }
  return all;
}

const defaults = (name) => (simulator.engine ? simulator.engine.parameters.get(name).default : undefined);

function players(from, to) {
  const single = wedges.players(from, to, owners(false), defaults);
  return single.length <= MOST_PLAYERS ? single : wedges.players(from, to, owners(true), defaults);
}

/* The pair that is looked at: as chosen while both are there, else the first and the last that differ. */
function pair(entries, view) {
  const by = (key) => entries.find((entry) => entry.key === key);
  const from = by(view.from) || entries[0];
  const others = entries.filter((entry) => entry !== from);
  return { from, to: (by(view.to) !== from && by(view.to)) || others[0] };
}

// --- drawing --------------------------------------------------------------------------------------------------

export function draw(entries, view) {
  window.clearTimeout(waiting);
  const { from, to } = pair(entries, view);
  choose("from", entries, from);
  choose("to", entries, to);
  if (!to) return tell(words("wedges_one"));
  if (!simulator.here) return tell(simulator.why || words("wedges_same"));
  waiting = window.setTimeout(() => work(from, to, view), 60); // the charts are painted first
}

function choose(part, entries, chosen) {
  const field = one("#compare-" + part);
  field.replaceChildren(...entries.map((entry) => element("option", { value: entry.key }, entry.letter + " " + entry.name)));
  if (chosen) field.value = chosen.key;
}

function tell(text) {
  number += 1;
  found = null;
  one("#compare-wedges-table").replaceChildren();
  write(one("#compare-wedges-told"), text);
}

async function work(from, to, view) {
  const mine = ++number;
  const joining = players(from.constants, to.constants);
  if (!joining.length) return tell(words("wedges_same"));
  const about = variable(view.outcome);
  const slow = window.setTimeout(() => mine === number && write(one("#compare-wedges-told"), words("wedges_working", { count: 2 ** joining.length })), 200);
  let values;
  const before = busy;
  let free = null;
  busy = new Promise((done) => { free = done; });
  try {
    await before; // one pair at a time, and of those that wait only the latest
    if (mine !== number) return undefined;
    values = await run(wedges.mixes(from.constants, joining), view);
  } catch (error) {
    return mine === number ? tell(error.told || say("wait.broken", { reason: error.message })) : undefined;
  } finally {
    window.clearTimeout(slow);
    free();
  }
  if (mine !== number) return undefined;
  const shares = wedges.shares(values, joining.length);
  const rows = joining.map((player, n) => ({ label: player.label || words("circumstances"), alone: shares.alone[n], share: shares.shapley[n], last: shares.last[n] }));
  rows.sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  found = { from, to, rows, about, year: view.year, whole: shares.whole, together: shares.together, before: values[0], after: values[values.length - 1] };
  return paint();
}

/* The thread is there before it is wanted, so that it works when the server is gone. If it could not be fetched, the
   next to want it tries again. */
export function ahead() {
  if (thread) return thread;
  const mine = (thread = simulator.ready.then(async () => {
    const { engine, here } = simulator;
    if (!here) return null;
    const made = startThread(facts.files.thread, engine.module, engine.layout);
    await made.ready;
    return made;
  }));
  mine.catch(() => {
    if (thread === mine) thread = null;
  });
  return mine;
}

/* All mixes in one request to the engine's thread: one outcome, one moment. */
async function run(mixes, view) {
  const { engine } = simulator;
  const values = {};
  for (const name of new Set(mixes.flatMap((settings) => Object.keys(settings)))) {
    const each = mixes.map((settings) => (settings[name] === undefined ? engine.parameters.get(name).default : settings[name]));
    values[name] = each.every((value) => value === each[0]) ? each[0] : Float64Array.from(each);
  }
  const away = () => Promise.reject(Object.assign(new Error("no thread"), { told: say("wait.no_more") }));
  const engines = await ahead().catch(away);
  const result = await engines.simulate({ values, outputs: [view.outcome], times: [view.year] });
  return Array.from(result.values);
}

const places = () => {
  if (found.about.places !== null) return found.about.places + 1;
  return numbers.places(Math.max(...found.rows.map((row) => Math.abs(row.share)), Math.abs(found.whole)));
};
const figure = (value) => numbers.figure(value, places());
const change = (value) => (Number(value.toFixed(places())) > 0 ? "+" : "") + figure(value);

/* The slices one after another: what each does by itself, then what comes only of company. */
function slices() {
  let at = found.before;
  const parts = found.rows.map((row) => ({ label: row.label, value: row.alone, kind: "alone" }));
  parts.push({ label: words("together"), value: found.together, kind: "together" });
  return parts.map((part) => {
    const slice = { ...part, low: Math.min(at, at + part.value), high: Math.max(at, at + part.value), from: at };
    at += part.value;
    return slice;
  });
}

function paint() {
  const parts = slices();
  const low = Math.min(found.before, found.after, ...parts.map((part) => part.low));
  const high = Math.max(found.before, found.after, ...parts.map((part) => part.high));
  const x = scale.line(low, high, 1, WIDE - 1);
  const head = ["lever", "bar", "alone", "share", "last"].map((key) => element("th", { scope: "col" }, words("column_" + key)));
  const line = (label, kind, from, to, cells) => element("tr", { class: "wedge wedge--" + kind }, element("th", { scope: "row" }, label), element("td", { class: "wedge__bar" }, bar(x(from), x(to), kind)), ...cells.map((cell) => element("td", {}, cell)));
  const body = [
    line(found.from.letter + " " + found.from.name, "end", low, found.before, [figure(found.before), "", ""]),
    ...parts.map((part, n) => line(part.label, part.kind, part.from, part.from + part.value, n < found.rows.length
      ? [change(part.value), change(found.rows[n].share), change(found.rows[n].last)] : [change(part.value), "", ""])),
    line(found.to.letter + " " + found.to.name, "end", low, found.after, [figure(found.after), change(found.whole), ""]),
  ];
  one("#compare-wedges-table").replaceChildren(element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
  write(one("#compare-wedges-told"), told());
}

function bar(from, to, kind) {
  const picture = document.createElementNS(SVG, "svg");
  const rect = picture.appendChild(document.createElementNS(SVG, "rect"));
  const set = (part, attributes) => Object.entries(attributes).forEach(([key, value]) => part.setAttribute(key, value));
  set(picture, { viewBox: `0 0 ${WIDE} 10`, preserveAspectRatio: "none", "aria-hidden": "true", class: "wedge__picture" });
  set(rect, { x: Math.min(from, to), y: 1, width: Math.max(0.6, Math.abs(to - from)), height: 8, class: "wedge__rect" + (kind !== "end" && to < from ? " wedge__rect--down" : "") });
  return picture;
}

function told() {
  const first = found.rows[0];
  return words("wedges_told", {
    outcome: found.about.label, year: found.year, from: found.from.name, to: found.to.name,
    whole: change(found.whole) + (found.about.unit ? " " + found.about.unit : ""), first: first.label, share: change(first.share), together: change(found.together),
  });
}

// --- files ----------------------------------------------------------------------------------------------------

function keep(kind) {
  if (!found) return;
  if (kind === "csv") return offer(new Blob([lent.csv(fileRows())], { type: "text/csv" }), "wedges.csv");
  const drawing = wedgesSlide(found, slices(), { ...lent.about(), told: told(), change, figure });
  if (kind === "svg") return offer(new Blob([drawing], { type: "image/svg+xml" }), "wedges.svg");
  toPng(drawing).then((blob) => offer(blob, "wedges.png"));
}

function fileRows() {
  const title = `${found.about.label}, ${found.about.unit || say("chart.no_unit")}, ${found.year}`;
  return [
    [title, words("column_alone"), words("column_share"), words("column_last")],
    [found.from.name, found.before, "", ""],
    ...found.rows.map((row) => [row.label, row.alone, row.share, row.last]),
    [words("together"), found.together, "", ""],
    [found.to.name, found.after, found.whole, ""],
  ];
}
