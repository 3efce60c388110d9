/** The wedges as a picture for a slide. */
import * as scale from "../core/chart-scale.js";
import { EDGE, WIDTH, footer, frame, letters, wrapped } from "../core/slide.js";
/** @import { Provenance } from "../types/page.js" */
/** @import { Found, Slice } from "./compare-wedges.js" */
/** @typedef {{ label: string, from: number, value: number, kind: string, said: string }} Row */

const NAMES = 380; // where the bars begin
const HATCH = '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" fill="#f0e6ee"/><rect width="4" height="8" fill="#a8578b"/></pattern></defs>';

/** @param {string} words @param {number} most */
const cut = (words, most) => (words.length > most ? words.slice(0, most - 1) + "…" : words);

/** @param {Row} row */
function fill(row) {
  if (row.kind === "end") return "#7a8594";
  return row.kind === "together" ? "url(#hatch)" : row.value < 0 ? "#d55e00" : "#0072b2";
}

/** @param {Row} row @param {number} y @param {number} step @param {(value: number) => number} x */
function bar(row, y, step, x) {
  const [a, b] = [x(row.from), x(row.from + row.value)];
  return `<rect x="${Math.min(a, b).toFixed(1)}" y="${(y + step * 0.16).toFixed(1)}" width="${Math.max(1.5, Math.abs(b - a)).toFixed(1)}" height="${(step * 0.68).toFixed(1)}" fill="${fill(row)}"/>`
    + letters(EDGE, y + step * 0.65, 15, cut(row.label, 44)) + letters(Math.max(a, b) + 8, y + step * 0.65, 15, row.said);
}

/**
 * The text of a whole SVG file.
 * @param {Found} found
 * @param {Slice[]} slices
 * @param {Provenance & { told: string, change: (value: number) => string, figure: (value: number) => string }} about
 */
export function wedgesSlide(found, slices, about) {
  const ends = [found.before, found.after, ...slices.flatMap((slice) => [slice.low, slice.high])];
  const lowest = Math.min(...ends);
  const x = scale.line(lowest, Math.max(...ends), NAMES, WIDTH - EDGE - 110);
  const foot = footer(about);
  const head = wrapped(about.told, 120);
  const top = 76 + head.length * 24;
  const end = (/** @type {Found["from"]} */ entry, /** @type {number} */ value) => ({ label: entry.name, from: lowest, value: value - lowest, kind: "end", said: about.figure(value) });
  const rows = [end(found.from, found.before), ...slices.map((slice) => ({ ...slice, said: about.change(slice.value) })), end(found.to, found.after)];
  const step = Math.min(40, (foot.top - top) / rows.length);
  return frame(about.told, about, [
    HATCH,
    letters(EDGE, 54, 26, `${found.about.label}, ${found.year}`, { weight: 650 }),
    ...head.map((line, n) => letters(EDGE, 86 + n * 24, 16, line)),
    ...rows.map((row, n) => bar(row, top + n * step, step, x)),
    ...foot.drawn,
  ]);
}
