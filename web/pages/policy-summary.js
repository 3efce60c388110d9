/* The current policy in tables: what it does (levers, assumptions) and what comes of it. Actions and brief show these.

     PolicyLab.summary.name()                 the current policy in words
     PolicyLab.summary.levers(every)          [{label, unit, value, standing, start, ramp, moved}], texts; without `every`
                                              only those that do not stand as in status quo
     PolicyLab.summary.assumptions()          [{label, unit, value, standing, source, grade}], those that were changed
     PolicyLab.summary.years()                the years that outcomes are told at
     PolicyLab.summary.outcomes(years)        promise of [{about, policy: [number], reference: [number]}]
     PolicyLab.summary.change(value, reference, about)   the difference in words
     PolicyLab.summary.source()               source line with the model's version */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const EVERY = 10; // years between those that are told, counted from the last

  const policy = () => lab.scenario.of(lab.state.now);
  const name = () => lab.scenario.name(policy());
  const figure = (value, places) => (value === null ? "" : lab.scale.figure(value, places));

  function levers(every) {
    const standing = lab.facts.start.levers;
    return Object.entries(lab.facts.levers).flatMap(([key, lever]) => {
      const set = lab.state.now.levers[key];
      const moved = !lab.sameSetting(set, standing[key]);
      if (!moved && !every) return [];
      return [{
        label: lever.label, unit: lever.unit, moved,
        value: figure(set[0], lever.places), standing: figure(standing[key][0], lever.places),
        start: set[1] === null ? "" : String(set[1]), ramp: set[2] === null ? "" : lab.scale.figure(set[2], Number.isInteger(set[2]) ? 0 : 1),
      }];
    });
  }

  function assumptions() {
    return Object.entries(lab.state.now.assumptions).map(([key, value]) => {
      const about = lab.facts.assumptions[key];
      if (about.loop) return { label: about.label, unit: "", value: lab.say("loop.cut_now"), standing: lab.say("loop.acts_now"), source: "", grade: "" };
      return { label: about.label, unit: about.unit, value: lab.scale.figure(value), standing: lab.scale.figure(about.default), source: about.source, grade: about.grade };
    });
  }

  function years() {
    const last = Math.floor(lab.facts.clock.final);
    const first = Math.ceil(lab.facts.clock.initial);
    return [3, 2, 1, 0].map((n) => last - n * EVERY).filter((year) => year > first + 1);
  }

  const runsOf = (names) => lab.runs.ask([policy(), lab.scenario.statusQuo()].map((one) => lab.scenario.constants(one, lab.state.now.assumptions)), names);

  async function outcomes(asked) {
    const shown = lab.facts.headlines;
    const runs = await runsOf(shown);
    return shown.map((outcome) => {
      const [own, reference] = runs.map((run) => asked.map((year) => run.of(outcome)[lab.nearest(run.time, year)]));
      return { about: lab.variable(outcome), policy: own, reference };
    });
  }

  function change(value, reference, about) {
    const places = about.places === null ? lab.scale.places(Math.max(Math.abs(value), Math.abs(reference))) : about.places;
    if (Number((value - reference).toFixed(places)) === 0) return lab.say("headline.unchanged");
    return (value > reference ? "▲ +" : "▼ −") + lab.scale.figure(Math.abs(value - reference), places);
  }

  const source = () => lab.say("chart.source", { model: lab.facts.model, hash: lab.facts.hash.slice(0, 8), policy: [name(), lab.loops.note(lab.state.now)].filter(Boolean).join("; ") });

  lab.summary = { policy, name, levers, assumptions, years, outcomes, runsOf, change, source };
})(typeof globalThis === "object" ? globalThis : self);
