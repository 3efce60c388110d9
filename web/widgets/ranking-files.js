/** The bars of a ranking to take along: a drawing for a slide, and their numbers. */
import { csv } from "../core/csv.js";
import { EDGE, HEIGHT, WIDTH, footer, frame, letters, wrapped } from "../core/slide.js";
import { lightColours } from "../chart/light-colours.js";
import { fileName, offer, offerText, toPng } from "../dom/download.js";
/** @import { Provenance } from "../types/page.js" */
/** @import { StudyView } from "../types/ranking.js" */

const COLOURS = { ink: "ink", muted: "muted", grid: "grid", floor: "rule", total: "rank-total", alone: "rank-alone" };
const TOP = 58;
const LINE = 32; // pixels of a line of the title

/** Rules of assets/ranking.css, with the light colours inside. @param {Record<string, string>} look */
const style = (look) => `<style>text{font-size:12.5px;fill:${look.ink}}.rank__axis text,.rank__key{font-size:12px;fill:${look.muted}}.rank__value{font-weight:600}.rank__grid{stroke:${look.grid}}.rank__floor{fill:${look.floor}}.rank__total{fill:${look.total}}.rank__alone{fill:${look.alone}}.rank__whisker{fill:none;stroke:${look.ink};stroke-width:1.25}</style>`;

/**
 * The text of a whole SVG file.
 * @param {StudyView} view
 * @param {Provenance} about
 */
function slide(view, about) {
  const look = lightColours(COLOURS);
  const { bars: drawn = "", bars_title: heading = "" } = view;
  const title = wrapped(heading, 74);
  const foot = footer(about);
  const [, wide, tall] = (/viewBox="0 0 (\d+) (\d+)"/.exec(drawn) ?? ["", WIDTH, HEIGHT]).map(Number);
  const first = TOP + title.length * LINE - 8;
  const scale = Math.min((WIDTH - 2 * EDGE) / wide, (foot.top - first) / tall);
  const place = `<svg x="${EDGE}" y="${first}" width="${Math.round(wide * scale)}" height="${Math.round(tall * scale)}" viewBox="0 0 ${wide} ${tall}">`;
  const bars = drawn.replace(/^<svg[^>]*>/, place + style(look));
  return frame(heading, about, [...title.map((line, n) => letters(EDGE, TOP + n * LINE, 26, line, { fill: look.ink, weight: 650 })), bars, ...foot.drawn]);
}

/** Offers the tables of a result as one file. @param {StudyView} view @param {Provenance} about */
export function saveTables(view, about) {
  const lines = view.tables.flatMap(({ caption, head, body }, n) => [...(n ? [[], [caption]] : []), head, ...body]);
  const name = `${fileName("ranking-" + view.outcome, "ranking")}.csv`;
  return offerText(csv(lines, [view.tables[0]?.caption ?? view.title, about.source, about.link]), "text/csv", name);
}

/**
 * Offers the bars as a file.
 * @param {StudyView} view drawn as wide as there is
 * @param {Provenance} about
 * @param {string} kind "png" or "svg"
 */
export async function saveBars(view, about, kind) {
  const name = `${fileName("ranking-" + view.outcome, "ranking")}.${kind}`;
  const drawing = slide(view, about);
  return offer(kind === "svg" ? new Blob([drawing], { type: "image/svg+xml" }) : await toPng(drawing), name);
}
