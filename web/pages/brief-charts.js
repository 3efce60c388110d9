/** The charts of the brief: drawings that stay readable on paper, as tall as the sheet leaves room for. */
import { chartPlan } from "../core/chart-plan.js";
import { escaped } from "../core/slide.js";
/** @import { Picture } from "../types/page.js" */
/** @typedef {Picture & { told: string }} Drawn */

/** @type {Record<string, string>} */
const INK = { "status-quo": "#7a8594", policy: "#0072b2", "pinned-0": "#d55e00", "pinned-1": "#009e73", "pinned-2": "#cc79a7", "pinned-3": "#a66f00" };
/** @type {Record<string, string>} */
const DASH = { "status-quo": "5 4", "pinned-0": "1.5 3", "pinned-1": "8 4", "pinned-2": "7 3 1.5 3", "pinned-3": "3 2" };
const WIDTH = 360; // of a chart in half the sheet, in the units of its letters: 9 of them are 2.3 mm
const GAP = 16;
const SHEET = 277; // millimetres of height that A4 has within the brief's margins
const [LOW, HIGH] = [105, 290]; // a chart's height, in its units
const SPARE = 4; // millimetres for a printer that sets a line otherwise

/** @param {Drawn} picture @param {number} tall @param {boolean} whole whether it has the whole width */
function drawing(picture, tall, whole) {
  const wide = whole ? 2 * WIDTH + GAP : WIDTH;
  const top = 30;
  const plan = chartPlan(picture, { width: wide, height: tall - top, size: 9, labels: true });
  const { left, right, bottom } = plan.box;
  const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ said, more = "") => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more || 'fill="#556270"'}>${escaped(said)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${tall}"${whole ? ' class="whole"' : ""} role="img" aria-label="${escaped(picture.told)}" font-size="9" font-family="inherit">`,
    text(2, 12, picture.title, 'fill="#1b2430" font-size="11" font-weight="650"'), text(2, 25, picture.unit || ""),
    `<g transform="translate(0 ${top})">`,
    ...plan.down.map((tick) => `<path d="M${left} ${tick.at}H${right}" stroke="#e3e8ee"/>` + text(left - 5, tick.at + 3, tick.text, 'fill="#556270" text-anchor="end"')),
    ...plan.across.map((tick) => text(tick.at, bottom + 12, tick.text, 'fill="#556270" text-anchor="middle"')),
    ...plan.marks.map((mark) => `<path d="M${mark.at} 0V${bottom}" stroke="#556270" stroke-dasharray="2 4"/>` + text(mark.at + (mark.anchor === "end" ? -4 : 4), 8 + 11 * mark.row, mark.text, `fill="#556270" text-anchor="${mark.anchor}"`)),
    ...plan.lines.map((drawn) => `<path d="${drawn.d}" fill="none" stroke="${INK[drawn.kind]}" stroke-width="${drawn.kind === "policy" ? 2 : 1.5}"${drawn.kind in DASH ? ` stroke-dasharray="${DASH[drawn.kind]}"` : ""}/>`),
    ...plan.ends.map((end) => text(end.x + 3, end.y + 3, end.text, 'fill="#1b2430"')),
    "</g></svg>",
  ].join("");
}

/** Two beside each other; a last one without another has the whole width. @param {Drawn[]} charts @param {number} tall */
export const drawn = (charts, tall) => `<div class="charts">${charts.map((chart, n) => drawing(chart, tall, n === charts.length - 1 && n % 2 === 0)).join("")}</div>`;

/** How tall a file is on paper, in millimetres. @param {HTMLIFrameElement} frame wider than a sheet @param {string} text */
async function heightOf(frame, text) {
  await new Promise((done) => {
    frame.addEventListener("load", done, { once: true });
    frame.srcdoc = text;
  });
  const body = /** @type {Document} */ (frame.contentDocument).body;
  body.style.padding = "0"; // as in print
  return (body.getBoundingClientRect().height / 96) * 25.4;
}

/**
 * The file with charts that fill the sheet. Its height follows theirs in proportion, so two of them tell which is right.
 * @param {(tall: number) => string} page
 */
export async function fitted(page) {
  const frame = document.createElement("iframe");
  Object.assign(frame.style, { position: "fixed", width: "1200px", height: "0", visibility: "hidden" });
  frame.setAttribute("sandbox", "allow-same-origin");
  frame.setAttribute("aria-hidden", "true");
  document.body.append(frame);
  try {
    const [least, most] = [await heightOf(frame, page(LOW)), await heightOf(frame, page(HIGH))];
    const tall = LOW + ((SHEET - SPARE - least) / Math.max(1, most - least)) * (HIGH - LOW);
    return page(Math.round(Math.min(HIGH, Math.max(LOW, tall))));
  } finally {
    frame.remove();
  }
}
