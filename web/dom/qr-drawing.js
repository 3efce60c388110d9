/** A QR code as a drawing: black on white in any colours, since not every camera reads it the other way round. */
import { qrCode } from "../core/qr.js";
import { svgElement } from "./elements.js";

/** Null where the text is too long. @param {string} text @param {string} label told to who cannot see it */
export function drawnCode(text, label) {
  const code = qrCode(text);
  if (!code) return null;
  const { size, path } = code;
  const drawing = svgElement("svg", { viewBox: `0 0 ${size} ${size}`, class: "share__qr", role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  drawing.append(svgElement("path", { fill: "#fff", d: `M0 0h${size}v${size}H0z` }), svgElement("path", { fill: "#000", d: path }));
  return { code, drawing };
}
