/* Runs compiled models in node: node run.js JOBS.json, a list of {code, layout, request, before, out}; doubles go to
   out. before: requests that come first, after which the request begins where it parts from the last; `began` says at
   which moment. */
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const engine = require(path.join(__dirname, "..", "..", "assets", "engine.js"));

async function job({ code, layout, request, before, out }) {
  const model = await engine.load(fs.readFileSync(code), JSON.parse(fs.readFileSync(layout, "utf8")));
  const course = before ? model.again() : model;
  for (const earlier of before || []) course.simulate(earlier);
  const result = course.simulate(request);
  fs.writeFileSync(out, Buffer.from(Float64Array.from(result.values).buffer));
  return { runs: result.runs, time: Array.from(result.time), outputs: result.outputs, began: before ? course.began : 0 };
}

(async () => {
  const answers = [];
  for (const one of JSON.parse(fs.readFileSync(process.argv[2], "utf8"))) {
    try {
      answers.push(await job(one));
    } catch (error) {
      answers.push({ error: error.message });
    }
  }
  console.log(JSON.stringify(answers));
})();
