/* Compare: status quo, the current policy and the pinned scenarios side by side, and where their differences come from.

   The scenarios are those of the page's state (state.js), so they travel in its link, and adding or leaving one out can
   be undone. What is looked at (outcome, year, the two of the wedges) is this page's own and travels as the part
   "v=outcome~year~from~to~layout" of the link. Charts are chart.js's, the wedges are in compare-wedges.js.

     PolicyLab.compare.entries()    [{key, kind, letter, name, scenario, constants}], the reference first
     PolicyLab.compare.view         {outcome, year, from, to, apart}
     PolicyLab.compare.explain(outcome)   goes there, to where the difference in an outcome comes from */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const LETTERS = "ABCDE";
  const AHEAD = 3000; // milliseconds after which the thread of the wedges is made, when the first picture stands
  const PARTS = /^([a-z0-9-]{0,16})~(\d{0,4})~([sp012]?)~([sp012]?)~([01]?)$/;
  const view = { outcome: "", year: 0, from: "", to: "", apart: false, every: false };
  const charts = [];
  let box = null;
  let number = 0; // of the latest drawing
  let shown = null; // {entries, runs, picture} on show
  const make = (...parts) => lab.tables.make(...parts);

  const words = (key, values) => lab.say("compare." + key, values);
  const years = () => {
    const { initial, final } = lab.facts.clock;
    return Array.from({ length: Math.floor(final) - Math.ceil(initial) + 1 }, (_, n) => Math.ceil(initial) + n);
  };

  function entries() {
    const { scenario, state } = lab;
    const now = state.now;
    const policy = scenario.of(now);
    const found = [{ key: "s", kind: "status-quo", name: lab.say("explore.status_quo"), scenario: scenario.statusQuo() }];
    if (!scenario.isStatusQuo(policy)) found.push({ key: "p", kind: "policy", name: lab.say("explore.policy") + ": " + scenario.name(policy), scenario: policy });
    now.pins.forEach((pin, n) => found.push({ key: String(n), kind: "pinned-" + n, name: scenario.name(pin), scenario: pin }));
    return found.map((entry, n) => ({ ...entry, letter: LETTERS[n], constants: scenario.constants(entry.scenario, now.assumptions) }));
  }

  // --- what stands still ----------------------------------------------------------------------------------------

  function build() {
    box = lab.dom.one("#compare");
    const worlds = make("select", { id: "compare-world", class: "select" }, ...Object.entries(lab.facts.worlds).map(([key, world]) => make("option", { value: key }, world.title)));
    const link = make("input", { id: "compare-link", class: "input", type: "text", autocomplete: "off", spellcheck: "false" });
    const add = (does, label) => make("button", { class: "button", type: "button", onclick: does }, label);
    const labelled = (text, field) => make("div", { class: "pick" }, make("label", { class: "pick__name", for: field.id }, text), field);
    link.addEventListener("keydown", (event) => event.key === "Enter" && addLink());
    box.append(
      make("section", { class: "panel" },
        make("h2", { id: "compare-who", class: "panel__title" }, words("scenarios")),
        make("ul", { id: "compare-list", class: "compared" }),
        make("div", { class: "adders" },
          labelled(words("world"), worlds), add(addWorld, words("add_world")),
          labelled(words("link"), link), add(addLink, words("add_link"))),
        make("p", { id: "compare-said", class: "said-here", role: "status" })),
      make("div", { class: "picks" },
        labelled(words("outcome"), make("select", { id: "compare-outcome", class: "select", onchange: (event) => look({ outcome: event.target.value }) })),
        labelled(words("year"), make("select", { id: "compare-year", class: "select", onchange: (event) => look({ year: Number(event.target.value) }) }, ...years().map((year) => make("option", {}, String(year))))),
        make("label", { class: "tick" }, make("input", { id: "compare-apart", type: "checkbox", onchange: (event) => look({ apart: event.target.checked }) }), words("apart"))),
      make("section", { class: "panel" },
        make("div", { class: "panel__head" }, make("h2", { id: "compare-picture", class: "panel__title" }), tools("chart")),
        make("ul", { id: "compare-legend", class: "legend" }),
        make("div", { id: "compare-charts", class: "compare-charts" }),
        make("p", { id: "compare-told", class: "chart__summary" })),
      make("section", { class: "panel" },
        make("div", { class: "panel__head" }, make("h2", { id: "compare-table-title", class: "panel__title" }), tools("table")),
        make("p", { class: "lead lead--small" }, words("table_lead")),
        make("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-labelledby": "compare-table-title" }, make("table", { id: "compare-table", class: "plain" })),
        make("label", { class: "tick" }, make("input", { id: "compare-every", type: "checkbox", onchange: (event) => look({ every: event.target.checked }) }), words("every"))),
      make("section", { class: "panel", id: "compare-wedges" }));
    lab.compareWedges.build(lab.dom.one("#compare-wedges"));
  }

  function tools(what) {
    const kinds = what === "table" ? ["csv"] : ["png", "svg", "csv"];
    return make("div", { class: "panel__tools" }, ...kinds.map((kind) => make("button", { class: "button", type: "button", "data-compare": what + " " + kind, onclick: () => save(what, kind) }, lab.say("chart." + kind))));
  }

  function fillChoosers() {
    const outcomes = lab.dom.one("#compare-outcome");
    if (!outcomes.options.length) {
      const groups = new Map();
      for (const about of lab.variables) groups.set(about.group, [...(groups.get(about.group) || []), about]);
      for (const [group, members] of groups) {
        outcomes.append(make("optgroup", { label: group }, ...members.map((about) => make("option", { value: about.name }, about.label))));
      }
    }
    outcomes.value = view.outcome;
    lab.dom.one("#compare-year").value = String(view.year);
    lab.dom.one("#compare-apart").checked = view.apart;
  }

  // --- who is compared ------------------------------------------------------------------------------------------

  function tell(text) {
    lab.dom.write(lab.dom.one("#compare-said"), text);
  }

  function addWorld() {
    tell(lab.state.pin({ world: lab.dom.one("#compare-world").value, levers: {} }));
  }

  /* A link of this page, or only its query; its assumptions stay behind, since those on this page hold for all. */
  function addLink() {
    const field = lab.dom.one("#compare-link");
    const text = field.value.trim();
    if (!text) return tell(words("link_empty"));
    const query = text.includes("?") ? text.slice(text.indexOf("?")).split("#")[0] : "";
    const { state, notice } = lab.links(lab.facts, lab.variables).read(query);
    const pin = lab.scenario.of(state);
    if (!query || (notice && lab.scenario.isStatusQuo(pin))) return tell(words("link_bad"));
    const refused = lab.state.pin(pin);
    if (!refused) field.value = "";
    tell(refused || [notice, Object.keys(state.assumptions).length ? words("link_assumptions") : ""].filter(Boolean).join(" "));
  }

  function paintList(found) {
    lab.dom.one("#compare-list").replaceChildren(...found.map((entry) => {
      const rationale = (lab.facts.worlds[entry.scenario.world] || {}).rationale || "";
      const leave = /^\d$/.test(entry.key) && make("button", { class: "button button--link", type: "button", "aria-label": words("remove_named", { scenario: entry.name }), onclick: () => lab.state.unpin(Number(entry.key)) }, words("remove"));
      return make("li", { class: "compared__one" },
        make("div", { class: "compared__head" }, make("span", { class: "letter" }, entry.letter), swatch(entry.kind), make("strong", {}, entry.name), leave || ""),
        make("p", { class: "compared__why" }, rationale));
    }));
  }

  /* Status quo alone compares nothing: what to do about it stands where one would do it. */
  function alone(found) {
    const said = lab.dom.one("#compare-said");
    if (found.length === 1 && !said.textContent) tell(words("alone"));
    else if (found.length > 1 && said.textContent === words("alone")) tell("");
  }

  /* The world that could come next is one that is not there yet. */
  function offerWorld(found) {
    const field = lab.dom.one("#compare-world");
    const there = new Set(found.filter((entry) => !Object.keys(entry.scenario.levers).length).map((entry) => entry.scenario.world));
    const free = Object.keys(lab.facts.worlds).find((key) => !there.has(key));
    if (there.has(field.value) && free) field.value = free;
  }

  const swatch = (kind) => make("span", { class: "swatch swatch--" + kind, "aria-hidden": "true" });

  // --- charts ---------------------------------------------------------------------------------------------------

  function pictures(found, runs) {
    const about = lab.variable(view.outcome);
    const lines = found.map((entry, n) => ({ key: entry.key, label: entry.letter + " " + entry.name, name: entry.letter, kind: entry.kind, values: runs[n].of(view.outcome) }));
    const limits = lines.reduce(([low, high], line) => line.values.reduce((ends, value) => [Math.min(ends[0], value), Math.max(ends[1], value)], [low, high]), [Infinity, -Infinity]);
    const picture = { title: about.label, unit: about.unit, time: Array.from(runs[0].time), places: about.places, limits, marks: [], bands: [] };
    const whole = { ...picture, lines };
    const each = lines.slice(1).map((line) => ({ ...picture, title: about.label + ": " + line.label, lines: [lines[0], line] }));
    return { whole, drawn: view.apart && each.length ? each : [whole] };
  }

  function paintCharts({ whole, drawn }, found) {
    const host = lab.dom.one("#compare-charts");
    while (charts.length > drawn.length) charts.pop().host.parentNode.remove();
    while (charts.length < drawn.length) {
      const place = make("div", { class: "compare-chart__frame" });
      host.append(make("figure", { class: "compare-chart" }, make("figcaption", { class: "compare-chart__title" }), place));
      charts.push(lab.chart(place));
    }
    host.classList.toggle("compare-charts--apart", drawn.length > 1);
    drawn.forEach((picture, n) => {
      lab.dom.write(charts[n].host.parentNode.firstChild, drawn.length > 1 ? picture.lines[1].label : "");
      charts[n].draw(picture);
    });
    lab.dom.write(lab.dom.one("#compare-picture"), whole.title);
    lab.dom.one("#compare-legend").replaceChildren(...found.map((entry) => make("li", { class: "legend__item" }, swatch(entry.kind), make("span", {}, entry.letter + " " + entry.name))));
  }

  function at(run, name, year) {
    return run.of(name)[lab.nearest(run.time, year)];
  }

  const figure = (value, about) => lab.scale.figure(value, about.places);

  function told(found, runs) {
    const about = lab.variable(view.outcome);
    const said = found.map((entry, n) => `${entry.letter} ${entry.name}: ${figure(at(runs[n], view.outcome, view.year), about)}`);
    return words("told", { outcome: about.label, year: view.year, values: said.join("; ") }) + (about.unit ? ` (${about.unit})` : "");
  }

  // --- table ----------------------------------------------------------------------------------------------------

  const outcomes = () => (view.every ? lab.facts.shown.map((about) => about.name) : lab.facts.headlines);

  /* Places of the best values of a row, as they are written; none where all are alike or no direction is better. */
  function best(values, about) {
    if (!["higher", "lower"].includes(about.better)) return [];
    const written = values.map((value) => Number(value.toFixed(about.places === null ? 6 : about.places)));
    const top = about.better === "higher" ? Math.max(...written) : Math.min(...written);
    return written.every((value) => value === top) ? [] : written.flatMap((value, n) => (value === top ? [n] : []));
  }

  function change(value, reference, about) {
    const text = figure(Math.abs(value - reference), about);
    const none = Number((value - reference).toFixed(about.places === null ? 6 : about.places)) === 0;
    return none ? lab.say("headline.unchanged") : (value > reference ? "▲ +" : "▼ −") + text;
  }

  function row(name, found, runs) {
    const about = lab.variable(name);
    const values = runs.map((run) => at(run, name, view.year));
    return { about, values, top: best(values, about), changes: values.map((value) => change(value, values[0], about)) };
  }

  function paintTable(found, runs) {
    lab.dom.write(lab.dom.one("#compare-table-title"), words("table", { year: view.year }));
    const head = make("tr", {}, make("th", { scope: "col" }, words("outcome")), ...found.map((entry) => make("th", { scope: "col" }, make("span", { class: "letter" }, entry.letter), make("span", { class: "compare__name" }, " " + entry.name))));
    const body = outcomes().map((name) => {
      const { about, values, top, changes } = row(name, found, runs);
      return make("tr", {}, make("th", { scope: "row" }, about.label, make("span", { class: "card__unit" }, " " + about.unit)),
        ...values.map((value, n) => make("td", { class: top.includes(n) ? "best" : null },
          make("span", { class: "compare__value" }, figure(value, about)),
          top.includes(n) ? make("span", { class: "best__mark" }, " ★", make("span", { class: "best__word" }, " " + words("best"))) : "",
          n ? make("span", { class: "compare__change" }, changes[n]) : "")));
    });
    lab.dom.one("#compare-table").replaceChildren(make("thead", {}, head), make("tbody", {}, ...body));
  }

  // --- files ----------------------------------------------------------------------------------------------------

  const source = () => lab.say("chart.source", { model: lab.facts.model, hash: lab.facts.hash.slice(0, 8), policy: shown.entries.map((entry) => entry.letter + " " + entry.name).join(", ") });
  const about = () => ({ source: source(), link: window.location.href, unit: lab.say("chart.no_unit") });
  const csv = (rows) => lab.tables.csv(rows, [source(), window.location.href]);

  function tableRows() {
    const { entries: found, runs } = shown;
    const head = [words("outcome"), lab.say("compare.unit"), ...found.map((entry) => entry.letter + " " + entry.name)];
    return [head, ...outcomes().map((name) => [lab.variable(name).label, lab.variable(name).unit, ...runs.map((run) => at(run, name, view.year))])];
  }

  function save(what, kind) {
    if (!shown) return;
    if (what === "table") return lab.chartExport.offer(new Blob([csv(tableRows())], { type: "text/csv" }), "scenarios.csv");
    lab.chartExport.save(shown.picture, about(), kind);
  }

  // --- drawing --------------------------------------------------------------------------------------------------

  const onShow = () => document.documentElement.dataset.page === "compare" && lab.state.now;

  async function draw() {
    if (!onShow()) return;
    const mine = ++number;
    await lab.names;
    if (!box) {
      read();
      build();
    }
    view.outcome = view.outcome || lab.facts.headlines[0] || lab.facts.start.charts[0];
    view.year = view.year || Math.floor(lab.facts.clock.final);
    const found = entries();
    const asked = [...new Set([...lab.facts.shown.map((one) => one.name), view.outcome])];
    let runs;
    try {
      runs = await lab.runs.ask(found.map((entry) => entry.constants), asked);
    } catch (error) {
      return mine === number ? tell(error.told || lab.say("wait.no_answer")) : undefined;
    }
    if (mine !== number) return;
    const pair = pictures(found, runs);
    shown = { entries: found, runs, picture: pair.whole };
    fillChoosers();
    paintList(found);
    offerWorld(found);
    alone(found);
    paintCharts(pair, found);
    lab.dom.write(lab.dom.one("#compare-told"), told(found, runs));
    paintTable(found, runs);
    write();
    lab.compareWedges.draw(found, view);
  }

  function look(parts) {
    Object.assign(view, parts);
    draw();
  }

  /* From another page: where the difference in an outcome comes from. */
  async function explain(outcome) {
    lab.page.go("compare");
    lab.page.aside("v", "");
    await lab.names;
    look({ outcome, from: "", to: "" });
    await draw();
    for (let tries = 0; tries < 20 && !lab.compareWedges.found; tries++) await new Promise((done) => window.setTimeout(done, 50));
    const title = lab.dom.one("#compare-wedges-title");
    title.scrollIntoView({ block: "start" });
    title.focus({ preventScroll: true });
  }

  // --- the link -------------------------------------------------------------------------------------------------

  function read() {
    const part = /[?&]v=([^&]*)/.exec(window.location.search);
    const [, key, year, from, to, apart] = (part && PARTS.exec(part[1])) || [];
    const named = lab.variables.find((variable) => variable.key === key);
    if (named) view.outcome = named.name;
    if (years().includes(Number(year))) view.year = Number(year);
    Object.assign(view, { from: from || "", to: to || "", apart: apart === "1" });
  }

  /* Only what differs from the page as it opens, so that a plain link stays plain. */
  function write() {
    const key = view.outcome === (lab.facts.headlines[0] || lab.facts.start.charts[0]) ? "" : lab.variable(view.outcome).key;
    const year = view.year === Math.floor(lab.facts.clock.final) ? "" : view.year;
    const part = [key, year, view.from, view.to, view.apart ? 1 : ""].join("~");
    lab.page.aside("v", part === "~~~~" ? "" : part);
  }

  /* Nothing is fetched while a hand moves. */
  function thread() {
    if (lab.state.held) root.setTimeout(thread, AHEAD);
    else lab.compareWedges.ahead();
  }

  function start() {
    if (!lab.facts || !lab.dom.one("#compare")) return;
    lab.state.on(draw);
    root.setTimeout(thread, AHEAD);
    new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-page"] });
    draw();
  }

  lab.compare = { entries, view, make, look, csv, about, at, start, explain, get shown() { return shown; } };
  if (typeof document === "object") {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
  }
})(typeof globalThis === "object" ? globalThis : self);
