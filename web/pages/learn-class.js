/* Codes: a pupil's own to copy or to send to a room, and the column that a teacher pastes or a room fills, with what the class
   said. */
import { chance, codeOf, readColumn } from "../core/answer-code.js";
import * as group from "../core/class-answers.js";
import { csv } from "../core/csv.js";
import { say } from "../core/words.js";
import { offerText } from "../dom/download.js";
import { element, write } from "../dom/elements.js";
import { pupilPanel } from "./learn-room-pupil.js";
import { own as ownRoom } from "./learn-room.js";
import { teacherPanel } from "./learn-room-teacher.js";
import { did, work } from "./learn-work.js";
/** @import { Answer, Question } from "../types/learn.js" */

const NAMED = 8; // lines left out that are named
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say("learn." + key, values);

/** @param {Question} question */
const indexOf = (question) => question.step - 1;

/** The code of what was answered in this browser, "" for nothing yet. @param {Question} question */
export function ownCode(question) {
  const at = indexOf(question);
  const [knots, option] = [work.guess[at] ?? null, work.option[at] ?? 0];
  if (!knots && !option) return "";
  const own = work.chance[at] ?? chance();
  if (work.chance[at] === undefined) did("chance", at, own);
  return codeOf(question, { knots, option, chance: own });
}

/** @param {HTMLInputElement} field @param {HTMLElement} said */
async function copy(field, said) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    write(said, words("copied"));
  } catch {
    write(said, document.execCommand("copy") ? words("copied") : say("share.by_hand"));
  }
}

/** The pupil's code. @param {Question} question */
export function ownPanel(question) {
  const field = element("input", { class: "box code__field", type: "text", readonly: true, spellcheck: "false", "aria-label": words("your_code"), onfocus: () => field.select() });
  const said = element("span", { role: "status", class: "code__said" });
  const details = element("details", { class: "code", hidden: true }, element("summary", {}, words("your_code")),
    element("p", { class: "code__about" }, words("your_code_about")),
    element("div", { class: "code__row" }, field, element("button", { class: "button", type: "button", onclick: () => copy(field, said) }, words("copy"))), said);
  const room = pupilPanel(question, () => ownCode(question), () => void (details.open = true));
  const follow = () => {
    const code = ownCode(question);
    details.hidden = !code;
    if (field.value !== code) write(said, "");
    field.value = code;
    room?.follow();
  };
  follow();
  return { parts: [...(room ? [room.place] : []), details], follow };
}

/** What the column of a step comes to. @param {Question} question @returns {ReturnType<typeof readColumn>} */
export const answersOf = (question) => readColumn(question, work.pasted[indexOf(question)] ?? "");

/** How many chose what. @param {Answer[]} answers @param {string[]} options */
function tally(answers, options) {
  const counts = group.counts(answers, options.length);
  const most = Math.max(1, ...counts);
  if (!counts.some(Boolean)) return null;
  return element("ul", { class: "tally" }, ...options.map((option, n) => {
    const bar = element("span", { class: "tally__bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", String(counts[n] / most));
    return element("li", { class: "tally__row" }, element("span", {}, option), element("span", { class: "tally__count" }, String(counts[n])), bar);
  }));
}

/** What is left out, counted by reason and named by line. @param {ReturnType<typeof readColumn>} read */
function leftOut({ left, again }) {
  const reasons = ["damaged", "story", "step", "version", "none"];
  const told = reasons.flatMap((reason) => {
    const lines = left.filter((one) => one.reason === reason);
    if (!lines.length) return [];
    const named = lines.slice(0, NAMED).map(({ line }) => String(line)).join(", ") + (lines.length > NAMED ? ", …" : "");
    return [words(`left.${reason}`, { count: lines.length, lines: named })];
  });
  if (again) told.push(words("left.again", { count: again }));
  return told.length ? element("ul", { class: "code__left" }, ...told.map((text) => element("li", {}, text))) : null;
}

/**
 * Where a teacher pastes what pupils sent.
 * @param {Question} question
 * @param {string[]} options in words
 * @param {string} title of the file
 * @param {() => void} changed
 */
export function classPanel(question, options, title, changed) {
  const at = indexOf(question);
  const told = element("div", { class: "code__told", role: "status" });
  const paint = () => {
    const read = answersOf(question);
    const { answers } = read;
    const empty = !(work.pasted[at] ?? "").trim();
    const save = element("button", { class: "button", type: "button", onclick: () => offerText(csv(group.rows(answers, options, question.knots, [words("column_answer"), words("column_option")]), [title]), "text/csv", `${question.story}-${question.step}.csv`) }, words("save_answers"));
    told.replaceChildren(...(empty ? [] : [
      element("p", {}, words(answers.length === 1 ? "read.one" : "read.many", { count: answers.length, lines: group.linesOf(answers).length })),
      tally(answers, options) ?? "", leftOut(read) ?? "", answers.length ? element("p", {}, save) : ""]));
  };
  const field = element("textarea", { class: "box code__column", rows: "5", spellcheck: "false", autocomplete: "off", "aria-label": words("paste"), oninput: () => {
    did("pasted", at, field.value || undefined);
    paint();
    changed();
  } });
  const follow = () => {
    field.value = work.pasted[at] ?? "";
    paint();
  };
  follow();
  const room = teacherPanel(question, () => {
    follow();
    changed();
  });
  return element("details", { class: "code code--class", open: Boolean(field.value || ownRoom(question.story)) }, element("summary", {}, words("class")),
    room, element("p", { class: "code__about" }, words("class_about")), field, told);
}
