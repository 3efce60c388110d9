/* The numbers of a picture (see chart.js), as a table on the page and as a CSV file.

     PolicyLab.chartTable.fill(table, picture, caption)   writes an HTML table: one row for every whole year
     PolicyLab.chartTable.csv(picture, notes)             text with every moment, and below those every figure of the
                                                          record with its range; notes: lines that go on top after "# " */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});

  function columns(picture) {
    const lines = picture.lines.map((line) => ({ label: line.label, values: line.values }));
    for (const band of picture.bands || []) {
      if (band.stale) continue;
      lines.push({ label: `${band.label} ↓`, values: band.low }, { label: `${band.label} ↑`, values: band.high });
    }
    return lines;
  }

  function row(parent, kind, texts) {
    const made = parent.insertRow();
    texts.forEach((text, n) => {
      const cell = made.appendChild(document.createElement(n && kind === "td" ? "td" : "th"));
      cell.scope = kind === "td" ? "row" : "col";
      if (kind === "td" && n) cell.removeAttribute("scope");
      cell.textContent = text;
    });
  }

  function fill(table, picture, caption, year) {
    const shown = columns(picture);
    const largest = Math.max(...picture.lines.map((line) => line.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
    const places = picture.places === undefined || picture.places === null ? lab.scale.places(largest) : picture.places;
    table.replaceChildren();
    table.createCaption().textContent = caption;
    row(table.createTHead(), "th", [year, ...shown.map((column) => column.label)]);
    const body = table.createTBody();
    picture.time.forEach((time, n) => {
      if (Math.abs(time - Math.round(time)) > 1e-6) return;
      row(body, "td", [String(Math.round(time)), ...shown.map((column) => lab.scale.figure(column.values[n], places))]);
    });
  }

  const quoted = (text) => (/[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text);
  /* A cell that a spreadsheet would take for a formula begins with a quote instead. */
  const harmless = (text) => (/^[=+\-@]/.test(text) ? "'" + text : text);

  function csv(picture, notes) {
    const shown = columns(picture);
    const lines = notes.map((note) => "# " + note.replace(/\s+/g, " "));
    lines.push(["Time", ...shown.map((column) => quoted(harmless(column.label)))].join(","));
    picture.time.forEach((time, n) => {
      lines.push([time, ...shown.map((column) => column.values[n])].map((value) => (Number.isFinite(value) ? String(Number(value.toPrecision(10))) : "")).join(","));
    });
    for (const { label, points } of picture.points || []) {
      lines.push("", [quoted(harmless(label)), "value", "low", "high", "note"].join(","));
      for (const { time, value, low, high, note } of points) lines.push([time, value, low, high].map((one) => String(Number(one.toPrecision(10)))).join(",") + "," + quoted(harmless(note || "")));
    }
    return lines.join("\n") + "\n";
  }

  lab.chartTable = { fill, csv, columns };
  if (typeof module === "object" && module.exports) module.exports = lab.chartTable;
})(typeof globalThis === "object" ? globalThis : self);
