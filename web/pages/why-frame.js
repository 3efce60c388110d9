/* What stands still on Why: its question, the place of the curve, and the places of what the other modules fill. */
import { facts } from "../core/facts.js";
import * as loops from "../core/loops.js";
import { say } from "../core/words.js";
import { element } from "../dom/elements.js";

/** @typedef {{ outcome?: string, year?: number, loop?: string, more?: boolean }} Parts */
/** What the page lends.
 * @typedef {{ look: (parts: Parts) => void, save: (what: string, kind: string) => void, scenario: (world: string) => void }} Lent */

/** Kinds of file. */
export const save = ["png", "svg", "csv"];

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("why." + key, values);

/** The sentence with its choosers where its places are. @param {Lent} lent */
function question(lent) {
  const hidden = (/** @type {string} */ id, /** @type {string} */ text) => element("label", { class: "unseen", for: id }, text);
  const field = (/** @type {EventTarget | null} */ target) => /** @type {HTMLSelectElement} */ (target).value;
  /** @type {Record<string, () => HTMLElement>} */
  const places = {
    outcome: () => element("span", { class: "combo why__combo" }, hidden("why-outcome", words("outcome")),
      element("input", { type: "text", id: "why-outcome", role: "combobox", class: "combo__field", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "why-outcome-list" }),
      element("ul", { id: "why-outcome-list", class: "combo__list", role: "listbox", hidden: true, "aria-label": words("outcome") })),
    year: () => element("span", {}, hidden("why-year", words("year")), element("select", { id: "why-year", class: "select", onchange: (/** @type {Event} */ event) => lent.look({ year: Number(field(event.target)) }) })),
    policy: () => element("span", { class: "why__policy" }, hidden("why-policy", words("policy")),
      element("select", { id: "why-policy", class: "select", onchange: (/** @type {Event} */ event) => lent.scenario(field(event.target)) },
        element("option", { id: "why-policy-own", value: "", hidden: true }),
        ...Object.entries(facts.worlds).map(([key, world]) => element("option", { value: key }, world.title)))),
  };
  const parts = words("question").split(/(\{\w+\})/).map((part) => places[part.slice(1, -1)]?.() ?? (part.trim() && element("span", {}, part)));
  return element("div", { id: "why-question", class: "why__question", role: "group", "aria-label": words("title"), tabindex: "-1" }, ...parts);
}

/** @param {Lent} lent @param {string} what */
const tools = (lent, what) => element("div", { class: "panel__tools" }, ...save.map((kind) => element("button", { class: "button", type: "button", "aria-label": `${words("file_" + what)}: ${say("chart." + kind)}`, onclick: () => lent.save(what, kind) }, say("chart." + kind))));

/** @param {Lent} lent */
function curve(lent) {
  return element("section", { class: "panel why__curve" },
    element("div", { id: "why-plot", class: "why__plot" }),
    element("label", { class: "why__scrub" }, element("span", { class: "unseen" }, words("scrub")),
      element("input", { id: "why-scrub", type: "range", class: "slider", step: "1", oninput: (/** @type {Event} */ event) => lent.look({ year: Number(/** @type {HTMLInputElement} */ (event.target).value) }) })),
    element("div", { class: "panel__head" },
      element("details", { id: "why-data", class: "data" }, element("summary", { class: "button button--link" }, say("chart.table")),
        element("div", { class: "numbers", tabindex: "0", role: "region", "aria-label": say("chart.table") }, element("table", { id: "why-table", class: "plain" }))),
      tools(lent, "curve")));
}

/** @param {HTMLElement} host @param {Lent} lent */
export function frame(host, lent) {
  host.append(
    question(lent),
    element("div", { class: "why__top" },
      curve(lent),
      element("section", { class: "panel why__answer", "aria-labelledby": "why-answer-title" },
        element("h2", { id: "why-answer-title", class: "panel__title" }, words("answer")),
        element("div", { role: "status" }, element("p", { id: "why-answer" }), element("p", { id: "why-because", class: "why__because" })),
        element("p", { class: "caveat" }, words("conditional")))),
    element("p", { id: "why-said", class: "said-here", role: "status" }),
    element("div", { class: "why__two" },
      element("section", { class: "panel why__loops", "aria-labelledby": "why-loops-title" },
        element("div", { class: "panel__head" }, element("h2", { id: "why-loops-title", class: "panel__title", tabindex: "-1" }, words("system")), tools(lent, "loops")),
        element("p", { class: "lead lead--small" }, words("system_lead", { count: loops.keys().length })),
        element("ol", { id: "why-ribbons", class: "ribbons" }),
        element("p", { id: "why-sure", class: "caveat" })),
      element("section", { class: "panel why__did", "aria-labelledby": "why-levers-title" },
        element("h2", { id: "why-levers-title", class: "panel__title" }, words("levers")),
        element("div", { id: "why-levers" }))),
    element("details", { id: "why-more", class: "panel why__more" },
      element("summary", { class: "panel__title" }, words("more")),
      element("div", { id: "why-scores" })));
}
