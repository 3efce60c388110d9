/** A causal-loop diagram: data in, SVG out. It knows no page and no model.
 *
 * Boxes are variables (stocks framed), an arrow says what acts on what, + that the effect moves the same way as its cause
 * and − that it moves the other way, ± that it depends; two strokes across an arrow that it takes time. A loop has its mark
 * in the middle: R reinforcing, B balancing, → where it does not come back, the arrow around it turning as the loop does.
 */
import { along, arrows, freePlace, pointOn, ring, spread, within } from "../core/loop-layout.js";
import { svgElement } from "../dom/elements.js";
/** @import { LoopNode, LoopPicture } from "../types/model-page.js" */
/** @import { Curve, Point, Size } from "../core/loop-layout.js" */

/** words: of signs and kinds, for who cannot see; sectors: whether a box says where it belongs
 * @typedef {{ width: number, height: number, words: (key: string, values?: Record<string, unknown>) => string, sectors?: boolean }} Options */

const LETTER = 13; // pixels; those of sectors and names of loops are smaller
const SMALL = 11;
const LINE = 16;
const LONGEST = 118; // pixels of a line of a name
const PAD = { x: 8, y: 5 };
const HEAD = 9;
const RADIUS = 15;
const SIGNS = /** @type {Record<number, string>} */ ({ 1: "+", "-1": "−", 0: "±" });

/** @type {CanvasRenderingContext2D | null} */
let ruler = null;

/** @param {string} text @param {number} size @param {boolean} [bold] */
function widthOf(text, size, bold = false) {
  ruler ??= document.createElement("canvas").getContext?.("2d") ?? null;
  if (!ruler) return text.length * size * 0.58;
  ruler.font = `${bold ? 650 : 400} ${size}px ${window.getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(text).width;
}

/** A name in lines; a word that is longer than a line has one of its own. @param {string} text @param {boolean} bold */
function lines(text, bold) {
  const found = /** @type {string[]} */ ([]);
  for (const word of text.split(/\s+/)) {
    const together = found.length ? found[found.length - 1] + " " + word : "";
    if (together && widthOf(together, LETTER, bold) <= LONGEST) found[found.length - 1] = together;
    else found.push(word);
  }
  return found;
}

/** @param {LoopNode} node @param {boolean} sectors */
function measured(node, sectors) {
  const text = lines(node.label, node.stock);
  const under = sectors ? node.sector : "";
  const w = Math.max(...text.map((line) => widthOf(line, LETTER, node.stock)), widthOf(under, SMALL)) + 2 * PAD.x;
  return { text, under, w: Math.ceil(w), h: text.length * LINE + (under ? LINE - 2 : 0) + 2 * PAD.y };
}

/** @param {LoopPicture} picture @param {(Size & { text: string[], under: string })[]} sizes @param {Options} options */
function layout({ nodes, links, loops }, sizes, { width, height }) {
  const placed = nodes.every((node) => node.x !== undefined);
  const { at, ...size } = placed ? spread(nodes.map(({ x, y }) => [x ?? 0, y ?? 0]), sizes, width, height) : ring(sizes, width);
  const middles = loops.map((loop) => /** @type {Point} */ ([0, 1].map((way) => loop.nodes.reduce((sum, n) => sum + at[n][way], 0) / loop.nodes.length)));
  const courses = arrows(links.map(({ from, to, loops: on }) => {
    const count = on.length ? loops[on[0]].nodes.length : 0;
    return { from, to, middle: on.length ? middles[on[0]] : null, bend: count ? Math.max(0.07, Math.tan(Math.PI / (2 * Math.max(count, 3))) / 2) : 0.1 };
  }), at, sizes);
  return { at, middles, courses, ...size };
}

/** @param {LoopNode} node @param {Size & { text: string[], under: string }} size @param {Point} at */
function box(node, { text, under, w, h }, at) {
  const made = svgElement("g", { class: "loop-node" + (node.stock ? " loop-node--stock" : ""), transform: `translate(${at[0].toFixed(1)},${at[1].toFixed(1)})`, "data-variable": node.name, role: "button", tabindex: 0, "aria-label": node.label + (node.sector ? ` (${node.sector})` : "") });
  made.append(svgElement("rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: 4 }));
  const first = -h / 2 + PAD.y + LINE - 4;
  text.forEach((line, n) => made.append(svgElement("text", { y: first + n * LINE }, line)));
  if (under) made.append(svgElement("text", { class: "loop-node__sector", y: first + text.length * LINE - 1 }, under));
  return made;
}

/** @param {Curve} curve @param {number} t */
function tangent({ start, control, end }, t) {
  const [dx, dy] = [0, 1].map((way) => 2 * (1 - t) * (control[way] - start[way]) + 2 * t * (end[way] - control[way]));
  const length = Math.hypot(dx, dy) || 1;
  return [dx / length, dy / length];
}

/** @param {Curve} curve @param {number} width of its line */
function shaft(curve, width) {
  const [tx, ty] = tangent(curve, 1);
  const head = HEAD + 1.5 * (width - 1.6);
  const [x, y] = curve.end;
  const short = [x - tx * (head - 1), y - ty * (head - 1)];
  const [bx, by] = [x - tx * head, y - ty * head];
  const half = head * 0.42;
  const tip = [[x, y], [bx - ty * half, by + tx * half], [bx + ty * half, by - tx * half]].map((point) => point.map((value) => value.toFixed(1)).join(",")).join(" ");
  const figure = (/** @type {number[]} */ point) => point.map((value) => value.toFixed(1)).join(",");
  return [
    svgElement("path", { class: "loop-link__line", d: `M${figure(curve.start)} Q${figure(curve.control)} ${figure(short)}`, "stroke-width": width.toFixed(1) }),
    svgElement("polygon", { class: "loop-link__head", points: tip }),
  ];
}

/** Beside the arrow, near its head, where no box is. @param {Curve} curve @param {number} outer side, 1 or -1 @param {Point[]} at @param {Size[]} sizes @returns {Point} */
function besideHead(curve, outer, at, sizes) {
  const free = (/** @type {Point} */ point) => at.every((middle, n) => !within(point, middle, sizes[n], 7));
  for (const t of [0.8, 0.7, 0.6, 0.5, 0.4]) {
    for (const side of [outer, -outer]) {
      const [[x, y], [tx, ty]] = [pointOn(curve, t), tangent(curve, t)];
      const point = /** @type {Point} */ ([x - ty * 11 * side, y + tx * 11 * side]);
      if (free(point)) return point;
    }
  }
  return pointOn(curve, 0.5);
}

/** @param {Curve} curve */
function pause(curve) {
  const made = svgElement("g", { class: "loop-link__pause" });
  for (const t of [0.4, 0.4 + 5 / (Math.hypot(curve.end[0] - curve.start[0], curve.end[1] - curve.start[1]) || 1)]) {
    const [[x, y], [tx, ty]] = [pointOn(curve, t), tangent(curve, t)];
    made.append(svgElement("path", { d: `M${(x - ty * 6).toFixed(1)},${(y + tx * 6).toFixed(1)}L${(x + ty * 6).toFixed(1)},${(y - tx * 6).toFixed(1)}` }));
  }
  return made;
}

/** @param {LoopPicture} picture @param {ReturnType<typeof layout>} placed @param {Size[]} sizes @param {Options} options */
function link(picture, placed, sizes, options, /** @type {number} */ number) {
  const { from, to, sign, delay, via, loops: on, width = 1.6 } = picture.links[number];
  const curve = placed.courses[number];
  const made = svgElement("g", { class: "loop-link" + (on.length ? "" : " loop-link--between"), "data-loops": on.join(" ") });
  const way = options.words("link_" + { 1: "plus", "-1": "minus", 0: "either" }[sign], { cause: picture.nodes[from].label, effect: picture.nodes[to].label });
  made.append(svgElement("title", {}, [way, via.length ? options.words("link_via", { names: via.join(" → ") }) : "", delay ? options.words("link_delay") : ""].filter(Boolean).join(" ")));
  made.append(...shaft(curve, width));
  if (delay) made.append(pause(curve));
  const [x, y] = besideHead(curve, outside(curve, on.length ? placed.middles[on[0]] : null), placed.at, sizes);
  made.append(svgElement("text", { class: "loop-link__sign", x: x.toFixed(1), y: (y + 5).toFixed(1) }, SIGNS[sign]));
  return made;
}

/** The side of a curve that is away from the middle of its loop. @param {Curve} curve @param {Point | null} middle */
function outside(curve, middle) {
  if (!middle) return 1;
  const [[x, y], [tx, ty]] = [pointOn(curve, 0.7), tangent(curve, 0.7)];
  return (middle[0] - x) * -ty + (middle[1] - y) * tx > 0 ? -1 : 1;
}

/** Whether a loop is walked clockwise as it stands. @param {Point[]} points */
const clockwise = (points) => points.reduce((sum, [x, y], n) => sum + x * points[(n + 1) % points.length][1] - points[(n + 1) % points.length][0] * y, 0) > 0;

/** @param {LoopPicture} picture @param {number} number @param {ReturnType<typeof layout>} placed @param {(point: Point) => number} room @param {Options} options */
function mark(picture, number, placed, room, options) {
  const loop = picture.loops[number];
  const together = picture.loops.length > 1;
  const names = together ? lines(loop.name, true) : [];
  const size = { w: Math.max(2 * RADIUS + 10, ...names.map((line) => widthOf(line, SMALL + 1, true))), h: 2 * RADIUS + 6 + names.length * 14 };
  const [x, y] = together ? freePlace(placed.middles[number], size, room, 110) : placed.middles[number];
  const kind = loop.kind.toLowerCase();
  const made = svgElement("g", { class: "loop-mark loop-mark--" + kind, "data-loop": number, transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` });
  if (together) for (const [name, value] of Object.entries({ role: "button", tabindex: "0", "aria-pressed": "false" })) made.setAttribute(name, value);
  made.setAttribute("aria-label", options.words("mark", { loop: loop.name, kind: options.words("kind_" + kind) }));
  if (!together) made.setAttribute("role", "img");
  const up = -(names.length * 14) / 2;
  made.append(svgElement("rect", { class: "loop-mark__room", x: -size.w / 2 - 3, y: -size.h / 2, width: size.w + 6, height: size.h, rx: 6 }));
  made.append(turning(up, loop.kind.length === 1, clockwise(loop.nodes.map((n) => placed.at[n]))));
  made.append(svgElement("text", { class: "loop-mark__kind", y: up + 5 }, loop.kind.length === 1 ? loop.kind : "→"));
  names.forEach((line, n) => made.append(svgElement("text", { class: "loop-mark__name", y: up + RADIUS + 13 + n * 14 }, line)));
  return made;
}

/** A ring that is open on one side, with a head there. @param {number} y its middle @param {boolean} closes @param {boolean} right clockwise */
function turning(y, closes, right) {
  const made = svgElement("g", { transform: `translate(0,${y}) scale(${right ? 1 : -1},1)` });
  const at = (/** @type {number} */ degrees, radius = RADIUS) => [Math.cos, Math.sin].map((of) => (radius * of((degrees * Math.PI) / 180)).toFixed(1)).join(",");
  if (closes) made.append(svgElement("path", { class: "loop-mark__turn", d: `M${at(-55)} A${RADIUS},${RADIUS} 0 1 1 ${at(-112)}` }), svgElement("polygon", { class: "loop-mark__head", points: `${at(-78)} ${at(-112, RADIUS + 5)} ${at(-112, RADIUS - 5)}` }));
  else made.append(svgElement("circle", { class: "loop-mark__turn", r: RADIUS }));
  return made;
}

/**
 * The diagram of some loops, as wide as there is room, or wider where their names need it.
 * @param {LoopPicture} picture
 * @param {Options} options
 */
export function drawLoops(picture, options) {
  const sizes = picture.nodes.map((node) => measured(node, Boolean(options.sectors)));
  const placed = layout(picture, sizes, options);
  const { width, height, at, courses } = placed;
  const drawn = svgElement("svg", { class: "loop-drawing", width: width.toFixed(0), role: "group", "aria-label": options.words("drawn", { loops: picture.loops.map(({ name }) => name).join(", ") }) });
  const signs = /** @type {Point[]} */ ([]);
  const parts = picture.links.map((_, number) => link(picture, placed, sizes, options, number));
  for (const text of parts.map((part) => part.querySelector("text"))) if (text) signs.push([Number(text.getAttribute("x")), Number(text.getAttribute("y")) - 5]);
  const ways = [...courses.flatMap((curve) => along(curve, 20)), ...signs];
  const above = Math.ceil(Math.max(0, ...ways.map(([, y]) => 6 - y))); // an arc may rise over the highest box
  drawn.setAttribute("viewBox", `0 ${-above} ${width.toFixed(0)} ${height + above}`);
  drawn.setAttribute("height", String(height + above));
  const taken = /** @type {{ at: Point, size: Size }[]} */ ([]);
  const room = (/** @type {Point} */ [x, y]) => {
    const boxes = [...at.map((middle, n) => ({ at: middle, size: sizes[n] })), ...taken].map((one) => Math.hypot(Math.max(0, Math.abs(x - one.at[0]) - one.size.w / 2), Math.max(0, Math.abs(y - one.at[1]) - one.size.h / 2)));
    return Math.min(...boxes, ...ways.map((point) => Math.hypot(point[0] - x, point[1] - y) - 2), x, y, width - x, height - y);
  };
  const marks = picture.loops.map((_, number) => {
    const made = mark(picture, number, placed, room, options);
    const [x, y] = (made.getAttribute("transform") ?? "").match(/-?[\d.]+/g)?.map(Number) ?? [0, 0];
    taken.push({ at: [x, y], size: { w: 90, h: 62 } });
    return made;
  });
  drawn.append(...parts, ...picture.nodes.map((node, n) => box(node, sizes[n], at[n])), ...marks);
  return drawn;
}

/** Shows one of several loops before the others; none where the number is null. @param {SVGElement} drawn @param {number | null} number */
export function highlight(drawn, number) {
  drawn.classList.toggle("loop-drawing--one", number !== null);
  for (const arrow of drawn.querySelectorAll(".loop-link")) arrow.classList.toggle("loop-link--on", (arrow.getAttribute("data-loops") ?? "").split(" ").includes(String(number)));
  for (const one of drawn.querySelectorAll(".loop-mark[role=button]")) one.setAttribute("aria-pressed", String(one.getAttribute("data-loop") === String(number)));
}
