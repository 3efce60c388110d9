/** A link's query as parts, and what happened to them on their way.
 *
 *     ?m=1a2b3c4d.w0k3xql1f00d.2c9aa&w=cern_for_ai&l=shared-facility~0.5
 *
 * The first part has the version of the model, then the letter and the checksum of each part that follows, then the
 * checksum of itself. It stands in front, so a link that is cut anywhere still says what it had. A part whose checksum
 * does not fit is left out; the others hold. What a mail program or a chat adds at the end, "&amp;" for "&", and keys of
 * other programs (utm_source, fbclid) do no harm and are told.
 *
 * A link without checksums, of the first edition or written by hand, is taken as it is.
 */
import { LENGTH, checksum } from "./checksum.js";

/** @typedef {{ key: string, text: string }} Part */
/** What there is to tell: keys of other programs; keys of parts left out, "m" for all of them; whether letters were added
 * that mean nothing; and `unchecked`: the list of checksums is itself damaged, so nobody knows about the rest.
 * @typedef {{ foreign: string[], lost: string[], stray: boolean, unchecked: boolean }} Damage */

/** The parts of a link, in their order; further ones of the same letter are allowed for those in MANY. */
const KEYS = ["m", "w", "l", "a", "c", "p", "v", "y", "h", "r", "d", "s", "t"];
const MANY = ["p"];
const SETTINGS = ["w", "l", "a", "c", "p"];
/** Parts that are read elsewhere. */
const OTHERS = ["lang", "room"];
const AMPERSANDS = /&(amp|#38|#x26);|%26amp%3B/gi;
const TAIL = /[^a-z0-9~_-]+$/i; // full stops, brackets and quotation marks of the text around a link
const MOST_ADDED = 12; // letters of it
const ENTRY = new RegExp(`([a-z])([0-9a-z]{${LENGTH}})`, "g");
const HEAD = new RegExp(`^([0-9a-f]{8})\\.((?:[a-z][0-9a-z]{${LENGTH}})*)\\.([0-9a-z]{${LENGTH}})(.*)$`, "s");

/** @param {Part} part */
const sum = ({ key, text }) => checksum(key + "=" + text);

/**
 * The query of some parts, with its "?"; "" for none.
 * @param {string} version of the model, eight characters
 * @param {Part[]} parts
 */
export function joined(version, parts) {
  if (!parts.length) return "";
  const head = version + "." + parts.map((part) => part.key + sum(part)).join("");
  const written = parts.map(({ key, text }) => key + "=" + encodeURIComponent(text).replaceAll("%3A", ":"));
  return "?" + [`m=${head}.${checksum("m=" + head)}`, ...written].join("&");
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch {
    return text;
  }
}

/** Parts that are ours as they stand in the link, and what is not. @param {string} query @param {Damage} damage */
function found(query, damage) {
  /** @type {Part[]} */
  const parts = [];
  const whole = query.replace(/^\?/, "").replace(AMPERSANDS, "&");
  damage.stray = whole !== query.replace(/^\?/, "") || whole.includes("?");
  for (const piece of whole ? whole.split(/[&?]/) : []) {
    const readable = piece.includes("=") ? piece : decoded(piece); // some encode the sign itself
    const [, key, text] = /^([^=]*)=?(.*)$/s.exec(readable) ?? ["", readable, ""];
    if (OTHERS.includes(key)) continue;
    if (key !== "m" && HEAD.test(text)) {
      parts.push({ key: "m", text }); // only its letter was damaged
      damage.stray = true;
    } else if (KEYS.includes(key)) parts.push({ key, text: decoded(text) });
    else if (piece) damage.foreign.push(key);
    else damage.stray = true;
  }
  return parts;
}

/** A part as it came, and without one, two, … of the letters that may have been added to its end. @param {Part} part */
function readings({ key, text }) {
  const [tail = ""] = TAIL.exec(text) ?? [];
  return Array.from({ length: Math.min(tail.length, MOST_ADDED) + 1 }, (_, n) => ({ key, text: text.slice(0, text.length - n) }));
}

/** Settings end in a letter or a figure; a name of a pin, and what a page looks at, may end in anything. @param {Part} part */
const trimmed = ({ key, text }) => ({ key, text: SETTINGS.includes(key) && !text.includes(":") ? text.replace(TAIL, "") : text });

/** @param {Part[]} parts @param {Damage} damage */
function untested(parts, damage) {
  /** @type {Part[]} */
  const kept = [];
  for (const part of parts.map(trimmed)) {
    if (!part.text) continue; // a letter by itself says nothing, and must not stand in the way of the part that it is of
    const twice = kept.find((other) => other.key === part.key);
    if (!twice || MANY.includes(part.key)) kept.push(part);
    else if (twice.text !== part.text) damage.foreign.push(part.key);
  }
  damage.stray ||= parts.some((part) => part.text !== trimmed(part).text);
  return kept;
}

/** Parts that fit their checksums, in the order of those. @param {Part[]} parts @param {[string, string][]} sums @param {Damage} damage */
function tested(parts, sums, damage) {
  const left = parts.slice();
  /** @type {Part[]} */
  const kept = [];
  for (const [key, wanted] of sums) {
    const fitting = (/** @type {Part} */ part) => (part.key === key ? readings(part).find((one) => sum(one) === wanted) : undefined);
    const at = left.findIndex(fitting);
    const part = at < 0 ? undefined : fitting(left[at]);
    if (!part) {
      damage.lost.push(key);
      continue;
    }
    if (part.text !== left[at].text) damage.stray = true;
    left.splice(at, 1);
    kept.push(part);
  }
  const same = (/** @type {Part} */ part) => kept.some((one) => one.key === part.key && readings(part).some(({ text }) => text === one.text));
  damage.foreign.push(...left.filter((part) => !damage.lost.includes(part.key) && !same(part)).map(({ key }) => key));
  return kept;
}

/**
 * What a query says: the version of the model it was made with, "" where that cannot be read, and its parts.
 * @param {string} query with or without its "?"
 * @returns {{ version: string, parts: Part[], damage: Damage }}
 */
export function parted(query) {
  /** @type {Damage} */
  const damage = { foreign: [], lost: [], stray: false, unchecked: false };
  const all = found(query, damage);
  const parts = all.filter(({ key }) => key !== "m");
  const heads = all.filter(({ key }) => key === "m").map(({ text }) => text);
  const bare = heads.find((text) => /^[0-9a-f]{8}$/.test(text));
  for (const head of heads) {
    const [, version, list, own, more] = HEAD.exec(head) ?? [];
    if (version && own === checksum(`m=${version}.${list}`)) {
      damage.stray ||= more !== "";
      return { version, parts: tested(parts, [...list.matchAll(ENTRY)].map(([, key, wanted]) => [key, wanted]), damage), damage };
    }
  }
  damage.unchecked = heads.length > 0 && bare === undefined && parts.length > 0;
  if (heads.length && !parts.length) damage.lost.push("m"); // no link has a version alone
  return { version: bare ?? "", parts: untested(parts, damage), damage };
}
