/** The numbers of a line chart's picture (chart/chart.js says what that is), as columns and as a CSV file. */
import { harmless, number, quoted } from "./csv.js";
/** @import { Numbers, Picture } from "../types/page.js" */

/**
 * Lines, then the ends of each band that is no policy's before.
 * @param {Picture} picture
 * @returns {{ label: string, values: Numbers }[]}
 */
export function columns(picture) {
  const lines = picture.lines.map((line) => ({ label: line.label, values: line.values }));
  for (const band of picture.bands ?? []) {
    if (band.stale) continue;
    lines.push({ label: `${band.label} ↓`, values: band.low }, { label: `${band.label} ↑`, values: band.high });
  }
  return lines;
}

/**
 * Every moment, and below those every figure of the record with its range.
 * @param {Picture} picture
 * @param {string[]} notes lines that go on top, each after "# "
 */
export function pictureCsv(picture, notes) {
  const shown = columns(picture);
  const lines = notes.map((note) => "# " + note.replace(/\s+/g, " "));
  lines.push(["Time", ...shown.map((column) => quoted(harmless(column.label)))].join(","));
  picture.time.forEach((time, n) => {
    lines.push([time, ...shown.map((column) => column.values[n])].map(number).join(","));
  });
  for (const { label, points } of picture.points ?? []) {
    lines.push("", [quoted(harmless(label)), "value", "low", "high", "note"].join(","));
    for (const { time, value, low, high, note } of points) {
      lines.push([time, value, low, high].map(number).join(",") + "," + quoted(harmless(note || "")));
    }
  }
  return lines.join("\n") + "\n";
}
