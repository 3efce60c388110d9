/* The charts of a step, beside its words: one large one, or two or three below each other. */
import { say } from "../core/words.js";
import { all, element, one, write } from "../dom/elements.js";
import { saveChart } from "../chart/chart-export.js";
import { fillTable } from "../chart/chart-table.js";
import { mountChart } from "../chart/chart.js";
/** @import { Picture, Provenance } from "../types/page.js" */

/** @typedef {{ place: HTMLElement, chart: ReturnType<typeof mountChart>, picture: Picture | null }} Shown */

const KINDS = ["png", "svg", "csv"];

export class Charts {
  /** @param {HTMLElement} host @param {() => Provenance} about what an exported picture says of itself */
  constructor(host, about) {
    this.host = host;
    this.about = about;
    /** @type {Shown[]} */
    this.list = [];
  }

  /** As many as there are pictures; those that stay are drawn anew in their places. @param {Picture[]} pictures */
  show(pictures) {
    while (this.list.length > pictures.length) this.drop();
    while (this.list.length < pictures.length) this.add();
    this.host.dataset.count = String(pictures.length);
    pictures.forEach((picture, n) => this.draw(n, picture));
  }

  /** @param {number} n @param {Picture} picture */
  draw(n, picture) {
    const shown = this.list[n];
    shown.picture = picture;
    write(one(".tale-chart__title", shown.place), picture.title);
    one(".numbers", shown.place).setAttribute("aria-label", `${picture.title}: ${say("chart.table")}`);
    for (const button of all(".panel__tools .button", shown.place)) button.setAttribute("aria-label", `${picture.title}: ${button.textContent}`);
    const key = [...(picture.expected ?? []), ...picture.lines.map(({ kind, label }) => ({ kind, label })).reverse()];
    for (const { kind, label } of picture.bands ?? []) key.push({ kind: "half swatch--" + kind, label });
    const items = key.map(({ kind, label }) => element("span", { class: "legend__item" }, element("span", { class: "swatch swatch--" + kind, "aria-hidden": "true" }), label));
    const legend = one(".legend", shown.place);
    const told = JSON.stringify(key);
    if (legend.dataset.told !== told) legend.replaceChildren(...items);
    legend.dataset.told = told;
    shown.chart.draw(picture);
    this.fill(shown);
  }

  /** All once more: their letters have another size. */
  again() {
    this.list.forEach(({ picture }, n) => picture && this.draw(n, picture));
  }

  add() {
    const figure = element("div", { class: "tale-chart__plot" });
    const n = this.list.length;
    const tools = KINDS.map((kind) => element("button", { class: "button", type: "button", onclick: () => this.save(n, kind) }, say("chart." + kind)));
    const data = element("details", { class: "data", ontoggle: () => this.fill(this.list[n]) }, element("summary", { class: "button button--link" }, say("chart.table")),
      element("div", { class: "numbers", tabindex: "0", role: "region" }, element("table", { class: "plain" })));
    const place = element("article", { class: "panel tale-chart" },
      element("div", { class: "tale-chart__head" }, element("h3", { class: "tale-chart__title" }), element("div", { class: "legend" })),
      figure, element("div", { class: "panel__head tale-chart__foot" }, data, element("div", { class: "panel__tools" }, tools)));
    this.host.append(place);
    this.list.push({ place, chart: mountChart(figure), picture: null });
  }

  drop() {
    const gone = this.list.pop();
    gone?.chart.stop();
    gone?.place.remove();
  }

  /** @param {Shown} shown */
  fill(shown) {
    const { place, picture } = shown;
    if (picture && one(".data", place).open) fillTable(one("table", place), picture, picture.title, say("chart.year"));
  }

  /** @param {number} n @param {string} kind */
  save(n, kind) {
    const { picture } = this.list[n];
    if (picture) saveChart(picture, this.about(), kind);
  }

  /** Each chart as a file, for the Share menu. */
  offers() {
    return this.list.map(({ picture }, n) => ({ label: picture?.title ?? "", kinds: KINDS, save: (/** @type {string} */ kind) => void this.save(n, kind) }));
  }

  stop() {
    while (this.list.length) this.drop();
  }
}
