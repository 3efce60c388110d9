/** What is drawn of a study: the answer first, then its pictures, its tables, and what it was made with. */
import { element, svgElement, write } from "../dom/elements.js";
import { mountChart } from "../chart/chart.js";
import { fillTable } from "./ranking-table.js";
/** @import { Picture } from "../types/page.js" */
/** @import { StudyView } from "../types/ranking.js" */
/** @typedef {{ save: (chart: string, kind: string) => void, file: (name: string) => string }} Lent */

const KINDS = ["png", "svg", "csv"];
const HEIGHT = 26; // pixels of the bar of policy choices vs uncertainty

/** Elements by name. @type {Record<string, HTMLElement>} */
const parts = {};
/** The chart over time. @type {import("../chart/chart.js").Chart | null} */
let chart = null;

/** The frame of a result. @param {Record<string, string>} texts @param {Lent} lent */
export function frame(texts, lent) {
  parts.caution = element("p", { class: "caution is-hidden", id: "rank-caution" });
  parts.answer = element("section", { class: "answer", id: "rank-summary", role: "status" });
  parts.bars = element("div", { class: "rank__bars", id: "rank-bars" });
  parts.lines = element("div", { class: "rank__lines", id: "rank-over-time" });
  parts.key = element("ul", { class: "legend rank__lines-key" });
  parts.linesTitle = element("h2", { class: "chart__title" }, texts.over_time);
  parts.ranking = element("div", { class: "charts rank__charts" },
    element("article", { class: "chart" }, head(element("h2", { class: "chart__title" }, texts.bars), "bars", texts, lent), parts.bars),
    element("article", { class: "chart" }, head(parts.linesTitle, "lines", texts, lent), parts.key, parts.lines));
  parts.figures = element("div", { class: "charts rank__charts rank__figures is-hidden" });
  parts.tables = element("div", { class: "rank__tables" });
  parts.downloads = element("p", { class: "tools" });
  parts.made = element("ul", { class: "caveat rank__made" });
  return element("div", { class: "rank__result is-hidden" }, parts.caution,
    parts.answer,
    parts.ranking, parts.figures, parts.tables, parts.downloads, parts.made);
}

/** @param {HTMLElement} title @param {string} name @param {Record<string, string>} texts @param {Lent} lent */
function head(title, name, texts, lent) {
  const items = KINDS.map((kind) => element("li", {}, element("button", { class: "button button--menu", type: "button", onclick: () => lent.save(name, kind) }, texts[kind])));
  const menu = element("details", { class: "chart__save" },
    element("summary", { class: "button button--link" }, texts.save, element("span", { class: "unseen" }, ": " + title.textContent)), element("ul", { class: "menu" }, items));
  return element("div", { class: "chart__head" }, title, menu);
}

/** Pixels that the bars have, 0 while they are not seen. */
export const room = () => parts.bars.clientWidth;
export const linesTitle = () => parts.linesTitle.textContent ?? "";

/** @param {StudyView} view @param {string} study its id @param {Record<string, string>} texts @param {Lent} lent */
export function draw(view, study, texts, lent) {
  write(parts.caution, view.caution);
  parts.caution.classList.toggle("is-hidden", !view.caution);
  answer(view, texts);
  parts.ranking.classList.toggle("is-hidden", !view.bars);
  if (view.bars) drawRanking(view, texts);
  drawFigures(view.figures ?? []);
  parts.tables.replaceChildren(...view.tables.map((table) => element("div", { class: "numbers numbers--rank", tabindex: "0", role: "region", "aria-label": table.caption || texts.table }, fillTable(table))));
  parts.downloads.replaceChildren(
    element("span", { class: "label" }, texts.downloads),
    element("button", { class: "button", type: "button", onclick: () => lent.save("bars", "csv") }, texts.table_csv),
    element("a", { class: "button", href: lent.file("findings.csv"), download: study + "-findings.csv" }, texts.findings),
    element("a", { class: "button", href: lent.file("folder.zip"), download: `policy-lab-study-${study}.zip` }, texts.folder));
  parts.made.replaceChildren(...view.made.map((text) => element("li", {}, text)));
}

/** The first sentence large; what uncertainty carries beside it; the rest below. All of it is made anew, so that nothing
 * is seen to move. @param {StudyView} view @param {Record<string, string>} texts */
function answer(view, texts) {
  const [first, ...rest] = view.told;
  const { split } = view;
  const shares = split && element("div", { class: "split", id: "rank-split" },
    element("h2", { class: "label" }, texts.split), bar(split.parts),
    element("ul", { class: "legend" }, split.parts.map((part) => element("li", { class: "legend__item" },
      element("span", { class: "split__swatch split__swatch--" + part.key, "aria-hidden": "true" }), element("span", {}, `${part.label} ${part.said}`)))),
    split.told !== first && element("p", { class: "split__told" }, split.told));
  parts.answer.replaceChildren(element("p", { class: "answer__first" }, first ?? ""), ...(shares ? [shares] : []),
    element("ul", { class: "answer__rest" }, rest.map((text) => element("li", {}, text))));
}

/** One bar of three parts that add up to 100%; the legend beside it says the same. @param {NonNullable<StudyView["split"]>["parts"]} shares */
function bar(shares) {
  const drawing = svgElement("svg", { class: "split__bar", height: HEIGHT, "aria-hidden": "true", focusable: "false" });
  let from = 0;
  for (const part of shares) {
    drawing.append(svgElement("rect", { class: "split__part split__part--" + part.key, x: from + "%", width: part.share + "%", y: 0, height: HEIGHT }));
    from += part.share;
  }
  return shares.length ? drawing : null;
}

/** @param {StudyView} view @param {Record<string, string>} texts */
function drawRanking(view, texts) {
  write(parts.linesTitle, view.choice ? texts.choice_over_time : texts.over_time);
  parts.bars.replaceChildren(drawing(/** @type {string} */ (view.bars)));
  const lines = /** @type {Picture} */ (view.lines);
  chart = chart || mountChart(parts.lines);
  chart.draw(lines);
  // Whole names, which line ends have no room for on a phone.
  parts.key.replaceChildren(...lines.lines.map((line) => element("li", { class: "legend__item" },
    element("span", { class: "swatch swatch--" + line.kind, "aria-hidden": "true" }), element("span", {}, line.label))));
}

/** @param {string} text */
const drawing = (text) => document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);

/** @param {NonNullable<StudyView["figures"]>} figures */
function drawFigures(figures) {
  parts.figures.classList.toggle("is-hidden", !figures.length);
  parts.figures.replaceChildren(...figures.map((figure, n) => element("article", { class: "chart report-figure" },
    element("h2", { class: "chart__title" }, figure.title),
    element("div", { class: "report-figure__room", tabindex: "0", role: "region", "aria-label": `${figure.title} (${n + 1})` }, drawing(figure.svg)),
    element("p", { class: "caveat" }, figure.key))));
}
