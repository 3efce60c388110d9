/** The page that lists several models: its colours. All there is to read stands in its HTML. */
import { learn } from "../core/facts.js";
import * as colours from "../dom/colours.js";
import { one } from "../dom/elements.js";

colours.begin(); // it stands in the head: before the first paint
document.addEventListener("DOMContentLoaded", () => {
  learn(JSON.parse(one("#facts-data").textContent));
  colours.dress();
  one("#scheme").addEventListener("click", colours.turn);
});
