/** Line charts over time, drawn by us as SVG: a redraw only sets attributes of nodes that are there.
 *
 * What a chart shows is a Picture (types/page.d.ts), plain data. Its lines are drawn in their order, the last on top, its
 * bands under them, the widest first; every list of values is as long as time. `kind` names the look, by the style sheet
 * chart.css: "status-quo" (grey, dashed), "policy" (blue, solid), "pinned-0" to "pinned-3" (colours and dashes
 * of their own); any other kind takes --line-<kind> where the style sheet of the page sets it. Looks never rest on colour
 * alone: each kind has its dash, and its name stands at its end.
 *
 * Reading values off: mouse, touch and pen by pointing; by keyboard the chart is one stop, arrows move by one moment,
 * PageUp and PageDown by ten, Home and End to the ends, Escape closes. A screen reader hears the same as a slider's text.
 * Numbers as a table: chart-table.js; pictures for slides: chart-export.js.
 *
 * Nothing here sets a style attribute in markup or makes code from text, so a strict Content-Security-Policy holds.
 */
import { chartPlan } from "../core/chart-plan.js";
import { nearest } from "../core/chart-scale.js";
import * as numbers from "../core/numbers.js";
import { element, make, svgElement, write } from "../dom/elements.js";

/** @import { Plan } from "../core/chart-plan.js" */
/** @import { Picture } from "../types/page.js" */

const NARROW = 430; // pixels of width below which line ends carry no names

/** @param {Element} parent @param {keyof SVGElementTagNameMap} name @param {string} [kind] */
function node(parent, name, kind) {
  const made = parent.appendChild(svgElement(name));
  if (kind) made.setAttribute("class", kind);
  return made;
}

/** @param {Element} part @param {Record<string, string | number>} attributes */
function put(part, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (part.getAttribute(name) !== text) part.setAttribute(name, text);
  }
}

/**
 * As many children as there are data, made when first needed, hidden when there are fewer.
 * @template T
 * @param {Element} group
 * @param {keyof SVGElementTagNameMap} name
 * @param {T[]} data
 * @param {(child: Element, item: T, n: number) => void} paint
 */
function each(group, name, data, paint) {
  while (group.children.length < data.length) node(group, name);
  for (let n = 0; n < group.children.length; n++) {
    const child = group.children[n];
    if (n < data.length) paint(child, data[n], n);
    if (child.hasAttribute("display") === n < data.length) {
      if (n < data.length) child.removeAttribute("display");
      else child.setAttribute("display", "none");
    }
  }
}

/** What is read off at a moment: each line, band and figure of the record, the last drawn first. @param {Picture} picture @param {number} place of the moment */
function rowsAt(picture, place) {
  const { times = 1 } = picture.amount ?? {};
  const figure = (/** @type {number} */ value) => numbers.figure(value * times, times === 1 ? picture.places : undefined);
  const rows = linesAt(picture, place).map((line) => ({ kind: line.kind, label: line.label, text: figure(line.values[place]) }));
  for (const band of picture.bands ?? []) {
    if (!band.stale && band.label) rows.push({ kind: band.kind === "policy" ? "band-" + band.share : band.kind, label: band.label, text: figure(band.low[place]) + " – " + figure(band.high[place]) });
  }
  for (const { kind, label, points } of picture.points ?? []) {
    for (const point of points) {
      if (nearest(picture.time, point.time) !== place) continue;
      const range = point.low === point.high ? "" : ` (${figure(point.low)} – ${figure(point.high)})`;
      rows.push({ kind, label: [label, point.note].filter(Boolean).join(", "), text: figure(point.value) + range });
    }
  }
  return rows.reverse();
}

/** What the figures of a picture are in. @param {Picture} picture */
const unitOf = (picture) => picture.amount?.unit ?? picture.unit;

/** @param {Picture} picture @param {number} place */
const linesAt = (picture, place) => picture.lines.filter((line) => Number.isFinite(line.values[place]));

/** What somebody may ask of a moment that is read off: the words on the button, those about it, and what it does.
 * @typedef {{ label: string, about: (time: number) => string, act: (time: number) => void }} Ask */

export class Chart {
  /** @param {HTMLElement} host @param {Ask} [ask] */
  constructor(host, ask) {
    this.host = host;
    this.ask = ask;
    this.stays = false; // what is read off, until it is pressed elsewhere
    /** What it shows. @type {Picture | null} */
    this.picture = null;
    /** @type {Plan | null} */
    this.plan = null;
    this.axes = ""; // what is painted of them
    this.place = -1; // index of the moment that is read off, -1 for none
    this.width = 0;
    this.height = 0;
    this.size = 12;
    host.classList.add("plot");
    this.svg = svgElement("svg", { class: "plot__svg", "aria-hidden": "true", focusable: "false" });
    const group = (/** @type {string} */ name, parent = /** @type {Element} */ (this.svg)) => node(parent, "g", name && "plot__" + name);
    this.grid = group("grid");
    this.bands = group("bands");
    const axis = group("axis");
    this.down = group("down", axis);
    this.across = group("across", axis);
    this.references = group("references");
    const marks = group("marks");
    this.markLines = group("", marks);
    this.markTexts = group("", marks);
    this.threads = node(group("threads"), "path", "thread");
    this.lines = group("lines");
    this.poles = group("poles");
    const points = group("points");
    this.whiskers = group("", points);
    this.spots = group("", points);
    const ends = group("ends");
    this.endTexts = group("", ends);
    this.endTies = group("", ends);
    this.reading = group("reading");
    this.rule = node(this.reading, "line", "plot__rule");
    this.dots = group("", this.reading);
    this.unit = node(this.svg, "text", "plot__unit");
    this.tip = make("div", "plot__tip");
    this.tip.hidden = true;
    this.rows = this.tip.appendChild(make("div"));
    this.asks = ask ? this.tip.appendChild(element("button", { class: "button plot__ask", type: "button", onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), onclick: () => this.picture && ask.act(this.picture.time[this.place]) }, ask.label)) : null;
    this.hand = make("div", "plot__hand");
    put(this.hand, { role: "slider", tabindex: "0", "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0" });
    host.append(this.svg, this.hand, this.tip);
    this.reading.setAttribute("display", "none");
    this.watch = new ResizeObserver(([entry]) => this.resize(entry.contentRect));
    this.listen();
  }

  listen() {
    this.watch.observe(this.host);
    this.hand.addEventListener("pointermove", (event) => (!this.stays || event.buttons || event.pointerType === "touch") && this.point(event));
    this.hand.addEventListener("pointerdown", (event) => {
      this.stays = Boolean(this.ask);
      this.point(event);
    });
    // A finger that is lifted leaves as well: what it has read off stays until it taps elsewhere.
    this.hand.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && !this.stays && this.read(-1));
    this.host.addEventListener("focusout", (event) => !this.host.contains(/** @type {Node | null} */ (event.relatedTarget)) && this.read(-1));
    this.hand.addEventListener("focus", () => {
      if (this.place < 0 && this.picture && this.hand.matches(":focus-visible")) this.read(this.picture.time.length - 1);
    });
    this.hand.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {{ width: number, height: number }} to */
  resize({ width, height }) {
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    this.measure();
    this.redraw();
  }

  /** Draws, or draws again; a few milliseconds for two charts. @param {Picture} picture */
  draw(picture) {
    this.picture = picture;
    if (!this.width) {
      this.width = this.host.clientWidth;
      this.height = this.host.clientHeight;
      this.measure();
    }
    this.redraw();
  }

  /** Letters are as large as the style sheet has them, a little smaller where there is hardly room. */
  measure() {
    this.size = this.width < 300 ? 11 : parseFloat(window.getComputedStyle(this.svg).fontSize) || 12;
  }

  redraw() {
    const { picture, width, height } = this;
    if (!picture || !(width > 60) || !(height > 40)) return;
    const plan = chartPlan(picture, { width, height, size: this.size, labels: width >= NARROW });
    this.plan = plan;
    put(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    const axes = JSON.stringify([plan.box, plan.down, plan.across, plan.marks, plan.poles, plan.references, unitOf(picture)]);
    if (axes !== this.axes) this.paintAxes(plan, picture); // while a hand moves they mostly stay
    this.axes = axes;
    each(this.bands, "path", plan.bands, (path, band) => put(path, {
      class: `band band--${band.kind} band--${band.share}${band.stale ? " band--stale" : ""}`, d: band.d,
    }));
    put(this.threads, { d: plan.threads.d, "stroke-opacity": plan.threads.opacity });
    each(this.lines, "path", plan.lines, (path, line) => put(path, { class: `line line--${line.kind}`, "data-line": line.key, d: line.d }));
    each(this.whiskers, "path", plan.points, (path, point) => put(path, { class: "whisker", d: point.whisker }));
    each(this.spots, "path", plan.points, (path, point) => put(path, { class: `spot spot--${point.kind}`, "data-point": point.key, d: point.d }));
    each(this.endTexts, "text", plan.ends, (text, end) => {
      put(text, { class: `end end--${end.kind}`, x: end.x + 4, y: end.y + plan.size * 0.34 });
      write(text, end.text);
    });
    each(this.endTies, "line", plan.ends.filter((end) => !end.more), (tie, end) => put(tie, {
      class: `tie line--${end.kind}`, x1: end.x - 5, y1: end.at, x2: end.x + 2, y2: end.y,
    }));
    put(this.hand, { "aria-label": picture.words?.label ?? picture.title, "aria-valuemax": picture.time.length - 1 });
    if (this.place < 0) this.tell(picture, picture.time.length - 1);
    else this.read(Math.min(this.place, picture.time.length - 1));
  }

  paintAxes(/** @type {Plan} */ plan, /** @type {Picture} */ picture) {
    const { left, right, top, bottom } = plan.box;
    each(this.grid, "line", plan.down, (rule, tick) => put(rule, { x1: left, x2: right, y1: tick.at, y2: tick.at }));
    each(this.down, "text", plan.down, (text, tick) => {
      put(text, { x: left - 7, y: tick.at + plan.size * 0.34 });
      write(text, tick.text);
    });
    each(this.across, "text", plan.across, (text, tick) => {
      put(text, { x: tick.at, y: bottom + plan.size * 1.35 });
      write(text, tick.text);
    });
    each(this.references, "g", plan.references, (known, { at, text, x }) => {
      if (!known.firstChild) known.append(svgElement("line"), svgElement("text"));
      put(known.children[0], { x1: left, x2: right, y1: at, y2: at });
      put(known.children[1], { x, y: at - plan.size * 0.3 });
      write(known.children[1], text);
    });
    each(this.markLines, "line", plan.marks, (rule, mark) => put(rule, { x1: mark.at, x2: mark.at, y1: top, y2: bottom }));
    each(this.markTexts, "text", plan.marks, (text, mark) => {
      put(text, { x: mark.at + (mark.anchor === "end" ? -4 : 4), y: top + plan.size * (0.8 + 1.2 * mark.row), "text-anchor": mark.anchor });
      write(text, mark.text);
    });
    put(this.unit, { x: 2, y: plan.size });
    write(this.unit, unitOf(picture));
    each(this.poles, "text", plan.poles, (text, pole) => {
      put(text, { x: pole.x, y: pole.y });
      write(text, pole.text);
    });
    put(this.rule, { y1: top, y2: bottom });
  }

  // --- reading off -------------------------------------------------------------------------------------------

  /** @param {PointerEvent} event */
  point(event) {
    if (!this.plan || !this.picture) return;
    const { time } = this.picture;
    const at = event.clientX - this.hand.getBoundingClientRect().left;
    const { left, right } = this.plan.box;
    const share = Math.min(1, Math.max(0, (at - left) / (right - left)));
    this.read(nearest(time, time[0] + share * (time[time.length - 1] - time[0])));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.picture.time.length - 1;
    const now = this.place < 0 ? last : this.place;
    const moves = /** @type {Record<string, number>} */ ({
      ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1,
      PageDown: now - 10, PageUp: now + 10, Home: 0, End: last, Escape: -1,
    });
    const to = moves[event.key];
    if (to === undefined) return;
    if (event.key !== "Escape" || this.place >= 0) event.preventDefault();
    this.read(event.key === "Escape" ? -1 : Math.min(last, Math.max(0, to)));
  }

  /** Reads a moment off; -1 for none. @param {number} place */
  read(place) {
    this.place = place;
    const { picture, plan } = this;
    this.tip.hidden = place < 0 || !plan;
    if (place < 0) this.stays = false;
    this.tip.classList.toggle("plot__tip--stays", this.stays);
    if (place < 0 || !plan || !picture) {
      this.reading.setAttribute("display", "none");
      return;
    }
    this.reading.removeAttribute("display");
    const x = plan.x(picture.time[place]);
    put(this.rule, { x1: x, x2: x });
    each(this.dots, "circle", linesAt(picture, place), (dot, line) => put(dot, { class: `dot dot--${line.kind}`, cx: x, cy: plan.y(line.values[place]), r: 4 }));
    this.tell(picture, place);
    this.paintTip(picture, place, x, plan.box.top);
  }

  /** @param {Picture} picture @param {number} place */
  tell(picture, place) {
    const said = rowsAt(picture, place).map((row) => row.label + " " + row.text).join("; ");
    put(this.hand, { "aria-valuenow": place, "aria-valuetext": numbers.withUnit(numbers.moment(picture.time[place]) + ": " + said, unitOf(picture)) });
  }

  /** @param {Picture} picture @param {number} place @param {number} x @param {number} top */
  paintTip(picture, place, x, top) {
    const rows = rowsAt(picture, place);
    while (this.rows.children.length < rows.length + 1) this.rows.append(element("div", {}, ...["swatch", "name", "value"].map((kind) => make("span", "plot__" + kind))));
    if (this.ask && this.asks) this.asks.setAttribute("aria-label", this.ask.about(picture.time[place]));
    [...this.rows.children].forEach((row, n) => {
      row.toggleAttribute("hidden", n > rows.length);
      if (n > rows.length) return;
      const [swatch, name, value] = row.children;
      const told = n ? rows[n - 1] : { kind: "none", label: numbers.moment(picture.time[place]), text: unitOf(picture) };
      row.className = n ? "plot__row" : "plot__row plot__row--head";
      swatch.className = "plot__swatch swatch swatch--" + told.kind;
      write(name, told.label);
      write(value, told.text);
    });
    const wide = this.tip.offsetWidth;
    const left = x + 14 + wide > this.width ? x - 14 - wide : x + 14;
    this.tip.style.left = Math.max(0, Math.round(left)) + "px";
    this.tip.style.top = Math.round(top) + "px";
  }

  /** Takes it out again. */
  stop() {
    this.watch.disconnect();
    for (const part of [this.svg, this.hand, this.tip]) part.remove();
  }
}

/** Puts a chart into an element and keeps it as wide and high as that. */
export const mountChart = (/** @type {HTMLElement} */ host, /** @type {Ask | undefined} */ ask = undefined) => new Chart(host, ask);
