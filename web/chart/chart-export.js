/** A picture (chart.js says what that is) for a slide: title, legend, source line and link inside, on white, in the light
 * colours. */
import { chartPlan, spot } from "../core/chart-plan.js";
import { pictureCsv } from "../core/picture-csv.js";
import { EDGE, WIDTH, footer, frame, letters, wrapped } from "../core/slide.js";
import { fileName, offer, offerText, toPng } from "../dom/download.js";
import { lightColours } from "./light-colours.js";
/** @import { Plan } from "../core/chart-plan.js" */
/** @import { Picture, Provenance } from "../types/page.js" */
/** @typedef {Record<string, string>} Look colours by what wears them, lines by their kind */

const KINDS = ["status-quo", "policy", "pinned-0", "pinned-1", "pinned-2", "pinned-3", "whole"];
const LOOK = { ink: "ink", muted: "muted", grid: "grid", paper: "panel", ...Object.fromEntries(KINDS.map((kind) => [kind, "line-" + kind])) };
/** @type {Record<string, string>} */
const DASH = { "status-quo": "9 6", "pinned-0": "2 5", "pinned-1": "14 6", "pinned-2": "12 5 2 5", "pinned-3": "5 3", whole: "5 4" };

/** @param {Look} look @param {string} kind of a line */
const colourOf = (look, kind) => look[kind] ?? look.policy;

/** @param {{ whisker: string, d: string }[]} points @param {Look} look */
const spots = (points, look) => points.map((point) => `<path d="${point.whisker}" fill="none" stroke="${look.ink}" stroke-width="1.25"/><path d="${point.d}" fill="${look.paper}" stroke="${look.ink}" stroke-width="2"/>`).join("");

/** @param {string} d @param {string} kind @param {Look} look */
function stroke(d, kind, look) {
  const dash = DASH[kind] ? ` stroke-dasharray="${DASH[kind]}"` : "";
  return `<path d="${d}" fill="none" stroke="${colourOf(look, kind)}" stroke-width="${kind === "policy" ? 3.5 : 2.5}" stroke-linejoin="round"${dash}/>`;
}

/** What stands beside each label of the legend, as a function of where. @param {Picture} picture @param {Look} look */
function entries(picture, look) {
  const lines = picture.lines.map(({ label, kind }) => ({ label, mark: (/** @type {number} */ x, /** @type {number} */ y) => stroke(`M${x} ${y - 5}h28`, kind, look) }));
  const bands = (picture.bands ?? []).filter((band) => !band.stale).map(({ label, kind, share }) => ({
    label,
    mark: (/** @type {number} */ x, /** @type {number} */ y) => `<rect x="${x}" y="${y - 11}" width="28" height="13" fill="${colourOf(look, kind)}" fill-opacity="${share < 80 ? 0.34 : 0.16}"/>`,
  }));
  const record = (picture.points ?? []).map(({ label }, n) => ({ label, mark: (/** @type {number} */ x, /** @type {number} */ y) => spots([{ whisker: "", d: spot(x + 20, y - 5, 5, n) }], look) }));
  return [...lines, ...bands, ...record];
}

/** @param {Picture} picture @param {Look} look @param {number} top */
function legend(picture, look, top) {
  let [x, y, parts] = [EDGE, top, ""];
  for (const { label, mark } of entries(picture, look)) {
    const wide = 54 + label.length * 8.6;
    if (x > EDGE && x + wide > WIDTH - EDGE) [x, y] = [EDGE, y + 24];
    parts += mark(x, y) + letters(x + 36, y, 15, label, { fill: look.ink });
    x += wide;
  }
  return { parts, bottom: y };
}

/** @param {Plan} plan @param {Picture} picture @param {Look} look */
function body(plan, picture, look) {
  const { left, right, top, bottom } = plan.box;
  const { size } = plan;
  const muted = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ words, anchor = "") => letters(x, y, size, words, { fill: look.muted, anchor });
  return [
    ...plan.down.map((tick) => `<path d="M${left} ${tick.at}H${right}" stroke="${look.grid}"/>` + muted(left - 8, tick.at + 5, tick.text, "end")),
    ...plan.across.map((tick) => muted(tick.at, bottom + size * 1.4, tick.text, "middle")),
    ...plan.bands.filter((band) => !band.stale).map((band) => `<path d="${band.d}" fill="${colourOf(look, band.kind)}" fill-opacity="${band.share < 80 ? 0.24 : 0.14}"/>`),
    ...plan.references.map((known) => `<path d="M${left} ${known.at}H${right}" stroke="${look.muted}" stroke-width="0.75" stroke-dasharray="1 4"/>` + muted(known.x, known.at - 4, known.text)),
    ...plan.marks.map((mark) => `<path d="M${mark.at} ${top}V${bottom}" stroke="${look.muted}" stroke-dasharray="2 4"/>` + muted(mark.at + (mark.anchor === "end" ? -5 : 5), top + 12 + 18 * mark.row, mark.text, mark.anchor)),
    plan.threads.d && `<path d="${plan.threads.d}" fill="none" stroke="${look.muted}" stroke-opacity="${plan.threads.opacity}"/>`,
    ...plan.lines.map((line) => stroke(line.d, line.kind, look)),
    spots(plan.points, look),
    ...plan.ends.map((end) => letters(end.x + 2, end.y + 5, size, end.text, { fill: look.ink })),
    muted(2, size, picture.amount?.unit ?? picture.unit),
    ...plan.poles.map((pole) => muted(pole.x, pole.y, pole.text)),
  ].join("");
}

/**
 * The text of a whole SVG file.
 * @param {Picture} picture
 * @param {Provenance} about
 */
export function slide(picture, about) {
  const look = lightColours(LOOK);
  const title = wrapped(picture.title, 74).map((line, n) => letters(EDGE, 58 + n * 32, 26, line, { fill: look.ink, weight: 650 }));
  const key = legend(picture, look, 58 + title.length * 32);
  const foot = footer(about);
  const first = key.bottom + 18;
  const plan = chartPlan(picture, { width: WIDTH - 2 * EDGE, height: foot.top - first, size: 15, labels: true });
  return frame(picture.title, about, [...title, key.parts, `<g transform="translate(${EDGE} ${first})">${body(plan, picture, look)}</g>`, ...foot.drawn]);
}

/**
 * Offers a picture as a file.
 * @param {Picture} picture
 * @param {Provenance} about
 * @param {string} kind "png", "svg" or "csv"
 */
export async function saveChart(picture, about, kind) {
  const name = fileName(picture.title, "chart");
  const title = picture.title + ", " + (picture.unit || about.unit);
  if (kind === "csv") return offerText(pictureCsv(picture, [about.source, about.link, title]), "text/csv", name + ".csv");
  const drawing = slide(picture, about);
  const blob = kind === "svg" ? new Blob([drawing], { type: "image/svg+xml" }) : await toPng(drawing);
  return offer(blob, `${name}.${kind}`);
}
