/** Where everything of a line chart goes, as plain numbers and SVG path texts: the page and the exports draw the same plan. */
import * as scale from "./chart-scale.js";
import * as numbers from "./numbers.js";
/** @import { Numbers, Picture } from "../types/page.js" */
/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */
/** @typedef {(value: number) => number} Scale from a value to a pixel */
/** @typedef {{ at: number, text: string }} Tick */
/** @typedef {{ at: number, text: string, row: number, anchor: string }} PlannedMark an event and its label */
/** @typedef {{ kind: string, text: string, x: number, y: number, at: number, more: boolean }} End
 * a name at a line's end, which is at `at`; a long one in two lines, of which the second has `more` */
/** @typedef {{ key: string, kind: string, d: string }} Path */
/** @typedef {ReturnType<typeof chartPlan>} Plan */

const LETTER = 0.55; // mean width of a letter, in parts of its size

/** @param {number} value */
const tenth = (value) => Math.round(value * 10) / 10;

/** @param {Picture} picture */
function range(picture) {
  let [low, high] = picture.limits ?? [Infinity, -Infinity];
  const look = (/** @type {Numbers} */ values) => {
    for (let i = 0; i < values.length; i++) {
      if (values[i] < low) low = values[i];
      if (values[i] > high) high = values[i];
    }
  };
  for (const line of picture.lines) look(line.values);
  for (const band of picture.bands ?? []) {
    look(band.low);
    look(band.high);
  }
  for (const { points } of picture.points ?? []) for (const point of points) look([point.low, point.high]);
  return scale.limits(low, high);
}

/** @param {Numbers} time @param {Numbers} values @param {Scale} x @param {Scale} y */
function path(time, values, x, y) {
  let text = "";
  let pen = "M";
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      pen = "M";
      continue;
    }
    text += pen + tenth(x(time[i])) + " " + tenth(y(values[i]));
    pen = "L";
  }
  return text;
}

/** In pieces, where there are moments without a band. @param {Numbers} time @param {Numbers} low @param {Numbers} high @param {Scale} x @param {Scale} y */
function area(time, low, high, x, y) {
  let text = "";
  for (let from = 0; from < time.length; from++) {
    if (!Number.isFinite(low[from])) continue;
    let to = from;
    while (to + 1 < time.length && Number.isFinite(low[to + 1])) to++;
    for (let i = from; i <= to; i++) text += (i > from ? "L" : "M") + tenth(x(time[i])) + " " + tenth(y(high[i]));
    for (let i = to; i >= from; i--) text += "L" + tenth(x(time[i])) + " " + tenth(y(low[i]));
    text += "Z";
    from = to;
  }
  return text;
}

/** @type {WeakMap<Numbers, { place: string, other: Numbers | null, d: string }>} */
const outlines = new WeakMap();

/**
 * What was drawn of some values, as long as it has the same place: while a hand moves most of a chart stays as it is.
 * Values themselves never change, a new run has new ones.
 * @param {Numbers} values
 * @param {Numbers | null} other a band's other edge
 * @param {string} place
 * @param {() => string} draw
 */
function kept(values, other, place, draw) {
  const known = outlines.get(values);
  if (known && known.place === place && known.other === other) return known.d;
  const d = draw();
  outlines.set(values, { place, other, d });
  return d;
}

const CORNERS = [[[-1, -1], [1, -1], [1, 1], [-1, 1]], [[0, -1.4], [1.4, 0], [0, 1.4], [-1.4, 0]], [[0, -1.3], [1.25, 1], [-1.25, 1]]];

/**
 * A round spot, and for further series of the same chart a square, a diamond, a triangle.
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {number} number of the series
 */
export function spot(x, y, r, number) {
  if (number % 4 === 0) return `M${tenth(x - r)} ${tenth(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  return "M" + CORNERS[(number % 4) - 1].map(([dx, dy]) => tenth(x + dx * r) + " " + tenth(y + dy * r)).join("L") + "Z";
}

/** Each figure of the record with a whisker over its range. @param {Picture} picture @param {Scale} x @param {Scale} y @param {number} size */
function spots(picture, x, y, size) {
  const [first, last] = [picture.time[0], picture.time[picture.time.length - 1]];
  return (picture.points ?? []).flatMap(({ key, kind, points }, number) => points
    .filter((point) => point.time >= first && point.time <= last)
    .map((point) => {
      const [at, low, high] = [tenth(x(point.time)), tenth(y(point.low)), tenth(y(point.high))];
      const cap = size * 0.25;
      const whisker = low === high ? "" : `M${at} ${low}V${high}M${at - cap} ${low}h${2 * cap}M${at - cap} ${high}h${2 * cap}`;
      return { key, kind, d: spot(at, y(point.value), size * 0.32, number), whisker };
    }));
}

/** A name in one or two lines of so many letters; what does not fit is cut. @param {string} name @param {number} letters */
function broken(name, letters) {
  const cut = (/** @type {string} */ text) => (text.length > letters ? text.slice(0, letters - 1).trim() + "…" : text);
  if (name.length <= letters) return [name];
  const space = name.lastIndexOf(" ", letters);
  return space > 0 ? [name.slice(0, space), cut(name.slice(space + 1))] : [cut(name)];
}

/**
 * The names at the right ends, moved apart so that none covers another, in the order of the lines' ends.
 * @param {Picture} picture
 * @param {Box} box
 * @param {Scale} y
 * @param {number} size
 * @param {number} room pixels for a name
 * @returns {End[]}
 */
function ends(picture, box, y, size, room) {
  const letters = Math.max(4, Math.floor(room / (size * LETTER)));
  const apart = size * 1.15;
  const found = picture.lines
    .filter((line) => !line.silent && Number.isFinite(line.values[line.values.length - 1]))
    .map((line) => {
      const at = y(line.values[line.values.length - 1]);
      const lines = broken(line.name || line.label, letters);
      return { kind: line.kind, lines, below: (lines.length - 1) * apart, y: at, at };
    })
    .sort((a, b) => a.y - b.y);
  for (let n = 1; n < found.length; n++) found[n].y = Math.max(found[n].y, found[n - 1].y + found[n - 1].below + apart);
  let floor = box.bottom;
  for (let n = found.length - 1; n >= 0; n--) {
    found[n].y = Math.min(found[n].y, floor - found[n].below);
    floor = found[n].y - apart;
  }
  return found.flatMap(({ kind, lines, y: from, at }) => lines.map((text, n) => ({ kind, text, x: box.right + 6, y: from + n * apart, at, more: n > 0 })));
}

/**
 * Events with their labels, each in the first row where it covers no other.
 * @param {Picture} picture
 * @param {Box} box
 * @param {Scale} x
 * @param {number} size
 * @returns {PlannedMark[]}
 */
function marks(picture, box, x, size) {
  /** @type {[number, number][][]} */
  const rows = [];
  return (picture.marks ?? []).map((mark) => {
    const at = x(mark.time);
    const wide = mark.label.length * size * LETTER + 8;
    const before = at + wide > box.right && (at - wide > 0 || at > box.left + box.right - at); // at least where there is more room
    const from = before ? at - wide : at;
    let row = 0;
    while ((rows[row] ?? []).some(([left, right]) => from < right && from + wide > left)) row += 1;
    (rows[row] ??= []).push([from, from + wide]);
    return { at: tenth(at), text: mark.label, row, anchor: before ? "end" : "start" };
  });
}

/** Ticks of the value axis. @param {number} low @param {number} high @param {number} tall @param {number} size @param {number} times what a figure is written in */
function valueTicks(low, high, tall, size, times) {
  const steps = scale.ticks(low, high, Math.max(2, Math.min(7, Math.floor(tall / (size * 2.6)) + 1)));
  const places = scale.stepPlaces((steps.length > 1 ? steps[1] - steps[0] : 1) * times);
  const apart = Math.max(Math.abs(low), Math.abs(high)) * times >= 10000;
  return steps.map((value) => ({ value, text: numbers.figure(value * times, places, apart) }));
}

/** What the ends of the value axis mean: the upper one above the plot, the lower one at its foot.
 * @param {Picture} picture @param {Box} box @param {number} size */
function poles({ poles: both, unit }, box, size) {
  if (!both) return [];
  const behind = unit ? unit.length * size * LETTER + 2 * size : 0;
  return [{ text: `↑ ${both[1]}`, x: 2 + behind, y: size }, { text: `↓ ${both[0]}`, x: box.left + 6, y: box.bottom - size * 0.45 }];
}

/** Thin lines as one path, the fainter the more there are. @param {Picture} picture @param {Scale} x @param {Scale} y */
function threads({ threads: many }, x, y) {
  const { time = [], values = [] } = many ?? {};
  return { d: values.map((each) => path(time, each, x, y)).join(""), opacity: Math.min(0.5, Math.max(0.14, 12 / (values.length || 1))) };
}

const MOST_REFERENCES = 3;

/**
 * Known values that lie on the axis, the weightiest first, as many as have room for their names at the left: none over another,
 * over an event's or over what the foot of the axis means.
 * @param {Picture} picture
 * @param {Box} box
 * @param {Scale} y
 * @param {number} size
 * @param {PlannedMark[]} events
 */
function references(picture, box, y, size, events) {
  const taken = events.map(({ at, text, row, anchor }) => {
    const wide = text.length * size * LETTER + 8;
    const top = box.top + size * (1.2 * row - 0.2);
    return { left: anchor === "end" ? at - wide : at, right: anchor === "end" ? at : at + wide, top, bottom: top + size * 1.3 };
  });
  if (picture.poles) taken.push({ left: box.left, right: box.left + picture.poles[0].length * size * LETTER + 3 * size, top: box.bottom - size * 1.6, bottom: box.bottom });
  /** @type {{ at: number, text: string, x: number }[]} */
  const found = [];
  for (const { label, value } of picture.references ?? []) {
    const at = tenth(y(value));
    const place = { left: box.left, right: box.left + label.length * size * LETTER + 12, top: at - size * 1.25, bottom: at + 2 };
    if (found.length >= MOST_REFERENCES || place.top < box.top || place.bottom > box.bottom) continue;
    if (taken.some((other) => place.left < other.right && place.right > other.left && place.top < other.bottom && place.bottom > other.top)) continue;
    taken.push(place);
    found.push({ at, text: label, x: box.left + 6 });
  }
  return found;
}

/**
 * @param {Picture} picture
 * @param {{ width: number, height: number, size?: number, labels?: boolean }} look pixels of the whole chart, of its
 *   letters, and whether lines carry their names at their right ends
 */
export function chartPlan(picture, { width, height, size = 12, labels = true }) {
  const [low, high] = range(picture);
  const bottom = height - size * 1.7;
  const top = size * 0.7 + (picture.unit || picture.poles ? size * 1.3 : 0);
  const down = valueTicks(low, high, bottom - top, size, picture.amount?.times ?? 1);
  const widest = Math.max(...down.map((tick) => tick.text.length));
  const room = labels && picture.lines.some((line) => !line.silent) ? Math.min(width * 0.24, 11 * size) : 0;
  const box = { left: Math.ceil(widest * size * 0.6 + 10), right: Math.floor(width - Math.max(room, size * 1.4)), top, bottom };
  const { time } = picture;
  const last = time[time.length - 1];
  const x = scale.line(time[0], last, box.left, box.right);
  const y = scale.line(low, high, bottom, top);
  const place = [box.left, box.right, top, bottom, low, high, time[0], time.length].join();
  const events = marks(picture, box, x, size);
  const years = scale.years(time[0], last, Math.max(2, Math.floor((box.right - box.left) / (size * 4.5))));
  const moment = scale.stepPlaces(years.length > 1 ? years[1] - years[0] : 1);
  return {
    width, height, size, box, x, y, limits: [low, high],
    down: down.map((tick) => ({ at: tenth(y(tick.value)), text: tick.text })),
    across: years.map((year) => ({ at: tenth(x(year)), text: String(Number(year.toFixed(moment))) })),
    bands: (picture.bands ?? []).map((band) => ({
      key: band.key, kind: band.kind, share: band.share, stale: Boolean(band.stale), d: kept(band.low, band.high, place, () => area(time, band.low, band.high, x, y)),
    })),
    lines: picture.lines.map((line) => ({ key: line.key, kind: line.kind, d: kept(line.values, null, place, () => path(time, line.values, x, y)) })),
    points: spots(picture, x, y, size),
    threads: threads(picture, x, y),
    marks: events,
    references: references(picture, box, y, size, events),
    poles: poles(picture, box, size),
    ends: labels ? ends(picture, box, y, size, room - 8) : [],
  };
}
