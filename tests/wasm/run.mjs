/* Runs compiled models in node: node run.mjs JOBS.json, a list of {code, layout, request, before, out}; doubles go to
   out. before: requests that come first, after which the request begins where it parts from the last; `began` says at
   which moment. */
import * as fs from "node:fs";
import { load } from "../../web/engine/engine.js";

async function job({ code, layout, request, before, out }) {
  const model = await load(fs.readFileSync(code), JSON.parse(fs.readFileSync(layout, "utf8")));
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
