/* On a phone, the levers are a sheet at the lower edge: a bar to press, and over half of the window once it is open, under
   the first chart, which stays in view. Everywhere else nothing of this shows (levers.css). */
import { does } from "../dom/buttons.js";
import { one } from "../dom/elements.js";

export function begin() {
  const sheet = one(".page--explore .levers");
  const handle = sheet && one(".levers__handle", sheet);
  if (!handle) return;
  /** @param {boolean} open */
  const turn = (open) => {
    sheet.classList.toggle("levers--open", open);
    handle.setAttribute("aria-expanded", String(open));
    if (open) keepChart();
  };
  const above = new ResizeObserver(grown);
  for (const part of [".in-short", ".stage__bar"]) above.observe(one(".page--explore " + part));
  does("sheet", () => turn(!sheet.classList.contains("levers--open")));
  sheet.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !sheet.classList.contains("levers--open") || !handle.offsetParent) return;
    turn(false);
    handle.focus();
  });
}

let below = 0; // where the chart began when last seen, from the top of the page; 0 while it is not there

/** A verdict or a legend that comes longer than the one before pushes nothing that stuck to the upper edge. */
function grown() {
  const chart = one("#chart-a");
  const { top } = chart.getBoundingClientRect();
  if (below && window.scrollY >= below - 1 && top > 0) keepChart();
  below = chart.getClientRects().length ? chart.getBoundingClientRect().top + window.scrollY : 0;
}

/** The chart sticks to the upper edge once it is scrolled there. */
function keepChart() {
  const { top } = one("#chart-a").getBoundingClientRect();
  if (top > 0) window.scrollBy({ top, behavior: "instant" });
}
