/** What each page looks at beside the state (its outcome, its year, its study): texts that only that page can read, by the
 * letter they have in the link. They are no settings: undo leaves them alone.
 */

/** @type {Record<string, string>} */
export let now = {};
/** @type {((letter: string) => void)[]} */
const listeners = [];

/** What a page looks at, "" for what it opens with. @param {string} letter */
export const of = (letter) => now[letter] ?? "";

/** Tells of what a link brings, one letter at a time; a page's own changes are not told. @param {(letter: string) => void} listener */
export const on = (listener) => void listeners.push(listener);

/** A page looks at something else. @param {string} letter @param {string} text */
export function set(letter, text) {
  now = { ...now, [letter]: text };
}

/** A link was opened. @param {Record<string, string>} opened */
export function open(opened) {
  const letters = [...new Set([...Object.keys(now), ...Object.keys(opened)])].filter((letter) => of(letter) !== (opened[letter] ?? ""));
  now = opened;
  for (const letter of letters) for (const listener of listeners) listener(letter);
}
