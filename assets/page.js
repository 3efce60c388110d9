/* The page's state and its journey: hand -> state -> request -> answer -> picture.
 *
 * The state has one owner, this script. Sliders are watched here rather than through Dash, whose dispatch would cost
 * more than the run and the drawing together; Dash is told of a move when the hand rests. One request is under way at
 * a time, always for the latest state, and an answer older than the one on show is dropped.
 */
(function () {
  "use strict";

  const HISTORY = "policy-lab-history";
  const MOST_STEPS = 300;
  const ONE_MOVE = 900; // milliseconds within which moves of the same lever are one step to undo
  const REST = 150; // milliseconds without a move after which Dash is told
  const SLOW = 200; // milliseconds of waiting that nobody is told of
  const PATIENCE = 30000; // milliseconds after which the server counts as gone
  const none = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  let facts = null;
  let state = null; // {world, levers, charts, pins}
  let told = null; // the state as Dash's components stand
  let number = 0; // of the latest state
  let shown = 0; // of the answer on show
  let asked = 0; // of the latest request
  let waiting = false; // a request is under way
  let source = ""; // source line of the picture on show
  let address = ""; // query that leads back to it
  let past = [];
  let future = [];
  let lastTag = "";
  let lastTime = 0;
  let held = false; // a pointer is down

  // --- state ---------------------------------------------------------------------------------------------------

  function change(next, tag) {
    if (!state || equal(next, state)) return;
    const now = Date.now();
    if (!(tag && tag === lastTag && now - lastTime < ONE_MOVE)) {
      past.push(state);
      if (past.length > MOST_STEPS) past.shift();
    }
    future = [];
    lastTag = tag || "";
    lastTime = now;
    become(next);
  }

  function become(next) {
    state = next;
    number += 1;
    ask();
    markLevers();
    settleSoon();
  }

  function markLevers() {
    all(".lever[data-lever]").forEach((row) => {
      const key = row.dataset.lever;
      row.classList.toggle("lever--moved", !equal(state.levers[key], facts.start.levers[key]));
      const box = row.querySelector(".lever__number input");
      if (box && box !== document.activeElement && !equal(state.levers[key], told.levers[key])) {
        box.value = state.levers[key][0].toFixed(facts.levers[key].places).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
      }
    });
  }

  // --- telling Dash's components, once the hand rests -------------------------------------------------------------

  let settling = 0;
  function settleSoon() {
    window.clearTimeout(settling);
    settling = window.setTimeout(() => (held ? settleSoon() : settle()), REST);
  }

  function settle() {
    const before = told;
    told = copy(state);
    for (const [key, setting] of Object.entries(state.levers)) {
      if (!equal(before.levers[key], setting)) setLever(key, setting, before.levers[key]);
    }
    if (before.world !== state.world) set("world", { value: state.world });
    state.charts.forEach((variable, place) => {
      if (before.charts[place] !== variable) set({ chart: "ab"[place], part: "choice" }, { value: variable });
    });
    if (!equal(before.pins, state.pins)) set("pins", { value: state.pins });
    const world = facts.worlds[state.world];
    if (world && before.world !== state.world) set("world-rationale", { children: world.rationale });
    one("#world-restore").classList.toggle("is-hidden", !world || equal(state.levers, world.levers));
    one('[data-do="undo"]').disabled = past.length === 0;
    one('[data-do="redo"]').disabled = future.length === 0;
    remember();
  }

  function setLever(key, setting, before) {
    if (before[0] !== setting[0]) set({ lever: key, part: "slider" }, { value: setting[0] });
    ["number", "start", "ramp"].forEach((part, place) => {
      const value = setting[place];
      if (value === null || before[place] === value || boxOf(document.activeElement) === key + part) return;
      typed.delete(key + part);
      set({ lever: key, part: part }, { value: value });
    });
  }

  // --- asking and drawing ---------------------------------------------------------------------------------------

  function ask() {
    if (waiting || asked === number) return;
    waiting = true;
    asked = number;
    const slow = window.setTimeout(() => one(".stage").classList.add("stage--busy"), SLOW);
    const patience = new AbortController();
    const gone = window.setTimeout(() => patience.abort(), PATIENCE);
    fetch(base() + "answer", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.assign({ number: number }, state)),
      signal: patience.signal,
    })
      .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(reply.status))))
      .then(show, () => tell(facts.words["wait.no_answer"]))
      .finally(() => {
        window.clearTimeout(slow);
        window.clearTimeout(gone);
        waiting = false;
        if (asked !== number) return ask();
        one(".stage").classList.remove("stage--busy");
      });
  }

  function show(answer) {
    if (answer.number < shown) return;
    shown = answer.number;
    if (answer.failed) return tell(answer.failed);
    if (notice !== "link" || answer.number > 1) tell("");
    source = answer.source;
    if (answer.number === number) writeAddress(answer.address);
    ["a", "b"].forEach((side, place) => {
      draw(side, answer.figures[place]);
      write(one("#chart-" + side + " .chart__summary"), answer.summaries[place]);
      set({ chart: side, part: "table" }, { data: answer.tables[place] });
    });
    all(".card").forEach((card, place) => {
      const change = card.querySelector(".card__change");
      write(card.querySelector(".card__value"), answer.headlines[place].value);
      write(change, answer.headlines[place].change);
      change.className = "card__change tone-" + answer.headlines[place].tone;
    });
    all(".legend li").forEach((entry, place) => {
      const line = answer.legend[place];
      write(entry, line ? line.label : "");
      entry.className = line ? "legend__item legend__item--" + line.kind : "is-hidden";
    });
  }

  function draw(side, figure) {
    const plot = one("#chart-" + side + " .js-plotly-plot");
    if (plot) window.Plotly.react(plot, figure.data, figure.layout);
    else set({ chart: side, part: "figure" }, { figure: figure });
  }

  function write(element, text) {
    if (element.firstChild) element.firstChild.nodeValue = text;
    else element.textContent = text;
  }

  // --- undo, and surviving a reload -----------------------------------------------------------------------------

  let saving = 0;
  function remember() {
    window.clearTimeout(saving);
    saving = window.setTimeout(() => {
      try {
        window.sessionStorage.setItem(HISTORY, JSON.stringify({ hash: facts.hash, past, state, future }));
      } catch (error) {
        window.sessionStorage.removeItem(HISTORY); // no room: undo then ends at this visit
      }
    }, 250);
  }

  function recall() {
    try {
      const kept = JSON.parse(window.sessionStorage.getItem(HISTORY) || "null");
      if (!kept || kept.hash !== facts.hash || !equal(kept.state, state)) return;
      past = kept.past;
      future = kept.future;
    } catch (error) {
      past = [];
      future = [];
    }
  }

  function step(from, to) {
    if (!state || !from.length) return;
    to.push(state);
    lastTag = "";
    become(from.pop());
  }

  // --- addresses ------------------------------------------------------------------------------------------------

  function base() {
    const first = document.querySelector('.nav__link[data-page="explore"]');
    return first ? new URL(first.href).pathname : "/";
  }

  function writeAddress(query) {
    address = query;
    window.history.replaceState(window.history.state, "", window.location.pathname + query + window.location.hash);
  }

  function pageNow() {
    const links = [...document.querySelectorAll(".nav__link")];
    const found = links.find((link) => new URL(link.href).pathname === window.location.pathname);
    return found ? found.dataset.page : "explore";
  }

  function turnTo() {
    const page = pageNow();
    document.documentElement.dataset.page = page;
    document.querySelectorAll(".nav__link").forEach((link) => {
      if (link.dataset.page === page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      if (link.dataset.page === page) document.title = link.textContent + " · " + facts.words["name"];
    });
    set("visit", { data: page });
    window.dispatchEvent(new Event("resize")); // charts drawn while hidden take their true size
  }

  function follow(event) {
    const link = event.target.closest && event.target.closest(".nav__link");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    window.history.pushState(null, "", new URL(link.href).pathname + address);
    turnTo();
    window.scrollTo(0, 0);
  }

  function wentBack() {
    turnTo();
    if (window.location.search !== address) set("asked", { data: { query: window.location.search, time: Date.now() } });
  }

  // --- small things ---------------------------------------------------------------------------------------------

  let notice = "";
  function tell(text, about) {
    notice = text ? about || "wait" : "";
    write(one(".notice__text"), text);
    one("#notice").classList.toggle("notice--empty", !text);
  }

  function round(value, places) {
    return Number(value.toFixed(places));
  }

  function keyed(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
    if (event.target.matches && event.target.matches("input[type=text], input[type=search], textarea")) return;
    event.preventDefault();
    if (event.shiftKey) step(future, past);
    else step(past, future);
  }

  function closeMenus(event) {
    document.querySelectorAll("details.chart__save[open]").forEach((menu) => {
      const pressed = event.type === "keydown" && event.key === "Escape";
      const elsewhere = event.type === "click" && (!menu.contains(event.target) || event.target.closest(".menu"));
      if (pressed && menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      if (pressed || elsewhere) menu.open = false;
    });
  }

  function triggered() {
    const context = window.dash_clientside.callback_context;
    return context.triggered.map((one) => {
      const cut = one.prop_id.lastIndexOf(".");
      const id = one.prop_id.slice(0, cut);
      return { id: id.startsWith("{") ? JSON.parse(id) : id, value: one.value };
    });
  }

  // --- levers ---------------------------------------------------------------------------------------------------

  /* A slider's value is read where a screen reader reads it; only a hand on it makes it a move. */
  function watch() {
    const observer = new MutationObserver((changes) => {
      for (const { target } of changes) {
        const row = target.closest(".lever[data-lever]");
        const byHand = held === row || target === document.activeElement;
        if (row && byHand) moveLever(row.dataset.lever, "slider", Number(target.getAttribute("aria-valuenow")));
      }
    });
    observer.observe(one(".levers"), { subtree: true, attributes: true, attributeFilter: ["aria-valuenow"] });
    document.addEventListener("pointerdown", (event) => (held = event.target.closest(".lever[data-lever]") || true), true);
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => (held = false), true);
  }

  function moveLever(key, part, value) {
    if (!state || !facts.levers[key] || typeof value !== "number" || !Number.isFinite(value)) return;
    const lever = facts.levers[key];
    const setting = state.levers[key].slice();
    const place = { start: 1, ramp: 2 }[part] || 0;
    setting[place] = place ? value : Math.min(Math.max(round(value, 9), lever.low), lever.high);
    change(Object.assign({}, state, { levers: Object.assign({}, state.levers, { [key]: setting }) }), key + place);
  }

  function nudge(key, direction) {
    const lever = facts.levers[key];
    moveLever(key, "step", round(state.levers[key][0] + direction * lever.step, lever.places));
  }

  function reset(which) {
    const levers = copy(state.levers);
    for (const key of Object.keys(levers)) if (which(key)) levers[key] = copy(facts.start.levers[key]);
    change(Object.assign({}, state, { levers: levers }), "");
  }

  /* A number box also reports what it was set to, late; only what a hand typed into it is a move. */
  const typed = new Set();
  function boxOf(element) {
    if (!element || !element.id || element.id[0] !== "{") return "";
    const id = JSON.parse(element.id);
    return id.lever + id.part;
  }

  function typing(event) {
    if (event.target.closest && event.target.closest(".lever") && event.target.tagName === "INPUT") typed.add(boxOf(event.target));
  }

  // --- buttons --------------------------------------------------------------------------------------------------

  const leverOf = (button) => button.closest(".lever").dataset.lever;
  const buttons = {
    minus: (button) => nudge(leverOf(button), -1),
    plus: (button) => nudge(leverOf(button), 1),
    jump: (button) => jump(one('.group[data-group="' + button.dataset.group + '"] .group__title')),
    reset: (button) => reset((key) => key === leverOf(button)),
    resetGroup: (button) => reset((key) => facts.levers[key].group === button.dataset.group),
    resetAll: () => change(Object.assign({}, state, { world: facts.start.world, levers: copy(facts.start.levers) }), ""),
    restoreWorld: () => {
      if (facts.worlds[state.world]) change(Object.assign({}, state, { levers: copy(facts.worlds[state.world].levers) }), "");
    },
    undo: () => step(past, future),
    redo: () => step(future, past),
    hush: () => tell(""),
    share: share,
    recolour: () => window.dash_clientside.policy_lab.recolour(),
    save: (button) => save(button.dataset.side, button.dataset.kind),
  };

  function pressed(event) {
    const button = event.target.closest && event.target.closest("[data-do]");
    if (button && state) buttons[button.dataset.do](button);
  }

  function jump(heading) {
    heading.scrollIntoView({ block: "start" });
    heading.focus({ preventScroll: true });
  }

  function share() {
    const said = (text) => {
      write(one("#share-said"), text);
      window.setTimeout(() => write(one("#share-said"), ""), 4000);
    };
    if (!navigator.clipboard) return said(facts.words["not_shared"]);
    navigator.clipboard.writeText(window.location.href).then(
      () => said(facts.words["shared"]),
      () => said(facts.words["not_shared"])
    );
  }

  function save(side, kind) {
    if (kind !== "csv") return window.dash_clientside.policy_lab.savePicture(side, kind, source || facts.source);
    const link = document.createElement("a");
    link.href = base() + "numbers/" + side + ".csv" + address;
    link.download = "";
    link.click();
  }

  // --- what Dash calls ------------------------------------------------------------------------------------------

  const page = {
    base: base,

    begin: function (given) {
      facts = given;
      state = copy(facts.start);
      told = copy(facts.start);
      document.addEventListener("click", follow);
      document.addEventListener("click", pressed);
      document.addEventListener("click", closeMenus);
      document.addEventListener("keydown", closeMenus);
      document.addEventListener("keydown", keyed);
      for (const kind of ["input", "keydown"]) document.addEventListener(kind, typing, true);
      window.addEventListener("popstate", wentBack);
      watch();
      turnTo();
      if (window.location.search.length > 1) return { query: window.location.search, time: Date.now() };
      recall();
      settle();
      return none();
    },

    adopt: function (start) {
      tell(start.notice, "link");
      if (start.notice) writeAddress("");
      else address = window.location.search;
      if (equal(start.settings, state)) return;
      if (number > 0) return change(start.settings, "");
      become(start.settings);
      recall();
    },

    move: function () {
      for (const { id, value } of triggered()) {
        if (typed.has(id.lever + id.part)) moveLever(id.lever, id.part, value);
      }
      return none();
    },

    chooseWorld: function (world) {
      if (!state || world === null || world === undefined || world === state.world) return;
      const levers = facts.worlds[world] ? facts.worlds[world].levers : facts.start.levers;
      change(Object.assign({}, state, { world: world, levers: copy(levers) }), "");
    },

    pin: function (pins) {
      if (state) change(Object.assign({}, state, { pins: pins || [] }), "");
    },

    chooseChart: function (variable) {
      if (!state || !variable) return;
      const charts = state.charts.slice();
      for (const { id } of triggered()) charts["ab".indexOf(id.chart)] = variable;
      change(Object.assign({}, state, { charts: charts }), "");
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.policy_lab = Object.assign(window.dash_clientside.policy_lab || {}, page);
})();
