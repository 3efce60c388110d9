/** The numbers of a picture (chart.js says what that is) as a table on the page: one row for every whole year. */
import { columns } from "../core/picture-csv.js";
import * as numbers from "../core/numbers.js";
import { largest } from "../core/pictures.js";

/** @import { Picture } from "../types/page.js" */

/**
 * @param {HTMLTableSectionElement} parent
 * @param {string} kind "th" for the head, "td" for the body
 * @param {string[]} texts
 */
function row(parent, kind, texts) {
  const made = parent.insertRow();
  texts.forEach((text, n) => {
    const cell = made.appendChild(document.createElement(n && kind === "td" ? "td" : "th"));
    cell.scope = kind === "td" ? "row" : "col";
    if (kind === "td" && n) cell.removeAttribute("scope");
    cell.textContent = text;
  });
}

/**
 * @param {HTMLTableElement} table
 * @param {Picture} picture
 * @param {string} caption
 * @param {string} year heading of the first column
 */
export function fillTable(table, picture, caption, year) {
  const shown = columns(picture);
  const places = picture.places ?? numbers.places(Math.max(...picture.lines.map((line) => largest(line.values))));
  table.replaceChildren();
  table.createCaption().textContent = caption;
  row(table.createTHead(), "th", [year, ...shown.map((column) => column.label)]);
  const body = table.createTBody();
  picture.time.forEach((time, n) => {
    if (Math.abs(time - Math.round(time)) > 1e-6) return;
    row(body, "td", [String(Math.round(time)), ...shown.map((column) => numbers.figure(column.values[n], places))]);
  });
}
