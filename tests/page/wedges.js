/* Calls wedges.js and tables.js in node: a list of [name, ...arguments] as JSON on standard input. */
"use strict";
const fs = require("fs");
const path = require("path");

const assets = path.join(__dirname, "..", "..", "assets");
const wedges = require(path.join(assets, "wedges.js"));
const tables = require(path.join(assets, "tables.js"));

const calls = {
  shares: wedges.shares,
  players: (before, after, owners, defaults) => wedges.players(before, after, owners, (name) => defaults[name]),
  mixes: wedges.mixes,
  csv: tables.csv,
  tsv: tables.tsv,
};

const jobs = JSON.parse(fs.readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(jobs.map(([name, ...rest]) => calls[name](...rest))));
