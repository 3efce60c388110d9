/** Puts a box beside an element, inside the window: below it where there is room, else above, right or left of it; and
 * reports when the page changes size, because the element may have moved. */
import { one } from "./elements.js";

const GAP = 8; // pixels between the two, and to the window's edges

/**
 * @param {HTMLElement} box of fixed position
 * @param {DOMRect | { left: number, right: number, top: number, bottom: number }} target
 * @param {number} [floor] lowest pixel that the box may reach
 */
export function beside(box, target, floor = window.innerHeight) {
  const { offsetWidth: wide, offsetHeight: high } = box;
  const [across, down] = [document.documentElement.clientWidth - GAP - wide, floor - GAP - high];
  const inside = (/** @type {number} */ value, /** @type {number} */ most) => Math.max(GAP, Math.min(value, most));
  const places = [
    { left: target.left, top: target.bottom + GAP },
    { left: target.left, top: target.top - GAP - high },
    { left: target.right + GAP, top: target.top },
    { left: target.left - GAP - wide, top: target.top },
    { left: target.left, top: down },
  ].map(({ left, top }) => ({ left: inside(left, across), top: inside(top, down) }));
  const clear = ({ left, top } = places[0]) => left >= target.right || left + wide <= target.left || top >= target.bottom || top + high <= target.top;
  const { left, top } = places.find(clear) ?? places[places.length - 1];
  box.style.left = Math.round(left) + "px";
  box.style.top = Math.round(top) + "px";
}

/** Calls `act` whenever the content of the page changes height or width, for example when a late text pushes down what is below it.
 * @param {() => void} act */
export const whenGrown = (act) => new ResizeObserver(() => act()).observe(one("#main") ?? document.body);
