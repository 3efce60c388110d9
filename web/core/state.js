/* The page's state. It has one owner, this script; everything that shows or changes it goes through here.

   The state is plain data and is never changed in place:

     {world,                  key of the world that the current policy starts from
      levers: {key: [value, start, ramp]},    every lever as it stands; null for a start or ramp that it does not have
      assumptions: {key: value},              uncertain parameters that a person changed; they hold in every curve
      charts: [name, name],                   variables in the two charts
      pins: [{world, levers}]}                up to three scenarios drawn beside the current policy (see scenario.js)

   Its link form stands at the head of link.js; the address bar always holds the link of the state.

     PolicyLab.state.now                     the state
     PolicyLab.state.held                    whether a pointer is down
     PolicyLab.state.change({part: value}, tag)  parts to replace; one step to undo (moves of one tag run together)
     PolicyLab.state.on(listener)            listener(state, before) after every change
     PolicyLab.state.rest(listener)          listener(state) once nothing has changed for a moment and no hand is down
     PolicyLab.state.undo(), .redo(), .steps {past, future}
     PolicyLab.state.moveLever(key, place, value), place 0 value, 1 start, 2 ramp; clamped to the range
     PolicyLab.state.assume(key, value)      null sets it back
     PolicyLab.state.chooseWorld(key), .chooseChart(side, name), .reset(which), .pin(scenario), .unpin(number)
     PolicyLab.state.query                   the link of the state, a query with its "?" */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});
  const REST = 150; // milliseconds without a change
  const KEPT = "policy-lab-history";

  const listeners = [];
  const restful = [];
  let now = null;
  let links = null;
  let history = null;
  let held = false; // a pointer is down
  let settling = 0;

  const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  /* What a link holds of a number: five significant figures, of a time one decimal. */
  const rounded = (value, place) => Number(place ? value.toFixed(1) : value.toPrecision(5));
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  function change(parts, tag) {
    const next = { ...now, ...parts };
    if (equal(next, now)) return false;
    history.did(now, tag, Date.now());
    become(next);
    return true;
  }

  /* A passing state is on the way to another one (a replay): it is shown, and nothing else is made of it. */
  function become(next, passing) {
    const before = now;
    now = next;
    for (const listener of listeners) listener(now, before);
    if (passing) window.clearTimeout(settling);
    else settleSoon();
  }

  function settleSoon() {
    window.clearTimeout(settling);
    settling = window.setTimeout(() => (held ? settleSoon() : settle()), REST);
  }

  function settle() {
    for (const listener of restful) listener(now);
    history.keep(now);
  }

  function step(next) {
    if (next) become(next);
  }

  function moveLever(key, place, value) {
    const lever = lab.facts.levers[key];
    if (!lever || !Number.isFinite(value)) return false;
    const [low, high] = lever.ranges[place];
    const setting = now.levers[key].slice();
    if (setting[place] === null) return false;
    setting[place] = clamp(rounded(value, place), low, high);
    return change({ levers: { ...now.levers, [key]: setting } }, "lever " + key + place);
  }

  function assume(key, value) {
    const about = lab.facts.assumptions[key];
    const changed = { ...now.assumptions };
    if (value === null || !Number.isFinite(value) || lab.near(clamp(rounded(value, 0), about.low, about.high), about.default)) delete changed[key];
    else changed[key] = clamp(rounded(value, 0), about.low, about.high);
    return change({ assumptions: changed }, "assumption " + key);
  }

  function reset(which) {
    const levers = { ...now.levers };
    for (const key of Object.keys(levers)) if (which(key, lab.facts.levers[key])) levers[key] = lab.facts.start.levers[key].slice();
    return change({ levers });
  }

  function chooseWorld(key) {
    const world = lab.facts.worlds[key];
    return world ? change({ world: key, levers: { ...world.levers } }) : false;
  }

  function chooseChart(side, name) {
    return change({ charts: now.charts.map((shown, place) => (place === side ? name : shown)) });
  }

  /* "" when the scenario is pinned, else the sentence that says why not. */
  function pin(scenario) {
    const scenarios = lab.scenario;
    if (now.pins.some((other) => scenarios.same(other, scenario))) return lab.say("explore.pin_twice");
    if (now.pins.length >= lab.MOST_PINS) return lab.say("explore.pin_full", { most: lab.MOST_PINS });
    const pins = [...now.pins, { world: scenario.world, levers: { ...scenario.levers } }];
    if (!links.fits(pins)) return lab.say("explore.pin_long");
    change({ pins });
    return "";
  }

  /* Opens the page at a link; gives the sentence there is to say about it. */
  function open(query) {
    const { state, notice } = links.read(query);
    if (now) change(state);
    else {
      now = state;
      history.recall(now);
    }
    return notice;
  }

  /* Where the browser keeps nothing for a page, steps are kept for this visit alone. */
  function storage() {
    try {
      return window.sessionStorage;
    } catch (error) {
      return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
    }
  }

  function begin(variables) {
    links = lab.links(lab.facts, variables);
    if (history) return;
    lab.scenario = lab.scenarios(lab.facts);
    history = lab.history(storage(), KEPT + lab.facts.hash);
    for (const kind of ["pointerdown", "pointerup", "pointercancel"]) {
      document.addEventListener(kind, () => { held = kind === "pointerdown"; }, true);
    }
  }

  lab.state = {
    begin, open, change, moveLever, assume, reset, chooseWorld, chooseChart, pin, settleSoon,
    show: become, // show(state, passing): another state on show without a step to undo, for a replay
    unpin: (number) => change({ pins: now.pins.filter((_, place) => place !== number) }),
    on: (listener) => listeners.push(listener),
    rest: (listener) => restful.push(listener),
    undo: () => step(history.undo(now)),
    redo: () => step(history.redo(now)),
    get now() { return now; },
    get held() { return held; },
    get steps() { return { past: history.past, future: history.future, last: history.last }; },
    get query() { return links.write(now); },
  };
})(typeof globalThis === "object" ? globalThis : self);
