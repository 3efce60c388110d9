/* The world that the policy starts from, and the scenarios pinned beside it. */
import { facts } from "../core/facts.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { make, one, write } from "../dom/elements.js";
import { said } from "../dom/notice.js";

/** @import { Scenario, State } from "../types/page.js" */

export function begin() {
  does("pin", () => pin(scenarios.of(store.now)));
  does("unpin", unpin);
  does("restoreWorld", () => store.chooseWorld(store.now.world));
  one("#world").addEventListener("change", () => store.chooseWorld(one("#world").value));
  one("#pins-add").addEventListener("change", () => {
    const chooser = one("#pins-add");
    const world = chooser.value;
    chooser.value = "-";
    if (world !== "-") pin({ world, levers: {} });
  });
  store.on(follow);
  follow(store.now, null);
}

/** @param {Scenario} scenario */
function pin(scenario) {
  const refused = store.pin(scenario);
  said(refused || say("explore.pin_done", { scenario: scenarios.name(scenario) }));
}

/** @param {State} state @param {State | null} before */
function follow(state, before) {
  const world = facts.worlds[state.world];
  if (!before || before.world !== state.world) {
    one("#world").value = state.world;
    write(one("#world-rationale"), world.rationale);
  }
  if (!before || before.levers !== state.levers) {
    const moved = Object.keys(scenarios.of(state).levers).length > 0;
    one("#world-restore").classList.toggle("is-hidden", !moved || !world.rationale);
  }
  if (!before || before.pins !== state.pins) one(".pins").replaceChildren(...state.pins.map(pinned));
}

/** @param {Scenario} scenario @param {number} place */
function pinned(scenario, place) {
  const item = make("li", "pins__item");
  const name = scenarios.name(scenario);
  const button = make("button", "button button--quiet", "×");
  button.setAttribute("aria-label", say("explore.pin_gone", { scenario: name }));
  button.dataset.do = "unpin";
  button.dataset.place = String(place);
  const swatch = make("span", "swatch swatch--pinned-" + place);
  swatch.setAttribute("aria-hidden", "true");
  item.append(swatch, make("span", "pins__name", name), button);
  return item;
}

/** @param {HTMLElement} button */
function unpin(button) {
  store.unpin(Number(button.dataset.place));
  const left = one(".pins button") || one("#pins-add");
  left.focus();
}
