/** The table of a ranking: every factor in its place, the name as the row's heading. */
import { element } from "../dom/elements.js";
/** @typedef {import("../types/rank.js").StudyView} StudyView */

/** @param {Element} place @param {StudyView["table"]} table */
export function fillRanking(place, table) {
  const cells = (/** @type {string[]} */ line) => line.map((text, n) => element(n === 1 ? "th" : "td", n === 1 ? { scope: "row" } : {}, text));
  place.replaceChildren(
    element("caption", {}, element("span", { class: "rank__caption" }, table.caption)),
    element("thead", {}, element("tr", {}, table.head.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, table.body.map((line) => element("tr", {}, cells(line)))));
}
