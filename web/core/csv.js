/** Rows as text for spreadsheets; no cell is a formula there. */
/** @typedef {(string | number)[][]} Rows */

/** @param {string} text */
const flat = (text) => text.replace(/\s+/g, " ");

/**
 * A cell that a spreadsheet would take for a formula begins with a quote instead.
 * @param {string} text
 */
export const harmless = (text) => (/^\s*[=+\-@]/.test(text) ? "'" + text : text);

/** @param {string} text */
export const quoted = (text) => (/[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text);

/**
 * Ten significant figures; "" for what is no finite number.
 * @param {number} value
 */
export const number = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(10))) : "");

/**
 * A CSV file: notes first, each a line after "# ".
 * @param {Rows} rows
 * @param {string[]} notes
 */
export function csv(rows, notes) {
  const cell = (/** @type {string | number} */ value) => (typeof value === "number" ? number(value) : quoted(harmless(flat(value))));
  return [...notes.map((note) => "# " + flat(note)), ...rows.map((cells) => cells.map(cell).join(","))].join("\n") + "\n";
}

/**
 * Text to paste into a spreadsheet.
 * @param {Rows} rows
 */
export function tsv(rows) {
  const cell = (/** @type {string | number} */ value) => (typeof value === "number" ? number(value) : harmless(flat(value)));
  return rows.map((cells) => cells.map(cell).join("\t")).join("\n") + "\n";
}
