/* Several scenarios at the same level of a choice: the same money for all of them, or the same rules. */
import * as choices from "../core/choices.js";
import { facts } from "../core/facts.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { element, one } from "../dom/elements.js";
import { said } from "../dom/notice.js";
import { tellCapped } from "./decisions.js";
/** @import { Scenario } from "../types/page.js" */

const OWN = "-"; // each as it is

/** Choices that scenarios can have in common: all but those that say whom money goes to. */
const shared = () => facts.choices.filter((choice) => choice.levels.every((level) => !Object.keys(level.carries).length));

/** @param {Scenario} scenario */
const wishOf = ({ world }) => facts.worlds[world].point;

/** One field for each such choice. */
export function fields() {
  return shared().map(({ key, label, words, levels }) => element("div", { class: "pick" },
    element("label", { class: "label", for: "same-" + key, title: words }, say("compare.same", { choice: label })),
    element("select", { id: "same-" + key, class: "select", onchange: () => set(key, one("#same-" + key).value) },
      element("option", { value: OWN }, say("compare.same_own")),
      ...levels.map((level) => element("option", { value: level.key, title: level.words }, level.label)))));
}

/** The level that all but status quo are at. @param {Scenario[]} compared */
export function follow(compared) {
  for (const { key } of shared()) {
    const levels = compared.map((scenario) => choices.chosen(scenarios.whole(scenario), wishOf(scenario))[key]);
    const [first] = levels;
    const field = one("#same-" + key);
    field.value = first && levels.every((level) => level === first) ? first : OWN;
    field.disabled = !compared.length;
  }
}

/** @param {string} choice @param {string} level */
function set(choice, level) {
  if (level === OWN) return;
  const { world, levers, pins } = store.now;
  /** @type {Set<string>} */
  const capped = new Set();
  const at = (/** @type {Scenario} */ scenario) => {
    const made = choices.set(scenarios.whole(scenario), choice, level, wishOf(scenario));
    for (const key of made.capped) capped.add(key);
    return made.levers;
  };
  const policy = scenarios.of(store.now);
  const refused = store.changeAll({
    levers: scenarios.isStatusQuo(policy) ? levers : at({ world, levers: policy.levers }),
    pins: pins.map((pin) => ({ ...pin, levers: scenarios.moved(pin.world, at(pin)) })),
  });
  if (refused) said(refused);
  else tellCapped([...capped]);
}
