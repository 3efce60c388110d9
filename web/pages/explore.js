/* Explore: from the state to the picture, once a frame, around Dash and without the server.

   facts, scenario, link, history, state    what is known, what is set, what it amounts to, where it came from
   runs, bands                              the model in the browser; many members of it in workers
   picture, chart*                          what is shown of the runs, and how it is drawn
   levers, combobox, worlds, assumptions, loops    controls; each follows the state and changes it
   replay, keys, page, colours, later       the page around them

   A move changes the state; the next frame runs what is not remembered and draws. Words, tables, the address bar and
   the refined bands wait until the hand rests. */
(function (root) {
  "use strict";

  const lab = root.PolicyLab;
  const { one, all, write, make } = lab.dom;
  const SIDES = ["a", "b"];
  const SLOW = 200; // milliseconds of waiting that nobody is told of

  const charts = [];
  const legend = one(".legend");
  let cards = [];
  let scheduled = false;
  let drawn = null; // what is on show: {state, scenes, key}

  // --- what is to be seen ------------------------------------------------------------------------------------------

  /* The lines of the charts, the last on top. */
  function scenes(state) {
    const { scenario } = lab;
    const policy = scenario.of(state);
    const same = scenario.isStatusQuo(policy);
    const ours = {
      key: "policy", kind: "policy", scenario: policy, name: lab.say("explore.policy"), silent: same,
      label: same ? lab.say("explore.policy") : lab.say("explore.policy") + ": " + scenario.name(policy),
    };
    const theirs = { key: "status-quo", kind: "status-quo", scenario: scenario.statusQuo(), name: lab.say("explore.status_quo"), label: lab.say("explore.status_quo") };
    const pinned = state.pins.map((pin, place) => ({ key: "pinned-" + place, kind: "pinned-" + place, scenario: pin, label: scenario.name(pin), name: scenario.name(pin) }));
    const full = lab.loops.whole(state);
    const whole = full ? [{ ...ours, key: "whole", kind: "whole", silent: false, assumptions: full, name: lab.say("loop.whole"), label: lab.say("loop.whole_policy") }] : [];
    return same ? [...pinned, ...whole, ours, theirs] : [theirs, ...pinned, ...whole, ours];
  }

  function outputs(state) {
    return [...new Set([...state.charts, ...lab.facts.headlines])];
  }

  // --- a frame -----------------------------------------------------------------------------------------------------

  function schedule() {
    if (scheduled) return;
    scheduled = true;
    window.requestAnimationFrame(frame);
    if (lab.runs.here && lab.page.now === "explore") ahead();
  }

  /* A key waits for its frame, half of one on average: the model runs meanwhile. Once a frame, whatever comes in it. */
  let early = null; // {state, list, runs}
  function ahead() {
    try {
      early = computed();
    } catch (error) {
      early = null; // the frame says so
    }
  }

  function computed() {
    const state = lab.state.now;
    const list = scenes(state);
    return { state, list, runs: lab.runs.now(constants(list, state), outputs(state)) };
  }

  function frame() {
    scheduled = false;
    if (lab.page.now !== "explore" && drawn) return;
    if (lab.runs.here) here();
    else ask();
  }

  function constants(list, state) {
    return list.map((scene) => lab.scenario.constants(scene.scenario, scene.assumptions || state.assumptions));
  }

  function here() {
    const made = early;
    early = null;
    try {
      const { state, list, runs } = made && made.state === lab.state.now ? made : computed();
      show(state, list, runs);
    } catch (error) {
      lab.page.tell(lab.say("wait.broken", { reason: error.message }));
    }
  }

  let asking = false;
  /* The server's runs: one request at a time, always for the latest state, so none comes late. */
  async function ask() {
    if (asking) return;
    asking = true;
    const slow = window.setTimeout(() => one("#stage").classList.add("stage--busy"), SLOW);
    const state = lab.state.now;
    const list = scenes(state);
    try {
      show(state, list, await lab.runs.ask(constants(list, state), outputs(state)));
      if (lab.page.failed) lab.page.tell("");
      lab.page.failed = false;
    } catch (error) {
      lab.page.failed = true;
      lab.page.tell(error.told || lab.say("wait.no_answer"));
    }
    window.clearTimeout(slow);
    one("#stage").classList.remove("stage--busy");
    asking = false;
    if (state !== lab.state.now) schedule();
  }

  function show(state, list, runs) {
    list.forEach((scene, n) => { scene.run = runs[n]; });
    const broken = list.find((scene) => !outputs(state).every((name) => Number.isFinite(scene.run.of(name)[scene.run.time.length - 1])));
    if (broken) return lab.page.tell(lab.say("wait.broken", { reason: broken.label + ": not a number." }));
    const wish = wished(state, list);
    drawn = { state, list, key: wish.key };
    if (lab.runs.here) lab.bands.want(wish);
    paint();
    return undefined;
  }

  function wished(state, list) {
    const policy = list.find((scene) => scene.key === "policy").scenario;
    const reference = lab.scenario.statusQuo();
    const wish = {
      policy: lab.scenario.constants(policy, state.assumptions),
      reference: lab.scenario.constants(reference, state.assumptions),
      held: lab.scenario.held(policy, state.assumptions),
      heldReference: lab.scenario.held(reference, state.assumptions),
      charts: [...new Set(state.charts)],
      headlines: lab.facts.headlines,
      last: lab.facts.clock.final,
    };
    return { ...wish, key: JSON.stringify([wish.policy, wish.reference, wish.held, wish.charts]) };
  }

  // --- painting ----------------------------------------------------------------------------------------------------

  const run = (key) => drawn.list.find((scene) => scene.key === key).run;

  function paint() {
    const { state, list, key } = drawn;
    const bands = lab.bands.latest;
    const stale = !bands || bands.key !== key;
    SIDES.forEach((side, place) => {
      const name = state.charts[place];
      charts[place].draw(lab.picture.curves(list, name, {
        bands: lab.picture.bands(bands && bands.fans[name], stale),
        marks: lab.scenario.marks(lab.scenario.of(state)),
      }));
    });
    paintCards(bands, stale);
    paintLegend(list, bands && !stale);
    document.documentElement.dataset.drawn = "";
  }

  function paintCards(bands, stale) {
    for (const card of cards) {
      const { name, value, change, range } = card;
      const told = lab.picture.headline(name, run("policy"), run("status-quo"));
      write(value, told.value);
      write(change, told.change);
      const kind = "card__change tone-" + told.tone;
      if (change.className !== kind) change.className = kind;
      const ends = bands && bands.ranges[name];
      const nothing = Boolean(ends) && told.tone === "same" && ends[0] === 0 && ends[1] === 0;
      if (ends && (ends !== card.ends || nothing !== card.nothing)) {
        Object.assign(card, { ends, nothing }); // while a hand moves the range stays, and so do its words
        write(range, nothing ? "" : lab.picture.range(name, ...ends));
      }
      range.classList.toggle("card__range--stale", stale);
    }
  }

  let legendShown = "";
  function paintLegend(list, banded) {
    const entries = list.slice().sort((a, b) => (a.key === "status-quo" ? -1 : b.key === "status-quo" ? 1 : a.key === "policy" ? -1 : b.key === "policy" ? 1 : 0))
      .map((scene) => ({ kind: scene.kind, label: scene.label }));
    if (lab.bands.here) entries.push({ kind: "bands", label: lab.say("band.both"), why: lab.say("band.why") });
    const text = JSON.stringify(entries);
    legend.classList.toggle("legend--stale", lab.bands.here && !banded);
    if (text === legendShown) return;
    legendShown = text;
    legend.replaceChildren(...entries.map((entry) => {
      const item = make("li", "legend__item");
      const swatch = make("span", "swatch swatch--" + entry.kind);
      swatch.setAttribute("aria-hidden", "true");
      item.append(swatch, make("span", "", entry.label));
      if (entry.why) item.title = entry.why;
      return item;
    }));
  }

  // --- once the hand rests -----------------------------------------------------------------------------------------

  function rest(state) {
    lab.page.writeAddress();
    one("#undo").disabled = lab.state.steps.past === 0;
    one("#redo").disabled = lab.state.steps.future === 0;
    lab.bands.refine();
    if (drawn && drawn.state === state) words();
  }

  /* Sentences and tables, which nobody reads while the curves move. */
  function words() {
    const same = lab.scenario.isStatusQuo(lab.scenario.of(drawn.state));
    SIDES.forEach((side, place) => {
      const name = drawn.state.charts[place];
      write(one("#chart-" + side + " .chart__summary"), lab.picture.summary(name, run("policy"), run("status-quo"), same));
      const table = one(`[data-table="${side}"]`);
      if (!one(".data").open) return;
      const about = lab.variable(name);
      const caption = lab.say("chart.table_title", { variable: about.label, unit: about.unit || lab.say("chart.no_unit") });
      lab.chartTable.fill(table, charts[place].picture, caption, lab.say("chart.year"));
    });
  }

  // --- saving ------------------------------------------------------------------------------------------------------

  function save(button) {
    const chart = charts[SIDES.indexOf(button.dataset.side)];
    const about = { source: lab.summary.source(), link: lab.page.link(), unit: lab.say("chart.no_unit") };
    return lab.chartExport.save(chart.picture, about, button.dataset.kind);
  }

  // --- beginning ---------------------------------------------------------------------------------------------------

  function chooser(field, side) {
    const choice = lab.combobox(field, { shown: () => lab.state.now.charts[side], take: (name) => lab.state.chooseChart(side, name) });
    lab.state.on((state, before) => {
      if (state.charts[side] !== before.charts[side]) choice.follow();
    });
  }

  async function begin() {
    const asked = window.location.search;
    const variables = /[?&]c=/.test(asked) ? await lab.names.catch(() => lab.facts.shown) : lab.facts.shown;
    lab.state.begin(variables);
    lab.page.tell(lab.state.open(asked));
    for (const side of SIDES) charts.push(lab.chart(one(`[data-plot="${side}"]`)));
    cards = all(".card").map((card) => ({
      name: card.dataset.outcome, value: one(".card__value", card), change: one(".card__change", card), range: one(".card__range", card),
    }));
    for (const part of ["levers", "worlds", "assumptions", "loops", "replay", "keys"]) lab[part].begin();
    all("[role=combobox]").forEach(chooser);
    lab.state.on(schedule);
    lab.state.rest(rest);
    lab.bands.on(() => {
      if (drawn) paint();
    });
    lab.page.does("save", save);
    lab.page.does("draw", (button) => lab.state.chooseChart(0, button.dataset.outcome));
    one(".data").addEventListener("toggle", () => drawn && words());
    lab.page.visited((page) => {
      if (page === "explore") schedule();
      lab.later.visit(page);
    });
    lab.page.show();
    await lab.runs.ready;
    if (!lab.runs.here) lab.page.tell(lab.runs.why);
    frame();
    lab.state.settleSoon();
    after();
  }

  /* What can wait until the first picture stands. */
  function after() {
    window.requestAnimationFrame(() => window.setTimeout(async () => {
      const variables = await lab.names.catch(() => null);
      if (variables) lab.state.begin(variables);
      await lab.bands.begin();
      if (drawn) paint();
      await idle();
      lab.later.dash();
    }));
  }

  const idle = () => new Promise((done) => (window.requestIdleCallback ? window.requestIdleCallback(done, { timeout: 2000 }) : window.setTimeout(done, 500)));

  lab.explore = { get charts() { return charts; }, get drawn() { return drawn; } };
  begin();
})(globalThis);
