/* Light or dark: what the person chose here last, else what the system asks for. Set before the first paint. */
(function () {
  "use strict";
  const KEPT = "policy-lab-colours";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let words = null;

  function kept() {
    try {
      return window.localStorage.getItem(KEPT);
    } catch (error) {
      return null;
    }
  }

  function now() {
    return kept() || (system.matches ? "dark" : "light");
  }

  function dress(scheme) {
    document.documentElement.dataset.theme = scheme;
    document.documentElement.dataset.mantineColorScheme = scheme;
  }

  function button(scheme) {
    return scheme === "dark" ? words.light : words.dark;
  }

  function redress() {
    dress(now());
    if (!words) return;
    window.dash_clientside.set_props("provider", { forceColorScheme: now() });
    window.dash_clientside.set_props("scheme", { children: button(now()) });
  }

  dress(now());
  system.addEventListener("change", redress);

  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.policy_lab = Object.assign(window.dash_clientside.policy_lab || {}, {
    colour: function (facts) {
      words = facts.words;
      return [now(), button(now())];
    },
    recolour: function () {
      const other = now() === "dark" ? "light" : "dark";
      try {
        window.localStorage.setItem(KEPT, other);
      } catch (error) {
        dress(other); // no storage: the choice lasts for this visit
      }
      redress();
    },
  });
})();
