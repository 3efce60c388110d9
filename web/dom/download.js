/** Files for a person to keep. */

const LETTERS = /[^a-z0-9äöüß]+/g;

/**
 * What something is called as the name of a file: small letters, figures and hyphens.
 * @param {string} text
 * @param {string} otherwise where nothing is left of it
 */
export const fileName = (text, otherwise) => text.toLowerCase().replace(LETTERS, "-").replace(/^-|-$/g, "").slice(0, 60) || otherwise;

/**
 * Offers a file as a download.
 * @param {Blob} blob
 * @param {string} name
 */
export function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/**
 * Offers a text as a file.
 * @param {string} text
 * @param {string} type such as "text/csv"
 * @param {string} name
 */
export const offerText = (text, type, name) => offer(new Blob([text], { type }), name);

/**
 * A drawing as a PNG of twice its size, or smaller where a side would have more than `most` pixels.
 * @param {string} drawing text of a whole SVG file
 * @param {number} [most]
 * @returns {Promise<Blob>}
 */
export async function toPng(drawing, most = Infinity) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([drawing], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const scale = Math.min(2, most / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(scale * image.naturalWidth);
    canvas.height = Math.round(scale * image.naturalHeight);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}
