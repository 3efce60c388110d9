/* Feedback loops that can be cut, to see what each does. A cut loop is an assumption at 0 (facts.assumptions, those with
   a `loop`), so links, undo, files and every curve have it already; here are its switch, what it does, and the notices.

   What cutting does is run here, one loop at a time, once the hand rests and only while the list is open.

     PolicyLab.loops.cut(state)          keys of the loops that are cut
     PolicyLab.loops.whole(state)        its assumptions with every loop acting, or null where none is cut
     PolicyLab.loops.note(state)         "2 loops cut (…): not the full model.", "" where none is
     PolicyLab.loops.effects             key -> {with, without}, runs of the outputs on show, of the latest state at rest
     PolicyLab.loops.told(name, run, other)   what `other` does to a variable's last value, in words: "▼ −12 %" */
(function (root) {
  "use strict";

  const lab = root.PolicyLab;
  const { one, all, make, write } = lab.dom;
  const FEW = 3; // names that a notice has room for
  const PART = 0.005; // of an outcome's range: what is less is no move
  const MOST_SHARE = 200; // percent; what grows from next to nothing is told in its own unit
  const SPARK = { width: 132, height: 36 };
  const SVG = "http://www.w3.org/2000/svg";
  const rows = new Map(); // key -> its parts, made when the list is opened
  const effects = new Map();
  let number = 0; // of the latest round of runs

  const words = (key, values) => lab.say("loop." + key, values);
  const keys = () => Object.keys(lab.facts.assumptions).filter((key) => lab.facts.assumptions[key].loop);
  const about = (key) => lab.facts.assumptions[key].loop;
  const cut = (state) => Object.keys(state.assumptions).filter((key) => about(key));
  const last = (values) => values[values.length - 1];

  function whole(state) {
    const gone = cut(state);
    return gone.length ? Object.fromEntries(Object.entries(state.assumptions).filter(([key]) => !gone.includes(key))) : null;
  }

  function note(state) {
    const names = cut(state).map((key) => about(key).name);
    if (!names.length) return "";
    const kind = names.length === 1 ? "one" : names.length <= FEW ? "few" : "many";
    return words("notice." + kind, { count: names.length, names: names.join(", ") });
  }

  // --- the list -------------------------------------------------------------------------------------------------

  function row(key) {
    const loop = about(key);
    const item = make("li", "loop-row");
    const head = item.appendChild(make("div", "loop-row__head"));
    const mark = head.appendChild(make("span", "loop loop--" + loop.kind.toLowerCase(), loop.kind));
    mark.setAttribute("aria-hidden", "true");
    const name = head.appendChild(make("h3", "loop-row__name", loop.name));
    name.append(" ", make("span", "loop-row__kind", words("kind_" + loop.kind.toLowerCase())));
    const control = head.appendChild(make("button", "switch"));
    control.type = "button";
    control.setAttribute("role", "switch");
    control.setAttribute("aria-label", words("switch", { loop: loop.name }));
    control.append(make("span", "switch__track"), make("span", "switch__said"));
    control.firstChild.setAttribute("aria-hidden", "true");
    control.addEventListener("click", () => lab.state.assume(key, key in lab.state.now.assumptions ? null : 0));
    item.append(path(loop));
    for (const act of loop.acts) item.append(acting(act));
    const found = item.appendChild(make("div", "loop-row__effects"));
    if (loop.shown) item.append(example(key, loop));
    rows.set(key, { item, control, said: control.lastChild, found });
    return item;
  }

  function path(loop) {
    const chain = make("p", "loop-row__path");
    loop.path.forEach(({ step, found }, n) => chain.append(...(n ? [" → "] : []), found ? lookup(step, step) : step));
    return chain;
  }

  function acting(act) {
    const line = make("p", "loop-row__acts");
    const behind = act.behind.flatMap(({ name, label }, n) => [...(n ? [", "] : []), lookup(name, label)]);
    const [start, middle, end] = words("acts").split(/\{\w+\}/); // "{behind} acts on {name}. "
    line.append(start, ...behind, middle, lookup(act.name, act.label), end, act.about);
    return line;
  }

  /* A way to the Model page, which looks the words up; a name opens its entry there. */
  function lookup(asked, shown) {
    const link = make("a", "loop-row__link", shown);
    link.dataset.lookup = asked;
    link.href = address(asked);
    return link;
  }

  const address = (asked) => one('.nav__link[data-page="model"]').href.split(/[?#]/)[0] + new URL(lab.page.link()).search + "#variable=" + encodeURIComponent(asked);

  function example(key, loop) {
    const { world, outcome, year, when_cut: way } = loop.shown;
    const title = (lab.facts.worlds[world] || {}).title;
    const line = make("p", "loop-row__example", words("example_" + way, { world: title, outcome: lab.variable(outcome).label, year }) + " ");
    const button = line.appendChild(make("button", "button", words("see")));
    button.type = "button";
    button.setAttribute("aria-label", words("see_loop", { loop: loop.name }));
    button.addEventListener("click", () => see(key, loop.shown));
    return line;
  }

  /* The world where a loop was found to matter, with the loop cut and its outcome in the first chart; one step to undo. */
  function see(key, { world, outcome }) {
    const { now } = lab.state;
    const charts = [outcome, now.charts[1] === outcome ? now.charts[0] : now.charts[1]];
    lab.state.change({ world, levers: { ...lab.facts.worlds[world].levers }, charts, assumptions: { ...now.assumptions, [key]: 0 } });
    const notice = one("#stage .loops-cut");
    notice.tabIndex = -1;
    notice.focus({ preventScroll: true });
    one("#stage").scrollIntoView({ block: "start" });
  }

  function paint(state) {
    for (const [key, { item, control, said }] of rows) {
      const acts = !(key in state.assumptions);
      control.setAttribute("aria-checked", String(acts));
      write(said, words(acts ? "acts_now" : "cut_now"));
      item.classList.toggle("loop-row--cut", !acts);
    }
  }

  // --- what cutting does ----------------------------------------------------------------------------------------

  const opened = () => one(".loops__all") && one(".loops__all").open && lab.page.now === "explore";
  const outputs = (state) => [...new Set([...state.charts, ...lab.facts.headlines])];
  const free = () => new Promise((done) => (window.requestIdleCallback ? window.requestIdleCallback(done, { timeout: 500 }) : window.setTimeout(done, 20)));

  async function look() {
    if (!opened()) return;
    const mine = ++number;
    const state = lab.state.now;
    const policy = lab.scenario.of(state);
    const settings = (assumptions) => lab.scenario.constants(policy, assumptions);
    for (const key of rows.keys()) {
      await free();
      if (mine !== number) return;
      const { [key]: gone, ...acting } = state.assumptions;
      try {
        const [kept, without] = await lab.runs.ask([settings(acting), settings({ ...acting, [key]: 0 })], outputs(state));
        if (mine !== number) return;
        effects.set(key, { with: kept, without });
        show(key, state);
      } catch (error) {
        if (mine === number) write(one(".loops__said"), error.told || lab.say("wait.no_answer"));
        return;
      }
    }
    write(one(".loops__said"), "");
  }

  function told(name, run, other) {
    const variable = lab.variable(name);
    const [value, changed] = [last(run.of(name)), last(other.of(name))];
    const change = changed - value;
    const range = variable.low === null ? 0 : variable.high - variable.low;
    const places = variable.places === null || variable.places === undefined ? lab.scale.places(Math.max(Math.abs(value), Math.abs(changed))) : variable.places;
    if (Number(change.toFixed(places)) === 0 && Math.abs(change) <= PART * range) return words("unchanged");
    const sign = change > 0 ? "▲ +" : "▼ −";
    const share = (100 * Math.abs(change)) / value;
    // Of a variable that goes through zero no share can be told.
    if (variable.low < 0 || value <= 0 || changed < 0 || share > MOST_SHARE) return lab.picture.withUnit(sign + lab.scale.figure(Math.abs(change), places), variable.unit);
    return sign + lab.scale.figure(share, share < 10 ? 1 : 0) + " %";
  }

  function show(key, state) {
    const { with: kept, without } = effects.get(key);
    const year = Math.floor(lab.facts.clock.final);
    const cells = [...new Set(state.charts)].map((name) => cell(name, words("effect", { variable: lab.variable(name).label, year }), kept, without));
    const most = strongest(kept, without);
    if (most && !state.charts.includes(most)) cells.push(cell(most, words("most", { variable: lab.variable(most).label, year }), kept, without));
    rows.get(key).found.replaceChildren(...cells);
  }

  function cell(name, label, kept, without) {
    const made = make("div", "loop-row__effect");
    const facts = make("p", "loop-row__told", label + " ");
    facts.append(make("strong", "", told(name, kept, without)));
    made.append(spark(kept.time, kept.of(name), without.of(name)), facts);
    return made;
  }

  /* The headline outcome that moves most, in parts of its range across the worlds. */
  function strongest(kept, without) {
    const moves = lab.facts.headlines.map((name) => {
      const { low, high } = lab.variable(name);
      return { name, part: Math.abs(last(without.of(name)) - last(kept.of(name))) / (high - low || 1) };
    });
    const most = moves.reduce((best, move) => (move.part > best.part ? move : best));
    return most.part > PART ? most.name : "";
  }

  /* With the loop a whole line, without it a broken one; the words beside it say how far they end apart. */
  function spark(time, kept, without) {
    const drawn = document.createElementNS(SVG, "svg");
    const { width, height } = SPARK;
    drawn.setAttribute("class", "loop-row__spark");
    drawn.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawn.setAttribute("aria-hidden", "true");
    const ends = [kept, without].flatMap((values) => [Math.min(...values), Math.max(...values)]);
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const x = lab.scale.line(time[0], last(time), 2, width - 2);
    const y = low === high ? () => height / 2 : lab.scale.line(low, high, height - 3, 3);
    for (const [kind, values] of [["with", kept], ["without", without]]) {
      const line = drawn.appendChild(document.createElementNS(SVG, "path"));
      line.setAttribute("class", "spark spark--" + kind);
      line.setAttribute("d", "M" + Array.from(values, (value, n) => x(time[n]).toFixed(1) + " " + y(value).toFixed(1)).join("L"));
    }
    return drawn;
  }

  // --- around it ------------------------------------------------------------------------------------------------

  function follow(state, before) {
    if (before && before.assumptions === state.assumptions) return;
    paint(state);
    notify(state);
  }

  /* Wherever results are shown, on whichever page; those that Dash draws come late. */
  function notify(state) {
    const text = note(state);
    for (const notice of all(".loops-cut")) {
      notice.classList.toggle("is-hidden", !text);
      if (notice.dataset.said === text) continue;
      notice.dataset.said = text;
      const back = make("button", "button", words("restore_all"));
      back.type = "button";
      back.dataset.do = "restoreLoops";
      notice.replaceChildren(...(text ? [make("span", "", text), back] : []));
    }
    const restore = one('.loops-panel [data-do="restoreLoops"]');
    if (restore) restore.classList.toggle("is-hidden", !text);
  }

  /* To the Model page within this one, so that nothing is loaded again and Back leads back here. */
  function leave(event) {
    const link = event.target.closest && event.target.closest("[data-lookup]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    window.history.pushState(null, "", link.href);
    lab.page.show();
  }

  /* From the Model page, where loops are told, to where they can be cut. */
  function open() {
    one('.nav__link[data-page="explore"]').click();
    one(".loops__all").open = true;
    one("#loops").scrollIntoView({ block: "start" });
    one("#loops-title").focus({ preventScroll: true });
  }

  function fill() {
    const list = one(".loops__list");
    if (!list.childNodes.length) list.append(...keys().map(row));
    paint(lab.state.now);
    look();
  }

  function restore(button) {
    lab.state.change({ assumptions: whole(lab.state.now) || lab.state.now.assumptions });
    if (button.isConnected && button.offsetParent) return;
    const next = lab.page.now === "explore" ? one("#loops-title") : one("h1");
    if (next) next.focus({ preventScroll: true });
  }

  function rest() {
    number += 1; // what is under way is of a state that has gone
    notify(lab.state.now);
    for (const link of all("[data-lookup]")) link.href = address(link.dataset.lookup);
    look();
  }

  function begin() {
    const details = one(".loops__all");
    if (details) details.addEventListener("toggle", () => details.open && lab.names.then(fill, fill));
    lab.page.does("restoreLoops", restore);
    lab.page.does("openLoops", open);
    document.addEventListener("click", leave);
    lab.page.visited(() => notify(lab.state.now));
    lab.state.on(follow);
    lab.state.rest(rest);
    follow(lab.state.now, null);
  }

  lab.loops = { begin, cut, whole, note, told, notify: () => notify(lab.state.now), effects };
})(globalThis);
