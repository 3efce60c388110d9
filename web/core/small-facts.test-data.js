/** The facts of a model with one lever, one assumption and two worlds, for tests. */
/** @import { Facts, Variable } from "../types/page.js" */

/** @param {string} name @returns {Variable} */
const shown = (name) => ({ key: name, name, label: name, unit: "", group: "", low: 0, high: 1, places: 2, better: "higher" });

/** Anew each time, since a test may change it. @returns {Facts} */
export const facts = () => ({
  model: "small", hash: "0011223344556677", language: "en", files: {}, published: null, clock: { initial: 2015, final: 2050, unit: "year" },
  levers: {
    funding: {
      name: "funding", short: "abc", label: "Funding", unit: "%", low: 0, high: 10, default: 5, step: 0.5, places: 1,
      ranges: [[0, 10], [2020, 2045], [0, 0], [2020, 2100]], group: "money", heading: "Money", timing: ["funding start", null, "funding end"],
    },
  },
  choices: [],
  glossary: [],
  synonyms: [],
  worlds: {
    standard: { title: "Standard", rationale: "", levers: { funding: [5, 2025, null, 2100] }, constants: {}, marks: [], until: 2050, point: {} },
    other: { title: "Other", rationale: "why", levers: { funding: [6, 2025, null, 2032] }, constants: { shock: 1 }, marks: [{ time: 2030, label: "Shock" }], until: 2060, point: {} },
  },
  assumptions: {
    rate: {
      name: "rate of it", short: "xyz", label: "Rate", group: "g", unit: "", low: 0, high: 1, default: 0.5,
      distribution: "uniform", grade: "A",
    },
  },
  headlines: ["knowledge"],
  shown: [shown("knowledge"), shown("trust")],
  start: { world: "standard", levers: { funding: [5, 2025, null, 2100] }, assumptions: {}, charts: ["knowledge", "trust"], pins: [] },
  words: {
    "link.long": "long", "link.older": "older: {changes}", "link.same_names": "same", "link.damaged": "lost {parts}",
    "link.no_start": "no start", "link.unchecked": "unchecked", "link.unread": "unread {pieces}", "link.foreign": "foreign {keys}",
    "link.stray": "stray", "link.no_world": "no world {world}", "link.no_lever": "no lever {lever}", "link.no_view": "no view",
    "link.no_assumption": "no assumption {assumption}", "link.no_variable": "no variable {variable}",
    "link.no_timing": "no timing {lever}", "link.out_of_range": "out of range {lever}",
    ...Object.fromEntries([..."mwlacpvyhrdst"].map((key) => ["link.part_" + key, "part " + key])),
    "explore.pin_twice": "twice", "explore.pin_full": "full {most}", "explore.pin_long": "long pin",
    "explore.policy_moved.one": "{world}, one moved", "explore.policy_moved.many": "{world}, {count} moved",
    "number.decimal": ".", "number.thousands": ",",
  },
});
