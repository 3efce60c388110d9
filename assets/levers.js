/* The levers' controls: slider, box, minus and plus, start year and ramp; each follows the state, and moves it. */
(function (root) {
  "use strict";

  const lab = root.PolicyLab;
  const { one, all, write } = lab.dom;
  const PLACE = { number: 0, slider: 0, start: 1, ramp: 2 };
  const rows = new Map(); // key -> the parts of its control

  const keyOf = (element) => element.closest(".lever").dataset.lever;

  function begin() {
    for (const row of all(".lever[data-lever]")) {
      const parts = Object.fromEntries(all("[data-part]", row).map((part) => [part.dataset.part, part]));
      rows.set(row.dataset.lever, { row, parts, shown: null });
      const lever = lab.facts.levers[row.dataset.lever];
      const share = (lab.facts.start.levers[row.dataset.lever][0] - lever.low) / (lever.high - lever.low);
      one(".lever__tick", row).style.setProperty("--share", share);
    }
    const levers = one(".levers");
    levers.addEventListener("input", (event) => moved(event.target, event.type));
    levers.addEventListener("change", (event) => moved(event.target, event.type));
    levers.addEventListener("focusout", (event) => settle(event.target));
    lab.state.on(follow);
    follow(lab.state.now, null);
  }

  /* A slider and its arrows move at once; a box moves when its figure is whole. */
  function moved(part, kind) {
    if (!part.dataset.part || !part.closest(".lever")) return;
    const text = part.value.trim();
    if (text === "" || (part.dataset.part !== "slider" && kind === "input" && /[.,\-e]$/i.test(text))) return;
    lab.state.moveLever(keyOf(part), PLACE[part.dataset.part], Number(text.replace(",", ".")));
  }

  /* A box that was left shows what holds: what it said may have been out of range, or nothing. */
  function settle(part) {
    if (!part.dataset.part || !part.closest(".lever")) return;
    const setting = lab.state.now.levers[keyOf(part)];
    part.value = plain(setting[PLACE[part.dataset.part]]);
  }

  const plain = (value) => (value === null ? "" : String(Number(value.toPrecision(10))));

  function follow(state, before) {
    for (const [key, control] of rows) {
      const setting = state.levers[key];
      if (before && before.levers[key] === setting) continue;
      paint(key, control, setting);
    }
  }

  function paint(key, { row, parts }, setting) {
    const lever = lab.facts.levers[key];
    const active = document.activeElement;
    for (const [name, part] of Object.entries(parts)) {
      const text = plain(setting[PLACE[name]]);
      if (part !== active || name === "slider") if (part.value !== text) part.value = text;
    }
    const share = (setting[0] - lever.low) / (lever.high - lever.low);
    parts.slider.style.setProperty("--share", share);
    parts.slider.setAttribute("aria-valuetext", lab.picture.withUnit(lab.picture.figure(setting[0], Math.max(lever.places, significant(setting[0]))), lever.unit));
    row.classList.toggle("lever--moved", !lab.sameSetting(setting, lab.facts.start.levers[key]));
  }

  /* Decimal places that a typed value needs beyond the lever's step. */
  const significant = (value) => Math.min(4, (String(value).split(".")[1] || "").length);

  function nudge(key, direction) {
    const lever = lab.facts.levers[key];
    const value = lab.state.now.levers[key][0] + direction * lever.step;
    lab.state.moveLever(key, 0, Number(value.toFixed(lever.places)));
  }

  function jump(heading) {
    if (!heading) return;
    heading.scrollIntoView({ block: "start" });
    heading.focus({ preventScroll: true });
  }

  const groups = () => all(".group");
  const does = lab.page.does;
  does("minus", (button) => nudge(keyOf(button), -1));
  does("plus", (button) => nudge(keyOf(button), 1));
  does("jump", (button) => jump(one('.group[data-group="' + button.dataset.group + '"] .group__title')));
  does("reset", (button) => lab.state.reset((key) => key === keyOf(button)));
  does("resetGroup", (button) => lab.state.reset((key, lever) => lever.group === button.dataset.group));
  does("resetAll", resetAll);

  function resetAll() {
    const { world, levers } = lab.facts.start;
    lab.state.change({ world, levers: { ...levers } });
  }

  lab.levers = { begin, resetAll, row: (key) => rows.get(key), jumpTo: (number) => jump(groups()[number] && one(".group__title", groups()[number])), write };
})(globalThis);
