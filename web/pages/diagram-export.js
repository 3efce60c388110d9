/* A sector's diagram for a slide: as it is drawn, with the values on show, in the light colours on white, and below it the
   model's version, whose values of which year they are, and the link that leads back. Buttons with data-sketch do it. */
import * as assumed from "../core/assumed.js";
import { offer as offers } from "../core/offers.js";
import * as store from "../core/state.js";
import { fileName, offer, toPng } from "../dom/download.js";
import { under } from "../dom/buttons.js";
import { one, svgElement } from "../dom/elements.js";
import { lightColours } from "../chart/light-colours.js";
import * as router from "../dom/router.js";

const EDGE = 16;
const LINE = 16;
const MOST = 4096; // pixels of a PNG's longer side
const COLOURS = { ink: "ink", muted: "muted", line: "rule-strong", lever: "accent", paper: "panel", panel: "accent-soft" };

/** @param {string} words @param {number} x @param {number} y */
const note = (words, x, y) => svgElement("text", { x, y, class: "note" }, words);

/** Letters that a line of some width has room for. @param {string} words @param {number} width */
function broken(words, width) {
  const most = Math.max(30, Math.floor((width - 2 * EDGE) / 6.2));
  return words.match(new RegExp(`.{1,${most}}(\\s|$)|.{1,${most}}`, "g")) || [];
}

function drawing() {
  const shown = one("#sketch > svg");
  const look = lightColours(COLOURS);
  const { x, y, width, height } = shown.viewBox.baseVal;
  const chosen = one("#sketch-values input:checked");
  const whose = chosen && chosen.value !== "none" ? chosen.closest("label").textContent + ", " + one("#sketch-year-said").textContent : "–";
  const notes = [one("#sketch").dataset.source.replace("{values}", whose), assumed.note(store.now, assumed.MANY), router.link()];
  const lines = notes.filter(Boolean).flatMap((words) => broken(words, width));
  const tall = height + lines.length * LINE + EDGE;
  const made = shown.cloneNode(true);
  for (const name of made.querySelectorAll("[tabindex], [role=button]")) for (const attribute of ["tabindex", "role", "aria-label"]) name.removeAttribute(attribute);
  const paper = svgElement("rect", { x, y, width, height: tall, fill: look.paper });
  const style = svgElement("style");
  style.textContent = `svg{${Object.entries(look).map(([name, value]) => `--sketch-${name}:${value}`).join(";")}}.sketch .value{fill:${look.lever}!important;font-size:11.5px!important;font-weight:650;paint-order:stroke;stroke:${look.paper};stroke-width:3px}.sketch .note{fill:${look.muted};font-size:11px;text-anchor:start}`;
  made.querySelector("title, desc, style, g, rect").before(paper, style);
  lines.forEach((line, n) => made.append(note(line, x + EDGE, y + height + (n + 0.5) * LINE)));
  made.setAttribute("viewBox", [x, y, width, tall].join(" "));
  made.setAttribute("width", width);
  made.setAttribute("height", tall);
  made.setAttribute("role", "img");
  return { words: '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(made), width, height: tall };
}

/** @param {string} kind */
async function save(kind) {
  if (!one("#sketch > svg")) return;
  const found = drawing();
  const blob = kind === "svg" ? new Blob([found.words], { type: "image/svg+xml" }) : await toPng(found.words, MOST);
  const name = fileName(one("#sector").selectedOptions[0].textContent, "sector");
  offer(blob, `${name}.${kind}`);
}

export function begin() {
  offers("model", () => (one("#sketch > svg") ? [{ label: one("#sector").selectedOptions[0].textContent, kinds: ["png", "svg"], save }] : []));
  document.addEventListener("click", (event) => {
    const button = under(event, "[data-sketch]");
    if (button) save(button.dataset.sketch ?? "png");
  });
}
