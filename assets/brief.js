/* The brief: the current policy on one printable page, a file that needs nothing else and nobody's server. A button with
   data-do="brief" makes it. Charts as drawings, headline outcomes with their ranges, what was moved and what was changed,
   the link that leads back, the model's version, its sources, and what the page does not say. */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const words = (key, values) => lab.say("brief." + key, values);
  const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const tag = (name, inside, more) => `<${name}${more || ""}>${inside}</${name}>`;
  const line = (cells, kind) => tag("tr", cells.map((cell, n) => tag(n ? kind : "th", escaped(cell))).join(""));
  const table = (head, rows) => tag("table", tag("thead", line(head, "th")) + tag("tbody", rows.map((row) => line(row, "td")).join("")));
  const withUnit = (text, unit) => (unit && text ? text + " " + unit : text);

  const STYLE = `@page{size:A4;margin:11mm}*{box-sizing:border-box}
body{margin:0 auto;max-width:188mm;padding:4mm 0;color:#1b2430;background:#fff;font:9.2pt/1.32 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
h1{margin:0 0 1mm;font-size:16pt;line-height:1.15}h2{margin:3mm 0 1mm;font-size:10pt}p{margin:0 0 1.5mm}
.why{color:#556270}.caveat{padding:1.6mm 2.4mm;border-left:1mm solid #c99700;background:#fff8e4}
.charts{display:grid;grid-template-columns:1fr 1fr;gap:3mm}.charts svg{display:block;width:100%;height:auto;border:.2mm solid #dce2e9}
.two{display:grid;grid-template-columns:1.25fr 1fr;gap:5mm;align-items:start}
table{width:100%;border-collapse:collapse;font-size:8pt;line-height:1.2}th,td{padding:.5mm 1.2mm;border-bottom:.2mm solid #dce2e9;text-align:right;vertical-align:top;font-weight:400}
th:first-child{text-align:left}thead th{color:#556270;font-weight:600}
footer{margin-top:2.5mm;color:#556270;font-size:7pt;line-height:1.25;overflow-wrap:anywhere}footer p{margin:0 0 .6mm}
@media print{body{padding:0;-webkit-print-color-adjust:exact;print-color-adjust:exact}}`;

  /* Of each outcome's change against status quo in the last year, over the members of the page's ensemble (bands.js);
     waits a moment for members that are still under way. */
  async function ranges(names) {
    for (let tries = 0; lab.bands.here && tries < 30; tries++) {
      const { latest } = lab.bands;
      if (latest && lab.explore.drawn && latest.key === lab.explore.drawn.key) return { members: latest.members, ends: names.map((name) => latest.ranges[name] || null) };
      await new Promise((done) => window.setTimeout(done, 100));
    }
    return { members: 0, ends: names.map(() => null) };
  }

  async function drawings() {
    const names = lab.state.now.charts;
    const runs = await lab.summary.runsOf(names);
    const same = lab.scenario.isStatusQuo(lab.summary.policy());
    return names.map((name) => {
      const about = lab.variable(name);
      const lines = [{ key: "status quo", label: lab.say("explore.status_quo"), name: lab.say("explore.status_quo"), kind: "status-quo", values: runs[1].of(name) }];
      if (!same) lines.push({ key: "policy", label: lab.summary.name(), name: lab.say("explore.policy"), kind: "policy", values: runs[0].of(name) });
      const limits = about.low === null ? undefined : [about.low, about.high];
      return lab.chartExport.svg({ title: about.label, unit: about.unit, time: Array.from(runs[0].time), places: about.places, limits, lines, bands: [], marks: lab.scenario.marks(lab.summary.policy()) }, { source: "", link: "" });
    });
  }

  const figure = (value, about) => lab.scale.figure(value, about.places);

  function headlines(rows, within, year) {
    const head = [words("outcome", { year }), words("status_quo"), words("policy"), words("change"), words("range")];
    return table(head, rows.map(({ about, policy, reference }, n) => [
      withUnit(about.label, about.unit && `(${about.unit})`), figure(reference[0], about), figure(policy[0], about), lab.summary.change(policy[0], reference[0], about),
      within[n] ? figure(within[n][0], about) + " – " + figure(within[n][1], about) : "–",
    ]));
  }

  function levers() {
    const moved = lab.summary.levers(false);
    if (!moved.length) return tag("p", escaped(words("none_moved")));
    return table([words("lever"), words("setting"), words("status_quo"), words("from"), words("over")], moved.map((row) => [row.label, withUnit(row.value, row.unit), row.standing, row.start, row.ramp]));
  }

  function assumptions() {
    const changed = lab.summary.assumptions();
    if (!changed.length) return tag("p", escaped(words("none_changed")));
    return table([words("assumption"), words("setting"), words("default"), words("grade")], changed.map((row) => [row.label, withUnit(row.value, row.unit), row.standing, row.grade]));
  }

  async function page() {
    const year = Math.floor(lab.facts.clock.final);
    const rows = await lab.summary.outcomes([year]);
    const { members, ends: within } = await ranges(rows.map((row) => row.about.name));
    const world = lab.facts.worlds[lab.state.now.world];
    const name = lab.summary.name();
    const charts = await drawings();
    const body = [
      tag("h1", escaped(words("title", { policy: name }))),
      tag("p", escaped(world ? world.rationale : ""), ' class="why"'),
      tag("p", escaped(words("caveat")), ' class="caveat"'),
      tag("div", charts.join(""), ' class="charts"'),
      tag("h2", escaped(words("outcomes", { year }))),
      headlines(rows, within, year),
      tag("div", tag("section", tag("h2", escaped(words("levers"))) + levers()) + tag("section", tag("h2", escaped(words("assumptions"))) + assumptions()), ' class="two"'),
      tag("footer", [members ? words("range_note", { members }) : words("no_range"), lab.summary.source(), words("sources"), words("link", { link: lab.page.link() })].map((text) => tag("p", escaped(text))).join("")),
    ];
    return `<!DOCTYPE html>\n<html lang="${escaped(lab.facts.language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(words("title", { policy: name }))}</title><style>${STYLE}</style></head><body>${body.join("\n")}</body></html>\n`;
  }

  async function make() {
    try {
      lab.chartExport.offer(new Blob([await page()], { type: "text/html" }), "policy-brief.html");
    } catch (error) {
      lab.page.tell(error.told || lab.say("wait.no_answer"));
    }
  }

  lab.brief = { page, make };
  if (lab.page) lab.page.does("brief", make);
})(typeof globalThis === "object" ? globalThis : self);
