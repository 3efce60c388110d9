/* The brief: the current policy and the scenarios pinned beside it on one printable page, a file that needs nothing else and nobody's server. A button with
   data-do="brief" makes it. Charts as drawings, headline outcomes with their ranges, what was moved and what was changed,
   the link that leads back, the model's version, its sources, and what the page does not say. */
import * as assumed from "../core/assumed.js";
import { cardOf } from "../core/card.js";
import { facts, variable } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as pictures from "../core/pictures.js";
import * as scenarios from "../core/scenario.js";
import { escaped } from "../core/slide.js";
import * as store from "../core/state.js";
import { say, toldBy } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { offerText } from "../dom/download.js";
import * as notice from "../dom/notice.js";
import * as router from "../dom/router.js";
import * as briefCharts from "./brief-charts.js";
import * as briefScenarios from "./brief-scenarios.js";
import * as summary from "./policy-summary.js";
/** @import { Run } from "../types/page.js" */
/** @import { Told } from "./brief-scenarios.js" */
/** @import { AssumptionRow, LeverRow } from "./policy-summary.js" */


const SHORT = 7; // rows of one table; longer ones stand in two
const MOST = 8; // assumptions that are listed
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("brief." + key, values);
const tag = (/** @type {string} */ name, /** @type {string} */ inside, more = "") => `<${name}${more || ""}>${inside}</${name}>`;
const line = (/** @type {string[]} */ cells, /** @type {string} */ kind) => tag("tr", cells.map((cell, n) => tag(n ? kind : "th", escaped(cell))).join(""));
const table = (/** @type {string[]} */ head, /** @type {string[][]} */ rows) => tag("table", tag("thead", line(head, "th")) + tag("tbody", rows.map((row) => line(row, "td")).join("")));

const STYLE = `@page{size:A4;margin:10mm}*{box-sizing:border-box}
body{margin:0 auto;max-width:190mm;padding:4mm 0;color:#1b2430;background:#fff;font:8.8pt/1.3 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
h1{margin:0 0 1mm;font-size:15pt;line-height:1.15}h2{margin:2.2mm 0 .6mm;font-size:9.4pt}p{margin:0 0 1.2mm}
.why{color:#556270}.verdict{font-size:10pt}.verdict+.verdict,.dense .verdict{font-size:8.8pt}small{color:#556270;white-space:nowrap}.note{color:#556270;font-size:6.8pt}.many .verdict{margin-bottom:.7mm;font-size:7.8pt;line-height:1.24}.many table{font-size:6.2pt}.crowd{zoom:.82;max-width:231mm}.caveat{padding:1.2mm 2.4mm;border-left:1mm solid #c99700;background:#fff8e4}
.charts,.two{display:grid;grid-template-columns:1fr 1fr;gap:0 4mm;align-items:start}.charts svg{display:block;width:100%;height:auto}.charts svg.whole{grid-column:1/-1}
table{width:100%;border-collapse:collapse;font-size:7.6pt;line-height:1.18}th,td{padding:.42mm 1mm;border-bottom:.2mm solid #dce2e9;text-align:right;vertical-align:top;font-weight:400}
th:first-child{text-align:left}thead th{color:#556270;font-weight:600}.dense table{font-size:6.3pt}.dense h2{margin:1.4mm 0 .3mm}.dense th,.dense td{padding:.12mm .8mm}.dense .why,.dense .caveat{margin-bottom:.6mm;font-size:7pt;line-height:1.2}
footer{margin-top:2mm;color:#556270;font-size:6.8pt;line-height:1.22;overflow-wrap:anywhere}footer p{margin:0 0 .5mm}footer .long{font-size:4.6pt;line-height:1.15}a{color:inherit}
@media (max-width:640px){body{padding:4mm}.charts,.two{grid-template-columns:1fr}}
@media print{body{padding:0;-webkit-print-color-adjust:exact;print-color-adjust:exact}}`;

/** What its charts show. @param {Told[]} told @param {Run} reference */
function charted(told, reference) {
  const same = scenarios.isStatusQuo(summary.policy());
  const shown = told.filter(({ kind }) => !same || kind !== "policy");
  return store.now.charts.map((name) => {
    const about = variable(name);
    const quo = { key: "status quo", label: say("explore.status_quo"), name: say("explore.status_quo"), kind: "status-quo", values: reference.of(name) };
    const lines = [quo, ...shown.slice().reverse().map((one) => ({ key: one.kind, label: one.name, name: one.name, kind: one.kind, values: one.run.of(name) }))];
    /** @type {[number, number] | undefined} */
    const limits = about.low === null || about.high === null ? undefined : [about.low, about.high];
    const inWords = pictures.summary(name, told[0].run, reference, same, assumed.usual(store.now));
    return { title: about.label, told: inWords, unit: about.unit, time: Array.from(reference.time), places: about.places, limits, lines, bands: [], marks: scenarios.marks(summary.policy()) };
  });
}

/** @param {Told[]} told @param {Run} reference @param {number} year */
function headlines(told, reference, year) {
  if (told.length > 1) return briefScenarios.outcomes(told, reference, year);
  const [{ run, bands }] = told;
  const head = [words("outcome", { year }), words(bands ? "median" : "policy"), words("change"), words("range")];
  return table(head, facts.headlines.map((name) => {
    const card = cardOf(name, { value: pictures.valueAt(run, name, year), reference: pictures.valueAt(reference, name, year) }, bands);
    return [variable(name).label, numbers.withUnit(card.value, card.unit), card.change, card.range.replace("\n", "; ")];
  }));
}

/** A long table as two beside each other. @param {string[]} head @param {string[][]} rows */
function halves(head, rows) {
  if (rows.length <= SHORT) return table(head, rows);
  const middle = Math.ceil(rows.length / 2);
  return tag("div", table(head, rows.slice(0, middle)) + table(head, rows.slice(middle)), ' class="two"');
}

/** @param {LeverRow[]} moved */
function levers(moved) {
  if (!moved.length) return tag("p", escaped(words("none_moved")));
  const ends = moved.some((row) => row.end); // a column that few policies need, on a page that has little room
  const head = ["lever", "setting", "status_quo", "from", "over", ...(ends ? ["until"] : [])];
  return halves(head.map((key) => words(key)), moved.map((row) => [row.label, numbers.withUnit(row.value, row.unit), row.standing, row.start, row.ramp, ...(ends ? [row.end] : [])]));
}

/** @param {AssumptionRow[]} changed */
function assumptions(changed) {
  if (!changed.length) return tag("p", escaped(words("none_changed")));
  const rows = changed.slice(0, MOST).map((row) => [row.label, numbers.withUnit(row.value, row.unit), row.standing, row.grade]);
  const more = changed.length > MOST ? tag("p", escaped(words("more", { count: changed.length - MOST }))) : "";
  return halves(["assumption", "setting", "default", "grade"].map((key) => words(key)), rows) + more;
}

/* The link in full, since paper cannot be pressed; a long one in small letters. */
function address() {
  const link = router.link();
  const shown = escaped(words("link", { link })).replace(escaped(link), () => tag("a", escaped(link), ` href="${escaped(link)}"`));
  return tag("p", shown, link.length > 300 ? ' class="long"' : "");
}

/** The page, its charts as tall as the sheet leaves room for. */
export async function page() {
  const year = Math.floor(facts.clock.final);
  const { told, reference, answer } = await briefScenarios.gathered(store.now.charts);
  const [{ name, bands }] = told;
  const world = facts.worlds[store.now.world];
  const title = words("title", { policy: briefScenarios.title(told) });
  const charts = charted(told, reference);
  const moved = summary.levers(false);
  const changed = summary.assumptions();
  const rows = moved.length + Math.min(MOST, changed.length);
  const dense = rows + 3 * (told.length - 1) > 2 * SHORT;
  const crowd = told.length > 3 || (told.length > 1 && rows > 3 * SHORT);
  const body = (/** @type {number} */ tall) => [
    tag("h1", escaped(title)),
    ...(told.length > 1 ? [] : [tag("p", escaped(world ? world.rationale : ""), ' class="why"')]),
    briefScenarios.conclusion(answer), briefScenarios.verdicts(told),
    ...[words("caveat"), assumed.note(store.now)].filter(Boolean).map((text) => tag("p", escaped(text), ' class="caveat"')),
    briefCharts.drawn(charts, tall), ...(bands ? [tag("p", escaped(words("charts", { inputs: assumed.usual(store.now) })), ' class="note"')] : []),
    tag("h2", escaped(words("outcomes", { year }))),
    headlines(told, reference, year),
    tag("h2", escaped(told.length > 1 ? words("levers_of", { policy: name }) : words("levers"))), levers(moved),
    tag("h2", escaped(words("assumptions"))), assumptions(changed),
    tag("footer", [bands ? words("range_note", { members: bands.members, varying: assumed.varying(told.map((one) => scenarios.of(one.state)), store.now) }) : words("no_range"), summary.origin(), words("sources")].map((text) => tag("p", escaped(text))).join("") + address()),
  ];
  const kind = dense ? ` class="dense${crowd ? " many crowd" : told.length > 2 ? " many" : told.length > 1 ? " pair" : ""}"` : "";
  return briefCharts.fitted((tall) => `<!DOCTYPE html>\n<html lang="${escaped(facts.language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${STYLE}</style></head><body${kind}>${body(tall).join("\n")}</body></html>\n`);
}

async function make() {
  notice.said(words("making"));
  try {
    offerText(await page(), "text/html", "policy-brief.html");
  } catch (error) {
    notice.tell(toldBy(error, "wait.no_answer"));
  }
}

export const begin = () => does("brief", make);
