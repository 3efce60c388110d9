/* What benchmarks/page.py watches from the first moment of a page: when a slider's event came, when its curve, its band
   and its verdict were painted. window.seen: {moves: [[event, painted]], bands and verdicts: [[event, painted, members]],
   long: [[start, duration]], events: moves of a slider, first: first picture}, milliseconds since navigation. */
(() => {
  "use strict";
  const seen = { moves: [], bands: [], verdicts: [], long: [], events: 0, first: 0 };
  let event = 0; // of the first move that is not painted yet
  const due = {}; // of bands and verdicts: when the hand moved, and the picture on show then, whose own do not count

  /* A message posted in a frame arrives after the frame was painted. */
  function painted(done) {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(0);
  }

  const shown = () => (window.PolicyLab.explore.drawn || {}).key;

  function moved(input) {
    if (input.target.type !== "range") return;
    seen.events += 1;
    event = event || input.timeStamp;
    for (const kind of Object.keys(arrived)) due[kind] = due[kind] || { began: input.timeStamp, before: shown() };
  }

  const isCurve = (change) => change.attributeName === "d" && change.target.closest('[data-plot="a"] path.line--policy');

  const arrived = {
    bands: (lab) => lab.bands.latest?.key === shown() && !document.querySelector('[data-plot="a"] .band--stale:not([display])'),
    verdicts: (lab) => lab.verdict?.key === shown() && !document.querySelector(".in-short--stale"),
  };

  function changed(changes) {
    if (!seen.first && changes.some((change) => change.attributeName === "data-drawn")) {
      painted((time) => { seen.first = time; });
    }
    if (event && changes.some(isCurve)) {
      const began = event;
      event = 0;
      painted((time) => seen.moves.push([began, time]));
    }
    for (const [kind, { began, before }] of Object.entries(due)) {
      if (shown() === before || !arrived[kind](window.PolicyLab)) continue;
      delete due[kind];
      const { members } = window.PolicyLab.bands.latest;
      painted((time) => seen[kind].push([began, time, members]));
    }
  }

  window.seen = seen;
  addEventListener("input", moved, true);
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.long.push([task.startTime, task.duration]);
  }).observe({ type: "longtask", buffered: true });
  addEventListener("DOMContentLoaded", () => {
    const watched = ["d", "class", "data-drawn"];
    new MutationObserver(changed).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: watched });
  });
})();
