/** What is asked of the ensemble (engine/bands.js) for a state of the page. */
import { grain } from "./quantity.js";
import { facts, variable } from "./facts.js";
import * as scenarios from "./scenario.js";
/** @import { BandWish, State } from "../types/page.js" */

/** Headlines with words at both ends of an axis that has zero inside: of these it matters on which side they are. */
const levels = () => facts.headlines.filter((name) => {
  const { poles, low, high } = variable(name);
  return poles && low !== null && high !== null && low < 0 && high > 0;
});

/**
 * The current policy beside status quo, in the charts up to a moment.
 * @param {State} state
 * @param {number} until
 * @param {Record<string, number>} [assumptions] instead of those of the state
 * @returns {BandWish}
 */
export function wishOf(state, until, assumptions = state.assumptions) {
  const policy = scenarios.of(state);
  const reference = scenarios.statusQuo();
  const charts = [...new Set(state.charts)];
  const wish = {
    policy: scenarios.constants(policy, assumptions),
    reference: scenarios.constants(reference, assumptions),
    held: scenarios.held(policy, assumptions),
    heldReference: scenarios.held(reference, assumptions),
    charts,
    headlines: facts.headlines,
    grains: facts.headlines.map((name) => grain(variable(name))),
    levels: levels(),
    last: facts.clock.final,
    until,
    where: Object.fromEntries([...charts, ...facts.headlines].flatMap((name) => {
      const { where } = variable(name);
      return where ? [[name, where]] : [];
    })),
  };
  return { ...wish, key: JSON.stringify([wish.policy, wish.reference, wish.held, wish.charts, until]) };
}
