/** Drawings for a slide, 1200 x 675 on white, as the text of an SVG file: the frame, and letters in it. */

export const WIDTH = 1200;
export const HEIGHT = 675;
/** Pixels left free at the sides. */
export const EDGE = 48;
export const INK = "#1b2430";
export const MUTED = "#556270";
const LINE = 18; // pixels between lines of the notes

/** A text as it stands in SVG or HTML; what neither can hold is left out. @param {string} text */
export const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[^\t\n\r -\uFFFD]/g, "");

/** Lines of so many letters; a longer word is cut. @param {string} text @param {number} most */
export function wrapped(text, most) {
  const lines = [""];
  for (const word of text.split(/\s+/).flatMap((one) => one.match(new RegExp(`.{1,${most}}`, "g")) ?? [])) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length + 1 > most) lines.push(word);
    else lines[lines.length - 1] = last ? last + " " + word : word;
  }
  return lines.filter((line) => line);
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @param {string} words
 * @param {{ fill?: string, anchor?: string, weight?: number }} [look]
 */
export function letters(x, y, size, words, { fill = INK, anchor = "", weight = 0 } = {}) {
  const more = (anchor && ` text-anchor="${anchor}"`) + (weight ? ` font-weight="${weight}"` : "");
  return `<text x="${Number(x.toFixed(1))}" y="${Number(y.toFixed(1))}" font-size="${size}" fill="${fill}"${more}>${escaped(words)}</text>`;
}

/** Source line and link at the foot, and how high the rest may be. @param {{ source: string, link: string }} about */
export function footer({ source, link }) {
  const notes = [...wrapped(source, 150), ...wrapped(link, 150)];
  const foot = HEIGHT - 22 - (notes.length - 1) * LINE;
  return { drawn: notes.map((line, n) => letters(EDGE, foot + n * LINE, 13, line, { fill: MUTED })), top: foot - 26 };
}

/** The whole file. @param {string} title @param {{ source: string, link: string }} about @param {string[]} parts */
export function frame(title, about, parts) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="'Source Sans 3', system-ui, sans-serif">`,
    `<title>${escaped(title)}</title><desc>${escaped(about.source)} ${escaped(about.link)}</desc>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...parts,
    "</svg>",
  ].join("\n");
}
