/* Finding a variable or a loop on the Model page, and the entry of a variable beside the drawing of its sector. */
import { facts } from "../core/facts.js";
import * as modelView from "../core/model-view.js";
import { found } from "../core/variable-search.js";
import * as views from "../core/views.js";
import { say } from "../core/words.js";
import { under } from "../dom/buttons.js";
import { one } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
import * as router from "../dom/router.js";
import { mountCombobox } from "../widgets/combobox.js";
import * as diagram from "../widgets/diagram.js";
import * as panel from "./entry-panel.js";
import * as stage from "./loop-stage.js";
/** @import { LoopPictures } from "../types/model-page.js" */

const ENTRY = "diagram-entry";
const BEST = 5; // variables before loops where one has exactly the name that is sought
const LOOP = "loop "; // before the number of a loop, where variables have their names

/** @param {string} text */
async function find(text) {
  const { rows, exact } = found(await panel.everyRow(), text, "");
  const variables = rows.map(([name, , unit, , , label]) => ({ name, label: label || name, unit: unit === "–" ? "" : unit, group: say("model.find_variables") }));
  if (!one("#loops-drawing")) return variables;
  const { loops } = /** @type {LoopPictures} */ (await panel.answer(facts.files.loops));
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const named = loops.map(({ loops: [loop] }, n) => ({ name: LOOP + n, label: loop.name, unit: "", group: say("model.find_loops") }))
    .filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  if (!words.length) return [...variables, ...named];
  return exact ? [...variables.slice(0, BEST), ...named, ...variables.slice(BEST)] : [...named, ...variables];
}

/** @param {string} chosen */
function take(chosen) {
  if (chosen.startsWith(LOOP)) stage.show(chosen.slice(LOOP.length));
  else show(chosen);
}

/** The entry of a variable beside the drawing of its sector. @param {string} name @param {boolean} [written] whether the link has it already */
async function show(name, written = false) {
  try {
    const row = await panel.rowOf(name);
    if (!row) return;
    const sector = row[8];
    if (sector !== null && one("#sketch") && !diagram.draws(name)) diagram.go(sector);
    panel.open(ENTRY, await panel.entryOf(row[0]), { seek: show, close });
    diagram.mark(row[0]);
    if (!written) remember(row[0]);
    bring(one("#" + ENTRY));
  } catch {
    tell(say("wait.no_more"));
  }
}

/** The drawing and the entry beside it come into sight; on a phone, where it stands below, the entry. @param {HTMLElement} entry */
function bring(entry) {
  const beside = one("#sketch") && window.matchMedia("(width >= 1000px)").matches;
  const { top } = (beside ? one("#sketch") : entry).getBoundingClientRect();
  if (top < 0 || top > window.innerHeight * 0.6) (beside ? one("#model-diagram") : entry).scrollIntoView({ block: "start" });
  entry.focus({ preventScroll: true });
}

/** @param {string} name */
const remember = (name) => router.look("d", modelView.written({ ...modelView.read(views.of("d")), loop: "", variable: name }), Boolean(name));

function close() {
  panel.close(ENTRY);
  diagram.mark("");
  remember("");
}

function opened() {
  const { loop, variable } = modelView.read(views.of("d"));
  if (variable && !loop) show(variable, true);
}

let begun = false;

/** @param {string} page */
function come(page) {
  if (page !== "model" || begun || !one("#find")) return;
  begun = true;
  mountCombobox(one("#find"), { shown: () => "", take, find });
  if (one("#" + ENTRY)) opened();
}

export function begin() {
  diagram.begin(show);
  router.visited(come);
  views.on((letter) => letter === "d" && begun && router.page() === "model" && opened());
  document.addEventListener("click", (event) => {
    const mark = under(event, "#sketch .mark");
    if (mark) stage.show(mark.dataset.loop ?? "");
  });
}
