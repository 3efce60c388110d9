/* The entry of a variable: below its row in the list, or in the panel beside the drawing it was chosen in. */
import { facts } from "../core/facts.js";
import { say } from "../core/words.js";
import { element, make, one } from "../dom/elements.js";
import { tell } from "../dom/notice.js";
import * as entries from "./variable-entry.js";
/** @import { VariableDetail, VariableRow } from "../types/model-page.js" */

/** By address. @type {Map<string, Promise<any>>} */
const answers = new Map();

/** From the server, once. @param {string} address @returns {Promise<any>} as the address answers */
export function answer(address) {
  const known = answers.get(address);
  if (known) return known;
  const coming = fetch(address).then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(String(reply.status)))));
  coming.catch(() => answers.delete(address));
  answers.set(address, coming);
  return coming;
}

/** @type {() => Promise<VariableRow[]>} */
export const everyRow = () => answer(facts.files.variables);

/** The row of a variable, or of the first element of an array. @param {string} name */
export async function rowOf(name) {
  const rows = await everyRow();
  return rows.find(([called]) => called === name) ?? rows.find(([called]) => called.startsWith(name + "["));
}

/** @param {string} name @returns {Promise<VariableDetail>} */
export async function entryOf(name) {
  const row = await rowOf(name);
  return (await answer(facts.files.entries.replace("*", String(row?.[7]))))[row?.[0] ?? name];
}

/** What there is to tell, and what is filled once it is on the page. @param {VariableDetail} found @param {(name: string) => void} seek where a name in it leads */
export function told(found, seek) {
  const list = make("dl", "entry__facts");
  const part = (/** @type {string} */ title, /** @type {HTMLElement} */ what) => list.append(make("dt", "", title), what);
  part(found.equation.label, element("dd", {}, make("pre", "entry__equation", found.equation.text)));
  if (found.numbers.rows.length) part(found.numbers.label, element("dd", {}, numbers(found)));
  if (found.tables.length) part(found.table, element("dd", { class: "entry__tables" }, ...found.tables.map(entries.table)));
  const course = found.course.varies ? entries.course(found) : null;
  if (course) part(found.course.label, course.place);
  for (const { label, text } of found.texts) part(label, make("dd", "", text));
  if (found.essay.quotes.length) {
    part(found.essay.label, element("dd", { class: "entry__essay" }, ...found.essay.quotes.map(({ quote, section }) => element("p", {}, element("q", { lang: "en" }, quote), " " + section))));
  }
  const links = found.links.map(({ names }) => names.map((name) => linkTo(name, seek)));
  found.links.forEach(({ label, none }, place) => part(label, element("dd", { class: "entry__links" }, ...(links[place].length ? links[place].map((link) => element("span", { class: "entry__one" }, link)) : [none]))));
  return { list, course, uses: links[0] ?? [] };
}

/** @param {VariableDetail} found */
const numbers = ({ numbers: { rows } }) => element("ul", { class: "entry__numbers" }, ...rows.map(({ label, value, source }) => element("li", {}, element("strong", {}, `${label} = ${value}`), " " + source)));

/** @param {[string, string]} variable its name, and what it is called in the language of the page @param {(name: string) => void} seek */
function linkTo([name, called], seek) {
  const link = make("button", "button button--link entry__link", name);
  link.type = "button";
  link.dataset.name = name;
  if (called) link.append(" ", make("span", "entry__label", called));
  link.addEventListener("click", () => seek(name));
  return link;
}

/** The chart measures its place, so the entry is on the page before it is drawn. What uses it tells nothing of why it moves. @param {VariableDetail} found @param {HTMLElement} place @param {ReturnType<typeof told>} parts */
export function fill(found, place, { course, uses }) {
  window.requestAnimationFrame(() => entries.fill(found, place, course, uses).catch(() => tell(say("wait.no_more"))));
}

/**
 * Opens an entry beside a drawing, in place of what stood there.
 * @param {string} id of its place
 * @param {VariableDetail} found
 * @param {{ seek: (name: string) => void, close: () => void }} ways
 * @param {boolean} alone whether its numbers are run; not those of another model
 */
export function open(id, found, ways, alone = true) {
  const place = one("#" + id);
  const parts = told(found, ways.seek);
  const shut = make("button", "button entry__close", "×");
  shut.type = "button";
  shut.setAttribute("aria-label", say("model.entry_close"));
  shut.addEventListener("click", ways.close);
  const name = element("h3", { class: "beside__title" }, found.label);
  const kind = [found.kind, found.unit || say("model.unit_none")].join(" · ");
  place.replaceChildren(
    element("div", { class: "beside__head" }, name, shut),
    make("p", "beside__name", found.name),
    make("p", "beside__kind", kind),
    make("p", "beside__about", found.about),
    parts.list,
  );
  show(place, true);
  if (alone) fill(found, place, parts);
}

/** An entry stands in place of what is told while nothing is chosen. @param {HTMLElement} place @param {boolean} there */
function show(place, there) {
  place.classList.toggle("is-hidden", !there);
  place.previousElementSibling?.classList.toggle("is-hidden", there);
  if (place.parentElement) place.parentElement.scrollTop = 0;
}

/** @param {string} id */
export function close(id) {
  const place = one("#" + id);
  place.replaceChildren();
  show(place, false);
}
