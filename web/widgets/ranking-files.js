/** What can be taken away of a ranking: the server has it all, but for a picture of dots, which the browser makes. */
import { offer, toPng } from "../dom/download.js";
import { element } from "../dom/elements.js";

/** Links to the tables and to the whole study. @param {Record<string, string>} texts @param {string} base address of the study @param {string} query what is looked at */
export function links(texts, base, query) {
  const link = (/** @type {string} */ file, /** @type {string} */ text) => element("a", { class: "button", href: base + file, download: "" }, text);
  return [element("span", { class: "label" }, texts.downloads), link(`bars.csv?${query}`, texts.table_csv), link("findings.csv", texts.findings), link("folder.zip", texts.folder)];
}

/** A chart as the server draws it. @param {string} address without its ending @param {string} kind "png", "svg" or "csv" @param {string} query @param {string} name of the picture */
export async function save(address, kind, query, name) {
  if (kind !== "png") return element("a", { href: `${address}.${kind}?${query}`, download: "" }).click();
  const reply = await fetch(`${address}.svg?${query}`);
  return offer(await toPng(await reply.text()), name + ".png");
}
