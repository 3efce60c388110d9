/* Light or dark: what the person chose here last, else what the system asks for. Set before the first paint.

     PolicyLab.colours.now()    "light" or "dark"
     PolicyLab.colours.turn()   the other one, kept for the next visit */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const KEPT = "policy-lab-colours";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let chosen = null; // for a browser that keeps nothing

  function kept() {
    try {
      return window.localStorage.getItem(KEPT) || chosen;
    } catch (error) {
      return chosen;
    }
  }

  const now = () => kept() || (system.matches ? "dark" : "light");

  function dress() {
    document.documentElement.dataset.theme = now();
    document.documentElement.dataset.mantineColorScheme = now();
    const button = document.getElementById("scheme");
    if (button && lab.facts) lab.dom.write(button, lab.say(now() === "dark" ? "app.light" : "app.dark"));
    if (lab.dashIsHere) window.dash_clientside.set_props("provider", { forceColorScheme: now() });
  }

  function turn() {
    chosen = now() === "dark" ? "light" : "dark";
    try {
      window.localStorage.setItem(KEPT, chosen);
    } catch (error) {
      // no storage: the choice lasts for this visit
    }
    dress();
  }

  lab.colours = { now, turn, dress };
  dress();
  system.addEventListener("change", dress);
})(globalThis);
