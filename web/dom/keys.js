/** What keys mean in fields of numbers. */

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

/** Whether a key is held that makes another one mean something else. @param {KeyboardEvent} event */
export const modified = (event) => event.altKey || event.ctrlKey || event.metaKey;

/** Steps that a key moves a number by, 0 for other keys. @param {KeyboardEvent} event */
export const keySteps = (event) => (modified(event) ? 0 : STEPS[event.key] ?? 0);
