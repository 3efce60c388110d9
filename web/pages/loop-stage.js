/* The Model page's causal-loop diagrams: one loop of the model, or the few of its summary together; beside it what is
   chosen, a loop in words with its switch, or the entry of a box. The drawing itself is widgets/loop-drawing.js. */
import { facts } from "../core/facts.js";
import * as modelView from "../core/model-view.js";
import * as store from "../core/state.js";
import * as views from "../core/views.js";
import { say } from "../core/words.js";
import { under } from "../dom/buttons.js";
import { element, make, one } from "../dom/elements.js";
import { tell, tellAlso } from "../dom/notice.js";
import * as router from "../dom/router.js";
import { drawLoops, highlight } from "../widgets/loop-drawing.js";
import { loopSwitch } from "../widgets/loop-switch.js";
import * as panel from "./entry-panel.js";
/** @import { DrawnLoop, LoopOverview, LoopPicture, LoopPictures } from "../types/model-page.js" */

const WIDEST = 1080; // pixels: a picture of few boxes is no easier to read beyond
const HIGH = 610; // as the place that is kept for it (assets/beside.css)
const ENTRY = "loops-entry";
const TOGETHER = "t"; // before the number of a loop in the link: several are drawn together

/** @type {LoopPictures | null} */
let pictures = null;
let drawn = ""; // number of the loop, "" several together
/** @type {number | null} the one of several before the others */
let first = null;
let variable = ""; // whose entry is open
let width = 0; // that the drawing on show was made for
/** What is told while nothing is chosen. @type {Node[]} */
let list = [];
/** @type {ReturnType<typeof loopSwitch> | null} */
let control = null;

const place = () => one("#loops-drawing");
const overview = () => /** @type {LoopOverview} */ (pictures?.overview);
/** @returns {LoopPicture} */
const picture = () => (drawn === "" ? overview() : /** @type {LoopPictures} */ (pictures).loops[Number(drawn)]);
/** The loop that is told. @returns {DrawnLoop | null} */
const loop = () => (drawn !== "" ? picture().loops[0] : first === null ? null : overview().loops[first]);
/** Whether entries are those of another model. */
const foreign = () => drawn === "" && Object.keys(overview().entries).length > 0;

// --- the picture ----------------------------------------------------------------------------------------------

/** @param {string} key @param {Record<string, unknown>} [values] */
const words = (key, values) => say("model." + key, values);

function draw() {
  width = place().clientWidth;
  const made = drawLoops(picture(), { width: Math.min(width, WIDEST), height: HIGH, words, sectors: drawn !== "" });
  place().replaceChildren(made);
  highlight(made, drawn === "" ? first : null);
}

function resized() {
  if (pictures && router.page() === "model" && place().clientWidth && place().clientWidth !== width) draw();
}

// --- what is told beside it -----------------------------------------------------------------------------------

/** @param {string} key @param {() => void} action */
function button(key, action) {
  const made = make("button", "button", words(key));
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

function told() {
  const found = loop();
  control = found?.key ? loopSwitch(found.key, found.name) : null;
  if (!found) return one("#loops-told").replaceChildren(...list);
  const kind = found.kind.toLowerCase();
  const mark = element("span", { class: "loop loop--" + kind, "aria-hidden": "true" }, found.kind.length > 1 ? "→" : found.kind);
  one("#loops-told").replaceChildren(
    element("div", { class: "beside__head" }, element("h3", { class: "beside__title" }, mark, found.name), control?.control),
    make("p", "beside__about", found.told.join(" → ")),
    make("p", "beside__kind", words("loop_means_" + kind)),
    element("p", { class: "beside__ways" }, ...ways(found)),
    foreign() ? make("p", "caveat", words("loop_from", { model: overview().model })) : "",
  );
  return control?.paint(store.now);
}

/** @param {DrawnLoop} found */
function ways(found) {
  const { own } = found;
  const there = drawn === "" && own !== null && own !== undefined;
  return [
    there ? button(foreign() ? "loop_own" : "loop_alone", () => choose(String(own))) : null,
    overview() ? button("loop_together", () => choose("")) : null,
  ];
}

// --- hands ----------------------------------------------------------------------------------------------------

function remember() {
  const { loop: before } = modelView.read(views.of("d"));
  const usual = overview() ? "" : "0";
  const shown = drawn === "" ? (first === null && !variable ? "" : TOGETHER + (first ?? "")) : drawn === usual && !variable ? "" : drawn;
  const ours = variable || panelIsOpen();
  if (shown === before && !ours) return;
  router.look("d", modelView.written({ ...modelView.read(views.of("d")), loop: shown, variable }));
}

const panelIsOpen = () => !one("#" + ENTRY).classList.contains("is-hidden");

/** Draws a loop, or with "" several together. @param {string} number @param {number | null} [before] the one of several before the others */
function set(number, before = null) {
  drawn = number;
  first = before;
  one("#loops-choice").value = number;
  if (panelIsOpen()) panel.close(ENTRY);
  variable = "";
  draw();
  told();
}

/** @param {string} number @param {number | null} [before] */
function choose(number, before = null) {
  set(number, before);
  remember();
}

/** The entry of a box, or of what an entry names. @param {string} name */
async function open(name) {
  const own = foreign() ? overview().entries[name] : undefined;
  try {
    const found = own ?? (await panel.entryOf(name));
    panel.open(ENTRY, found, { seek: openAndRemember, close: closeEntry }, !own);
    variable = found.name;
    for (const box of place().querySelectorAll(".loop-node")) box.classList.toggle("loop-node--chosen", box.getAttribute("data-variable") === variable);
  } catch {
    tell(say("wait.no_more"));
  }
}

/** @param {string} name */
const openAndRemember = (name) => void open(name).then(remember);

function closeEntry() {
  panel.close(ENTRY);
  variable = "";
  for (const box of place().querySelectorAll(".loop-node--chosen")) box.classList.remove("loop-node--chosen");
  remember();
}

/** To the drawing of a loop, from anywhere on the page. @param {string} number */
export async function show(number) {
  await begun;
  if (!pictures?.loops[Number(number)]) return;
  choose(number);
  one("#model-loops").scrollIntoView({ block: "start" });
  one("#model-loops").focus({ preventScroll: true });
}

/** @param {Event} event */
function pressed(event) {
  const box = under(event, "#loops-drawing .loop-node");
  const mark = under(event, "#loops-drawing .loop-mark[role=button], #loops-told .loops-list [data-loop]");
  if (!pictures) return;
  if (box) openAndRemember(box.dataset.variable ?? "");
  else if (mark) chooseMark(Number(mark.dataset.loop));
  else return;
  event.preventDefault();
}

/** Of several together the one that is pressed, and none when it is pressed again. @param {number} number */
const chooseMark = (number) => choose(overview() ? "" : String(number), overview() ? (first === number && drawn === "" ? null : number) : null);

/** @param {KeyboardEvent} event */
function keyed(event) {
  if ((event.key === "Enter" || event.key === " ") && under(event, "#loops-drawing [role=button]")) pressed(event);
}

/** @type {Promise<unknown> | null} */
let begun = null;

async function begins() {
  list = [...one("#loops-told").childNodes];
  pictures = await panel.answer(facts.files.loops);
  one("#loops-choice").addEventListener("change", () => choose(one("#loops-choice").value));
  new ResizeObserver(resized).observe(place());
}

/** As the link says. */
function opened() {
  const { loop: asked, variable: of } = modelView.read(views.of("d"));
  const together = asked.startsWith(TOGETHER) && overview() !== null;
  const number = together ? asked.slice(1) : asked;
  const there = number === "" || Boolean(together ? overview().loops[Number(number)] : pictures?.loops[Number(number)]);
  if (!there) tellAlso(say("link.no_view"));
  if (together) set("", there && number !== "" ? Number(number) : null);
  else set(there && number !== "" ? number : overview() ? "" : "0");
  if (of && asked) open(of);
}

/** @param {string} page */
function come(page) {
  if (page !== "model" || !place()) return;
  begun ??= begins();
  begun.then(() => (place().childElementCount ? resized() : opened()), () => {
    begun = null;
    tell(say("wait.no_more"));
  });
}

export function begin() {
  router.visited(come);
  views.on((letter) => letter === "d" && pictures && router.page() === "model" && opened());
  store.on((state) => control?.paint(state));
  document.addEventListener("click", pressed);
  document.addEventListener("keydown", keyed);
}
