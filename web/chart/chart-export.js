/** A picture (chart.js says what that is) for a slide: title, legend, source line and link inside, on white, in the light
 * colours.
 */
import { chartPlan, spot } from "../core/chart-plan.js";
import { pictureCsv } from "../core/picture-csv.js";
import { fileName, offer, offerText, toPng } from "../dom/download.js";

const WIDTH = 1200;
const HEIGHT = 675;
const EDGE = 48;
const KINDS = ["status-quo", "policy", "pinned-0", "pinned-1", "pinned-2", "whole"];
const DASH = { "status-quo": "9 6", "pinned-0": "2 5", "pinned-1": "14 6", "pinned-2": "12 5 2 5", whole: "5 4" };

const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[^\t\n\r -\uFFFD]/g, "");

/* The colours of the light theme, from the style sheet, whatever the page wears now. */
function colours() {
  const probe = document.createElement("div");
  probe.dataset.theme = "light";
  probe.hidden = true;
  document.body.appendChild(probe);
  const style = getComputedStyle(probe);
  const found = (name) => style.getPropertyValue(name).trim() || "#555555";
  const lines = Object.fromEntries(KINDS.map((kind) => [kind, found("--line-" + kind)]));
  const made = { ink: found("--ink"), muted: found("--muted"), grid: found("--grid"), paper: found("--panel"), line: (kind) => lines[kind] || lines.policy };
  probe.remove();
  return made;
}

function wrapped(text, letters) {
  const lines = [""];
  for (let word of String(text).split(/\s+/)) {
    while (word.length > letters) {
      lines.push(word.slice(0, letters));
      word = word.slice(letters);
    }
    const last = lines[lines.length - 1];
    if (last && last.length + word.length + 1 > letters) lines.push(word);
    else lines[lines.length - 1] = last ? last + " " + word : word;
  }
  return lines.filter((line) => line);
}

const text = (x, y, size, fill, words, more) => `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}"${more || ""}>${escaped(words)}</text>`;

function legend(picture, look, y) {
  let x = EDGE;
  let parts = "";
  const entries = picture.lines.map((line) => ({ label: line.label, kind: line.kind }));
  const bands = (picture.bands || []).filter((band) => !band.stale).map((band) => ({ label: band.label, kind: band.kind, share: band.share }));
  const record = (picture.points || []).map((series, n) => ({ label: series.label, spot: n }));
  for (const entry of [...entries, ...bands, ...record]) {
    const wide = 54 + entry.label.length * 8.6;
    if (x > EDGE && x + wide > WIDTH - EDGE) {
      x = EDGE;
      y += 24;
    }
    if ("spot" in entry) parts += spots([{ whisker: "", d: spot(x + 20, y - 5, 5, entry.spot) }], look);
    else parts += entry.share
      ? `<rect x="${x}" y="${y - 11}" width="28" height="13" fill="${look.line(entry.kind)}" fill-opacity="${entry.share < 80 ? 0.34 : 0.16}"/>`
      : stroke(`M${x} ${y - 5}h28`, entry.kind, look);
    parts += text(x + 36, y, 15, look.ink, entry.label);
    x += wide;
  }
  return { parts, bottom: y };
}

const spots = (points, look) => points.map((point) => `<path d="${point.whisker}" fill="none" stroke="${look.ink}" stroke-width="1.25"/><path d="${point.d}" fill="${look.paper}" stroke="${look.ink}" stroke-width="2"/>`).join("");

function stroke(d, kind, look) {
  const dash = DASH[kind] ? ` stroke-dasharray="${DASH[kind]}"` : "";
  const wide = kind === "policy" ? 3.5 : 2.5;
  return `<path d="${d}" fill="none" stroke="${look.line(kind)}" stroke-width="${wide}" stroke-linejoin="round"${dash}/>`;
}

function body(plan, picture, look) {
  const { left, right, top, bottom } = plan.box;
  let parts = plan.down.map((tick) => `<path d="M${left} ${tick.at}H${right}" stroke="${look.grid}"/>` + text(left - 8, tick.at + 5, plan.size, look.muted, tick.text, ' text-anchor="end"')).join("");
  parts += plan.across.map((tick) => text(tick.at, bottom + plan.size * 1.4, plan.size, look.muted, tick.text, ' text-anchor="middle"')).join("");
  parts += plan.bands.filter((band) => !band.stale).map((band) => `<path d="${band.d}" fill="${look.line(band.kind)}" fill-opacity="${band.share < 80 ? 0.24 : 0.14}"/>`).join("");
  parts += plan.marks.map((mark) => `<path d="M${mark.at} ${top}V${bottom}" stroke="${look.muted}" stroke-dasharray="2 4"/>` + text(mark.at + (mark.anchor === "end" ? -5 : 5), top + 12 + 18 * mark.row, plan.size, look.muted, mark.text, ` text-anchor="${mark.anchor}"`)).join("");
  parts += plan.lines.map((line) => stroke(line.d, line.kind, look)).join("");
  parts += spots(plan.points, look);
  parts += plan.ends.map((end) => text(end.x + 2, end.y + 5, plan.size, look.ink, end.text)).join("");
  return parts + text(2, plan.size, plan.size, look.muted, picture.unit || "");
}

/** The text of a whole SVG file of 1200 x 675. */
export function slide(picture, about) {
  const look = colours();
  const title = wrapped(picture.title, 74).map((line, n) => text(EDGE, 58 + n * 32, 26, look.ink, line, ' font-weight="650"'));
  const key = legend(picture, look, 58 + title.length * 32);
  const notes = [...wrapped(about.source, 150), ...wrapped(about.link, 150)];
  const foot = HEIGHT - 22 - (notes.length - 1) * 18;
  const first = key.bottom + 18;
  const plan = chartPlan(picture, { width: WIDTH - 2 * EDGE, height: foot - 26 - first, size: 15, labels: true });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="Inter, system-ui, sans-serif">`,
    `<title>${escaped(picture.title)}</title><desc>${escaped(about.source)} ${escaped(about.link)}</desc>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...title, key.parts,
    `<g transform="translate(${EDGE} ${first})">${body(plan, picture, look)}</g>`,
    ...notes.map((line, n) => text(EDGE, foot + n * 18, 13, look.muted, line)),
    "</svg>",
  ].join("\n");
}

/** Offers a picture as a file; kind: "png", "svg" or "csv". */
export async function saveChart(picture, about, kind) {
  const name = fileName(picture.title, "chart");
  const title = picture.title + ", " + (picture.unit || about.unit || "");
  if (kind === "csv") return offerText(pictureCsv(picture, [about.source, about.link, title]), "text/csv", name + ".csv");
  const drawing = slide(picture, about);
  const blob = kind === "svg" ? new Blob([drawing], { type: "image/svg+xml" }) : await toPng(drawing);
  return offer(blob, `${name}.${kind}`);
}
