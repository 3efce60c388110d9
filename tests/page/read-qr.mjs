/* What a camera reads off a QR code: read-qr.mjs, with {size, path} of the drawing as JSON on standard input. */
import { readFileSync } from "node:fs";
import decodeQR from "../../web/node_modules/qr/decode.js";

const SCALE = 4; // pixels of a module
const { size, path } = JSON.parse(readFileSync(0, "utf-8"));
const wide = size * SCALE;
const data = new Uint8ClampedArray(4 * wide * wide).fill(255);
for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
  for (let down = y * SCALE; down < (Number(y) + 1) * SCALE; down++) {
    for (let across = x * SCALE; across < (Number(x) + Number(length)) * SCALE; across++) data.fill(0, 4 * (down * wide + across), 4 * (down * wide + across) + 3);
  }
}
process.stdout.write(decodeQR({ width: wide, height: wide, data }));
