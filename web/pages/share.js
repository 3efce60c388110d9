/** The Share menu: what is on show as a link, a QR code, a frame for another page, a brief, and files. A button with
 * data-do="share" opens it. Everything is made when it opens. */
import { facts } from "../core/facts.js";
import { offersOf } from "../core/offers.js";
import { qrFile } from "../core/qr.js";
import { escaped } from "../core/slide.js";
import { LONGEST, SAFE } from "../core/url-state.js";
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { offer as offerFile, offerText, toPng } from "../dom/download.js";
import { element, one, write } from "../dom/elements.js";
import { drawnCode } from "../dom/qr-drawing.js";
import * as router from "../dom/router.js";
import * as summary from "./policy-summary.js";

const HEIGHT = 640; // pixels of the frame that is proposed
const LOCAL = /^(localhost|127\.[\d.]+|\[::1\])$/; // what every computer calls itself
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("share." + key, values);
/** Made when first opened. @type {HTMLDialogElement | null} */
let dialog = null;

/** @param {string} text @param {() => void} press @param {string} [more] further classes @param {Record<string, unknown>} [attributes] */
const button = (text, press, more = "", attributes = {}) => element("button", { class: "button " + more, type: "button", onclick: press, ...attributes }, text);

function build() {
  const field = element("input", { id: "share-link", class: "box", type: "text", readonly: true, onfocus: () => one("#share-link").select() });
  const frame = element("textarea", { id: "share-frame", class: "box share__code", rows: "3", readonly: true, spellcheck: "false", onfocus: () => one("#share-frame").select() });
  const send = typeof navigator.share === "function" && button(words("send"), sendOn);
  const made = element("dialog", { class: "sheet share", id: "share-menu", "aria-labelledby": "share-title" },
    element("div", { class: "sheet__head" }, element("h2", { id: "share-title", class: "panel__title" }, words("title")), button("×", () => made.close(), "button--quiet", { "aria-label": words("close") })),
    element("section", {},
      element("label", { class: "label", for: "share-link" }, words("link")),
      element("div", { class: "share__row" }, field, button(words("copy"), () => copy("#share-link", words("link_copied")), "button--main", { id: "share-copy" }), send),
      element("p", { id: "share-long", class: "share__note" })),
    element("p", { id: "share-done", class: "said-here", role: "status" }),
    element("div", { class: "share__columns" },
      element("section", { "aria-labelledby": "share-qr-title" }, element("h3", { id: "share-qr-title", class: "sheet__title" }, words("qr")), element("div", { id: "share-qr" })),
      element("section", { "aria-labelledby": "share-files-title" }, element("h3", { id: "share-files-title", class: "sheet__title" }, words("files")), element("ul", { id: "share-files", class: "share__files" }))),
    element("section", {},
      element("label", { class: "label", for: "share-frame" }, words("frame")),
      element("div", { class: "share__row" }, frame, button(words("copy_frame"), () => copy("#share-frame", words("frame_copied")))),
      element("p", { class: "share__note" }, words("frame_note"))));
  made.addEventListener("click", (event) => beside(event, made) && made.close());
  document.body.append(made);
  return made;
}

/** A press beside the menu closes it. @param {MouseEvent} event @param {HTMLElement} made */
function beside(event, made) {
  const { left, right, top, bottom } = made.getBoundingClientRect();
  return event.target === made && !(event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom);
}

// --- what is in it --------------------------------------------------------------------------------------------

function frameCode() {
  const address = router.link({ at: new URL(facts.files.embed, window.location.href).pathname });
  const title = say("app.name") + ": " + summary.name();
  return `<iframe src="${address.replaceAll("&", "&amp;")}" title="${escaped(title)}" width="100%" height="${HEIGHT}" loading="lazy" style="border:0" allowfullscreen></iframe>`;
}

function showCode() {
  const link = router.link({ brief: true });
  const made = drawnCode(link, words("qr_told"));
  const place = one("#share-qr");
  if (!made) return place.replaceChildren(element("p", { class: "share__note" }, words("qr_long")));
  const { code, drawing } = made;
  const file = (/** @type {string} */ kind) => button(kind.toUpperCase(), () => saveCode(kind, qrFile(code, link)), "", { "aria-label": `${words("qr")}: ${say("chart." + kind)}` });
  return place.replaceChildren(drawing, element("p", { class: "share__note" }, words("qr_note")), element("p", { class: "share__kinds" }, file("png"), file("svg")));
}

/** @param {string} kind @param {string} drawing */
async function saveCode(kind, drawing) {
  if (kind === "svg") offerText(drawing, "image/svg+xml", "policy-lab-qr.svg");
  else offerFile(await toPng(drawing), "policy-lab-qr.png");
}

function showFiles() {
  const row = (/** @type {string} */ label, /** @type {HTMLElement[]} */ buttons) => element("li", { class: "share__file" }, element("span", { class: "share__name" }, label), element("span", { class: "share__kinds" }, buttons));
  const rows = offersOf(router.page()).map(({ label, kinds, save }) => row(label, kinds.map((kind) => button(kind.toUpperCase(), () => save(kind), "", { "aria-label": `${label}: ${say("chart." + kind)}` }))));
  const brief = element("button", { class: "button", type: "button", "data-do": "brief", "aria-label": say("brief.open") }, "HTML");
  one("#share-files").replaceChildren(row(say("brief.open"), [brief]), ...rows);
}

function open() {
  dialog ??= build();
  const link = router.link();
  one("#share-link").value = link;
  one("#share-frame").value = frameCode();
  const query = link.length - (link.split("?")[0] ?? "").length;
  write(one("#share-long"), query > LONGEST ? words("too_long") : query > SAFE ? words("long", { count: link.length, most: SAFE }) : words(LOCAL.test(window.location.hostname) ? "local" : "link_note"));
  write(one("#share-done"), "");
  showCode();
  showFiles();
  if (!dialog.open) dialog.showModal();
  one("#share-copy").focus();
}

// --- what it does ---------------------------------------------------------------------------------------------

/** Into the clipboard; where a page may not (no HTTPS), the old way, and else by hand. @param {string} selector @param {string} done */
async function copy(selector, done) {
  const field = one(selector);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.focus();
    field.select();
    if (!document.execCommand("copy")) return write(one("#share-done"), words("by_hand"));
  }
  return write(one("#share-done"), done);
}

/** To another program of a phone or a tablet. */
function sendOn() {
  navigator.share({ title: document.title, url: router.link() }).catch(() => {}); // somebody thought better of it
}

export const begin = () => does("share", open);
