/** The headline outcomes as cards: value, change against status quo, and the range of that change. */
import * as pictures from "../core/pictures.js";
import { all, one, write } from "../dom/elements.js";
/** @typedef {import("../types/page.js").Run} Run */
/** @typedef {Pick<import("../types/page.js").BandAnswer, "members" | "ranges" | "there"> | null} Bands */

/**
 * The cards inside an element, ready to be painted.
 * @param {ParentNode} root
 */
export function mountCards(root) {
  const cards = all(".card[data-outcome]", root).map((card) => ({
    name: card.dataset.outcome, value: one(".card__value", card), change: one(".card__change", card), range: one(".card__range", card),
    ends: /** @type {[number, number] | null} */ (null), nothing: false,
  }));

  /** @param {Run} policy @param {Run} reference @param {Bands} bands @param {boolean} stale */
  function paint(policy, reference, bands, stale) {
    for (const card of cards) {
      const { name, value, change, range } = card;
      const told = pictures.headline(name, policy, reference);
      write(value, told.value);
      const why = told.value === "–" ? told.change : "";
      if (card.value.title !== why) card.value.title = why;
      write(change, told.change);
      const kind = "card__change tone-" + told.tone;
      if (change.className !== kind) change.className = kind;
      const ends = bands && bands.ranges[name];
      const nothing = Boolean(ends) && told.tone === "same" && ends?.[0] === 0 && ends[1] === 0;
      if (ends && (ends !== card.ends || nothing !== card.nothing)) {
        Object.assign(card, { ends, nothing }); // while a hand moves the range stays, and so do its words
        write(range, nothing ? "" : pictures.range(name, ...ends, (bands.there[name] ?? bands.members) / bands.members));
      }
      range.classList.toggle("card__range--stale", stale);
    }
  }
  return { paint };
}
