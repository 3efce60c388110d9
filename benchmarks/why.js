/* What benchmarks/loops.py watches on the Why page: when a lever's key came, and when the curve, the ribbons of all loops and
   the shares of futures of that very state were painted. window.seen: {began, curve, ribbons, shares}, milliseconds since
   navigation, 0 for what has not come. */
(() => {
  "use strict";
  const seen = { began: 0, curve: 0, ribbons: 0, shares: 0 };

  /* A message posted in a frame arrives after the frame was painted. */
  function painted(what) {
    const { began } = seen;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { if (seen.began === began && !seen[what]) seen[what] = performance.now(); };
    channel.port2.postMessage(0);
  }

  const isNow = (found) => found && found.state === window.PolicyLab.state.now;

  function changed(changes) {
    if (!seen.began) return;
    const { why } = window.PolicyLab;
    const drawn = (where) => changes.some(({ target }) => target.nodeType === 1 && target.matches(where));
    if (drawn("#why-plot path.line--policy")) painted("curve");
    if (drawn(".ribbon__edge") && isNow(why.found)) painted("ribbons");
    if (isNow(why.futures)) painted("shares");
  }

  window.seen = seen;
  addEventListener("keydown", (event) => Object.assign(seen, { began: event.timeStamp, curve: 0, ribbons: 0, shares: 0 }), true);
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(changed).observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["d"] });
  });
})();
