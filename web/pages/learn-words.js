/* Words of a story as elements. No text becomes markup, and a link leads to a page of this app or is no link. */
import { leadsElsewhere } from "../dom/buttons.js";
import { element, one } from "../dom/elements.js";
import * as router from "../dom/router.js";
/** @import { Passage, Span } from "../types/learn.js" */

/** As policy_lab/stories/prose.py has it. */
const TARGET = /^(explore|compare|rank|why|precedents|model|learn)(\?[\w=&%.,+~-]*)?(#[\w=&%.,+~-]*)?$/;
const ELEMENTS = /** @type {const} */ ({ strong: "strong", emphasis: "em" });

/** Whether the page stands in a frame of another site: what leads away from a lesson opens beside it. */
export const framed = () => window.top !== window.self;

/** @param {Span} span */
function link({ text, target = "" }) {
  const [, page = "", query = "", hash = ""] = TARGET.exec(target) ?? [];
  if (!page || !one(`.nav__link[data-page="${page}"]`)) return text;
  const address = (query ? router.pathOf(page) + query : router.addressOf(page)) + hash;
  const follow = (/** @type {MouseEvent} */ event) => {
    if (leadsElsewhere(event) || framed()) return;
    event.preventDefault();
    router.visit(address);
    window.scrollTo(0, 0);
  };
  return element("a", { href: address, onclick: follow, target: framed() && "_blank", rel: framed() && "noopener" }, text);
}

/** @param {Span} span */
function spanned(span) {
  if (span.kind === "link") return link(span);
  if (span.kind === "figure") return element("span", { class: "tale__number" }, span.text);
  const name = ELEMENTS[/** @type {keyof typeof ELEMENTS} */ (span.kind)];
  return name ? element(name, {}, span.text) : span.text;
}

/** One line of words. @param {Span[] | undefined} spans */
export const inline = (spans) => (spans ?? []).map(spanned);

/** Without its emphasis. @param {Span[]} spans */
export const plain = (spans) => spans.map(({ text }) => text).join("");

/** Paragraphs and lists. @param {Passage[]} passages */
export const prose = (passages) => passages.map(({ kind, items }) => {
  if (kind === "paragraph") return element("p", {}, inline(items[0]));
  return element(kind === "numbers" ? "ol" : "ul", { class: "tale__list" }, ...items.map((item) => element("li", {}, inline(item))));
});
