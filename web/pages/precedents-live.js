/* What somebody changes about a historical case: controls of its stated facts, and the run in this browser.

     PolicyLab.precedentsLive.controls(one)   the controls of a case
     PolicyLab.precedentsLive.draw()          curves, fates and causes as they follow from what is stated and changed
     PolicyLab.precedentsLive.fateOf(years, works, standing, rule, by)   {fate, year, done} as it stands in the year `by`;
                                              policy_lab/cases/run_case.py has the same rule: cancelled where standing
                                              falls below a limit before it is built */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const make = (...parts) => lab.tables.make(...parts);
  const words = (key, values) => lab.say("precedents." + key, values);
  const figure = (value, places) => lab.scale.figure(value, places);
  const KEYS = ["spending", "works", "cost_growth", "opposition", "standing", "staff"];

  // --- controls -------------------------------------------------------------------------------------------------

  const share = (control, value) => (value - control.low) / (control.high - control.low || 1);

  function set(control, value) {
    if (!Number.isFinite(value)) return show(control);
    const kept = Math.min(control.high, Math.max(control.low, Number(value.toPrecision(5))));
    const next = { ...lab.precedents.changed, [control.name]: kept };
    if (lab.near(kept, Number(control.value.toPrecision(5)))) delete next[control.name];
    lab.precedents.change(next);
    show(control);
  }

  function show(control) {
    const value = lab.precedents.changed[control.name] ?? control.value;
    const [range, number] = [lab.dom.one(`#fact-${control.name}`), lab.dom.one(`#fact-${control.name}-number`)];
    range.value = String(value);
    range.style.setProperty("--share", share(control, value));
    number.value = lab.numbers.write(Number(value.toPrecision(4)));
    range.closest(".lever").classList.toggle("lever--moved", control.name in lab.precedents.changed);
  }

  function controlOf(control) {
    const id = "fact-" + control.name;
    const label = lab.precedentsCase.named("fact_", control.name);
    const limits = { min: control.low, max: control.high, step: control.step };
    const bounds = figure(control.low) + " – " + figure(control.high);
    const range = make("input", { id, class: "slider", type: "range", ...limits, step: "any", "aria-labelledby": id + "-label", oninput: (event) => set(control, Number(event.target.value)), onkeydown: (event) => keyed(event, control) });
    const number = make("input", { id: id + "-number", class: "input lever__number", type: "text", inputmode: "decimal", autocomplete: "off", "aria-labelledby": id + "-label", title: bounds, onchange: (event) => set(control, lab.numbers.read(event.target.value) ?? NaN) });
    const tick = make("span", { class: "lever__tick", "aria-hidden": "true" });
    tick.style.setProperty("--share", share(control, control.value));
    const step = (sign, way) => make("button", { class: "button button--step", type: "button", "aria-label": lab.say(way > 0 ? "lever.plus" : "lever.minus", { lever: label }), onclick: () => set(control, (lab.precedents.changed[control.name] ?? control.value) + way * control.step) }, sign);
    return make("div", { class: "lever", role: "group", "aria-labelledby": id + "-label" },
      make("label", { id: id + "-label", class: "lever__label", for: id + "-number" }, label),
      make("div", { class: "lever__slide" }, step("−", -1), make("div", { class: "lever__slider" }, range, tick), step("+", 1)), number);
  }

  /* Arrows move by the control's own step, which a range of any number would not know. */
  function keyed(event, control) {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    set(control, (lab.precedents.changed[control.name] ?? control.value) + way * control.step);
  }

  function controls(one) {
    if (!one.live) return "";
    const above = one.cancelled_above === null || one.cancelled_above === undefined ? "" : words("above", { growth: figure(one.cancelled_above, 2) });
    return make("section", { class: "case-part case-levers" },
      make("div", { class: "panel__head" }, make("h3", { class: "case-part__title" }, words("what_if")), make("button", { class: "button", type: "button", id: "case-reset", onclick: () => { lab.precedents.change({}); one.live.controls.forEach(show); } }, words("reset"))),
      make("p", { class: "lead lead--small" }, words("what_if_lead")),
      ...one.live.controls.map(controlOf),
      above ? make("p", { class: "case-note" }, above) : "");
  }

  // --- runs -----------------------------------------------------------------------------------------------------

  /* The year at which values reach a level, between two moments on a straight line; beyond the end at the last pace. */
  function crossing(years, values, level, beyond) {
    const at = values.findIndex((value) => value >= level);
    if (at === 0) return years[0];
    if (at > 0) return years[at - 1] + ((level - values[at - 1]) / (values[at] - values[at - 1])) * (years[at] - years[at - 1]);
    const [last, before] = [years.length - 1, years.length - 5];
    const pace = (values[last] - values[before]) / (years[last] - years[before]);
    return beyond && pace > 1e-6 ? years[last] + (level - values[last]) / pace : Infinity;
  }

  function fateOf(years, works, standing, rule, by = Infinity) {
    const done = crossing(years, works, rule.built, true);
    const gone = crossing(years, standing.map((value) => -value), -rule.stands, false);
    const end = Math.min(by, years[years.length - 1]);
    if (gone < done && gone <= end) return { fate: "cancelled", year: gone, done };
    return { fate: done <= end ? "finished" : "unfinished", year: Number.isFinite(done) ? done : null, done };
  }

  /* Where standing is lost, or else where opposition is strongest before the project is built: index of that moment. */
  function decisive(years, opposition, found, by) {
    if (found.fate === "cancelled") return lab.nearest(years, found.year);
    const count = Math.max(1, years.filter((when) => when <= Math.min(found.done, by)).length);
    const before = opposition.slice(0, count);
    return before.indexOf(Math.max(...before));
  }

  function stored(one) {
    const curves = Object.fromEntries(KEYS.map((key) => [key, one.runs[key].map((value) => value ?? NaN)]));
    return { kind: "policy", label: words("as_stated"), name: words("as_stated"), years: one.years, curves, terms: one.why.terms.map((term) => [term.name, term.log_odds]), at: one.why.year, fate: one.outcome };
  }

  /* One of the runs that the engine made, in the years of the case. */
  function live(one, run, look) {
    const from = run.time[0];
    const years = Array.from(run.time, (time) => time - from + one.first_year);
    const curves = Object.fromEntries(KEYS.map((key) => [key, Array.from(run.of(one.live.outputs[key]))]));
    const by = one.record.fate === "under construction" ? one.record.year : Infinity;
    const fate = fateOf(years, curves.works, curves.standing, lab.precedents.data.rule, by);
    const top = decisive(years, curves.opposition, fate, by);
    const known = new Set(one.live.terms.map(([name]) => name));
    const constant = one.why.terms.filter((term) => !known.has(term.name)).map((term) => [term.name, term.log_odds]);
    const terms = one.live.terms.map(([name, variable, sign]) => [name, sign * run.of(variable)[top]]);
    return { ...look, years, curves, fate, at: years[top], terms: [...constant, ...terms] };
  }

  async function ran(one, changed) {
    const outputs = [...Object.values(one.live.outputs), ...one.live.terms.map(([, variable]) => variable)];
    const differing = Object.fromEntries(one.live.controls.filter((control) => control.name in changed).map((control) => [control.constant, changed[control.name]]));
    const found = await lab.runs.ask([one.live.constants, { ...one.live.constants, ...differing }], outputs);
    return [
      live(one, found[0], { kind: "policy", label: words("as_stated"), name: words("as_stated") }),
      live(one, found[1], { kind: "pinned-0", label: words("changed"), name: words("changed_short") }),
    ];
  }

  // --- drawing --------------------------------------------------------------------------------------------------

  let number = 0;

  async function draw() {
    const mine = ++number;
    const { now: one, changed } = lab.precedents;
    if (one.live) one.live.controls.forEach(show);
    let runs = [stored(one)];
    if (one.live && Object.keys(changed).length) {
      try {
        runs = await ran(one, changed);
      } catch (error) {
        if (mine === number) lab.page.tell(error.told || lab.say("wait.no_more"));
      }
    }
    if (mine === number) paint(one, runs);
  }

  function paint(one, runs) {
    const { fate } = lab.precedents;
    const marks = [{ time: one.record.year, label: words("mark_record", { fate: fate(one.record.fate) }) }];
    for (const [n, run] of runs.entries()) if (run.fate.year && run.fate.fate !== "unfinished") marks.push({ time: run.fate.year, label: words(n ? "mark_changed" : "mark_run", { fate: fate(run.fate.fate) }) });
    const pictures = lab.precedentsCase.pictures(one, runs, marks);
    lab.precedentsCase.charts.forEach(({ chart }, n) => chart.draw(pictures[n]));
    paintLegend(runs, pictures);
    lab.dom.write(lab.dom.one("#case-told"), told(one, runs));
    const last = runs[runs.length - 1];
    lab.dom.one("#case-why").replaceChildren(lab.precedentsCase.why(last.at, last.terms));
  }

  function paintLegend(runs, pictures) {
    const entries = runs.map((run) => [run.kind, run.label]);
    if (pictures.some((picture) => picture.points.length)) entries.push(["record", words("figures_range")]);
    lab.dom.one("#case-legend").replaceChildren(...entries.map(([kind, label]) => make("li", { class: "legend__item" }, make("span", { class: "swatch swatch--" + kind, "aria-hidden": "true" }), make("span", {}, label))));
  }

  function told(one, runs) {
    const { fateYear } = lab.precedents;
    const text = words("told", {
      record: fateYear(one.record.fate, one.record.year), run: fateYear(one.outcome.fate, one.outcome.year),
      verdict: words(one.outcome.right ? "consistent" : "inconsistent"),
    });
    if (runs.length < 2) return text + (one.without_hindsight ? " " + words("hindsight", { run: fateYear(one.without_hindsight.fate, one.without_hindsight.year) }) : "");
    const { fate, year } = runs[1].fate;
    return [text, words("told_changed", { run: fateYear(fate, year) }), words(fate === runs[0].fate.fate ? "stays" : "flips")].join(" ");
  }

  lab.precedentsLive = { controls, draw, fateOf };
  if (typeof module === "object" && module.exports) module.exports = lab.precedentsLive;
})(typeof globalThis === "object" ? globalThis : self);
