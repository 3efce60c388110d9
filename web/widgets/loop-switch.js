/** The switch of a feedback loop, wherever it is told: on while the loop acts, off while it is cut. */
import * as store from "../core/state.js";
import { say } from "../core/words.js";
import { make, write } from "../dom/elements.js";
/** @import { State } from "../types/page.js" */

/** @param {string} key of the assumption that is the switch @param {string} loop what it is called */
export function loopSwitch(key, loop) {
  const control = make("button", "switch");
  control.type = "button";
  control.setAttribute("role", "switch");
  control.setAttribute("aria-label", say("loop.switch", { loop }));
  const track = make("span", "switch__track");
  const said = make("span", "switch__said");
  track.setAttribute("aria-hidden", "true");
  control.append(track, said);
  control.addEventListener("click", () => store.assume(key, key in store.now.assumptions ? null : 0));
  const paint = (/** @type {State} */ state) => {
    const acts = !(key in state.assumptions);
    control.setAttribute("aria-checked", String(acts));
    write(said, say(acts ? "loop.acts_now" : "loop.cut_now"));
    return acts;
  };
  return { control, paint };
}
