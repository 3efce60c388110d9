/* Bands and ranges: the policy under many members, each with its own values of what nobody knows for sure.

   The members are drawn once (policy_lab/app/members.py) and are the same for every policy, so that a difference
   between two policies is taken member by member. Workers run them, off the page's thread: first FIRST of them, soon
   after a move; while the hand rests, all. One ensemble is under way at a time and the latest wish wins: one that
   nobody wants any more ends with its present piece.

     PolicyLab.bands.begin()            promise; starts the workers, settles when they can be asked
     PolicyLab.bands.want(wish)         wish: {key, policy, reference, held, heldReference, charts, headlines}: constants
                                        of the two, names of parameters that do not vary in them, variables for fans,
                                        outcomes for ranges
     PolicyLab.bands.on(listener)       listener({key, members, fans, ranges}); fans: {variable: {low90, low50, high50,
                                        high90}}, each by time; ranges: {outcome: [low, high]}, 90 % of the changes of
                                        the last moment against the reference
     PolicyLab.bands.latest             the last such answer, or null */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const FIRST = 200; // members behind the first band after a move
  const PIECE = 10; // members a worker runs before it looks for news
  const PAUSE = 25; // milliseconds without a move before workers start: while a hand moves, the cores are the curve's
  const ALONE = 150; // milliseconds since the move before, after which a move is a single one
  const MOST_WORKERS = 4;

  const listeners = [];
  let workers = [];
  let total = 0; // members there are
  let wanted = null; // the latest wish
  let running = null; // the wish under way: {number, wish, pieces, next (of each worker), busy, gathered, gathering}
  let count = 0; // of wishes taken up
  let pausing = 0; // timer of the pause after a move
  let moved = 0; // when the last move was
  let refining = false; // the hand rests, so all members may run
  let latest = null;

  async function begin() {
    await lab.runs.ready;
    if (!lab.runs.here || !lab.facts.files.members || typeof Worker === "undefined") return;
    const reply = await fetch(lab.facts.files.members);
    if (!reply.ok) return;
    const values = await reply.arrayBuffer();
    const names = Object.values(lab.facts.assumptions).map((about) => about.name);
    if (!names.length) return;
    total = values.byteLength / 4 / names.length;
    const { module, layout } = lab.runs.engine;
    const threads = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 2));
    const loading = Array.from({ length: threads }, () => {
      const worker = new Worker(lab.facts.files.worker);
      const ready = new Promise((done) => { worker.ready = done; }); // true, or false where it cannot be used
      worker.onmessage = ({ data }) => heard(worker, data);
      worker.onerror = () => lost(worker);
      worker.postMessage({ kind: "load", module, layout, values, names });
      return ready.then((fit) => fit && worker);
    });
    workers = (await Promise.all(loading)).filter(Boolean);
    step();
  }

  function want(wish) {
    if (wanted && wanted.key === wish.key) return;
    wanted = wish;
    refining = false;
    window.clearTimeout(pausing);
    // A single move need not wait: its curve is drawn before any worker is asked. Others may follow one that comes soon.
    const alone = performance.now() - moved > ALONE;
    moved = performance.now();
    pausing = window.setTimeout(() => {
      pausing = 0;
      step();
    }, alone ? 0 : PAUSE);
  }

  /* Gives every idle worker its next piece of the latest wish. */
  function step() {
    if (!workers.length || !wanted || pausing) return;
    if (running && running.wish !== wanted && running.busy === 0) running = null;
    if (!running) running = { number: (count += 1), wish: wanted, pieces: [], next: workers.map((_, n) => n * PIECE), busy: 0, gathered: 0, gathering: false };
    if (running.wish !== wanted) return;
    const goal = Math.min(total, running.gathered >= Math.min(FIRST, total) ? (refining ? total : running.gathered) : FIRST);
    // A worker always has the same members, because it remembers the reference under them.
    workers.forEach((worker, n) => {
      const from = running.next[n];
      if (worker.busy || from >= goal) return;
      running.next[n] += PIECE * workers.length;
      running.busy += 1;
      worker.busy = true;
      worker.postMessage({ kind: "run", number: running.number, wish: running.wish, from, to: Math.min(goal, from + PIECE) });
    });
    const done = running.pieces.reduce((sum, piece) => sum + piece.count, 0);
    if (done === goal && done > running.gathered && !running.gathering && running.busy === 0) gather(goal);
  }

  function gather(goal) {
    running.gathering = true;
    running.busy += 1;
    workers[0].busy = true;
    workers[0].postMessage({ kind: "gather", number: running.number, wish: running.wish, pieces: running.pieces, members: goal });
  }

  function heard(worker, data) {
    if (data.kind === "ready") return worker.ready(true);
    if (data.number === undefined) return worker.ready(false);
    worker.busy = false;
    if (!running || data.number !== running.number) return step();
    running.busy -= 1;
    if (data.kind === "piece") running.pieces.push(data.piece);
    else if (data.kind === "answer") {
      running.gathering = false;
      running.gathered = data.answer.members;
      latest = data.answer;
      for (const listener of listeners) listener(latest);
    } else if (data.kind === "error") {
      if (running.wish === wanted) wanted = null; // these values cannot be run; the next move may be
      running = running.busy ? running : null;
    }
    return step();
  }

  /* A worker that broke is let go; the others do its work. */
  function lost(worker) {
    worker.terminate();
    worker.ready(false);
    workers = workers.filter((other) => other !== worker);
    running = null; // what the others still do for it counts for nothing
    step();
  }

  function refine() {
    refining = true;
    step();
  }

  lab.bands = {
    begin, want, refine,
    on: (listener) => listeners.push(listener),
    get latest() { return latest; },
    get here() { return workers.length > 0; },
  };
})(globalThis);
