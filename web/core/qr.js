/** A link as a QR code (ISO/IEC 18004), made by the library lean-qr: docs/decisions/016-lean-qr.md. */
import { correction, generate } from "lean-qr";

/** Light modules around the code, which readers need. */
export const QUIET = 4;
/** The largest code that a phone reads off a screen at arm's length with ease: 117 modules a side, 1,273 letters. */
const LARGEST = 25;

/**
 * The dark modules as the path of a drawing whose sides have `size` modules, quiet zone included.
 * @param {string} text
 * @returns {{ size: number, path: string } | null} null where the text is too long for a code that is read with ease
 */
export function qrCode(text) {
  let code;
  try {
    code = generate(text, { minCorrectionLevel: correction.L, maxVersion: LARGEST });
  } catch {
    return null;
  }
  const runs = [];
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (!code.get(x, y)) continue;
      const from = x;
      while (code.get(x + 1, y)) x++;
      runs.push(`M${from + QUIET} ${y + QUIET}h${x - from + 1}v1h${from - x - 1}z`);
    }
  }
  return { size: code.size + 2 * QUIET, path: runs.join("") };
}

/** The same as a file. @param {{ size: number, path: string }} code @param {string} link told to who cannot see it */
export const qrFile = ({ size, path }, link) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${12 * size}" height="${12 * size}" shape-rendering="crispEdges"><title>${link.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</title><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`;
