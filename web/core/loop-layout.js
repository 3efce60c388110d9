/** Where the boxes and arrows of a causal-loop diagram go. Points are [x, y] in pixels, y downwards. */
/** @typedef {[number, number]} Point */
/** @typedef {{ w: number, h: number }} Size */
/** @typedef {{ start: Point, control: Point, end: Point }} Curve a quadratic one */

const EDGE = 12;
const GAP = { x: 20, y: 30 }; // between boxes, for an arrow and its sign
const AROUND = { x: 30, y: 36 }; // and on a ring, where each has an arrow to the next
const NARROWEST = 660; // of several loops together: below it they are scrolled
const STEPS = 60;
const FREE = 5; // between a box and what begins or ends at it

/** @param {number[]} values */
const largest = (values) => Math.max(...values);

/** @param {Point[]} at @param {Size[]} sizes @param {{ x: number, y: number }} [gap] */
export const overlap = (at, sizes, gap = GAP) => at.some(([x, y], i) => at.some(([u, v], j) => j < i
  && Math.abs(x - u) < (sizes[i].w + sizes[j].w) / 2 + gap.x && Math.abs(y - v) < (sizes[i].h + sizes[j].h) / 2 + gap.y));

/**
 * The boxes of one loop on an ellipse, clockwise from the top, the way between two the same all around.
 * @param {Size[]} sizes
 * @param {number} width room there is
 */
export function ring(sizes, width) {
  const [widest, tallest] = [largest(sizes.map(({ w }) => w)), largest(sizes.map(({ h }) => h))];
  const across = Math.max(40, Math.min((width - widest) / 2 - EDGE, 70 + sizes.length * 28));
  let down = Math.max(105, across * 0.6);
  /** @type {Point[]} */
  let at = [];
  do {
    at = around(sizes.length, across, down).map(([x, y]) => [x + width / 2, y + down + tallest / 2 + EDGE]);
    down *= 1.05;
  } while (overlap(at, sizes, AROUND) && down < 4 * across);
  if (overlap(at, sizes, AROUND)) return columns(sizes, width, [widest, tallest]);
  return { at, width, height: Math.ceil(largest(at.map(([, y], i) => y + sizes[i].h / 2)) + EDGE) };
}

/** The same where it is too narrow for an ellipse: one box on top, the others down the right side and up the left. @param {Size[]} sizes @param {number} width @param {number[]} largestOf */
function columns(sizes, width, [widest, tallest]) {
  const whole = Math.max(width, 2 * widest + AROUND.x + 2 * EDGE);
  const aside = (whole - widest) / 2 - EDGE;
  const row = (/** @type {number} */ n) => n * (tallest + AROUND.y) + tallest / 2 + EDGE;
  const last = sizes.length / 2; // the row below, of its own where their number is even
  const at = sizes.map((_, n) => /** @type {Point} */ ([whole / 2 + (n % last === 0 ? 0 : n < last ? aside : -aside), row(Math.min(n, sizes.length - n))]));
  return { at, width: whole, height: Math.ceil(row(Math.floor(last)) + tallest / 2 + EDGE) };
}

/** @param {number} count @param {number} across @param {number} down @returns {Point[]} */
function around(count, across, down) {
  const fine = Array.from({ length: 721 }, (_, n) => (n / 720) * 2 * Math.PI - Math.PI / 2).map((angle) => [across * Math.cos(angle), down * Math.sin(angle)]);
  const way = [0];
  for (let n = 1; n < fine.length; n += 1) way.push(way[n - 1] + Math.hypot(fine[n][0] - fine[n - 1][0], fine[n][1] - fine[n - 1][1]));
  return Array.from({ length: count }, (_, n) => /** @type {Point} */ (fine[way.findIndex((length) => length >= (n / count) * way[720])]));
}

/**
 * Boxes that have a place of their own, pushed apart until they are clear of each other.
 * @param {Point[]} places
 * @param {Size[]} sizes
 * @param {number} width room there is
 * @param {number} height room there is at first; more is taken where the boxes need it
 */
export function spread(places, sizes, width, height) {
  const whole = Math.max(width, NARROWEST);
  const ends = [0, 1].map((way) => places.map((place) => place[way])).map((values) => [Math.min(...values), largest(values) - Math.min(...values) || 1]);
  const [widest, tallest] = [largest(sizes.map(({ w }) => w)), largest(sizes.map(({ h }) => h))];
  for (let tall = height; ; tall *= 1.08) {
    const room = [whole - widest - 2 * EDGE, tall - tallest - 2 * EDGE];
    const at = places.map((place) => /** @type {Point} */ ([0, 1].map((way) => ((place[way] - ends[way][0]) / ends[way][1]) * room[way] + [widest, tallest][way] / 2 + EDGE)));
    if (apart(at, sizes, [whole, tall]) || tall > 3000) return { at, width: whole, height: Math.ceil(tall) };
  }
}

/** Pushes boxes off each other within a frame; whether there was room. @param {Point[]} at changed in place @param {Size[]} sizes @param {number[]} frame */
function apart(at, sizes, frame) {
  for (let round = 0; round < 300 && overlap(at, sizes); round += 1) {
    for (let i = 0; i < at.length; i += 1) {
      for (let j = 0; j < i; j += 1) push(at[i], at[j], [(sizes[i].w + sizes[j].w) / 2 + GAP.x + 1, (sizes[i].h + sizes[j].h) / 2 + GAP.y + 1]);
    }
    at.forEach((point, n) => [sizes[n].w, sizes[n].h].forEach((size, way) => (point[way] = Math.min(frame[way] - EDGE - size / 2, Math.max(EDGE + size / 2, point[way])))));
  }
  return !overlap(at, sizes);
}

/** Two points that are nearer than they may be, each half of what is missing, where less is missing. @param {Point} one @param {Point} other @param {number[]} least */
function push(one, other, least) {
  const missing = [0, 1].map((way) => least[way] - Math.abs(one[way] - other[way]));
  if (missing[0] <= 0 || missing[1] <= 0) return;
  const way = missing[0] < missing[1] ? 0 : 1;
  const by = (missing[way] / 2) * (one[way] < other[way] ? -1 : 1);
  one[way] += by;
  other[way] -= by;
}

/** @param {Curve} curve @param {number} t @returns {Point} */
export function pointOn({ start, control, end }, t) {
  const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t * t];
  return [a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1]];
}

/** @param {Point} point @param {Point} at @param {Size} size @param {number} gap */
export const within = ([x, y], at, { w, h }, gap) => Math.abs(x - at[0]) <= w / 2 + gap && Math.abs(y - at[1]) <= h / 2 + gap;

/** The part of a curve between two of its points. @param {Curve} curve @param {number} from @param {number} to @returns {Curve} */
function part(curve, from, to) {
  const { start, control, end } = curve;
  const [a, b, c] = [(1 - from) * (1 - to), (1 - from) * to + (1 - to) * from, from * to];
  return { start: pointOn(curve, from), control: [a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1]], end: pointOn(curve, to) };
}

/** From the edge of the first box to that of the second. @param {Curve} curve @param {Size} first @param {Size} second */
function clipped(curve, first, second) {
  let [from, to] = [0, 1];
  for (let n = 0; n <= STEPS; n += 1) if (within(pointOn(curve, n / STEPS), curve.start, first, FREE - 2)) from = n / STEPS;
  for (let n = STEPS; n >= 0; n -= 1) if (within(pointOn(curve, n / STEPS), curve.end, second, FREE)) to = n / STEPS;
  return from < to ? part(curve, from, to) : curve;
}

/** @param {Point} start @param {Point} end @param {number} bend share of the way, to the left of who walks it */
function bent(start, end, bend) {
  const [dx, dy] = [end[0] - start[0], end[1] - start[1]];
  return /** @type {Curve} */ ({ start, end, control: [(start[0] + end[0]) / 2 + 2 * bend * dy, (start[1] + end[1]) / 2 - 2 * bend * dx] });
}

/** Points of a curve. @param {Curve} curve @param {number} count @returns {Point[]} */
export const along = (curve, count) => Array.from({ length: count + 1 }, (_, n) => pointOn(curve, n / count));

/** @param {Curve} one @param {Curve} other */
function crossings(one, other) {
  const [a, b] = [along(one, 12), along(other, 12)];
  const side = (/** @type {Point} */ p, /** @type {Point} */ q, /** @type {Point} */ r) => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  let count = 0;
  for (let i = 0; i < 12; i += 1) {
    for (let j = 0; j < 12; j += 1) count += Number(side(a[i], a[i + 1], b[j]) !== side(a[i], a[i + 1], b[j + 1]) && side(b[j], b[j + 1], a[i]) !== side(b[j], b[j + 1], a[i + 1]));
  }
  return count;
}

/**
 * An arrow for each link: bent around the middle of its loop, and otherwise where it meets no box and few others.
 * @param {{ from: number, to: number, middle: Point | null, bend: number }[]} links
 * @param {Point[]} at
 * @param {Size[]} sizes
 */
export function arrows(links, at, sizes) {
  /** @type {Curve[]} */
  const drawn = [];
  for (const { from, to, middle, bend } of links) {
    const [start, end] = [at[from], at[to]];
    const turn = middle ? Math.sign((end[0] - start[0]) * (middle[1] - start[1]) - (end[1] - start[1]) * (middle[0] - start[0])) || 1 : 1;
    const ways = [bend, bend * 0.5, bend * 1.6, 0, -bend, bend * 2.4, -bend * 1.8, bend * 3.4].map((way) => {
      const curve = clipped(bent(start, end, way * turn), sizes[from], sizes[to]);
      const met = along(curve, 24).filter((point) => at.some((box, n) => n !== from && n !== to && within(point, box, sizes[n], 6))).length;
      const crossed = drawn.reduce((sum, other) => sum + crossings(curve, other), 0);
      return { curve, cost: met * 10 + crossed * 3 + Math.abs(way - bend) * 8 };
    });
    drawn.push(ways.reduce((best, way) => (way.cost < best.cost ? way : best)).curve);
  }
  return drawn;
}

/**
 * Of the places around a point the one with room for a box of some size, the nearer the better.
 * @param {Point} near
 * @param {Size} size
 * @param {(point: Point) => number} room distance to what is drawn
 * @param {number} reach looked farther, and less closely, where all of it is taken
 * @param {number} [step]
 * @returns {Point}
 */
export function freePlace(near, size, room, reach, step = 8) {
  const corners = [-0.5, -0.25, 0, 0.25, 0.5].flatMap((y) => [-0.5, -0.25, 0, 0.25, 0.5].map((x) => [x, y]));
  let best = { place: near, worth: -Infinity, least: 0 };
  for (let dx = -reach; dx <= reach; dx += step) {
    for (let dy = -reach; dy <= reach; dy += step) {
      const place = /** @type {Point} */ ([near[0] + dx, near[1] + dy]);
      const least = Math.min(...corners.map(([x, y]) => room([place[0] + x * size.w, place[1] + y * size.h])));
      const worth = Math.min(least, 10) * 20 - Math.hypot(dx, dy) - (least > 0 ? 0 : 1000); // however near, not upon something
      if (worth > best.worth) best = { place, worth, least };
    }
  }
  return best.least > 0 || step > 16 ? best.place : freePlace(near, size, room, 2 * reach, 2 * step);
}
