/** What the page says to a person outside its content: a message above it, and a word beside the buttons of the bar. */
import { one, write } from "./elements.js";

const SAID = 4000; // milliseconds
let hushing = 0;

/**
 * A message above the page; "" takes it away.
 * @param {string} text
 */
export function tell(text) {
  write(one(".notice__text"), text);
  one("#notice")?.classList.toggle("notice--empty", !text);
}

/**
 * A word beside the buttons of the bar, which goes by itself.
 * @param {string} text
 */
export function said(text) {
  const place = one("#share-said");
  write(place, text);
  window.clearTimeout(hushing);
  hushing = window.setTimeout(() => write(place, ""), SAID);
}
