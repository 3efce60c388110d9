/** Steps to undo and redo, kept through a reload. */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Keeper */

const MOST_STEPS = 300;
const ONE_MOVE = 900; // milliseconds within which moves of the same thing are one step

/**
 * @template T
 * @param {Keeper} storage
 * @param {string} key of what is kept there
 */
export function createHistory(storage, key) {
  /** @type {T[]} */
  let past = [];
  /** @type {T[]} */
  let future = [];
  let lastTag = "";
  let lastTime = -Infinity;

  /** A step was made; moves with the same tag within a moment are one. @param {T} before @param {string} tag @param {number} now milliseconds */
  function did(before, tag, now) {
    const joined = tag && tag === lastTag && now - lastTime < ONE_MOVE;
    lastTag = tag;
    lastTime = now;
    future = [];
    if (joined) return;
    past.push(before);
    if (past.length > MOST_STEPS) past.shift();
  }

  /** The state to go to, or null. @param {T[]} from @param {T[]} to @param {T} state */
  function step(from, to, state) {
    const next = from.pop();
    if (next === undefined) return null;
    to.push(state);
    lastTag = "";
    return next;
  }

  /** @param {T} state */
  function keep(state) {
    try {
      storage.setItem(key, JSON.stringify({ past, state, future }));
    } catch {
      storage.removeItem(key); // no room: undo then ends at this visit
    }
  }

  /** After a reload, if the page comes back to the same state. @param {T} state */
  function recall(state) {
    try {
      const kept = JSON.parse(storage.getItem(key) || "null");
      if (!kept || JSON.stringify(kept.state) !== JSON.stringify(state)) return;
      past = kept.past;
      future = kept.future;
    } catch {
      past = [];
      future = [];
    }
  }

  return {
    did, keep, recall,
    undo: (/** @type {T} */ state) => step(past, future, state),
    redo: (/** @type {T} */ state) => step(future, past, state),
    /** How many steps there are either way, and the state before the last; null where there is none. */
    get steps() { return { past: past.length, future: future.length, last: past[past.length - 1] ?? null }; },
  };
}
