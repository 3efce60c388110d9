/* What benchmarks/page.py watches from the first moment of a page: when a slider's event came, when its curve and its
   band were painted. window.seen: {moves: [[event, painted]], bands: [[event, painted, members]], long: [[start,
   duration]], events: moves of a slider, first: first picture}, milliseconds since navigation. */
(() => {
  "use strict";
  const seen = { moves: [], bands: [], long: [], events: 0, first: 0 };
  let event = 0; // of the first move that is not painted yet
  let banded = true;
  let before = ""; // the picture on show when the hand moved; its own band does not count

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
    if (banded) {
      banded = false;
      before = shown();
      seen.asked = input.timeStamp;
    }
  }

  const isCurve = (change) => change.attributeName === "d" && change.target.closest('[data-plot="a"] path.line--policy');

  function isBanded() {
    const lab = window.PolicyLab;
    const latest = lab && lab.bands && lab.bands.latest;
    return latest && shown() !== before && latest.key === shown()
      && !document.querySelector('[data-plot="a"] .band--stale:not([display])');
  }

  function changed(changes) {
    if (!seen.first && changes.some((change) => change.attributeName === "data-drawn")) {
      painted((time) => { seen.first = time; });
    }
    if (event && changes.some(isCurve)) {
      const began = event;
      event = 0;
      painted((time) => seen.moves.push([began, time]));
    }
    if (!banded && isBanded()) {
      banded = true;
      const began = seen.asked;
      const { members } = window.PolicyLab.bands.latest;
      painted((time) => seen.bands.push([began, time, members]));
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
