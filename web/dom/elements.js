/** Finding, making and writing elements. No text becomes markup. */
/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, unknown>} Attributes */

/**
 * The element that must be there.
 * @param {string} selector
 * @param {ParentNode} [inside]
 * @returns {any} whatever kind of element the caller looked for: the selector says it, and types cannot
 */
export const one = (selector, inside = document) => inside.querySelector(selector);

/**
 * @param {string} selector
 * @param {ParentNode} [inside]
 * @returns {any[]} of whatever kind the selector says
 */
export const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

/**
 * Changes an element's text where it is another.
 * @param {Element | null} place
 * @param {string} text
 */
export function write(place, text) {
  if (!place || place.textContent === text) return;
  const only = place.childNodes.length === 1 ? place.firstChild : null;
  if (text && only instanceof Text) only.data = text; // the text that is there stays: a fifth of the work of a new one
  else place.textContent = text;
}

/**
 * An element with a class and a text.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} [kind]
 * @param {string} [text]
 */
export function make(name, kind, text) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (text !== undefined) made.textContent = text;
  return made;
}

/**
 * An element with attributes and children: "on…" are listeners, true an attribute without a value; what is null, false
 * or "" is left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false && child !== "") made.append(child instanceof Node ? child : String(child));
  }
  return made;
}

/** Text with what stands between asterisks in bold, and no line broken inside a range of figures. @param {string} text */
export const bold = (text) => text.replace(/(\d)–(?=\d)/g, "$1\u2060–\u2060").split("*").map((part, n) => (n % 2 ? element("strong", { class: "in-short__word" }, part) : part));

/**
 * A table whose rows begin with their heading.
 * @param {string[]} head
 * @param {Child[][]} rows
 */
export function table(head, rows) {
  const line = (/** @type {Child[]} */ cells) => element("tr", {}, ...cells.map((cell, n) => (n ? element("td", {}, cell) : element("th", { scope: "row" }, cell))));
  return element("table", { class: "plain" },
    element("thead", {}, element("tr", {}, ...head.map((cell) => element("th", { scope: "col" }, cell)))),
    element("tbody", {}, ...rows.map(line)));
}

/** The same, where on a phone each row becomes a block and each cell stands behind its heading. @param {HTMLTableElement} made */
export function stacking(made) {
  const head = [...(made.tHead?.rows[0].cells ?? [])].map((cell) => cell.textContent);
  for (const row of made.tBodies[0].rows) [...row.cells].forEach((cell, n) => { cell.dataset.label = head[n]; });
  made.classList.add("stacks");
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * A part of a drawing.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes]
 * @param {string} [text]
 */
export function svgElement(name, attributes = {}, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}
