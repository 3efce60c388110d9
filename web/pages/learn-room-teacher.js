/* A teacher's room: opened at a question of a story, shown to the class, and what arrives in it put with the codes that were
   pasted, each at the step that it is about. */
import { digitsOf, stepOf } from "../core/answer-code.js";
import { facts } from "../core/facts.js";
import { say, toldBy } from "../core/words.js";
import { element, one, write } from "../dom/elements.js";
import { drawnCode } from "../dom/qr-drawing.js";
import * as router from "../dom/router.js";
import * as rooms from "./learn-room.js";
import { did, work } from "./learn-work.js";
/** @import { OwnRoom, Question } from "../types/learn.js" */

const EVERY = 2500; // milliseconds between two looks
const LEAST = 5; // answers below which none is shown: policy_lab/app/rooms.py
const ALONE = /^(localhost|127\.[\d.]+|\[::1\])$/; // addresses of one computer for itself
const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say(`learn.room_${key}`, values);
const button = (/** @type {string} */ text, /** @type {(event: Event) => void} */ press, more = "") => element("button", { class: "button " + more, type: "button", onclick: press }, text);

/** @param {OwnRoom} room */
const linkTo = ({ room }) => `${window.location.origin}${router.pathOf("learn")}?room=${room}&lang=${facts.language}`;

/** @param {OwnRoom} room */
const closes = ({ until }) => new Date(1000 * until).toLocaleString(facts.language, { weekday: "long", hour: "2-digit", minute: "2-digit" });

/** @param {number} count */
const counted = (count) => words(count === 1 ? "count.one" : "count.many", { count }) + (count > 0 && count < LEAST ? " " + words("few", { least: LEAST }) : "");

// --- shown to the class ---------------------------------------------------------------------------------------

/** The letters, the link and its QR code, as large as the screen allows. @param {OwnRoom} room @param {string} count */
function showToClass(room, count) {
  const link = linkTo(room);
  const made = element("dialog", { class: "sheet room-card", "aria-labelledby": "room-title", onclose: () => made.remove() },
    element("div", { class: "sheet__head" }, element("h2", { id: "room-title", class: "panel__title" }, words("scan")), element("button", { class: "button button--quiet", type: "button", "aria-label": say("share.close"), onclick: () => made.close() }, "×")),
    element("div", { class: "room-card__body" },
      drawnCode(link, words("qr"))?.drawing,
      element("div", { class: "room-card__words" },
        element("p", {}, words("type")), element("p", { class: "room-card__letters" }, room.room),
        element("p", { class: "room-card__link" }, link),
        element("p", { class: "room-card__count", "data-room-count": "" }, count),
        element("p", { class: "share__note" }, words("until", { time: closes(room) })))),
    ALONE.test(window.location.hostname) && element("p", { class: "caveat" }, words("alone", { host: window.location.host })));
  document.body.append(made);
  made.showModal();
}

// --- on the step ----------------------------------------------------------------------------------------------

/** Codes to the steps that they are about; whether some are of this one. @param {string[]} codes @param {number} step */
function sorted(codes, step) {
  /** @type {Map<number, string[]>} */
  const by = new Map();
  for (const code of codes) {
    const at = (stepOf(code) || step) - 1;
    by.set(at, [...(by.get(at) ?? []), code]);
  }
  for (const [at, mine] of by) did("pasted", at, [(work.pasted[at] ?? "").trimEnd(), ...mine].filter(Boolean).join("\n"));
  return by.has(step - 1);
}

/**
 * The part of a class's answers that a room has; null where the server has none, and for a pupil in one.
 * @param {Question} question
 * @param {() => void} changed codes of this step have come
 */
export function teacherPanel(question, changed) {
  const { story, step } = question;
  if (!rooms.offered() || rooms.joined(story)) return null;
  const place = element("div", { class: "room" });
  const said = element("p", { class: "room__said", role: "status" });
  const count = element("p", { class: "room__count", role: "status" });
  let timer = 0;
  const look = async () => {
    const room = rooms.own(story);
    if (!room) return;
    const { steps, fresh } = await rooms.answers(room);
    if (!place.isConnected || rooms.own(story) !== room) return;
    if (fresh.length) rooms.took(story, room, fresh);
    for (const shown of [count, one("[data-room-count]")]) write(shown, counted(steps[digitsOf(step)] ?? 0));
    if (sorted(fresh, step)) changed();
    write(said, "");
  };
  const watch = async () => {
    window.clearTimeout(timer);
    if (!place.isConnected || !rooms.own(story)) return;
    if (!document.hidden) await look().catch(failed);
    timer = window.setTimeout(watch, EVERY);
  };
  const failed = (/** @type {any} */ error) => {
    const room = rooms.own(story);
    if (!error.gone || !room) return write(said, words("lost"));
    rooms.forget(story);
    one(".room-card")?.close();
    paint();
    return write(said, words("ended", { room: room.room }));
  };
  const act = (/** @type {() => Promise<void>} */ does) => async () => {
    write(said, "");
    await does().then(paint, (error) => write(said, toldBy(error, "wait.broken")));
    (one(".button", place) ?? place).focus({ preventScroll: true });
    watch();
  };
  const end = async () => {
    const room = rooms.own(story);
    if (!room) return;
    await look().catch(() => {}); // what came since the last look
    await rooms.close(story, rooms.own(story) ?? room);
    write(said, words("closed"));
  };
  const paint = () => {
    const room = rooms.own(story);
    place.replaceChildren(...(room ? [
      element("p", { class: "room__name" }, words("named"), " ", element("strong", { class: "room__letters" }, room.room)), count,
      element("p", { class: "code__row" }, button(words("show"), () => showToClass(room, count.textContent ?? ""), "button--main"), closing(act(end)))] : [
      element("p", { class: "code__about" }, words("open_about")), element("p", {}, button(words("open"), act(() => rooms.open(story, step).then(() => write(count, counted(0))))))]), said);
  };
  paint();
  timer = window.setTimeout(watch); // once it is on the page
  return place;
}

/** Pressed twice it closes: a slip ends no lesson. @param {() => void} close */
function closing(close) {
  const made = button(words("close"), () => {
    if (made.dataset.sure) close();
    made.dataset.sure = "1";
    write(made, words("close_sure"));
  });
  made.addEventListener("blur", () => {
    delete made.dataset.sure;
    write(made, words("close"));
  });
  return made;
}
