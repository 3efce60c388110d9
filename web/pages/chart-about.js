/* What stands beside a chart of Explore: what its variable means and where more of it is found, and the whole screen.

   Everything is written when it is opened, so a move costs nothing here. */
import { variable } from "../core/facts.js";
import { entryOf } from "../core/model-view.js";
import * as quantity from "../core/quantity.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { all, element, one, write } from "../dom/elements.js";
import { said } from "../dom/notice.js";
import * as router from "../dom/router.js";
import * as compare from "./compare.js";

/** @import { Variable } from "../types/page.js" */

/** @type {Record<string, string>} */
const BETTER = { higher: "chart.about_higher", lower: "chart.about_lower" };

const nameOf = (/** @type {string | undefined} */ side) => store.now.charts[side === "a" ? 0 : 1];

/** What it is made of: each a button that draws it. @param {Variable} about @param {string} side */
function partsOf({ parts = [] }, side) {
  if (!parts.length) return [];
  const buttons = parts.map(({ name, label }) => element("button", { class: "button button--menu", type: "button", "data-do": "draw", "data-outcome": name, "data-side": side }, label));
  return [element("span", {}, say("chart.about_parts")), ...buttons];
}

/** Known values to compare with. @param {Variable} about */
const knownOf = (about) => (about.references ?? []).flatMap(({ label, value, why }) => [
  element("dt", {}, `${label}: ${quantity.said(value, about)}`), element("dd", {}, why)]);

/** @param {HTMLElement} details */
function fill(details) {
  const about = variable(nameOf(details.dataset.side));
  write(one(".about__name", details), about.label);
  write(one(".about__why", details), about.why || say("chart.about_any"));
  one(".about__parts", details).replaceChildren(...partsOf(about, details.dataset.side ?? "a"));
  const known = knownOf(about);
  one(".about__known", details).replaceChildren(...(known.length ? [element("dt", { class: "about__head" }, say("chart.about_known")), ...known] : []));
  write(one(".about__better", details), BETTER[about.better ?? ""] ? say(BETTER[about.better ?? ""]) : "");
  one(".about__model", details).href = router.addressWith("model", "d", entryOf(about.name));
}

/** @param {HTMLElement} button */
function explain(button) {
  compare.explain(nameOf(button.dataset.side));
}

/** The chart alone, for a wall; Escape or the button leads back. @param {HTMLElement} button */
function whole(button) {
  if (document.fullscreenElement) return document.exitFullscreen();
  return one("#chart-" + button.dataset.side).requestFullscreen().catch(() => said(say("chart.no_whole")));
}

export function begin() {
  for (const details of all(".chart__about[data-side]")) details.addEventListener("toggle", () => details.open && fill(details));
  if (!document.fullscreenEnabled) for (const button of all('[data-do="whole"]')) button.hidden = true;
  does("explain", explain);
  does("whole", whole);
}
