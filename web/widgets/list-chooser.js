/** A list to choose one of, with its label. */
import { element } from "../dom/elements.js";
/** @import { Choice } from "../types/ranking.js" */

/** @param {string} label @param {string} id @param {(value: string) => void} choose */
export function select(label, id, choose) {
  const box = element("select", { id, class: "select", onchange: () => choose(box.value) });
  return { box, field: element("div", { class: "rank__field" }, element("label", { class: "label", for: id }, label), box) };
}

/** @param {HTMLSelectElement} box @param {Choice[]} choices @param {string} value */
export function options(box, choices, value) {
  const same = box.options.length === choices.length && choices.every((c, n) => box.options[n].value === c.value && box.options[n].text === c.label);
  if (!same) box.replaceChildren(...choices.map((c) => element("option", { value: c.value }, c.label)));
  box.value = value;
}
