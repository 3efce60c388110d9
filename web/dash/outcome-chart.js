/** The Dash side of a chart over time: policy_lab/components/outcome_chart.py says what its properties are. */
import { facts, variable } from "../core/facts.js";
import * as pictures from "../core/pictures.js";
import * as scenarios from "../core/scenario.js";
import * as store from "../core/state.js";
import { element, write } from "../dom/elements.js";
import { mountChart } from "../chart/chart.js";
import { everyVariable } from "../engine/names.js";
import * as live from "../widgets/live-runs.js";
import { adopt, isKnown, release } from "./adoption.js";
import { modelAt } from "./begin-model.js";
import { component } from "./component.js";
/** @typedef {import("./component.js").Props} Props */
/** @typedef {import("./component.js").Report} Report */
/** @typedef {import("../types/page.js").Picture} Picture */

/** Looks of the lines of somebody's own series, the last on top. */
const LOOKS = ["policy", "pinned-0", "pinned-1", "pinned-2", "status-quo"];

/** A chart that Explore draws: which variable it shows is part of the page's state. @param {HTMLElement} host @param {Props} props @param {Report} report */
function adoptedChart(host, props, report) {
  const side = Number(props.id.endsWith("b"));
  let told = "";
  const tell = () => {
    if (store.now.charts[side] === told) return;
    told = store.now.charts[side];
    report({ outcome: told });
  };
  let on = true;
  store.rest(() => on && tell());
  tell();
  return {
    update: (/** @type {Props} */ next) => {
      if (next.outcome && next.outcome !== told) show(side, next.outcome);
    },
    destroy: () => {
      on = false;
      release(props);
    },
  };
}

/** @param {number} side @param {string} name */
async function show(side, name) {
  await everyVariable().catch(() => {});
  if (variable(name).key) store.chooseChart(side, name);
}

/** @param {Props} series @returns {Picture} */
function pictureOf(series) {
  const lines = series.lines.map((/** @type {{ label: string, values: number[] }} */ { label, values }, /** @type {number} */ n) => ({ key: String(n), label, name: label, kind: LOOKS[n % LOOKS.length], values }));
  return { title: series.title ?? "", unit: series.unit ?? "", time: series.time, lines: lines.reverse(), bands: [], marks: [] };
}

/** A chart of its own in its place. @param {HTMLElement} host @param {Props} props */
function ownChart(host, props) {
  const title = element("h2", { class: "chart__title" });
  const figure = element("div", { class: "chart__figure" });
  host.append(element("article", { class: "chart chart--own" }, title, element("div", { class: "chart__frame" }, figure)));
  const chart = mountChart(figure);
  let latest = props;
  let stop = () => {};
  let gone = false;
  const draw = (/** @type {Picture} */ picture) => {
    write(title, picture.title);
    chart.draw(picture);
  };
  const name = () => (variable(latest.outcome ?? "").key ? latest.outcome : facts.headlines[0]);
  const follow = () => {
    if (latest.series) draw(pictureOf(latest.series));
    else if (live.drawn) live.schedule();
  };
  if (!props.series) {
    modelAt(props.model).then(async () => {
      await everyVariable().catch(() => {});
      if (gone) return;
      stop = live.view({
        names: () => [name()],
        seen: () => !host.closest("[hidden]"),
        draw: ({ state, list }) => draw(pictures.curves(list, name(), { marks: scenarios.marks(scenarios.of(state)) })),
      });
    }).catch((error) => console.error(error));
  }
  return {
    update: (/** @type {Props} */ next) => {
      latest = next;
      follow();
    },
    destroy: () => {
      gone = true;
      stop();
      chart.stop();
      host.replaceChildren();
    },
  };
}

export const OutcomeChart = component((host, props, report) => {
  if (!isKnown(props.id)) return ownChart(host, props);
  adopt(host, props);
  return adoptedChart(host, props, report);
});
