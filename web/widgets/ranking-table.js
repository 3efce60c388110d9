/** A table of a result: every factor in its place, the name as the row's heading. */
import { element } from "../dom/elements.js";
/** @typedef {import("../types/ranking.js").StudyTable} StudyTable */

/** @param {StudyTable} table */
export function fillTable(table) {
  const named = table.named ?? 0;
  const cells = (/** @type {string[]} */ line) => line.map((text, n) => element(n === named ? "th" : "td", n === named ? { scope: "row" } : {}, text));
  return element("table", { class: "rank__table", id: named ? "rank-table" : null },
    element("caption", {}, element("span", { class: "rank__caption" }, table.caption)),
    element("thead", {}, element("tr", {}, table.head.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, table.body.map((line) => element("tr", {}, cells(line)))));
}
