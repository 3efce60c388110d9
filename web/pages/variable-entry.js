/* What a variable of the Model page does: its course under status quo and the current policy, what each variable it
   uses goes through in the same years, and the tables it reads, as pictures. The browser's engine runs it, or the server. */
import * as scale from "../core/chart-scale.js";
import { variables } from "../core/facts.js";
import * as numbers from "../core/numbers.js";
import * as pictures from "../core/pictures.js";
import * as scenarios from "../core/scenario.js";
import { say } from "../core/words.js";
import * as store from "../core/state.js";
import { everyVariable } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import { make, one, write } from "../dom/elements.js";
import * as router from "../dom/router.js";
import { mountChart } from "../chart/chart.js";

const SVG = "http://www.w3.org/2000/svg";
const TABLE = { width: 220, height: 120, edge: 18 };
const MOST = 60; // variables of one entry whose values are told; the server gives no more at once

const shown = new Set(); // entries on show: {element, draw}

/* The course of a variable as a chart, and a way to Explore with it. Arrays have no one course. */
export function course(found) {
  const place = make("dd", "entry__course");
  const host = place.appendChild(make("div", "entry__chart"));
  const told = place.appendChild(make("p", "entry__told"));
  const explore = place.appendChild(make("button", "button", found.course.explore));
  explore.type = "button";
  explore.addEventListener("click", () => {
    store.chooseChart(0, found.name);
    one('.nav__link[data-page="explore"]').click();
  });
  return { place, host, told };
}

function scenes(runs) {
  const policy = scenarios.of(store.now);
  const same = scenarios.isStatusQuo(policy);
  const reference = { key: "status-quo", kind: "status-quo", name: say("explore.status_quo"), label: say("explore.status_quo"), run: runs[1] };
  const ours = { key: "policy", kind: "policy", name: say("explore.policy"), label: scenarios.name(policy), run: runs[0] };
  return same ? [reference] : [reference, ours];
}

async function runsOf(names) {
  const settings = [scenarios.of(store.now), scenarios.statusQuo()].map((scenario) => scenarios.constants(scenario, store.now.assumptions));
  return simulator.ask(settings, names);
}

/* Fills an entry that has come; links: the buttons of what it uses. */
export async function fill(found, { host, told, place }, links) {
  await everyVariable();
  const known = new Set(variables.map((about) => about.name));
  const varies = known.has(found.name) && Boolean(found.course.varies);
  const others = links.filter((link) => known.has(link.dataset.name)).slice(0, MOST);
  const names = [...new Set([...(varies ? [found.name] : []), ...others.map((link) => link.dataset.name)])];
  if (!names.length) return;
  const chart = varies ? mountChart(host) : null;
  const draw = async () => {
    const runs = await runsOf(names);
    if (chart) {
      const list = scenes(runs);
      chart.draw(pictures.curves(list, found.name, { marks: scenarios.marks(scenarios.of(store.now)) }));
      write(told, pictures.summary(found.name, runs[0], runs[1], list.length === 1));
    }
    for (const link of others) value(link, runs[0]);
  };
  await draw();
  shown.add({ element: place, draw });
}

/* From its first value to its last, as what uses it met it. */
function value(link, run) {
  const values = run.of(link.dataset.name);
  const [first, last] = [values[0], values[values.length - 1]];
  const figure = (number) => numbers.figure(Number(number.toFixed(6)) === 0 ? 0 : number, numbers.places(Math.max(Math.abs(first), Math.abs(last))));
  const still = Math.abs(last - first) <= 1e-9 * Math.max(1, Math.abs(first));
  const told = link.parentNode.querySelector(".entry__value") || link.parentNode.appendChild(make("span", "entry__value"));
  write(told, still ? figure(last) : `${figure(first)} → ${figure(last)} ${last > first ? "▲" : "▼"}`);
}

/* A table as the line through its points. */
export function table({ label, x, y }) {
  const place = make("figure", "entry__table");
  const { width, height, edge } = TABLE;
  const drawn = document.createElementNS(SVG, "svg");
  const add = (name, attributes, text) => {
    const made = drawn.appendChild(document.createElementNS(SVG, name));
    for (const [key, set] of Object.entries(attributes)) made.setAttribute(key, set);
    if (text !== undefined) made.textContent = text;
  };
  const ends = (values) => [Math.min(...values), Math.max(...values)];
  const [[left, right], [low, high]] = [ends(x), ends(y)];
  const across = scale.line(left, right, 6, width - 6);
  const up = scale.line(low, high === low ? low + 1 : high, height - edge, edge);
  drawn.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", `${label}: ${x.map((at, n) => `${numbers.figure(at)} → ${numbers.figure(y[n])}`).join("; ")}`);
  add("path", { class: "entry__axis", d: `M6 ${height - edge}H${width - 6}M6 ${edge}V${height - edge}` });
  add("path", { class: "line line--policy", d: "M" + x.map((at, n) => across(at).toFixed(1) + " " + up(y[n]).toFixed(1)).join("L") });
  if (x.length < 30) for (const [n, at] of x.entries()) add("circle", { class: "dot dot--policy", cx: across(at).toFixed(1), cy: up(y[n]).toFixed(1), r: 3 });
  const text = (at, number, anchor) => add("text", { x: at[0], y: at[1], "text-anchor": anchor }, numbers.figure(number));
  text([6, height - 4], left, "start");
  text([width - 6, height - 4], right, "end");
  text([10, edge - 5], high, "start");
  place.append(drawn, make("figcaption", "", label));
  return place;
}

export const begin = () => store.rest(() => {
  for (const entry of shown) {
    if (!entry.element.isConnected) shown.delete(entry);
    else if (router.page() === "model") entry.draw().catch(() => {});
  }
});
