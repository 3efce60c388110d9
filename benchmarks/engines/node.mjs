/* One run and an ensemble of a compiled model in node: node node.mjs CODE LAYOUT REQUEST; prints milliseconds and runs a second. */
import * as fs from "node:fs";
import { load } from "../../web/engine/engine.js";

(async () => {
  const [code, layout, request] = process.argv.slice(2);
  const model = await load(fs.readFileSync(code), JSON.parse(fs.readFileSync(layout, "utf8")));
  const { outputs, values } = JSON.parse(fs.readFileSync(request, "utf8"));
  const many = Object.fromEntries(Object.entries(values).map(([name, list]) => [name, Float64Array.from(list)]));
  const runs = Object.values(many)[0].length;
  const times = (work, seconds) => {
    const taken = [];
    const end = performance.now() + seconds * 1000;
    do {
      const start = performance.now();
      work();
      taken.push(performance.now() - start);
    } while (performance.now() < end || taken.length < 3);
    return taken.sort((a, b) => a - b)[taken.length >> 1];
  };
  times(() => model.simulate({ values: many, outputs }), 0.5); // until the optimising compiler has done its work
  const one = times(() => model.simulate({ outputs }), 0.5);
  const ensemble = times(() => model.simulate({ values: many, outputs }), 1);
  console.log(JSON.stringify([one, (runs / ensemble) * 1000]));
})();
