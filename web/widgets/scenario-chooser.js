/* The scenario that the policy starts from, one of the model or one's own, and what is compared with it: on every page that has
   these choosers, which policy_lab/app/panels/scenario.py makes. */
import { facts } from "../core/facts.js";
import * as saved from "../core/saved.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { all, element, one, write } from "../dom/elements.js";
import { said } from "../dom/notice.js";

/** @import { Scenario, State } from "../types/page.js" */

/** Before the name of a scenario of one's own, as a value of the choosers; no key of a world has it. */
const OWN = "own:";

export function begin() {
  does("pin", () => pin(scenarios.of(store.now)));
  does("restoreWorld", () => store.chooseWorld(store.now.world));
  for (const chooser of all('[data-chooser="scenario"]')) chooser.addEventListener("change", () => choose(chooser.value));
  for (const chooser of all('[data-chooser="pin"]')) {
    chooser.addEventListener("change", () => {
      const asked = chooser.value;
      chooser.value = "-";
      if (asked !== "-") pin(saved.named(asked.slice(OWN.length)) ?? { world: asked, levers: {} });
    });
  }
  store.on(follow);
  saved.on(list);
  list();
}

/** @param {string} value of a chooser */
function choose(value) {
  const own = value.startsWith(OWN) ? saved.named(value.slice(OWN.length)) : undefined;
  if (own) show(own);
  else store.chooseWorld(value);
}

/** Moves all levers to a scenario. @param {Scenario} scenario */
export const show = (scenario) => store.change({ world: scenario.world, levers: scenarios.whole(scenario) });

/** @param {Scenario} scenario */
export function pin({ world, levers, name }) {
  const own = name ?? saved.find({ world, levers })?.name;
  const scenario = own ? { world, levers, name: own } : { world, levers };
  const refused = store.pin(scenario);
  said(refused || say("explore.pin_done", { scenario: scenarios.name(scenario) }));
}

/** Scenarios of one's own in both choosers. */
function list() {
  for (const group of all(".saved-options")) {
    group.replaceChildren(...saved.list.map(({ name }) => element("option", { value: OWN + name }, name)));
    group.hidden = saved.list.length === 0;
  }
  follow(store.now, null);
}

/** @param {State} state @param {State | null} before */
function follow(state, before) {
  if (before && before.world === state.world && before.levers === state.levers) return;
  const world = facts.worlds[state.world];
  const policy = scenarios.of(state);
  const own = saved.list.length ? saved.find(policy) : undefined;
  const value = own ? OWN + own.name : state.world;
  for (const chooser of all('[data-chooser="scenario"]')) if (chooser.value !== value) chooser.value = value;
  write(one("#world-rationale"), own?.note || world.rationale);
  for (const button of all('[data-do="restoreWorld"]')) button.classList.toggle("is-hidden", Object.keys(policy.levers).length === 0 || Boolean(own));
}
