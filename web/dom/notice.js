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

/** A message besides the one that is there. @param {string} text */
export function tellAlso(text) {
  const there = one(".notice__text")?.textContent ?? "";
  if (!there.includes(text)) tell([there, text].filter(Boolean).join(" "));
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
