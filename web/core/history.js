/* Steps to undo and redo, kept through a reload.

     const history = PolicyLab.history(storage, key)
     history.did(before, tag, now)   a step was made; moves with the same tag within a moment are one step
     history.undo(state), .redo(state)   the state to go to, or null
     history.keep(state), .recall(state) through a reload, if the page comes back to the same state
     history.past, history.future    how many steps there are */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const MOST_STEPS = 300;
  const ONE_MOVE = 900; // milliseconds within which moves of the same thing are one step

  function history(storage, key) {
    let past = [];
    let future = [];
    let lastTag = "";
    let lastTime = -Infinity;

    function did(before, tag, now) {
      const joined = tag && tag === lastTag && now - lastTime < ONE_MOVE;
      lastTag = tag || "";
      lastTime = now;
      future = [];
      if (joined) return;
      past.push(before);
      if (past.length > MOST_STEPS) past.shift();
    }

    function step(from, to, state) {
      if (!from.length) return null;
      to.push(state);
      lastTag = "";
      return from.pop();
    }

    function keep(state) {
      try {
        storage.setItem(key, JSON.stringify({ past, state, future }));
      } catch (error) {
        storage.removeItem(key); // no room: undo then ends at this visit
      }
    }

    function recall(state) {
      try {
        const kept = JSON.parse(storage.getItem(key) || "null");
        if (!kept || JSON.stringify(kept.state) !== JSON.stringify(state)) return;
        past = kept.past;
        future = kept.future;
      } catch (error) {
        past = [];
        future = [];
      }
    }

    return {
      did, keep, recall,
      undo: (state) => step(past, future, state),
      redo: (state) => step(future, past, state),
      get past() { return past.length; },
      get future() { return future.length; },
      get last() { return past[past.length - 1] || null; },
    };
  }

  lab.history = history;
  if (typeof module === "object" && module.exports) module.exports = lab;
})(typeof globalThis === "object" ? globalThis : self);
