/** Boxes of a study's form for what only its question needs: targets, a share, what to keep low, scenarios. The method
 * says which of these kinds each of its options has (policy_lab/ensemble/questions.py). */
import { filled } from "../core/words.js";
import * as numbers from "../core/numbers.js";
import { all, element, one } from "../dom/elements.js";
/** @import { OfferedBox, StudyOffer } from "../types/ranking.js" */

/** @typedef {{ value: string, label: string }} Entry */

/** How people write a number of each outcome. @type {Map<string, { unit: string, scale: number }>} */
const scales = new Map();
let number = 0;

/** @param {Entry[]} entries @param {string} label @param {Record<string, unknown>} attributes @param {string} [chosen] */
const select = (entries, label, attributes, chosen) => element("select", { class: "select", "aria-label": label, ...attributes },
  entries.map((each) => element("option", { value: each.value, selected: each.value === chosen }, each.label)));

/** @param {StudyOffer} offer @returns {Entry[]} */
const outcomesOf = (offer) => offer.outcomes.map((each) => ({ value: each.name, label: each.label }));

/** An element for a box. @param {OfferedBox} box @param {StudyOffer} offer */
export function make(box, offer) {
  const { texts } = offer;
  for (const each of offer.outcomes) scales.set(each.name, each);
  const about = { class: "own__part own__box", "data-box": box.name, "data-kind": box.kind };
  if (box.kind === "conditions") {
    const list = element("div", { class: "own__conditions" }, condition(offer));
    const more = () => list.append(condition(offer));
    return element("fieldset", about, element("legend", {}, box.label), list,
      element("button", { class: "button button--link", type: "button", onclick: more }, texts.add));
  }
  if (box.kind === "scenarios") {
    const ticks = offer.worlds.map((world) => element("label", { class: "own__choice" }, element("input", { type: "checkbox", value: world.value, checked: true }), element("span", {}, world.label)));
    return element("fieldset", about, element("legend", {}, box.label), element("div", { class: "own__grid" }, ticks));
  }
  const id = "own-box-" + ++number;
  const inside = {
    share: () => element("input", { id, type: "text", inputmode: "decimal", class: "box own__end", autocomplete: "off", value: numbers.write(Math.round(100 * Number(box.value))) }),
    outcome: () => select([{ value: "", label: texts.nothing }, ...outcomesOf(offer)], box.label, { id }),
    scenario: () => select(offer.worlds, box.label, { id }, offer.worlds[1]?.value),
  }[/** @type {"share" | "outcome" | "scenario"} */ (box.kind)]();
  return element("div", { ...about, "data-entry": "" }, element("label", { class: "label", for: id }, box.label), inside);
}

/** A row "outcome, at least or at most, number, year". @param {StudyOffer} offer */
function condition(offer) {
  const { texts } = offer;
  const chosen = offer.outcomes.find((each) => each.chosen) ?? offer.outcomes[0];
  const unit = element("span", { class: "own__unit" }, chosen.unit);
  const years = offer.times.map((time) => ({ value: String(time), label: String(Math.round(time)) }));
  const outcome = select(outcomesOf(offer), texts.outcome, { "data-part-of": "outcome", onchange: () => (unit.textContent = scales.get(outcome.value)?.unit ?? "") }, chosen.name);
  const row = element("div", { class: "own__condition", "data-entry": "" }, outcome,
    select([{ value: "above", label: texts.above }, { value: "below", label: texts.below }], texts.side, { "data-part-of": "side" }),
    element("input", { type: "text", inputmode: "decimal", class: "box own__end", autocomplete: "off", "data-part-of": "limit", "aria-label": texts.limit }), unit,
    element("span", { class: "own__in" }, texts.year), select(years, texts.year, { "data-part-of": "time" }, years.at(-1)?.value),
    element("button", { class: "button button--link", type: "button", onclick: () => row.parentElement && row.parentElement.children.length > 1 && row.remove() }, texts.remove));
  return row;
}

/** @param {ParentNode} row @param {string} name */
const part = (row, name) => one(`[data-part-of=${name}]`, row);

/** What is wrong with a box, as [sentence, box to enter]. @param {HTMLElement} box @param {Record<string, string>} texts @returns {[string, HTMLElement?] | null} */
export function wrong(box, texts) {
  if (box.dataset.kind === "conditions") {
    for (const row of all(".own__condition", box)) {
      const limit = part(row, "limit");
      const typed = numbers.read(limit.value);
      if (typed === null) return [texts.no_limit, limit];
      if (Number.isNaN(typed)) return [filled(texts.no_number, { name: texts.limit, text: limit.value.trim().slice(0, 40) }), limit];
    }
  }
  if (box.dataset.kind === "share") {
    const typed = numbers.read(one("input", box).value);
    if (!(typed !== null && typed > 0 && typed <= 100)) return [texts.no_share, one("input", box)];
  }
  if (box.dataset.kind === "scenarios" && all("input:checked", box).length < 2) return [texts.two_scenarios];
  return null;
}

/** What one box says, as the server reads it; undefined where it leaves its option to the method. @param {HTMLElement} box */
function valueOf(box) {
  const kind = box.dataset.kind;
  if (kind === "conditions") return all(".own__condition", box).map(readCondition);
  if (kind === "share") return Number(numbers.read(one("input", box).value)) / 100;
  if (kind !== "scenarios") return one("select", box).value;
  const ticked = all("input:checked", box).map((tick) => tick.value);
  return ticked.length === all("input", box).length ? undefined : ticked;
}

/** @param {HTMLElement} row */
function readCondition(row) {
  const outcome = part(row, "outcome").value;
  const limit = Number(numbers.read(part(row, "limit").value)) * (scales.get(outcome)?.scale ?? 1);
  return { outcome, side: part(row, "side").value, limit, time: Number(part(row, "time").value) };
}

/** What all boxes say, by option. @param {HTMLElement} place */
export const values = (place) => Object.fromEntries(all(".own__box", place).map((box) => [box.dataset.box, valueOf(box)]));
