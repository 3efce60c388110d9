/* Actions and outcomes: every lever with its setting, and every headline outcome at some years, both against status quo,
   in a dialog that can be copied or kept as a file. A button with data-do="actions" opens it. */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const words = (key, values) => lab.say("actions." + key, values);
  let dialog = null;
  let every = false;

  function build() {
    const { make } = lab.tables;
    const button = (key, does) => make("button", { class: "button", type: "button", onclick: does }, words(key));
    dialog = make("dialog", { class: "sheet", "aria-labelledby": "actions-title" },
      make("div", { class: "sheet__head" },
        make("h2", { id: "actions-title", class: "panel__title", tabindex: "-1" }, words("title")),
        make("div", { class: "panel__tools" }, button("copy", copy), button("csv", keep), button("close", () => dialog.close()))),
      make("p", { id: "actions-said", class: "said-here", role: "status" }),
      make("p", { id: "actions-policy", class: "lead lead--small" }),
      make("h3", { class: "sheet__title" }, words("levers")),
      make("label", { class: "tick" }, make("input", { type: "checkbox", onchange: (event) => show(event.target.checked) }), words("every")),
      make("div", { id: "actions-levers", class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-label": words("levers") }),
      make("h3", { class: "sheet__title" }, words("assumptions")),
      make("div", { id: "actions-assumptions" }),
      make("h3", { class: "sheet__title" }, words("outcomes")),
      make("div", { id: "actions-outcomes", class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-label": words("outcomes") }),
      make("p", { class: "caveat" }, lab.say("app.caveat")));
    document.body.append(dialog);
  }

  const leverHead = () => ["lever", "setting", "status_quo", "start", "ramp"].map((key) => words("column_" + key));
  const withUnit = (text, unit) => (unit && text ? text + " " + unit : text);

  function leverTable(rows) {
    if (!rows.length) return lab.tables.make("p", { class: "empty" }, words("none_moved"));
    return lab.tables.table(leverHead(), rows.map((row) => [row.label, withUnit(row.value, row.unit), withUnit(row.standing, row.unit), row.start, row.ramp]));
  }

  function assumptionTable(rows) {
    if (!rows.length) return lab.tables.make("p", { class: "muted" }, words("none_changed"));
    const head = ["assumption", "setting", "default", "grade"].map((key) => words("column_" + key));
    return lab.tables.table(head, rows.map((row) => [row.label, withUnit(row.value, row.unit), withUnit(row.standing, row.unit), row.grade]));
  }

  function outcomeTable(rows, years) {
    const { make } = lab.tables;
    const cell = (row, n) => make("span", {}, make("span", { class: "compare__value" }, lab.scale.figure(row.policy[n], row.about.places)), make("span", { class: "compare__change" }, lab.summary.change(row.policy[n], row.reference[n], row.about)));
    const head = [words("column_outcome"), ...years.map(String)];
    return lab.tables.table(head, rows.map((row) => [withUnit(row.about.label, row.about.unit && `(${row.about.unit})`), ...years.map((_, n) => cell(row, n))]));
  }

  async function show(all) {
    every = all;
    const years = lab.summary.years();
    const { one, write } = lab.dom;
    write(one("#actions-policy"), words("policy", { policy: lab.summary.name() }));
    one("#actions-levers").replaceChildren(leverTable(lab.summary.levers(every)));
    one("#actions-assumptions").replaceChildren(assumptionTable(lab.summary.assumptions()));
    try {
      one("#actions-outcomes").replaceChildren(outcomeTable(await lab.summary.outcomes(years), years));
    } catch (error) {
      write(one("#actions-said"), error.told || lab.say("wait.no_answer"));
    }
  }

  function open() {
    if (!dialog) build();
    lab.dom.write(lab.dom.one("#actions-said"), "");
    show(every);
    dialog.showModal();
    lab.dom.one("#actions-title").focus();
  }

  async function rows() {
    const years = lab.summary.years();
    const outcomes = await lab.summary.outcomes(years);
    return [
      leverHead().concat(words("column_unit")),
      ...lab.summary.levers(every).map((row) => [row.label, row.value, row.standing, row.start, row.ramp, row.unit]),
      ...lab.summary.assumptions().map((row) => [words("assumption", { name: row.label }), row.value, row.standing, "", "", row.unit]),
      [],
      [words("column_outcome"), words("column_unit"), ...years.flatMap((year) => [`${year}`, words("status_quo_in", { year })])],
      ...outcomes.map((row) => [row.about.label, row.about.unit, ...years.flatMap((_, n) => [row.policy[n], row.reference[n]])]),
    ];
  }

  async function copy() {
    const said = lab.dom.one("#actions-said");
    try {
      await navigator.clipboard.writeText(lab.tables.tsv(await rows()) + "\n" + lab.summary.source() + "\n" + lab.page.link() + "\n");
      lab.dom.write(said, words("copied"));
    } catch (error) {
      lab.dom.write(said, words("not_copied"));
    }
  }

  async function keep() {
    const text = lab.tables.csv(await rows(), [lab.summary.source(), lab.page.link()]);
    lab.chartExport.offer(new Blob([text], { type: "text/csv" }), "actions-and-outcomes.csv");
  }

  lab.actions = { open };
  if (lab.page) lab.page.does("actions", open);
})(typeof globalThis === "object" ? globalThis : self);
