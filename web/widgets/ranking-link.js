/** The study, outcome and years that Rank shows, in the page's link: its part "r" (core/rank-view.js). */
import * as rankView from "../core/rank-view.js";
import * as views from "../core/views.js";
import { say } from "../core/words.js";
import { tellAlso } from "../dom/notice.js";
import * as router from "../dom/router.js";
/** @import { RankView } from "../core/rank-view.js" */
/** @import { Choice, StudyView } from "../types/ranking.js" */

/** The study that the page opens with. */
export const FIRST = "levers";

/** What the link asks for. @returns {RankView} */
export function asked() {
  const text = views.of("r");
  const found = rankView.read(text);
  if (text && !found) tellAlso(say("link.no_view"));
  return found ?? { study: FIRST, outcome: "", time: "" };
}

/** Only what differs from the page as it opens. @param {RankView} shown @param {StudyView | null} view null for a question without an answer @param {boolean} step whether Back leads to the study before */
export function remember({ study, outcome, time }, view, step) {
  const differs = (/** @type {string} */ value, /** @type {Choice[]} */ choices) => (value === choices[0]?.value ? "" : value);
  const text = rankView.written({ study, time: view ? differs(time, view.times) : "", outcome: view ? differs(outcome, view.outcomes) : "" });
  router.look("r", text === FIRST ? "" : text, step && study !== (rankView.read(views.of("r"))?.study ?? FIRST));
}

/** Links of the first edition name a study behind "#study=". */
export function adopted() {
  const [, study = ""] = /^#study=([a-z0-9_]+)$/.exec(window.location.hash) ?? [];
  if (!study) return;
  window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  router.look("r", study);
}
