/* Precedents: historical projects on the same equations. The table of their fates, and which of them is looked at; what
   is shown of one case is in precedents-case.js, what can be changed about it in precedents-live.js.

   The stored results come once (policy_lab/app/precedent_data.py tells their form); every change of a fact runs in this browser.
   What is looked at travels as the part "h=case~fact~value~…" of the link.

     PolicyLab.precedents.now        the case on show
     PolicyLab.precedents.changed    {fact: value} that differ from what is stated
     PolicyLab.precedents.change(changed), .choose(key) */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const PART = /^[a-z0-9_]{1,40}(~[a-z_]{1,40}~-?\d[\d.e+-]{0,15}){0,12}$/;
  const make = (...parts) => lab.tables.make(...parts);
  const words = (key, values) => lab.say("precedents." + key, values);
  const figure = (value, places) => lab.scale.figure(value, places);
  const year = (value) => figure(value, 1);

  let box = null;
  let data = null;
  let chosen = "";
  let changed = {};

  const now = () => data.cases.find((one) => one.key === chosen) || data.cases[0];

  const fate = (name) => words("fate_" + name.replace(/ /g, "_"));
  const fateYear = (name, when) => (when === null || name === "unfinished" || name === "under construction" ? fate(name) : words("fate_year", { fate: fate(name), year: year(when) }));
  const foreign = (one) => (one.translated || lab.facts.language === "en" ? null : "en");

  // --- the table ------------------------------------------------------------------------------------------------

  function verdict(right) {
    return make("span", { class: "verdict verdict--" + (right ? "holds" : "fails") }, make("span", { "aria-hidden": "true" }, right ? "✓" : "✗"), make("span", { class: "verdict__word" }, " " + words(right ? "right" : "wrong")));
  }

  function rowOf(one) {
    const { outcome, errors, leave_one_out: left } = one;
    const name = make("button", { class: "button button--link entry__link", type: "button", lang: foreign(one), "aria-label": words("choose", { case: one.title }), onclick: () => choose(one.key, true) }, one.title);
    const late = outcome.completion_error;
    const error = errors && errors.spending !== null && errors.spending !== undefined;
    return make("tr", { "data-case": one.key, class: one === now() ? "row--now" : null },
      make("th", { scope: "row" }, name, one.held_out ? make("span", { class: "badge" }, words("held_out")) : ""),
      make("td", {}, verdict(outcome.right)),
      make("td", {}, fateYear(one.record.fate, one.record.year)),
      make("td", {}, fateYear(outcome.fate, outcome.year)),
      make("td", {}, late === null || late === undefined ? "–" : (late > 0 ? "+" : "") + figure(late, 1)),
      make("td", {}, error ? figure(100 * errors.spending, 0) + " %" : "–", error ? make("span", { class: "card__unit" }, " " + words("grade_points", { grade: errors.grade || "–", points: errors.points })) : ""),
      make("td", {}, String(one.facts.length)),
      make("td", {}, String(one.fitted.length)),
      make("td", {}, left && left.right !== null ? figure(100 * left.right, 0) + " %" : "–"));
  }

  const HEAD = ["case", "agrees", "record", "run", "late", "spending_error", "facts_count", "fitted_count", "left_out"];

  function tally() {
    const held = data.cases.filter((one) => one.held_out);
    const right = (list) => list.filter((one) => one.outcome.right).length;
    return words(held.length ? "tally" : "tally_none", { right: right(data.cases), count: data.cases.length, held: held.length, held_right: right(held) });
  }

  function table() {
    const head = make("tr", {}, ...HEAD.map((key) => make("th", { scope: "col" }, words(key))));
    return make("section", { class: "panel" },
      make("div", { class: "panel__head" }, make("h2", { id: "precedents-table-title", class: "panel__title" }, words("table")),
        make("div", { class: "panel__tools" }, make("button", { class: "button", type: "button", onclick: save }, lab.say("chart.csv")))),
      make("p", { class: "lead lead--small" }, make("strong", {}, tally()), " ", words("left_out_why")),
      data.hash === lab.facts.hash ? "" : make("p", { class: "caution" }, words("older", { hash: data.hash.slice(0, 8) })),
      make("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-labelledby": "precedents-table-title" },
        make("table", { class: "plain precedents-table" }, make("thead", {}, head), make("tbody", {}, ...data.cases.map(rowOf)))));
  }

  function save() {
    const rows = data.cases.map((one) => [one.title, words(one.outcome.right ? "right" : "wrong"), fateYear(one.record.fate, one.record.year),
      fateYear(one.outcome.fate, one.outcome.year), one.outcome.completion_error ?? "", one.errors.spending ?? "", one.facts.length, one.fitted.length,
      one.leave_one_out ? one.leave_one_out.right ?? "" : ""]);
    lab.chartExport.offer(new Blob([lab.tables.csv([HEAD.map((key) => words(key)), ...rows], [words("left_out_why"), tally(), window.location.href])], { type: "text/csv" }), "precedents.csv");
  }

  // --- choosing -------------------------------------------------------------------------------------------------

  function choose(key, go) {
    chosen = key;
    changed = {};
    show();
    if (!go) return;
    const title = lab.dom.one("#case-title");
    title.scrollIntoView({ block: "start" });
    title.focus({ preventScroll: true });
  }

  function change(next) {
    changed = next;
    lab.precedentsLive.draw();
    write();
  }

  /* The panel of a case is made anew for another case only; a change moves what is in it. */
  function show() {
    const host = lab.dom.one("#case");
    for (const row of lab.dom.all("[data-case]", box)) row.classList.toggle("row--now", row.dataset.case === now().key);
    lab.precedentsCase.build(host, now(), data);
    lab.precedentsLive.draw();
    write();
  }

  // --- the link -------------------------------------------------------------------------------------------------

  function write() {
    const parts = [now().key, ...Object.entries(changed).flatMap(([name, value]) => [name, Number(value.toPrecision(5))])];
    lab.page.aside("h", now() === data.cases[0] && parts.length === 1 ? "" : parts.join("~"));
  }

  function read() {
    const [, part = ""] = /[?&]h=([^&]*)/.exec(window.location.search) || [];
    if (!part) return;
    const [key, ...pairs] = PART.test(part) ? part.split("~") : [""];
    const found = data.cases.find((one) => one.key === key);
    if (!found) return void lab.page.tell(words("link_bad"));
    chosen = key;
    for (let n = 0; n + 1 < pairs.length; n += 2) {
      const control = found.live && found.live.controls.find((one) => one.name === pairs[n]);
      const value = Number(pairs[n + 1]);
      if (control && Number.isFinite(value)) changed[control.name] = Math.min(control.high, Math.max(control.low, value));
    }
  }

  // --- coming and going -----------------------------------------------------------------------------------------

  async function fetched() {
    const answer = await fetch(lab.page.base + "precedents.json?lang=" + lab.facts.language);
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  async function come() {
    if (box || lab.page.now !== "precedents") return;
    box = lab.dom.one("#precedents");
    box.replaceChildren(make("p", { class: "empty" }, words("working")));
    try {
      data = await fetched();
    } catch (error) {
      box = null;
      return lab.page.tell(lab.say("wait.no_more"));
    }
    if (!data.cases.length) return box.replaceChildren(make("p", { class: "empty" }, words("none")));
    chosen = data.cases[0].key;
    read();
    box.replaceChildren(table(), make("section", { class: "panel", id: "case" }));
    show();
  }

  function start() {
    if (!lab.facts || !lab.dom.one("#precedents")) return;
    new MutationObserver(come).observe(document.documentElement, { attributes: true, attributeFilter: ["data-page"] });
    if (lab.page.now === "precedents") come();
  }

  lab.precedents = { choose, change, fate, fateYear, foreign, words, get now() { return now(); }, get changed() { return changed; }, get data() { return data; } };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})(globalThis);
