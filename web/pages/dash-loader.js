/** Dash comes after the first picture; at once where a page is asked for that the first page does not have.
 *
 * Its scripts stand in the page's template, where they do not run; here they are put into the page one after the other.
 */
import { facts } from "../core/facts.js";
import { say } from "../core/words.js";
import { one } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
import * as router from "../dom/router.js";
import * as adoption from "../dash/adoption.js";
import { register } from "../dash/components.js";

/** @type {Promise<void> | null} */
let begun = null;

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

/** A copy without a server has what Dash asks for under names of its own: a plain web host tells what a file is by its ending. */
function nameFiles() {
  const { fetch } = window;
  const files = facts.published?.dash ?? {};
  window.fetch = (asked, how) => fetch((typeof asked === "string" && files[asked]) || asked, how);
}

async function come() {
  const scripts = [...one("#dash-scripts").content.querySelectorAll("script[src]")];
  await Promise.all(scripts.map((script) => load(script.getAttribute("src"))));
  if (facts.published) nameFiles();
  const { DashRenderer } = /** @type {any} */ (window);
  new DashRenderer();
}

/** Loads Dash, once; settles when its scripts have run. */
export function dash() {
  begun ??= come().catch(() => {
    begun = null;
    tell(say("wait.no_page"));
  });
  return begun;
}

/** A page comes on show: Dash is loaded for one that only it draws. */
export function visit() {
  if (!one(`[data-shown-at="${router.page()}"]`)) dash();
  window.dispatchEvent(new Event("resize")); // charts drawn while hidden take their true size
}

export function begin() {
  register();
  adoption.adopted(router.show);
}
