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
  does("sheet", () => turn(!sheet.classList.contains("levers--open")));
  sheet.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !sheet.classList.contains("levers--open") || !handle.offsetParent) return;
    turn(false);
    handle.focus();
  });
}

/** The chart sticks to the upper edge once it is scrolled there. */
function keepChart() {
  const { top } = one("#chart-a").getBoundingClientRect();
  if (top > 0) window.scrollBy({ top, behavior: "instant" });
}
