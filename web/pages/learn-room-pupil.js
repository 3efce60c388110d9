/* A pupil's room: joined by its link or by its letters; an answer goes there with one press. */
import { say, toldBy } from "../core/words.js";
import { element, write } from "../dom/elements.js";
import * as rooms from "./learn-room.js";
import { did, work } from "./learn-work.js";
/** @import { Question } from "../types/learn.js" */

const words = (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) => say(`learn.room_${key}`, values);

/**
 * What stands with a pupil's answer; null for who is in no room of this story.
 * @param {Question} question
 * @param {() => string} code of the answer, "" for none yet
 * @param {() => void} byHand the code is to be copied instead
 */
export function pupilPanel(question, code, byHand) {
  const room = rooms.joined(question.story);
  if (!room) return null;
  const at = question.step - 1;
  const said = element("p", { role: "status", class: "room__said", tabindex: "-1" });
  const press = async () => {
    button.disabled = true;
    write(said, words("sending"));
    try {
      await rooms.send(code());
      did("sent", at, room);
      follow();
      said.focus({ preventScroll: true }); // the button is gone
    } catch (error) {
      const { gone } = /** @type {{ gone?: boolean }} */ (error);
      write(said, gone ? words("gone", { room }) : toldBy(error, "wait.broken"));
      byHand();
    }
    button.disabled = false;
  };
  const button = element("button", { class: "button button--main", type: "button", onclick: press }, words("send", { room }));
  const follow = () => {
    const sent = work.sent[at] === room;
    button.hidden = sent || !code();
    write(said, sent ? words("sent", { room }) : code() ? "" : words("first", { room }));
  };
  follow();
  return { place: element("div", { class: "room" }, button, said), follow };
}

/** Where a pupil types the letters; null where the server has no rooms. @param {(where: { story: string, step: number }) => void} go @param {string} [problem] what went wrong with a link */
export function joinPanel(go, problem = "") {
  if (!rooms.offered()) return null;
  const field = element("input", { id: "room-letters", class: "box room-join__field", type: "text", maxlength: "12", autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
  const said = element("p", { class: "room__said", role: "status" }, problem);
  const enter = async (/** @type {Event} */ event) => {
    event.preventDefault();
    write(said, words("sending"));
    await rooms.join(field.value).then(go, (error) => {
      write(said, toldBy(error, "wait.broken"));
      field.focus();
    });
  };
  const joined = rooms.joined();
  const place = element("form", { class: "panel room-join", onsubmit: enter },
    element("label", { class: "label", for: "room-letters" }, words("join")),
    element("div", { class: "code__row" }, field, element("button", { class: "button button--main", type: "submit" }, words("enter")),
      joined && element("button", { class: "button", type: "button", onclick: () => {
        rooms.leave();
        place.replaceWith(/** @type {HTMLElement} */ (joinPanel(go)));
      } }, words("leave", { room: joined }))),
    element("p", { class: "share__note" }, words("join_about")), said);
  return place;
}
