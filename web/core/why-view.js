/** What Why looks at, as a text for its link: "outcome~year~loop~more", what is as the page opens left empty.
 *
 * outcome: key of a variable; loop: key of the assumption that is its switch; more: "1" while its scores are open.
 */

/** @typedef {{ outcome: string, year: string, loop: string, more: string }} WhyView */

const FORM = /^([a-z0-9-]{0,16})~(\d{0,4})~([a-z0-9-]{0,16})~(1?)$/;

/** Null for what cannot be read. @param {string} text @returns {WhyView | null} */
export function read(text) {
  if (!text) return { outcome: "", year: "", loop: "", more: "" };
  const [, outcome = "", year = "", loop = "", more = ""] = FORM.exec(text) ?? [];
  return FORM.test(text) ? { outcome, year, loop, more } : null;
}

/** @param {WhyView} view */
export function written({ outcome, year, loop, more }) {
  const whole = [outcome, year, loop, more].join("~");
  return whole === "~~~" ? "" : whole;
}
