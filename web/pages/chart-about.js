/* What stands beside a chart of Explore: what its variable means and where more of it is found, and the whole screen.

   Everything is written when it is opened, so a move costs nothing here. */
(function (root) {
  "use strict";

  const lab = root.PolicyLab;
  const { one, all, write } = lab.dom;
  const BETTER = { higher: "chart.about_higher", lower: "chart.about_lower" };

  const nameOf = (side) => lab.state.now.charts[side === "a" ? 0 : 1];

  function fill(details) {
    const about = lab.variable(nameOf(details.dataset.side));
    write(one(".about__name", details), about.label);
    write(one(".about__why", details), about.why || lab.say("chart.about_any"));
    write(one(".about__better", details), about.better in BETTER ? lab.say(BETTER[about.better]) : "");
    one(".about__model", details).href = lab.page.addressOf("model") + "#variable=" + encodeURIComponent(about.name);
  }

  function explain(button) {
    lab.compare.explain(nameOf(button.dataset.side));
  }

  /* The chart alone, for a wall; Escape or the button leads back. */
  function whole(button) {
    if (document.fullscreenElement) return document.exitFullscreen();
    return one("#chart-" + button.dataset.side).requestFullscreen().catch(() => lab.page.said(lab.say("chart.no_whole")));
  }

  for (const details of all(".chart__about")) details.addEventListener("toggle", () => details.open && fill(details));
  if (!document.fullscreenEnabled) for (const button of all('[data-do="whole"]')) button.hidden = true;
  lab.page.does("explain", explain);
  lab.page.does("whole", whole);
})(globalThis);
