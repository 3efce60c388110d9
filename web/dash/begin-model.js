/** A model in somebody else's Dash app: fetched once from the address that policy_lab.app.add_model gives. */
import { facts, learn } from "../core/facts.js";
import * as store from "../core/state.js";
import * as buttons from "../dom/buttons.js";
import { watchHand } from "../dom/hand.js";
import * as simulator from "../engine/simulator.js";
import * as live from "../widgets/live-runs.js";

/** @typedef {{ facts: import("../types/page.js").Facts, frames: Record<string, string> }} Given */

/** HTML of the components that have some, by their type; empty in our own app. @type {Record<string, string>} */
export let frames = {};
let address = "";
/** @type {Promise<void> | null} */
let begun = null;

async function begin() {
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(`${reply.status} ${address}`);
  /** @type {Given} */
  const given = await reply.json();
  frames = given.frames;
  learn(given.facts);
  document.documentElement.dataset.theme ??= "light";
  buttons.begin();
  watchHand();
  store.begin({ getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
  store.open("");
  simulator.begin();
  live.begin();
}

/**
 * Settles when the model is known; in our own app it is from the start.
 * @param {string | undefined} from its address
 */
export function modelAt(from) {
  if (!from) return facts ? Promise.resolve() : Promise.reject(new Error("The component needs a model: the address that add_model gives."));
  if (begun && from !== address) return Promise.reject(new Error("One page holds one model."));
  address = from;
  begun ??= begin();
  return begun;
}
