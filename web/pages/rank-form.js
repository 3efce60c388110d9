/* The form for a study of one's own: what to ask, in which world, what to vary and between which ends, for which
 * outcomes, how thoroughly; it says how long that takes before anything starts. The server checks it all again. */
(function () {
  "use strict";

  const lab = (window.PolicyLab = window.PolicyLab || {});
  const KINDS = { levers: ["lever"], uncertainties: ["uncertainty"], choice: ["lever", "uncertainty"] };

  let tools = null; // what rank.js lends: h, fill, write, ask, send, started
  let offer = null; // what can be asked
  let texts = {};
  const offered = new Map(); // what can vary, by name
  let form = null;
  let said = null; // the line that says how long it takes
  let problem = null;
  let button = null;

  async function open(host, lent) {
    tools = lent;
    if (!form) {
      offer = await tools.ask("/form");
      texts = offer.texts;
      build();
      host.append(form);
    }
    form.classList.remove("is-hidden");
    settle();
    form.scrollIntoView({ block: "start" });
    form.querySelector("input").focus({ preventScroll: true });
  }

  // --- building ---------------------------------------------------------------------------------------------------

  function build() {
    const h = tools.h;
    said = h("p", { class: "own__cost", role: "status" });
    problem = h("p", { class: "caution is-hidden", role: "alert" });
    button = h("button", { class: "button button--main", type: "submit" }, texts.start);
    form = h("form", { class: "own__form", novalidate: "", onsubmit: start, onchange: settle, oninput: settle },
      choices("question", texts.question, offer.questions, offer.questions[0].value),
      h("div", { class: "own__row" }, listed("scenario", texts.world, offer.worlds), listed("size", texts.size, offer.sizes, offer.size), seed()),
      outcomes(),
      ranges("lever", texts.levers),
      ranges("uncertainty", texts.uncertainties),
      said, problem,
      h("p", { class: "tools" }, button,
        h("button", { class: "button", type: "button", onclick: () => form.classList.add("is-hidden") }, texts.close)));
  }

  function choices(name, title, all, chosen) {
    const h = tools.h;
    const entries = all.map((choice) => h("label", { class: "own__choice" },
      h("input", { type: "radio", name, value: choice.value, checked: choice.value === chosen }), h("span", {}, choice.label)));
    return h("fieldset", { class: "own__part" }, h("legend", {}, title), entries);
  }

  function listed(name, title, all, chosen) {
    const h = tools.h;
    const box = h("select", { id: "own-" + name, name, class: "select" }, all.map((c) => h("option", { value: c.value, selected: c.value === chosen }, c.label)));
    return h("div", { class: "rank__field" }, h("label", { class: "label", for: "own-" + name }, title), box);
  }

  function seed() {
    const h = tools.h;
    const box = h("input", { type: "text", inputmode: "numeric", id: "own-seed", name: "seed", class: "box", value: "1", autocomplete: "off", title: texts.seed_why });
    return h("div", { class: "rank__field own__seed" }, h("label", { class: "label", for: "own-seed", title: texts.seed_why }, texts.seed), box);
  }

  function outcomes() {
    const h = tools.h;
    const entries = offer.outcomes.map((outcome) => h("label", { class: "own__choice" },
      h("input", { type: "checkbox", name: "outcome", value: outcome.name, checked: outcome.chosen }), h("span", {}, outcome.label)));
    return fold(texts.outcomes, "outcomes", h("div", { class: "own__grid" }, entries));
  }

  /* A part that opens; its heading counts what is chosen inside. */
  function fold(title, kind, ...inside) {
    const h = tools.h;
    return h("details", { class: "own__part own__fold", "data-part": kind },
      h("summary", {}, h("span", { class: "own__title" }, title), " ", h("span", { class: "own__count" })),
      h("p", { class: "own__all" },
        h("button", { class: "button button--link", type: "button", onclick: (event) => tick(event, true) }, texts.all),
        h("button", { class: "button button--link", type: "button", onclick: (event) => tick(event, false) }, texts.none)),
      ...inside);
  }

  function tick(event, on) {
    event.currentTarget.closest("details").querySelectorAll("input[type=checkbox]").forEach((box) => (box.checked = on));
    settle();
  }

  function ranges(kind, title) {
    const h = tools.h;
    const groups = offer.groups.filter((group) => group.kind === kind);
    if (!groups.length) return null;
    const fields = groups.map((group) => h("fieldset", { class: "own__group" }, h("legend", {}, group.name), group.factors.map((factor) => range(kind, factor))));
    return fold(title, kind, ...fields);
  }

  function range(kind, factor) {
    const h = tools.h;
    const limits = [factor.least, factor.most].map((end, n) => (end === null || end === undefined ? (n ? "∞" : "−∞") : lab.scale.figure(end, lab.numbers.places(end))));
    const allowed = tools.fill(texts.range, { low: limits[0], high: limits[1] });
    const box = (which, text, shown) => h("input", {
      type: "text", inputmode: "decimal", class: "box own__end", autocomplete: "off", "data-end": which, value: shown,
      "aria-label": tools.fill(text, { name: factor.label }), title: allowed,
    });
    factor.allowed = allowed;
    offered.set(factor.name, factor);
    return h("div", { class: "own__range", "data-factor": factor.name, "data-kind": kind },
      h("label", { class: "own__choice", title: factor.why || "" }, h("input", { type: "checkbox", checked: true }), h("span", {}, factor.label)),
      box("low", texts.low, lab.numbers.write(factor.low)), h("span", { class: "own__dash", "aria-hidden": "true" }, "–"),
      box("high", texts.high, lab.numbers.write(factor.high)),
      h("span", { class: "own__stays", "aria-hidden": "true" }, texts.held), box("held", texts.held_at, ""),
      h("span", { class: "own__unit" }, factor.unit));
  }

  // --- what it says -----------------------------------------------------------------------------------------------

  const value = (name) => form.elements[name].value;

  const rows = () => [...form.querySelectorAll(".own__range")].filter((row) => KINDS[value("question")].includes(row.dataset.kind));
  const varies = (row) => row.querySelector("input[type=checkbox]").checked;
  const typed = (row, end) => lab.numbers.read(row.querySelector(`[data-end=${end}]`).value);

  const factors = () => Object.fromEntries(rows().filter(varies).map((row) => [row.dataset.factor, [typed(row, "low"), typed(row, "high")]]));

  /* What does not vary and has a value of its own; an empty box leaves it to the world. */
  const held = () => Object.fromEntries(rows().filter((row) => !varies(row) && typed(row, "held") !== null).map((row) => [row.dataset.factor, typed(row, "held")]));

  const chosenOutcomes = () => [...form.querySelectorAll("[name=outcome]:checked")].map((box) => box.value);

  function settle() {
    const world = offer.worlds.find((one) => one.value === value("scenario"));
    form.querySelectorAll(".own__range").forEach((row) => {
      const factor = offered.get(row.dataset.factor);
      const stays = factor.name in world.values ? world.values[factor.name] : factor.base;
      row.classList.toggle("own__range--held", !varies(row));
      row.querySelector("[data-end=held]").placeholder = tools.fill(texts.held_as, { value: lab.numbers.write(Number(stays.toPrecision(6))) });
    });
    const kinds = KINDS[value("question")];
    form.querySelectorAll("[data-part]").forEach((part) => {
      const boxes = [...part.querySelectorAll("input[type=checkbox]")];
      const counted = { count: boxes.filter((box) => box.checked).length, all: boxes.length };
      tools.write(part.querySelector(".own__count"), tools.fill(texts.chosen, counted));
      if (part.dataset.part !== "outcomes") part.classList.toggle("is-hidden", !kinds.includes(part.dataset.part));
    });
    tools.write(said, cost(Object.keys(factors()).length));
    complain("");
  }

  const counted = (number) => lab.scale.figure(number, 0, true);

  function cost(count) {
    if (count < 2) return texts.too_few;
    const [least, most] = offer.points[value("size")];
    const perPoint = value("question") === "choice" ? 6 : count + 2;
    const seconds = (points) => points * perPoint * offer.cost.run + offer.cost.rest;
    if (most * perPoint > offer.runs) return tools.fill(texts.too_large, { limit: counted(offer.runs) });
    return tools.fill(most > least ? texts.cost_up_to : texts.cost, {
      count, runs: counted(least * perPoint), most: counted(most * perPoint),
      time: time(seconds(least)), longest: time(seconds(most)),
    });
  }

  function time(seconds) {
    if (seconds < 90) return tools.fill(texts.seconds, { count: 5 * Math.max(1, Math.round(seconds / 5)) });
    return tools.fill(texts.minutes, { count: Math.round(seconds / 60) });
  }

  /* A sentence under the form and, where it is about one box, that box opened, marked and entered. */
  function complain(text, box) {
    form.querySelectorAll("[aria-invalid]").forEach((other) => other.removeAttribute("aria-invalid"));
    tools.write(problem, text);
    problem.classList.toggle("is-hidden", !text);
    if (!box) return;
    const part = box.closest("details");
    if (part) part.open = true;
    box.setAttribute("aria-invalid", "true");
    box.focus();
  }

  /* What is wrong with the form, as [sentence, box]; the server finds the same, but a refused request is an error in the
     console. */
  function wrong() {
    const all = rows();
    const varied = all.filter(varies);
    if (!chosenOutcomes().length) return [texts.no_outcome];
    if (varied.length < 2) return [texts.too_few];
    if (value("question") === "choice" && new Set(varied.map((row) => row.dataset.kind)).size < 2) return [texts.one_kind];
    const seed = Number(value("seed").trim() || NaN);
    if (!Number.isInteger(seed) || seed < 0 || seed > offer.last_seed) return [tools.fill(texts.bad_seed, { most: counted(offer.last_seed) }), form.elements.seed];
    for (const row of all) {
      const found = wrongIn(row);
      if (found) return found;
    }
    return null;
  }

  function wrongIn(row) {
    const factor = offered.get(row.dataset.factor);
    const said = (text, end, more) => [tools.fill(text, { name: factor.label, ...more }), row.querySelector(`[data-end=${end}]`)];
    const ends = varies(row) ? ["low", "high"] : ["held"];
    for (const end of ends) {
      const number = typed(row, end);
      if (number === null && end !== "held") return said(texts.no_range, end);
      if (Number.isNaN(number)) return said(texts.no_number, end, { text: row.querySelector(`[data-end=${end}]`).value.trim().slice(0, 40) });
    }
    if (varies(row) && typed(row, "low") >= typed(row, "high")) return said(texts.upside_down, "high");
    const beyond = ends.find((end) => typed(row, end) !== null && !(typed(row, end) >= (factor.least ?? -Infinity) && typed(row, end) <= (factor.most ?? Infinity)));
    return beyond ? [`${factor.label}: ${factor.allowed}`, row.querySelector(`[data-end=${beyond}]`)] : null;
  }

  async function start(event) {
    event.preventDefault();
    const problems = wrong();
    if (problems) return complain(...problems);
    button.disabled = true;
    tools.write(button, texts.starting);
    complain("");
    try {
      const study = await tools.send("", {
        question: value("question"), scenario: value("scenario"), size: value("size"), outcomes: chosenOutcomes(), factors: factors(),
        fixed: held(), seed: Number(value("seed")),
      });
      form.classList.add("is-hidden");
      tools.started(study);
    } catch (error) {
      complain(error.message);
    }
    tools.write(button, texts.start);
    button.disabled = false;
  }

  lab.rankForm = { open };
})();
