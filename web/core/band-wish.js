/** What is asked of the ensemble (engine/bands.js): a policy beside a reference. */
import { grain } from "./quantity.js";
import { facts, variable } from "./facts.js";
import * as scenarios from "./scenario.js";
/** @import { BandWish, Scenario, State } from "../types/page.js" */
/** What is looked at: variables for fans, outcomes for effects, the moment of those, and the fans' last or all of them.
 * @typedef {{ charts: string[], outcomes: string[], last: number, until: number, years?: number[] }} Looked */

/** Headlines with words at both ends of an axis that has zero inside: of these it matters on which side they are. */
const levels = () => facts.headlines.filter((name) => {
  const { poles, low, high } = variable(name);
  return poles && low !== null && high !== null && low < 0 && high > 0;
});

/**
 * @param {Scenario} policy
 * @param {Scenario} reference
 * @param {Record<string, number>} assumptions that hold for both
 * @param {Looked} looked
 * @returns {BandWish}
 */
export function pairWish(policy, reference, assumptions, { charts, outcomes, last, until, years }) {
  const wish = {
    policy: scenarios.constants(policy, assumptions),
    reference: scenarios.constants(reference, assumptions),
    held: scenarios.held(policy, assumptions),
    heldReference: scenarios.held(reference, assumptions),
    charts,
    headlines: outcomes,
    grains: outcomes.map((name) => grain(variable(name))),
    levels: levels(),
    last, until, years,
    where: Object.fromEntries([...charts, ...outcomes].flatMap((name) => {
      const { where } = variable(name);
      return where ? [[name, where]] : [];
    })),
  };
  const looked = years ? [wish.headlines, last] : [];
  return { ...wish, key: JSON.stringify([wish.policy, wish.reference, wish.held, wish.charts, until, ...looked]) };
}

/**
 * The current policy beside status quo, in the charts up to a moment.
 * @param {State} state
 * @param {number} until
 * @param {Record<string, number>} [assumptions] instead of those of the state
 */
export const wishOf = (state, until, assumptions = state.assumptions) => pairWish(scenarios.of(state), scenarios.statusQuo(), assumptions,
  { charts: [...new Set(state.charts)], outcomes: facts.headlines, last: facts.clock.final, until });
