/** What the Model page looks at, as a text for its link: "sector~whose~year~kind~text~loop~variable", what is as the page
 * opens left empty, and the last two left out where both are.
 *
 * sector: number of the diagram; whose: whose values stand in it ("s" status quo, "n" none); year: of those; kind and text:
 * which variables are listed, the entry of one open where the text is its name; loop: number of the loop that is drawn, or
 * behind "t" of the one before the others where several are drawn together; variable: whose entry stands beside a drawing.
 */

/** @typedef {{ sector: string, whose: string, year: string, kind: string, text: string, loop: string, variable: string }} ModelView */

const FORM = /^(\d{0,3})~([sn]?)~(\d{0,4})~(\w{0,20})~([^~]{0,400})(?:~(t?\d{0,3})~([^~]{0,400}))?$/;
const FIELDS = /** @type {(keyof ModelView)[]} */ (["sector", "whose", "year", "kind", "text", "loop", "variable"]);

/** What cannot be read is as the page opens. @param {string} text @returns {ModelView} */
export function read(text) {
  const [, ...found] = FORM.exec(text) ?? [];
  return /** @type {ModelView} */ (Object.fromEntries(FIELDS.map((field, n) => [field, found[n] ?? ""])));
}

/** @param {ModelView} view */
export function written(view) {
  const parts = FIELDS.map((field) => view[field].replaceAll("~", " "));
  const whole = (parts[5] || parts[6] ? parts : parts.slice(0, 5)).join("~");
  return /^~*$/.test(whole) ? "" : whole;
}

/** For a link to the entry of a variable. @param {string} name */
export const entryOf = (name) => written({ ...read(""), text: name });
