/** What a camera reads: another library decodes what ours draws. */
import assert from "node:assert/strict";
import { test } from "node:test";
import decodeQR from "qr/decode.js";
import { QUIET, qrCode, qrFile } from "./qr.js";

const SCALE = 4; // pixels of a module

/** Pixels as a camera would have them, from the path. @param {{ size: number, path: string }} code */
function pixels({ size, path }) {
  const wide = size * SCALE;
  const data = new Uint8ClampedArray(4 * wide * wide).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let down = Number(y) * SCALE; down < (Number(y) + 1) * SCALE; down++) {
      for (let across = Number(x) * SCALE; across < (Number(x) + Number(length)) * SCALE; across++) data.fill(0, 4 * (down * wide + across), 4 * (down * wide + across) + 3);
    }
  }
  return { width: wide, height: wide, data };
}

const LINK = "https://example.org/lab/?m=1a2b3c4d.w0k3xql1f00d.2c9aa&w=cern_for_ai&l=shared-facility~0.5~2028~5_diplomacy~0.4&lang=de";

for (const length of [LINK.length, 300, 700, 1200]) {
  test(`a link of ${length} characters is read off its code`, () => {
    const link = LINK + "_x~1".repeat(Math.floor((length - LINK.length) / 4));
    const code = qrCode(link);
    assert.ok(code);
    assert.equal(decodeQR(pixels(code)), link);
    assert.ok(!new RegExp(`M[0-${QUIET - 1}] |M\\d+ [0-${QUIET - 1}]h`).test(code.path), "the quiet zone is dark");
  });
}

test("a link that no phone would read has no code", () => {
  assert.equal(qrCode("x".repeat(1274)), null);
});

test("a file says its link, as text", () => {
  const code = qrCode(LINK);
  assert.ok(code);
  assert.match(qrFile(code, LINK), /<title>https:.*&amp;w=cern_for_ai/);
});
