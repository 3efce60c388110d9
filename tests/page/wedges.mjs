/* Calls wedges.js and csv.js in node: a list of [name, ...arguments] as JSON on standard input. */
import { readFileSync } from "node:fs";
import { csv, tsv } from "../../web/core/csv.js";
import * as wedges from "../../web/core/wedges.js";

const calls = {
  shares: wedges.shares,
  players: (before, after, owners, defaults) => wedges.players(before, after, owners, (name) => defaults[name]),
  mixes: wedges.mixes,
  csv,
  tsv,
};

const jobs = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(jobs.map(([name, ...rest]) => calls[name](...rest))));
