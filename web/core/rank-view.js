/** What Rank looks at, as a text for its link: "study~years~outcome" or, for a question that nobody has asked yet, its key, empty at its end what a study shows first. */

/** @typedef {{ study: string, time: string, outcome: string }} RankView */

const FORM = /^([a-z0-9_]{1,40})(?:~([\w.]{0,8})(?:~(.{0,400}))?)?$/s;

/** Null for what cannot be read. @param {string} text @returns {RankView | null} */
export function read(text) {
  const [, study, time = "", outcome = ""] = FORM.exec(text) ?? [];
  return study ? { study, time, outcome } : null;
}

/** @param {RankView} view */
export const written = ({ study, time, outcome }) => [study, time, outcome].join("~").replace(/~+$/, "");
