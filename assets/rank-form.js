/* The form for a study of one's own: what to ask, in which world, what to vary and between which ends, for which
 * outcomes, how thoroughly; it says how long that takes before anything starts. The server checks it all again. */
(function () {
  "use strict";

  const lab = (window.PolicyLab = window.PolicyLab || {});
  const KINDS = { levers: ["lever"], uncertainties: ["uncertainty"], choice: ["lever", "uncertainty"] };

  let tools = null; // what rank.js lends: h, fill, write, ask, send, started
  let offer = null; // what can be asked
  let texts = {};
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
      h("div", { class: "own__row" }, listed("scenario", texts.world, offer.worlds), listed("size", texts.size, offer.sizes, offer.size)),
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
    const limits = [factor.least, factor.most].map((end, n) => (end === null || end === undefined ? (n ? "∞" : "−∞") : String(end)));
    const end = (which, text) => h("input", {
      type: "number", class: "box own__end", step: "any", "data-end": which, value: String(factor[which]),
      min: factor.least === null ? undefined : String(factor.least), max: factor.most === null ? undefined : String(factor.most),
      "aria-label": tools.fill(text, { name: factor.label }), title: tools.fill(texts.range, { low: limits[0], high: limits[1] }),
    });
    return h("div", { class: "own__range", "data-factor": factor.name, "data-kind": kind },
      h("label", { class: "own__choice", title: factor.why || "" }, h("input", { type: "checkbox", checked: true }), h("span", {}, factor.label)),
      end("low", texts.low), h("span", { class: "own__dash", "aria-hidden": "true" }, "–"), end("high", texts.high),
      h("span", { class: "own__unit" }, factor.unit));
  }

  // --- what it says -----------------------------------------------------------------------------------------------

  const value = (name) => form.elements[name].value;

  function factors() {
    const found = {};
    const kinds = KINDS[value("question")];
    form.querySelectorAll(".own__range").forEach((row) => {
      const on = row.querySelector("input[type=checkbox]").checked;
      row.querySelectorAll(".own__end").forEach((box) => (box.disabled = !on));
      if (!on || !kinds.includes(row.dataset.kind)) return;
      found[row.dataset.factor] = [...row.querySelectorAll(".own__end")].map((box) => (box.value === "" ? null : Number(box.value)));
    });
    return found;
  }

  const chosenOutcomes = () => [...form.querySelectorAll("[name=outcome]:checked")].map((box) => box.value);

  function settle() {
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

  function cost(count) {
    if (count < 2) return texts.too_few;
    const [least, most] = offer.points[value("size")];
    const perPoint = value("question") === "choice" ? 6 : count + 2;
    const seconds = (points) => points * perPoint * offer.cost.run + offer.cost.rest;
    if (most * perPoint > offer.runs) return tools.fill(texts.too_large, { limit: offer.runs.toLocaleString() });
    return tools.fill(most > least ? texts.cost_up_to : texts.cost, {
      count, runs: (least * perPoint).toLocaleString(), most: (most * perPoint).toLocaleString(),
      time: time(seconds(least)), longest: time(seconds(most)),
    });
  }

  function time(seconds) {
    if (seconds < 90) return tools.fill(texts.seconds, { count: 5 * Math.max(1, Math.round(seconds / 5)) });
    return tools.fill(texts.minutes, { count: Math.round(seconds / 60) });
  }

  function complain(text) {
    tools.write(problem, text);
    problem.classList.toggle("is-hidden", !text);
  }

  /* What is wrong with the form, in words; the server finds the same, but a refused request is an error in the console. */
  function wrong(varied) {
    if (!chosenOutcomes().length) return texts.no_outcome;
    if (Object.keys(varied).length < 2) return texts.too_few;
    const label = (name) => form.querySelector(`.own__range[data-factor="${CSS.escape(name)}"] .own__choice`).textContent;
    for (const [name, [low, high]] of Object.entries(varied)) {
      if (low === null || high === null) return tools.fill(texts.no_range, { name: label(name) });
      if (low >= high) return tools.fill(texts.upside_down, { name: label(name) });
    }
    const beyond = [...form.querySelectorAll(".own__end:not(:disabled)")].find((box) => box.validity.rangeUnderflow || box.validity.rangeOverflow);
    const row = beyond && beyond.closest(".own__range");
    return row && row.dataset.factor in varied ? `${label(row.dataset.factor)}: ${beyond.title}` : "";
  }

  async function start(event) {
    event.preventDefault();
    const problems = wrong(factors());
    if (problems) return complain(problems);
    button.disabled = true;
    tools.write(button, texts.starting);
    complain("");
    try {
      const study = await tools.send("", {
        question: value("question"), scenario: value("scenario"), size: value("size"), outcomes: chosenOutcomes(), factors: factors(),
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
