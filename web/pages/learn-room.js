/* Rooms: where a class leaves its answers for a day, at a server that offers them (policy_lab/app/room_routes.py). Which room
   somebody is in, or has opened, is kept in this tab, so that a reload loses neither. */
import { facts } from "../core/facts.js";
import { say } from "../core/words.js";
/** @import { OwnRoom } from "../types/learn.js" */

const KEPT = "policy-lab-rooms ";
const PATIENCE = 10000; // milliseconds
const [NOT_ALLOWED, NO_ROOM] = [403, 404];

/** `joined`: the room that a pupil is in, and its story; `own`: rooms opened here, by story.
 * @typedef {{ joined: { room: string, story: string } | null, own: Record<string, OwnRoom> }} Rooms */

/** @returns {Rooms} */
const nothing = () => ({ joined: null, own: {} });
/** @type {Rooms | null} */
let rooms = null;

/** @returns {Rooms} */
function read() {
  try {
    return { ...nothing(), ...JSON.parse(window.sessionStorage.getItem(KEPT + facts.model) ?? "{}") };
  } catch {
    return nothing(); // a browser that keeps nothing has them until the page is left
  }
}

const now = () => (rooms ??= read());

/** @param {Rooms} next */
function keep(next) {
  rooms = next;
  try {
    window.sessionStorage.setItem(KEPT + facts.model, JSON.stringify(rooms));
  } catch {
    // as above
  }
}

/** @param {string} story @param {OwnRoom | null} room */
function keepOwn(story, room) {
  const others = Object.fromEntries(Object.entries(now().own).filter(([key]) => key !== story));
  keep({ ...now(), own: room ? { ...others, [story]: room } : others });
}

/** Whether this server has rooms. */
export const offered = () => Boolean(facts.files.rooms);

/** An error that says so in words; `gone`: there is no such room, or not for whoever asks. @param {string} text @param {boolean} [gone] */
const refusal = (text, gone = false) => Object.assign(new Error(text), { told: text, gone });

/** @param {string} path below the address of rooms @param {RequestInit} [how] */
async function asked(path, how = {}) {
  const unreachable = () => refusal(say("learn.room_unreachable"));
  const reply = await fetch(`${facts.files.rooms}${path}?lang=${facts.language}`, { ...how, signal: AbortSignal.timeout(PATIENCE) }).catch(() => {
    throw unreachable();
  });
  if (reply.ok) return reply;
  const text = reply.headers.get("Content-Type")?.startsWith("text/plain") ? (await reply.text().catch(() => "")).trim() : "";
  throw text ? refusal(text, [NOT_ALLOWED, NO_ROOM].includes(reply.status)) : unreachable();
}

/** @param {OwnRoom} room */
const bearing = ({ key }) => ({ headers: { Authorization: `Bearer ${key}` } });

// --- a pupil --------------------------------------------------------------------------------------------------

/** The room that somebody is in; "" for none, or for none of this story. @param {string} [story] */
export function joined(story) {
  const { joined: mine } = now();
  return mine && (story === undefined || story === mine.story) ? mine.room : "";
}

/** The story and the step that a room is for. @param {string} letters as somebody typed them */
export async function join(letters) {
  const wanted = letters.toUpperCase().replace(/[^A-Z]/g, "");
  if (!wanted) throw refusal(say("learn.room_letters"));
  const { room, about } = await (await asked(`/${wanted}`)).json();
  const [story = "", step = ""] = String(about).split(":");
  keep({ ...now(), joined: { room, story } });
  return { story, step: Math.max(1, Number(step) || 1) };
}

export const leave = () => keep({ ...now(), joined: null });

/** @param {string} code */
export const send = (code) => asked(`/${joined()}`, { method: "POST", headers: { "Content-Type": "text/plain" }, body: code });

// --- a teacher ------------------------------------------------------------------------------------------------

/** The room that was opened here for a story. @param {string} story @returns {OwnRoom | null} */
export const own = (story) => now().own[story] ?? null;

/** @param {string} story @param {number} step where pupils begin */
export async function open(story, step) {
  const body = JSON.stringify({ about: `${story}:${step}` });
  const { room, key, until } = await (await asked("", { method: "POST", headers: { "Content-Type": "application/json" }, body })).json();
  keepOwn(story, { room, key, until, taken: [] });
}

/** How many there are of each step, and codes that had not come yet. @param {OwnRoom} room @returns {Promise<{ steps: Record<string, number>, fresh: string[] }>} */
export async function answers(room) {
  const { steps, codes } = await (await asked(`/${room.room}/answers`, bearing(room))).json();
  const known = new Set(room.taken);
  return { steps, fresh: codes.filter((/** @type {string} */ code) => !known.has(code)) };
}

/** Codes that need not come again. @param {string} story @param {OwnRoom} room @param {string[]} codes */
export const took = (story, room, codes) => keepOwn(story, { ...room, taken: [...room.taken, ...codes] });

/** @param {string} story @param {OwnRoom} room */
export async function close(story, room) {
  await asked(`/${room.room}`, { method: "DELETE", ...bearing(room) }).catch((error) => {
    if (!error.gone) throw error;
  });
  forget(story);
}

/** @param {string} story */
export const forget = (story) => keepOwn(story, null);
