/* Line charts over time, drawn by us as SVG: a redraw only sets attributes of nodes that are there.

     const chart = mountChart(host, {words})        puts a chart into an element and keeps it as wide and high as that
     chart.draw(picture)                            draws, or draws again; a few milliseconds for two charts
     chart.picture                                  what it shows
     chart.stop()                                   takes it out again

   A picture is plain data:

     {title, unit, time: [...],                     time: moments, ascending; unit: of the value axis, "" for none
      places,                                       decimal places of the read-out (default: three significant figures)
      limits: [low, high],                          values that the axis must hold whatever is drawn (optional)
      lines: [{key, label, name, kind, values, silent}],   drawn in this order, the last on top
      bands: [{key, label, kind, share, low, high, stale}], areas under the lines, the widest first; stale: shown faded
      points: [{key, label, kind, points: [{time, value, low, high, note}]}],   figures of a record with their ranges
      marks: [{time, label}],                       events, as labelled upright lines
      words: {label}}                               what a screen reader calls the read-out

   Every list of values is as long as time. `kind` names the look, by the style sheet 3-chart.css: "status-quo" (grey,
   dashed), "policy" (blue, solid), "pinned-0", "pinned-1", "pinned-2" (colours and dashes of their own); any other kind
   takes --line-<kind> where the style sheet of the page sets it. `name` is the short label at the line's end; a silent
   line has none. Looks never rest on colour alone: each kind has its dash, and its name stands at its end.

   Reading values off: mouse, touch and pen by pointing; by keyboard the chart is one stop, arrows move by one moment,
   PageUp and PageDown by ten, Home and End to the ends, Escape closes. A screen reader hears the same as a slider's text.
   Numbers as a table: PolicyLab.chartTable (chart-table.js). Pictures for slides: PolicyLab.chartExport (chart-export.js).

   Nothing here sets a style attribute in markup or makes code from text, so a strict Content-Security-Policy holds. */
import { chartPlan } from "../core/chart-plan.js";
import { nearest } from "../core/chart-scale.js";
import * as numbers from "../core/numbers.js";
import { write } from "../dom/elements.js";

const SVG = "http://www.w3.org/2000/svg";
const NARROW = 430; // pixels of width below which line ends carry no names

function node(name, parent, kind) {
  const made = document.createElementNS(SVG, name);
  if (kind) made.setAttribute("class", kind);
  if (parent) parent.appendChild(made);
  return made;
}

function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
  return element;
}

const say = (element, text) => write(element, text);

/* As many children as there are data, made when first needed, hidden when there are fewer. */
function each(group, name, data, paint) {
  while (group.childNodes.length < data.length) node(name, group);
  group.childNodes.forEach((child, n) => {
    if (n < data.length) paint(child, data[n], n);
    if (child.hasAttribute("display") === n < data.length) {
      if (n < data.length) child.removeAttribute("display");
      else child.setAttribute("display", "none");
    }
  });
}

class Chart {
  constructor(host, options) {
    this.host = host;
    this.words = (options && options.words) || {};
    this.picture = null;
    this.plan = null;
    this.axes = ""; // what is painted of them
    this.place = -1; // index of the moment that is read off, -1 for none
    this.frame();
    this.listen();
  }

  frame() {
    this.host.classList.add("plot");
    this.svg = node("svg", null, "plot__svg");
    put(this.svg, { "aria-hidden": "true", focusable: "false" });
    const names = ["grid", "bands", "axis", "marks", "lines", "points", "ends", "reading"];
    this.groups = Object.fromEntries(names.map((name) => [name, node("g", this.svg, "plot__" + name)]));
    this.unit = node("text", this.svg, "plot__unit");
    this.rule = node("line", this.groups.reading, "plot__rule");
    this.dots = node("g", this.groups.reading);
    this.down = node("g", this.groups.axis, "plot__down");
    this.across = node("g", this.groups.axis, "plot__across");
    this.markLines = node("g", this.groups.marks);
    this.markTexts = node("g", this.groups.marks);
    this.whiskers = node("g", this.groups.points);
    this.spots = node("g", this.groups.points);
    this.endTexts = node("g", this.groups.ends);
    this.endTies = node("g", this.groups.ends);
    this.tip = document.createElement("div");
    this.tip.className = "plot__tip";
    this.tip.hidden = true;
    this.hand = document.createElement("div");
    this.hand.className = "plot__hand";
    put(this.hand, { role: "slider", tabindex: "0", "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0" });
    this.host.append(this.svg, this.hand, this.tip);
    this.groups.reading.setAttribute("display", "none");
  }

  listen() {
    this.watch = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      if (width === this.width && height === this.height) return;
      this.width = width;
      this.height = height;
      this.measure();
      this.redraw();
    });
    this.watch.observe(this.host);
    this.hand.addEventListener("pointermove", (event) => this.point(event));
    this.hand.addEventListener("pointerdown", (event) => this.point(event));
    this.hand.addEventListener("pointerleave", () => this.read(-1));
    this.hand.addEventListener("blur", () => this.read(-1));
    this.hand.addEventListener("focus", () => {
      if (this.place < 0 && this.picture && this.hand.matches(":focus-visible")) this.read(this.picture.time.length - 1);
    });
    this.hand.addEventListener("keydown", (event) => this.key(event));
  }

  draw(picture) {
    this.picture = picture;
    if (!this.width) {
      this.width = this.host.clientWidth;
      this.height = this.host.clientHeight;
      this.measure();
    }
    this.redraw();
  }

  /* Letters are as large as the style sheet has them, a little smaller where there is hardly room. */
  measure() {
    this.size = this.width < 300 ? 11 : parseFloat(window.getComputedStyle(this.svg).fontSize) || 12;
  }

  redraw() {
    const { picture, width, height } = this;
    if (!picture || !(width > 60) || !(height > 40)) return;
    const plan = chartPlan(picture, { width, height, size: this.size, labels: width >= NARROW });
    this.plan = plan;
    put(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    const axes = JSON.stringify([plan.box, plan.down, plan.across, plan.marks, picture.unit]);
    if (axes !== this.axes) this.paintAxes(plan, picture); // while a hand moves they mostly stay
    this.axes = axes;
    each(this.groups.bands, "path", plan.bands, (path, band) => put(path, {
      class: `band band--${band.kind} band--${band.share}${band.stale ? " band--stale" : ""}`, d: band.d,
    }));
    each(this.groups.lines, "path", plan.lines, (path, line) => put(path, { class: `line line--${line.kind}`, "data-line": line.key, d: line.d }));
    each(this.whiskers, "path", plan.points, (path, point) => put(path, { class: "whisker", d: point.whisker }));
    each(this.spots, "path", plan.points, (path, point) => put(path, { class: `spot spot--${point.kind}`, "data-point": point.key, d: point.d }));
    each(this.endTexts, "text", plan.ends, (text, end) => {
      put(text, { class: `end end--${end.kind}`, x: end.x + 4, y: end.y + plan.size * 0.34 });
      say(text, end.text);
    });
    each(this.endTies, "line", plan.ends.filter((end) => !end.more), (tie, end) => put(tie, {
      class: `tie line--${end.kind}`, x1: end.x - 5, y1: end.at, x2: end.x + 2, y2: end.y,
    }));
    put(this.hand, { "aria-label": (picture.words && picture.words.label) || picture.title, "aria-valuemax": picture.time.length - 1 });
    if (this.place < 0) this.tell(picture.time.length - 1);
    else this.read(Math.min(this.place, picture.time.length - 1));
  }

  paintAxes(plan, picture) {
    const { left, right, top, bottom } = plan.box;
    each(this.groups.grid, "line", plan.down, (rule, tick) => put(rule, { x1: left, x2: right, y1: tick.at, y2: tick.at }));
    each(this.down, "text", plan.down, (text, tick) => {
      put(text, { x: left - 7, y: tick.at + plan.size * 0.34 });
      say(text, tick.text);
    });
    each(this.across, "text", plan.across, (text, tick) => {
      put(text, { x: tick.at, y: bottom + plan.size * 1.35 });
      say(text, tick.text);
    });
    each(this.markLines, "line", plan.marks, (rule, mark) => put(rule, { x1: mark.at, x2: mark.at, y1: top, y2: bottom }));
    each(this.markTexts, "text", plan.marks, (text, mark) => {
      put(text, { x: mark.at + (mark.anchor === "end" ? -4 : 4), y: top + plan.size * (0.8 + 1.2 * mark.row), "text-anchor": mark.anchor });
      say(text, mark.text);
    });
    put(this.unit, { x: 2, y: plan.size });
    say(this.unit, picture.unit || "");
    put(this.rule, { y1: top, y2: bottom });
  }

  // --- reading off -------------------------------------------------------------------------------------------

  point(event) {
    if (!this.plan) return;
    const { time } = this.picture;
    const at = event.clientX - this.hand.getBoundingClientRect().left;
    const { left, right } = this.plan.box;
    const share = Math.min(1, Math.max(0, (at - left) / (right - left)));
    this.read(nearest(time, time[0] + share * (time[time.length - 1] - time[0])));
  }

  key(event) {
    if (!this.picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.picture.time.length - 1;
    const now = this.place < 0 ? last : this.place;
    const to = {
      ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1,
      PageDown: now - 10, PageUp: now + 10, Home: 0, End: last, Escape: -1,
    }[event.key];
    if (to === undefined) return;
    if (event.key !== "Escape" || this.place >= 0) event.preventDefault();
    this.read(event.key === "Escape" ? -1 : Math.min(last, Math.max(0, to)));
  }

  read(place) {
    this.place = place;
    const shown = place >= 0 && this.plan;
    this.tip.hidden = !shown;
    if (!shown) {
      this.groups.reading.setAttribute("display", "none");
      return;
    }
    this.groups.reading.removeAttribute("display");
    const { picture, plan } = this;
    const x = plan.x(picture.time[place]);
    put(this.rule, { x1: x, x2: x });
    const lines = picture.lines.filter((line) => Number.isFinite(line.values[place]));
    each(this.dots, "circle", lines, (dot, line) => put(dot, {
      class: `dot dot--${line.kind}`, cx: x, cy: plan.y(line.values[place]), r: 4,
    }));
    this.tell(place);
    this.paintTip(place, lines, x);
  }

  rows(place) {
    const { picture } = this;
    const lines = picture.lines.filter((line) => Number.isFinite(line.values[place]));
    const figure = (value) => numbers.figure(value, picture.places);
    const rows = lines.map((line) => ({ kind: line.kind, label: line.label, text: figure(line.values[place]) }));
    for (const band of picture.bands || []) {
      if (!band.stale && band.label) rows.push({ kind: "band-" + band.share, label: band.label, text: figure(band.low[place]) + " – " + figure(band.high[place]) });
    }
    for (const { kind, label, points } of picture.points || []) {
      for (const point of points) {
        if (nearest(picture.time, point.time) !== place) continue;
        const range = point.low === point.high ? "" : ` (${figure(point.low)} – ${figure(point.high)})`;
        rows.push({ kind, label: [label, point.note].filter(Boolean).join(", "), text: figure(point.value) + range });
      }
    }
    return rows.reverse();
  }

  tell(place) {
    const { picture } = this;
    const said = this.rows(place).map((row) => row.label + " " + row.text).join("; ");
    put(this.hand, { "aria-valuenow": place, "aria-valuetext": when(picture.time[place]) + ": " + said + (picture.unit ? " " + picture.unit : "") });
  }

  paintTip(place, lines, x) {
    const rows = this.rows(place);
    while (this.tip.childNodes.length < rows.length + 1) {
      const row = document.createElement("div");
      for (const kind of ["swatch", "name", "value"]) row.appendChild(document.createElement("span")).className = "plot__" + kind;
      this.tip.appendChild(row);
    }
    this.tip.childNodes.forEach((row, n) => {
      row.hidden = n > rows.length;
      if (row.hidden) return;
      const [swatch, name, value] = row.childNodes;
      const told = n ? rows[n - 1] : { kind: "none", label: when(this.picture.time[place]), text: this.picture.unit || "" };
      row.className = n ? "plot__row" : "plot__row plot__row--head";
      swatch.className = "plot__swatch swatch swatch--" + told.kind;
      say(name, told.label);
      say(value, told.text);
    });
    const wide = this.tip.offsetWidth;
    const left = x + 14 + wide > this.width ? x - 14 - wide : x + 14;
    this.tip.style.left = Math.max(0, Math.round(left)) + "px";
    this.tip.style.top = Math.round(this.plan.box.top) + "px";
  }

  stop() {
    this.watch.disconnect();
    for (const part of [this.svg, this.hand, this.tip]) part.remove();
  }
}

const when = (time) => String(Number(time.toFixed(2)));

/** Puts a chart into an element and keeps it as wide and high as that. */
export const mountChart = (host, options) => new Chart(host, options);
