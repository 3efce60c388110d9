/* Runs of a compiled model in a page, on the page's own thread and in one worker; benchmarks/engines/chromium.py asks.

   open(files, outputs, members)   loads the model; members: {parameter: list}
   one(seconds)                    milliseconds of a run on its own, each
   many(seconds)                   runs a second of an ensemble in one worker, each time
   single(seconds)                 the same in single precision, [] where the model has none */
import { load } from "./engine/engine.js";
import { fused } from "./engine/support.js";
import { startThread } from "./engine/threads.js";

globalThis.opened = async (files, outputs, members) => {
  const code = { plain: files.plain, fused: files.fused };
  const engine = await load(code, files.layout);
  const lists = Object.fromEntries(Object.entries(members).map(([name, list]) => [name, Float64Array.from(list)]));
  const runs = Object.values(lists)[0].length;
  const worker = (its) => startThread("engine.worker.bundle.js", its.module, its.layout);
  const thread = worker(engine);
  const coarse = files.single && worker(await load(files.single, files.single.layout));
  const timed = async (work, seconds) => {
    const taken = [];
    const end = performance.now() + seconds * 1000;
    do {
      const start = performance.now();
      await work();
      taken.push(performance.now() - start);
    } while (performance.now() < end || taken.length < 3);
    return taken;
  };
  // A browser's clock is coarse: several runs a look.
  const several = 8;
  const some = () => { for (let n = 0; n < several; n += 1) engine.simulate({ outputs }); };
  globalThis.one = async (seconds) => (await timed(some, seconds)).map((t) => t / several);
  const rates = async (its, seconds) =>
    (await timed(() => its.simulate({ values: lists, outputs }), seconds)).map((t) => (runs / t) * 1000);
  globalThis.many = (seconds) => rates(thread, seconds);
  globalThis.single = (seconds) => (coarse ? rates(coarse, seconds) : []);
  await one(0.5); // until the optimising compiler has done its work
  await many(0.5);
  await single(0.5);
  return { fused: fused() };
};
