import assert from "node:assert/strict";
import { test } from "node:test";
import { JSDOM } from "jsdom";
import * as store from "../core/state.js";

const page = new JSDOM(`<div id="early"><div data-early="a"><p>a</p></div><div data-early="b"><input></div></div>
  <div id="react-entry-point" hidden></div>`);
Object.assign(globalThis, { window: page.window, document: page.window.document, CSS: { escape: (/** @type {string} */ id) => id } });
page.window.scrollTo = () => {};
const adoption = await import("./adoption.js");

/** @param {string} selector */
const one = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const place = () => one("#react-entry-point").appendChild(document.createElement("div"));
const soon = () => new Promise((done) => setTimeout(done, 5));

test("what the first page has moves when every place is there and no hand is down, with its focus", async () => {
  let told = 0;
  adoption.adopted(() => { told += 1; });
  one("input").focus();
  const [a, b] = [place(), place()];
  assert.equal(adoption.adopt(a, { id: "a" }), true);
  await soon();
  assert.equal(adoption.here, false); // one place is missing
  store.hold(true);
  adoption.adopt(b, { id: "b" });
  await soon();
  assert.equal(adoption.here, false); // a hand is down
  store.hold(false);
  document.dispatchEvent(new page.window.Event("pointerup"));
  await soon();
  assert.deepEqual([adoption.here, told, a.textContent, b.children.length], [true, 1, "a", 1]);
  assert.equal(document.activeElement, one("input"));
  assert.equal(one("#early"), null);
  assert.equal(one("#react-entry-point").hidden, false);
});

test("a component that is drawn again gets the same elements", () => {
  const kept = one("p");
  adoption.release({ id: "a" });
  assert.equal(kept.isConnected, false);
  const again = place();
  assert.equal(adoption.adopt(again, { id: "a" }), true);
  assert.equal(again.firstChild, kept);
});

test("one that the first page does not have is made from its HTML, once", () => {
  const host = place();
  assert.equal(adoption.adopt(host, { id: "c", html: "<b>c</b>" }), false);
  assert.equal(host.innerHTML, "<b>c</b>");
  adoption.release({ id: "c" });
  assert.equal(adoption.adopt(host, { id: "c", html: "<b>c</b>" }), true);
});
