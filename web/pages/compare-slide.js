/* The wedges as a picture for a slide, 1200 x 675, on white.
   found and slices: see compare-wedges.js; about: {source, link, told, change, figure}. */
import * as scale from "../core/chart-scale.js";

const WIDTH = 1200;
const HEIGHT = 675;
const EDGE = 48;
const NAMES = 380; // where the bars begin
const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[^\t\n\r -\uFFFD]/g, "");
const text = (x, y, size, words, more) => `<text x="${x}" y="${y}" font-size="${size}" ${more || 'fill="#1b2430"'}>${escaped(words)}</text>`;
const cut = (words, letters) => (words.length > letters ? words.slice(0, letters - 1) + "…" : words);

function wrapped(words, letters) {
  const lines = [""];
  for (const word of words.split(/\s+/).flatMap((one) => one.match(new RegExp(`.{1,${letters}}`, "g")) || [])) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length + 1 > letters) lines.push(word);
    else lines[lines.length - 1] = last ? last + " " + word : word;
  }
  return lines;
}

export function wedgesSlide(found, slices, about) {
  const ends = [found.before, found.after, ...slices.flatMap((slice) => [slice.low, slice.high])];
  const x = scale.line(Math.min(...ends), Math.max(...ends), NAMES, WIDTH - EDGE - 110);
  const notes = [...wrapped(about.source, 150), ...wrapped(about.link, 150)];
  const head = wrapped(about.told, 120);
  const top = 76 + head.length * 24;
  const foot = HEIGHT - 20 - notes.length * 18;
  const rows = [{ label: found.from.letter + " " + found.from.name, from: Math.min(...ends), value: found.before - Math.min(...ends), kind: "end", said: about.figure(found.before) }, ...slices.map((slice) => ({ ...slice, said: about.change(slice.value) })), { label: found.to.letter + " " + found.to.name, from: Math.min(...ends), value: found.after - Math.min(...ends), kind: "end", said: about.figure(found.after) }];
  const step = Math.min(40, (foot - top) / rows.length);
  const fill = (row) => (row.kind === "end" ? "#7a8594" : row.kind === "together" ? "url(#hatch)" : row.value < 0 ? "#d55e00" : "#0072b2");
  const bars = rows.map((row, n) => {
    const [a, b] = [x(row.from), x(row.from + row.value)];
    const y = top + n * step;
    return `<rect x="${Math.min(a, b).toFixed(1)}" y="${(y + step * 0.16).toFixed(1)}" width="${Math.max(1.5, Math.abs(b - a)).toFixed(1)}" height="${(step * 0.68).toFixed(1)}" fill="${fill(row)}"/>`
      + text(EDGE, (y + step * 0.65).toFixed(1), 15, cut(row.label, 44)) + text((Math.max(a, b) + 8).toFixed(1), (y + step * 0.65).toFixed(1), 15, row.said);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="Inter, system-ui, sans-serif">`,
    `<title>${escaped(about.told)}</title><desc>${escaped(about.source)} ${escaped(about.link)}</desc>`,
    '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" fill="#f0e6ee"/><rect width="4" height="8" fill="#a8578b"/></pattern></defs>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(EDGE, 54, 26, `${found.about.label}, ${found.year}`, 'fill="#1b2430" font-weight="650"'),
    ...head.map((line, n) => text(EDGE, 86 + n * 24, 16, line)),
    ...bars,
    ...notes.map((line, n) => text(EDGE, foot + 16 + n * 18, 13, line, 'fill="#556270"')),
    "</svg>",
  ].join("\n");
}
