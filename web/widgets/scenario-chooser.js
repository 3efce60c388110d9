/* The world that the policy starts from, and the scenarios pinned beside it. */
(function (root) {
  "use strict";

  const lab = root.PolicyLab;
  const { one, write, make } = lab.dom;

  function begin() {
    one("#world").addEventListener("change", (event) => lab.state.chooseWorld(event.target.value));
    one("#pins-add").addEventListener("change", (event) => {
      const world = event.target.value;
      event.target.value = "-";
      if (world !== "-") pin({ world, levers: {} });
    });
    lab.state.on(follow);
    follow(lab.state.now, null);
  }

  function pin(scenario) {
    const refused = lab.state.pin(scenario);
    lab.page.said(refused || lab.say("explore.pin_done", { scenario: lab.scenario.name(scenario) }));
  }

  function follow(state, before) {
    const world = lab.facts.worlds[state.world];
    if (!before || before.world !== state.world) {
      one("#world").value = state.world;
      write(one("#world-rationale"), world.rationale);
    }
    if (!before || before.levers !== state.levers) {
      const moved = Object.keys(lab.scenario.of(state).levers).length > 0;
      one("#world-restore").classList.toggle("is-hidden", !moved || !world.rationale);
    }
    if (!before || before.pins !== state.pins) one(".pins").replaceChildren(...state.pins.map(pinned));
  }

  function pinned(scenario, place) {
    const item = make("li", "pins__item");
    const name = lab.scenario.name(scenario);
    const button = make("button", "button button--quiet", "×");
    button.setAttribute("aria-label", lab.say("explore.pin_gone", { scenario: name }));
    button.dataset.do = "unpin";
    button.dataset.place = place;
    const swatch = make("span", "swatch swatch--pinned-" + place);
    swatch.setAttribute("aria-hidden", "true");
    item.append(swatch, make("span", "pins__name", name), button);
    return item;
  }

  function unpin(button) {
    lab.state.unpin(Number(button.dataset.place));
    const left = one(".pins button") || one("#pins-add");
    left.focus();
  }

  const does = lab.page.does;
  does("pin", () => pin(lab.scenario.of(lab.state.now)));
  does("unpin", unpin);
  does("restoreWorld", () => lab.state.chooseWorld(lab.state.now.world));

  lab.worlds = { begin, pin };
})(globalThis);
