/** A tour of a minute: five boxes beside what they explain, one at a time. It is offered in the bar on a first visit of one's own
 * (never in a frame, or where a link brings a view) until it was taken or turned down, and starts from the help at any time. */
import { say } from "../core/words.js";
import { does } from "../dom/buttons.js";
import { element, one, write } from "../dom/elements.js";
import { beside, whenGrown } from "../dom/place.js";
import * as router from "../dom/router.js";

const KEPT = "policy-lab-tour";
const HIGHEST = 0.5; // of the window, that is kept for what is explained
/** What each step is about: the first of these that is there and seen. */
const STEPS = [
  { key: "scenario", at: [".world__choice"] },
  { key: "verdict", at: [".in-short__text", ".in-short"] },
  { key: "chart", at: ["#chart-a .chart__frame"] },
  { key: "levers", at: [".levers__handle", ".levers__tools", ".levers"] },
  { key: "share", at: ["#share"] },
];

/** @type {HTMLElement | null} */
let box = null;
let step = 0;
/** What had the focus before. @type {Element | null} */
let from = null;

/** @param {string} key @returns {HTMLElement | undefined} */
const targetOf = (key) => STEPS.find((other) => other.key === key)?.at.map((selector) => one(selector)).find((place) => place?.getClientRects().length);

const seen = (/** @type {string} */ key) => Boolean(targetOf(key));
const steps = () => STEPS.map(({ key }) => key).filter(seen);

/** @param {boolean} [taken] to be kept */
function offered(taken) {
  try {
    if (taken) window.localStorage.setItem(KEPT, "off");
    return window.localStorage.getItem(KEPT) !== "off";
  } catch {
    return false; // a browser that keeps nothing would offer it for ever
  }
}

function build() {
  const button = (/** @type {string} */ key, /** @type {() => void} */ press, kind = "") => element("button", { class: "button" + kind, type: "button", id: "tour-" + key, onclick: press });
  const made = element("div", { class: "tour", role: "dialog", "aria-labelledby": "tour-title", "aria-describedby": "tour-text" },
    element("h2", { id: "tour-title", class: "tour__title", tabindex: "-1" }),
    element("p", { id: "tour-text" }),
    element("div", { class: "tour__tools" },
      element("span", { class: "tour__count" }), button("end", end, " button--link"), button("back", () => go(step - 1)), button("next", () => go(step + 1), " button--main")));
  write(one("#tour-end", made), say("tour.end"));
  write(one("#tour-back", made), say("tour.back"));
  made.addEventListener("keydown", keyed);
  document.body.append(made);
  return made;
}

/** The focus stays in the box, from the last button to the first. @param {KeyboardEvent} event */
function keyed(event) {
  if (event.key === "Escape") {
    event.preventDefault();
    return end();
  }
  if (event.key !== "Tab" || !box) return undefined;
  const stops = [...box.querySelectorAll("button")].filter((stop) => !stop.hidden);
  const [first, last] = [stops[0], stops[stops.length - 1]];
  const edge = event.shiftKey ? first : last;
  if (document.activeElement !== edge && box.contains(document.activeElement)) return undefined;
  event.preventDefault();
  return (event.shiftKey ? last : first).focus();
}

/** @param {number} to */
function go(to) {
  const list = steps();
  if (!box || to >= list.length) return end();
  step = Math.max(0, to);
  const key = list[step];
  write(one("#tour-title", box), say("tour." + key + "_title"));
  write(one("#tour-text", box), say("tour." + key));
  write(one(".tour__count", box), say("tour.count", { step: step + 1, steps: list.length }));
  one("#tour-back", box).hidden = step === 0;
  one("#tour-end", box).hidden = step === list.length - 1;
  write(one("#tour-next", box), say(step === list.length - 1 ? "tour.done" : "tour.next"));
  one(".tour-here")?.classList.remove("tour-here");
  targetOf(key)?.classList.add("tour-here");
  bring();
  one("#tour-title", box).focus({ preventScroll: true });
  return undefined;
}

/** What is explained comes into view with room for the box beside it. */
function bring() {
  const target = one(".tour-here");
  if (!target || !box) return;
  const rect = target.getBoundingClientRect();
  const room = window.innerHeight - box.offsetHeight - 24;
  if (rect.top < 0 || rect.bottom > room) {
    const fixed = window.getComputedStyle(target.closest(".levers") ?? target).position === "fixed";
    const sticky = target.closest(".charts, .chart--a, .stage");
    if (!fixed) window.scrollBy({ top: rect.top - (sticky ? 8 : Math.max(8, Math.min(window.innerHeight * HIGHEST, room - rect.height))), behavior: "instant" });
  }
  settle();
}

function settle() {
  const target = one(".tour-here");
  if (target && box) beside(box, target.getBoundingClientRect());
}

function start() {
  one("#keys-help").close();
  offered(true);
  show();
  if (router.page() !== "explore") router.go("explore");
  from ??= document.activeElement;
  box ??= build();
  go(0);
  window.addEventListener("resize", bring);
  window.addEventListener("scroll", settle, { passive: true });
}

function end() {
  box?.remove();
  box = null;
  one(".tour-here")?.classList.remove("tour-here");
  window.removeEventListener("resize", bring);
  window.removeEventListener("scroll", settle);
  window.scrollTo({ top: 0, behavior: "instant" });
  const back = from instanceof HTMLElement && from.getClientRects().length ? from : one("#help");
  from = null;
  back.focus({ preventScroll: true });
}

/** The offer, where the bar has room for it; where it has none, on a phone, the question mark wears the colour of it. */
function show() {
  const [offer, bar] = [one("#tour-offer"), one(".bar")];
  const height = bar.offsetHeight;
  const there = offered();
  offer.hidden = !there;
  if (there && (bar.offsetHeight !== height || bar.scrollWidth > bar.clientWidth)) offer.hidden = true;
  one("#help").classList.toggle("is-new", there && offer.hidden);
}

/** @param {string} asked the query that the page came with */
export function begin(asked = window.location.search) {
  if (router.embedded()) return;
  const own = !/[?&][mwlacp]=/.test(asked);
  does("tour", (button) => {
    from = button.closest("dialog") ? one("#help") : null;
    start();
  });
  does("noTour", () => {
    offered(true);
    show();
    one("#help").focus();
  });
  whenGrown(bring);
  router.visited((page) => box && page !== "explore" && end());
  if (own) whenDrawn(show);
}

/** Once the first picture stands. @param {() => void} then */
function whenDrawn(then) {
  const root = document.documentElement;
  if ("drawn" in root.dataset) return then();
  const watch = new MutationObserver(() => {
    if (!("drawn" in root.dataset)) return;
    watch.disconnect();
    then();
  });
  return watch.observe(root, { attributes: true, attributeFilter: ["data-drawn"] });
}
