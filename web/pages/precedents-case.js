/* Everything of one historical case that stands still: its charts' frames, stated facts, fitted numbers, what drove the
   opposition, what one change would have done, the figures of the record.

     PolicyLab.precedentsCase.build(host, one, data)   makes the panel
     PolicyLab.precedentsCase.charts                   [{key, chart}], filled by precedents-live.js
     PolicyLab.precedentsCase.pictures(one, runs, marks)   their pictures; runs: [{kind, label, name, years, curves}] */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const make = (...parts) => lab.tables.make(...parts);
  const words = (key, values) => lab.say("precedents." + key, values);
  const figure = (value, places) => lab.scale.figure(value, places);
  const named = (prefix, name) => lab.facts.words["precedents." + prefix + name.replace(/ /g, "_")] || name;

  /* The charts, in reading order, each with the variable of the record that belongs into it; told: its events carry
     their names. */
  const CHARTS = [
    { key: "spending", record: "project spending", told: true },
    { key: "cost_growth", record: "cost estimate" },
    { key: "works", record: "project works share", limits: [0, 1] },
    { key: "opposition", record: "opposition", limits: [0, 1] },
    { key: "standing", limits: [0, 1], told: true },
    { key: "staff", record: "project staff" },
  ];
  const AFTER = 4; // years shown after everything has happened
  let charts = [];
  let data = null;

  /* Three figures without noughts that say nothing; what is next to nothing is nothing. */
  const short = (value) => {
    const [, decimals = ""] = String(Math.abs(Number(value.toPrecision(3)))).split(".");
    return Math.abs(value) < 1e-6 ? "0" : figure(value, Math.abs(value) >= 1000 ? 0 : decimals.length);
  };
  const fact = (one, name) => one.facts.find((each) => each.name === name);

  // --- charts ---------------------------------------------------------------------------------------------------

  function unitOf(one, key) {
    if (key === "spending") return words("unit_year", { money: one.currency });
    return key === "staff" ? words("unit_staff") : "";
  }

  /* Figures of the record in the chart's own unit: estimates of cost as a multiple of the first approved cost. */
  function record(one, { key, record: variable }) {
    const first = key === "cost_growth" ? Number(fact(one, "first_approved_cost").value) : 1;
    return one.series.filter((series) => variable && series.variable === variable).map((series) => ({
      key: series.series, kind: "record", label: series.series,
      points: series.points.map((point) => ({
        time: point.year, value: point.value / first, low: point.low / first, high: point.high / first,
        note: words("point", { source: point.source, grade: point.grade }),
      })),
    }));
  }

  /* What is built, spent and employed ends with a cancellation; opposition and standing, which decide it, go on. */
  function shown(run, { key }) {
    const values = run.curves[key];
    if (run.fate.fate !== "cancelled" || ["opposition", "standing"].includes(key)) return values;
    return values.map((value, n) => (run.years[n] > run.fate.year ? NaN : value));
  }

  /* The last year worth showing: everything of the record and of the run, and a little more. */
  function until(one, runs) {
    const years = [one.record.year, ...runs.map((run) => run.fate.year || 0), ...one.series.filter((series) => CHARTS.some((chart) => chart.record === series.variable)).flatMap((series) => series.points.map((point) => point.year))];
    return Math.min(...runs.map((run) => run.years[run.years.length - 1]), Math.max(one.first_year + 6, ...years) + AFTER);
  }

  function pictures(one, runs, marks) {
    const last = until(one, runs);
    const count = runs[0].years.filter((time) => time <= last + 1e-9).length;
    const time = runs[0].years.slice(0, count);
    return CHARTS.map((chart) => {
      const lines = runs.map((run) => ({ key: run.kind, kind: run.kind, label: run.label, name: run.name, values: shown(run, chart).slice(0, count) }));
      const { stands } = data.rule;
      if (chart.key === "standing") lines.unshift({ key: "limit", kind: "status-quo", label: words("limit"), silent: true, values: time.map(() => stands) });
      const points = record(one, chart);
      return {
        title: words("chart_" + chart.key, { limit: figure(stands, 1) }), unit: unitOf(one, chart.key), time, lines, points,
        marks: marks.filter((mark) => mark.time >= time[0] && mark.time <= last).map((mark) => ({ ...mark, label: chart.told ? mark.label : "" })), bands: [], limits: chart.limits || [0, 0],
        places: chart.limits ? 2 : chart.key === "cost_growth" ? 2 : 0,
      };
    });
  }

  function about(one) {
    const used = new Set(one.series.flatMap((series) => series.points.map((point) => point.source)));
    const sources = [...used].map((key) => data.sources[key] || key).join(" ");
    return { source: words("source", { model: lab.facts.model, hash: lab.facts.hash.slice(0, 8), case: one.title, sources }), link: window.location.href, unit: lab.say("chart.no_unit") };
  }

  function chartOf(one, { key }, number) {
    const title = words("chart_" + key, { limit: figure(data.rule.stands, 1) });
    const place = make("div", { class: "case-chart__frame" });
    const kinds = ["png", "svg", "csv"].map((kind) => make("button", { class: "button button--menu", type: "button", "data-chart": key + " " + kind, onclick: () => lab.chartExport.save(charts[number].chart.picture, about(one), kind) }, lab.say("chart." + kind)));
    const tools = make("details", { class: "chart__save" }, make("summary", { class: "button" }, lab.say("chart.export")), make("div", { class: "menu" }, ...kinds));
    charts.push({ key, chart: null, place });
    return make("figure", { class: "case-chart", "data-chart-of": key },
      make("figcaption", { class: "case-chart__head" }, make("h3", { class: "case-chart__title" }, title), tools), place);
  }

  // --- tables ---------------------------------------------------------------------------------------------------

  function table(title, lead, head, rows, level) {
    const id = "case-" + title;
    const made = lab.tables.table(head.map((key) => words(key)), rows);
    made.classList.add("stacks");
    for (const row of made.tBodies[0].rows) [...row.cells].forEach((cell, n) => { cell.dataset.label = words(head[n]); });
    return make("section", { class: "case-part" },
      make(level || "h3", { id, class: "case-part__title" }, words(title)),
      lead ? make("p", { class: "lead lead--small" }, lead) : "",
      make("div", { class: "numbers numbers--whole", tabindex: "0", role: "region", "aria-labelledby": id }, made));
  }

  const told = (value, unit) => (typeof value === "number" ? lab.picture.withUnit(short(value), unit === "Dmnl" ? "" : unit) : named("pathway_", value));

  function facts(one) {
    const lang = lab.precedents.foreign(one);
    return table("facts", words("facts_lead"), ["fact", "value", "range", "grade", "afterwards", "fact_source"], one.facts.map((each) => [
      named("fact_", each.name),
      each.name === "start" ? figure(each.value, 1) : told(each.value, each.unit),
      typeof each.value !== "number" || each.low === each.high ? "–" : each.name === "start" ? `${figure(each.low, 1)} – ${figure(each.high, 1)}` : `${short(each.low)} – ${short(each.high)}`,
      each.grade,
      words(each.hindsight ? "yes" : "no"),
      make("span", { lang }, each.why + " ", make("span", { class: "card__unit" }, data.sources[each.source] || each.source)),
    ]));
  }

  function fitted(one) {
    if (!one.fitted.length) return make("section", { class: "case-part" }, make("h3", { class: "case-part__title" }, words("fitted")), make("p", { class: "lead lead--small" }, words("fitted_none")));
    return table("fitted", words("fitted_lead"), ["number", "value", "bounds"], one.fitted.map((each) => [named("fact_", each.name), short(each.value), `${short(each.low)} – ${short(each.high)}`]));
  }

  function without(one) {
    if (!one.without.length) return "";
    const tries = (one.live && one.live.tries) || {};
    const attempt = ({ change }) => change in tries && make("button", { class: "button button--link case-try", type: "button", "aria-label": words("try") + ": " + named("without_", change), onclick: () => lab.precedents.change({ ...tries[change] }) }, words("try"));
    return table("without", "", ["without_change", "run", "least"], one.without.map((each) => [
      make("span", {}, named("without_", each.change), attempt(each) || ""),
      make("span", {}, lab.precedents.fate(each.fate), each.flips ? make("span", { class: "badge" }, words("flips_short")) : ""),
      figure(each.least_standing, 2),
    ]));
  }

  function figures(one) {
    const drawn = one.series.filter((series) => CHARTS.some((chart) => chart.record === series.variable));
    const rows = drawn.flatMap((series) => series.points.map((point) => [
      make("span", { lang: lab.precedents.foreign(one) }, series.series), figure(point.year, 1),
      lab.picture.withUnit(short(point.value), series.unit === "Dmnl" ? "" : series.unit),
      point.low === point.high ? "–" : `${short(point.low)} – ${short(point.high)}`, point.grade,
      point.status ? words("status_" + point.status.toLowerCase()) : "–", data.sources[point.source] || point.source,
    ]));
    return make("details", { class: "case-figures" }, make("summary", { class: "button button--link" }, words("figures")),
      make("div", { class: "numbers", tabindex: "0", role: "region", "aria-label": words("figures") }, lab.tables.table(["series", "year", "value", "range", "grade", "status", "fact_source"].map((key) => words(key)), rows)));
  }

  // --- the panel ------------------------------------------------------------------------------------------------

  function build(host, one, given) {
    data = given;
    for (const { chart } of charts) if (chart) chart.stop();
    charts = [];
    const legend = make("ul", { class: "legend", id: "case-legend" });
    host.replaceChildren(
      make("div", { class: "panel__head" }, make("h2", { id: "case-title", class: "panel__title", tabindex: "-1", lang: lab.precedents.foreign(one) }, one.title), one.held_out ? make("span", { class: "badge" }, words("held_out")) : ""),
      make("p", { class: "lead lead--small", lang: lab.precedents.foreign(one) }, one.summary),
      make("p", { id: "case-told", class: "case-told", role: "status" }),
      make("div", { class: "case" },
        make("div", { class: "case__charts" }, legend, make("div", { class: "case-charts" }, ...CHARTS.map((chart, n) => chartOf(one, chart, n)))),
        make("div", { class: "case__side" }, lab.precedentsLive.controls(one), make("div", { id: "case-why" }), without(one))),
      facts(one), fitted(one), figures(one));
    for (const each of charts) each.chart = lab.chart(each.place);
  }

  /* What stirred the opposition up and what calmed it: bars from the middle. */
  function why(at, terms) {
    const most = Math.max(1, ...terms.map(([, value]) => Math.abs(value)));
    const bar = (value) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const rect = svg.appendChild(document.createElementNS(svg.namespaceURI, "rect"));
      for (const [key, each] of Object.entries({ viewBox: "-100 0 200 10", preserveAspectRatio: "none", "aria-hidden": "true", class: "wedge__picture" })) svg.setAttribute(key, each);
      const wide = (100 * value) / most;
      for (const [key, each] of Object.entries({ x: Math.min(0, wide), y: 1, width: Math.max(0.6, Math.abs(wide)), height: 8, class: "wedge__rect" + (value > 0 ? " wedge__rect--down" : "") })) rect.setAttribute(key, each);
      return svg;
    };
    const signed = (value) => (Number(value.toFixed(2)) > 0 ? "+" : "") + figure(value, 2);
    return make("section", { class: "case-part" },
      make("h3", { id: "case-why-title", class: "case-part__title" }, words("why", { year: figure(at, 0) })),
      make("p", { class: "lead lead--small" }, words("why_lead")),
      make("table", { class: "plain case-why", "aria-labelledby": "case-why-title" }, make("tbody", {}, ...terms.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, named("term_", name)), make("td", { class: "wedge__bar" }, bar(value)), make("td", {}, signed(value)))))));
  }

  lab.precedentsCase = { build, pictures, why, named, get charts() { return charts; } };
})(globalThis);
