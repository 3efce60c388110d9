/* Tables and elements that several parts of the page make.

     PolicyLab.tables.make(name, attributes, ...children)   an element; no text becomes markup; "on…" listens
     PolicyLab.tables.table(head, rows)                     a table whose rows begin with their heading
     PolicyLab.tables.csv(rows, notes)                      text for a spreadsheet: notes first; no cell is a formula
     PolicyLab.tables.tsv(rows)                             text to paste into one */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});

  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
    return made;
  }

  function table(head, rows) {
    const line = (cells) => make("tr", {}, ...cells.map((cell, n) => make(n ? "td" : "th", n ? {} : { scope: "row" }, cell)));
    return make("table", { class: "plain" }, make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, cell)))), make("tbody", {}, ...rows.map(line)));
  }

  const flat = (text) => text.replace(/\s+/g, " ");
  const harmless = (text) => (/^[=+\-@]/.test(text) ? "'" + text : text);
  const quoted = (text) => (/[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text);
  const number = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(10))) : "");
  const cell = (value) => (typeof value === "number" ? number(value) : quoted(harmless(flat(value))));

  const csv = (rows, notes) => [...notes.map((note) => "# " + flat(note)), ...rows.map((cells) => cells.map(cell).join(","))].join("\n") + "\n";
  const tsv = (rows) => rows.map((cells) => cells.map((value) => (typeof value === "number" ? number(value) : harmless(flat(value)))).join("\t")).join("\n") + "\n";

  lab.tables = { make, table, csv, tsv };
  if (typeof module === "object" && module.exports) module.exports = lab.tables;
})(typeof globalThis === "object" ? globalThis : self);
