/** Whether a hand is on the page: nothing comes to rest while a pointer is down. */
import * as store from "../core/state.js";

export function watchHand() {
  for (const kind of ["pointerdown", "pointerup", "pointercancel"]) {
    document.addEventListener(kind, () => store.hold(kind === "pointerdown"), true);
  }
}
