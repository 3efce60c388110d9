/* Dash, which draws the other pages, comes after the first picture; at once where such a page is asked for.

   Its scripts stand in the page's template, where they do not run; here they are put into the page one after the other. */
import { say } from "../core/words.js";
import * as colours from "../dom/colours.js";
import { one } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
import * as router from "../dom/router.js";

/** @type {Promise<void> | null} */
let begun = null;
/** Whether Dash's pages are there. */
export let here = false;

/** @param {string} address */
function load(address) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.async = false; // all are fetched at once and run in their order
    script.onload = done;
    script.onerror = () => failed(new Error(address));
    document.body.appendChild(script);
  });
}

async function come() {
  const scripts = [...one("#dash-scripts").content.querySelectorAll("script[src]")];
  await Promise.all(scripts.map((script) => load(script.getAttribute("src") ?? "")));
  window.renderer = new window.DashRenderer();
}

/** Loads Dash, once; tells when its scripts have run. */
export function dash() {
  if (!begun) {
    begun = come().catch(() => {
      begun = null;
      tell(say("wait.no_page"));
    });
  }
  return begun;
}

/** A page comes on show: Dash is loaded for those that it draws, and told. @param {string} page */
export function visit(page) {
  if (!["explore", "compare", "precedents"].includes(page)) dash();
  if (here) window.dash_clientside.set_props("visit", { data: page });
  window.dispatchEvent(new Event("resize")); // charts drawn while hidden take their true size
}

/** What Dash's callbacks in this browser call: each function by the name that Python gives it. @param {Record<string, unknown>} callbacks */
export function begin(callbacks) {
  window.dash_clientside ??= /** @type {Window["dash_clientside"]} */ ({}); // Dash's own scripts add to what they find
  window.dash_clientside.policy_lab = {
    ...callbacks,
    /* Dash's pages are there: their colours, and which of them is on show. */
    arrive: () => {
      here = true;
      return [colours.now(), router.page()];
    },
  };
  colours.on((colour) => {
    if (here) window.dash_clientside.set_props("provider", { forceColorScheme: colour });
  });
}
