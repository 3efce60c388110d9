/** The headline outcomes as cards: the median with its unit, how far it is from status quo, and the interval of that. */
import { cardOf } from "../core/card.js";
import { final } from "../core/pictures.js";
import { all, one, write } from "../dom/elements.js";
import * as intervalBar from "./interval-bar.js";
/** @import { Card } from "../core/card.js" */
/** @import { BandAnswer, Run } from "../types/page.js" */

/** @typedef {{ card: HTMLElement, name: string, told: Card | null, parts: Record<string, HTMLElement> }} Shown */

const TEXTS = /** @type {("value" | "unit" | "basis" | "change" | "range")[]} */ (["value", "unit", "basis", "change", "range"]);
const PARTS = [...TEXTS, "bar", "run", "wide", "narrow", "dot", "zero"];

/**
 * The cards inside an element, ready to be painted.
 * @param {ParentNode} root
 */
export function mountCards(root) {
  /** @type {Shown[]} */
  const cards = all(".card[data-outcome]", root).map((card) => ({
    card, name: card.dataset.outcome, told: null, parts: Object.fromEntries(PARTS.map((part) => [part, one(".card__" + part, card)])),
  }));

  /** @param {Shown} shown @param {Card} told */
  function fill({ card, parts }, told) {
    for (const part of TEXTS) write(parts[part], told[part]);
    parts.change.className = "card__change tone-" + told.tone;
    parts.change.title = told.why;
    card.dataset.direction = told.direction;
    const { bar } = told;
    parts.bar.classList.toggle("is-quiet", !bar);
    const { zero, wide, narrow, dot } = parts;
    if (bar) intervalBar.paint({ zero, wide, narrow, dot }, bar.change, bar, 0);
  }

  /** While a hand moves what the ensemble says stays, dimmed, and only the ring of the one run goes along.
   * @param {Run} policy @param {Run} reference @param {Pick<BandAnswer, "key" | "members" | "effects" | "there"> | null} bands @param {boolean} stale */
  function paint(policy, reference, bands, stale) {
    for (const shown of cards) {
      const run = { value: final(policy, shown.name), reference: final(reference, shown.name) };
      if (!bands || !stale || !shown.told) {
        const told = cardOf(shown.name, run, bands);
        if (!shown.told || JSON.stringify(told) !== JSON.stringify(shown.told)) fill(shown, told);
        shown.told = told;
      }
      if (shown.told.bar) intervalBar.put(shown.parts.run, intervalBar.placeOf(shown.told.bar, run.value - run.reference));
      shown.card.classList.toggle("card--stale", Boolean(bands) && stale);
    }
  }
  return { paint };
}
