/** Where a ranking's answers come from: the addresses below "studies" (policy_lab/app/rank_routes.py), or in a copy
 * without a server, files that hold the same answers (policy_lab/app/publish.py). */
import { facts } from "../core/facts.js";
import { say } from "../core/words.js";
/** @import { StudyState, StudyView } from "../types/ranking.js" */
/** @typedef {{ study: string, outcome: string, time: string }} Wanted */
/** What a file of views has: what all of them share, and the rest of each by year and width of its drawing.
 * @typedef {{ widths: number[], same: Partial<StudyView>, each: Record<string, Partial<StudyView>> }} Views */

/** Whether studies of one's own can be asked for. */
export const hasServer = () => !facts.published;

/** @param {string} address @param {string} unreachable what is said where nobody answers @param {RequestInit} [request] @returns {Promise<any>} as the address answers */
export async function fetched(address, unreachable, request) {
  let reply;
  try {
    reply = await fetch(address, request);
  } catch {
    throw new Error(unreachable);
  }
  if (!reply.ok) throw new Error((await reply.text()).trim().slice(0, 400) || String(reply.status));
  return reply.json();
}

/** The address of a path below "studies"; "" is the list. @param {string} path */
export const addressOf = (path) => (facts.published && !path ? facts.published.studies : facts.files.studies + path);

/** Where a file of a study is. @param {StudyState | undefined} study @param {string} id @param {string} file */
export const fileOf = (study, id, file) => study?.files?.[file] ?? addressOf(`/${id}/${file}`);

/**
 * What is drawn of a study.
 * @param {Wanted} wanted
 * @param {StudyState | undefined} study
 * @param {number} width pixels that its bars have room for
 * @param {string} unreachable
 * @returns {Promise<StudyView>}
 */
export async function viewOf(wanted, study, width, unreachable) {
  const { outcome, time } = wanted;
  if (hasServer()) {
    return fetched(addressOf(`/${wanted.study}/view?${new URLSearchParams({ outcome, time, width: String(width) })}`), unreachable);
  }
  if (!study?.views) throw new Error(say("published.no_study"));
  /** @type {Views} */
  const views = await fetched(study.views[outcome] ?? Object.values(study.views)[0], unreachable);
  const fitting = Math.max(...views.widths.filter((each) => each <= width), views.widths[0]);
  return /** @type {StudyView} */ ({ ...views.same, ...(views.each[`${time}~${fitting}`] ?? views.each[`all~${fitting}`]) });
}
