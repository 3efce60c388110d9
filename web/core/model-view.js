/** What the Model page looks at, as a text for its link: "sector~whose~year~kind~text", what is as the page opens left empty.
 *
 * sector: number of the diagram; whose: whose values stand in it ("s" status quo, "n" none); year: of those; kind and text:
 * which variables are listed. The entry of a variable is open where the text is its name.
 */

/** @typedef {{ sector: string, whose: string, year: string, kind: string, text: string }} ModelView */

const FORM = /^(\d{0,3})~([sn]?)~(\d{0,4})~(\w{0,20})~(.{0,400})$/s;

/** What cannot be read is as the page opens. @param {string} text @returns {ModelView} */
export function read(text) {
  const [, sector = "", whose = "", year = "", kind = "", sought = ""] = FORM.exec(text) ?? [];
  return { sector, whose, year, kind, text: sought };
}

/** @param {ModelView} view */
export function written({ sector, whose, year, kind, text }) {
  const whole = [sector, whose, year, kind, text].join("~");
  return whole === "~~~~" ? "" : whole;
}

/** For a link to the entry of a variable. @param {string} name */
export const entryOf = (name) => written({ sector: "", whose: "", year: "", kind: "", text: name });
