/** The page in another language: the same address with another "lang", or another file of a copy without a server. */
import { facts } from "../core/facts.js";
import { leadsElsewhere, under } from "./buttons.js";
import { page } from "./router.js";

/** @param {MouseEvent} event */
function chosen(event) {
  const link = under(event, "a[data-language]");
  if (!link || leadsElsewhere(event)) return;
  event.preventDefault();
  const code = link.dataset.language ?? "";
  const parts = window.location.search.slice(1).split("&").filter((part) => part && !part.startsWith("lang="));
  const file = facts.published?.pages[code]?.[page()];
  if (!file) parts.push("lang=" + code);
  window.location.assign((file ?? window.location.pathname) + (parts.length ? "?" + parts.join("&") : "") + window.location.hash);
}

export const begin = () => document.addEventListener("click", chosen);
