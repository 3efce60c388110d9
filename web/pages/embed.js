/** The page in a frame of somebody else's page, at an address of its own: charts, what is said of them, and the way to the whole
 * page; nothing to set. Which parts are there is the style sheet's work (assets/embed.css); the server lets other pages
 * frame this address alone (policy_lab/app/middleware/security_headers.py). */
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { under } from "../dom/buttons.js";
import { all, element, one, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import * as summary from "./policy-summary.js";

export function begin() {
  if (!router.embedded()) return;
  for (const field of all(".page--explore [role=combobox]")) Object.assign(field, { readOnly: true, tabIndex: -1 });
  const title = element("h1", { class: "unseen" }, say("app.name"));
  one("#main").prepend(title);
  const link = element("a", { class: "embed__link", target: "_blank", rel: "noopener" }, say("share.whole"));
  one(".foot").prepend(element("p", { class: "embed__caveat" }, say("app.caveat")), link);
  // What a press would change: the names of pins, and the inputs that the verdict hangs on.
  document.addEventListener("click", (event) => under(event, "[data-do]:not([data-do=hush])") && event.stopPropagation(), true);
  store.rest(() => {
    write(title, say("app.name") + ": " + summary.name());
    link.href = router.addressOf("explore");
  });
}
