/* Keyboard shortcuts. Those of a single key can be switched off in their list, and never act in a field. */
(function (root) {
  "use strict";

  const lab = root.PolicyLab;
  const { one } = lab.dom;
  const KEPT = "policy-lab-single-keys";
  const press = (name) => one(`[data-do="${name}"]`).click();

  const single = {
    r: () => lab.replay.replay(),
    p: () => press("pin"),
    0: () => lab.levers.resetAll(),
    s: () => lab.page.share(),
    a: () => focus(one("#assumptions summary") || one("#assumptions")),
    c: () => focus(one("#choose-a")),
    "?": () => toggle(),
  };

  function focus(element) {
    element.scrollIntoView({ block: "nearest" });
    element.focus();
  }

  function toggle() {
    const dialog = one("#keys-help");
    if (dialog.open) dialog.close();
    else dialog.showModal();
  }

  function on() {
    try {
      return window.localStorage.getItem(KEPT) !== "off";
    } catch (error) {
      return true;
    }
  }

  const writes = (element) => element.matches && element.matches("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]");

  function keyed(event) {
    if (event.altKey || event.defaultPrevented) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if ((key !== "z" && key !== "y") || writesText(event.target)) return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) lab.state.redo();
      else lab.state.undo();
      return;
    }
    if (writes(event.target) || lab.page.now !== "explore" || !on()) return;
    if (one("#keys-help").open && key !== "?") return;
    if (/^[1-9]$/.test(key)) lab.levers.jumpTo(Number(key) - 1);
    else if (single[key]) single[key]();
    else return;
    event.preventDefault();
  }

  /* A field that is being written in has an undo of its own. */
  const writesText = (element) => element.matches && element.matches("input[type=text]:not([role=spinbutton]), input[type=search], textarea");

  function begin() {
    document.addEventListener("keydown", keyed);
    lab.page.does("closeKeys", toggle);
    lab.page.does("openKeys", toggle);
    const box = one("#keys-single");
    box.checked = on();
    box.addEventListener("change", () => {
      try {
        window.localStorage.setItem(KEPT, box.checked ? "on" : "off");
      } catch (error) {
        box.checked = true; // a browser that keeps nothing has them on
      }
    });
  }

  lab.keys = { begin };
})(globalThis);
