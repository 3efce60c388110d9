/** The page in another language: the same address with another "lang". */
import { leadsElsewhere, under } from "./buttons.js";

/** @param {MouseEvent} event */
function chosen(event) {
  const link = under(event, "a[data-language]");
  if (!link || leadsElsewhere(event)) return;
  event.preventDefault();
  const parts = window.location.search.slice(1).split("&").filter((part) => part && !part.startsWith("lang="));
  parts.push("lang=" + link.dataset.language);
  window.location.assign(window.location.pathname + "?" + parts.join("&") + window.location.hash);
}

export const begin = () => document.addEventListener("click", chosen);
