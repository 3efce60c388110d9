/* Dash, which draws the other pages, comes after the first picture; at once where such a page is asked for.

   Its scripts stand in the page's template, where they do not run; here they are put into the page one after the other. */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  let begun = null;

  function load(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.async = false; // all are fetched at once and run in their order
      script.onload = done;
      script.onerror = () => failed(new Error(address));
      document.body.appendChild(script);
    });
  }

  async function come() {
    const scripts = [...document.getElementById("dash-scripts").content.querySelectorAll("script[src]")];
    await Promise.all(scripts.map((script) => load(script.getAttribute("src"))));
    root.renderer = new root.DashRenderer();
  }

  function dash() {
    if (!begun) {
      begun = come().catch(() => {
        begun = null;
        lab.page.tell(lab.say("wait.no_page"));
      });
    }
    return begun;
  }

  function visit(page) {
    if (!["explore", "compare", "precedents"].includes(page)) dash();
    if (lab.dashIsHere) window.dash_clientside.set_props("visit", { data: page });
    window.dispatchEvent(new Event("resize")); // charts drawn while hidden take their true size
  }

  root.dash_clientside = root.dash_clientside || {};
  root.dash_clientside.policy_lab = Object.assign(root.dash_clientside.policy_lab || {}, {
    base: () => lab.page.base,
    /* Dash's pages are there: their colours, and which of them is on show. */
    arrive: () => {
      lab.dashIsHere = true;
      return [lab.colours.now(), lab.page.now];
    },
  });
  lab.later = { dash, visit };
})(globalThis);
