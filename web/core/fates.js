/** The fate of a historical case, read from two curves of a run. policy_lab/cases/run_case.py reads it by the same rule,
 * and both are held to tests/vectors/fates.json. */

/** @typedef {{ built: number, stands: number }} Rule the levels at which a project is built, and below which it is lost */
/** @typedef {{ fate: string, year: number | null, done: number }} Fate `done`: when it is built, Infinity for never */

/**
 * The year at which values reach a level, between two moments on a straight line; Infinity where they do not.
 * @param {ArrayLike<number>} years
 * @param {number[]} values
 * @param {number} level
 * @param {boolean} beyond past the end, at the pace of the last four steps
 */
function crossing(years, values, level, beyond) {
  const at = values.findIndex((value) => value >= level);
  if (at === 0) return years[0];
  if (at > 0) return years[at - 1] + ((level - values[at - 1]) / (values[at] - values[at - 1])) * (years[at] - years[at - 1]);
  const [last, before] = [years.length - 1, years.length - 5];
  const pace = (values[last] - values[before]) / (years[last] - years[before]);
  return beyond && pace > 1e-6 ? years[last] + (level - values[last]) / pace : Infinity;
}

/**
 * What becomes of a project, as it stands in the year `by` or at the run's end.
 * @param {ArrayLike<number>} years
 * @param {number[]} building the curve that reaches `built`
 * @param {number[]} standing the curve that falls below `stands`
 * @param {Rule} rule
 * @param {number} [by]
 * @returns {Fate}
 */
export function fateOf(years, building, standing, rule, by = Infinity) {
  const done = crossing(years, building, rule.built, true);
  const gone = crossing(years, standing.map((value) => -value), -rule.stands, false);
  const end = Math.min(by, years[years.length - 1]);
  if (gone < done && gone <= end) return { fate: "cancelled", year: gone, done };
  return { fate: done <= end ? "finished" : "unfinished", year: Number.isFinite(done) ? done : null, done };
}
