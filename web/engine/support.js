/** What this browser can do: WebAssembly with its 128-bit instructions, and multiply-add as one of them. */
// The smallest module with one 128-bit instruction: () -> v128.const 0.
const PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 22, 1, 20, 0, 253, 12,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11,
]);
// f(): x * x - 1 - 2x' with x = 1 + x', x' = 2**-30, by one multiply-add: 2**-60 if that rounds once, else 0.
const FUSED_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 124, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 43, 1, 41, 0, 68, 0,
  0, 64, 0, 0, 0, 240, 63, 253, 20, 68, 0, 0, 64, 0, 0, 0, 240, 63, 253, 20, 68, 0, 0, 128, 0, 0, 0, 240, 191, 253,
  20, 253, 135, 2, 253, 33, 0, 11,
]);

/** "" if this browser can run the model, else why not. */
export function missing() {
  if (typeof WebAssembly !== "object") {
    return "This browser cannot run the model itself (it has no WebAssembly); the server computes instead.";
  }
  if (!WebAssembly.validate(PROBE)) {
    return "This browser cannot run the model itself (it has no WebAssembly SIMD); the server computes instead.";
  }
  return "";
}

/** @type {boolean | null} */
let fuses = null;
/** Whether multiply and add are one instruction (Chromium, Firefox; not yet every Safari): code for that is a quarter faster. */
export function fused() {
  if (fuses === null) {
    fuses = !missing() && WebAssembly.validate(FUSED_PROBE)
      && /** @type {() => number} */ (new WebAssembly.Instance(new WebAssembly.Module(FUSED_PROBE)).exports.f)() === 2 ** -60;
  }
  return fuses;
}
