/* What a variable of the Model page does: its course under status quo and the current policy, what each variable it
   uses goes through in the same years, and the tables it reads, as pictures. The browser's engine runs it, or the server. */
(function () {
  "use strict";

  const lab = window.PolicyLab;
  const { make } = lab.dom;
  const SVG = "http://www.w3.org/2000/svg";
  const TABLE = { width: 220, height: 120, edge: 18 };
  const MOST = 60; // variables of one entry whose values are told; the server gives no more at once

  const shown = new Set(); // entries on show: {element, draw}

  /* The course of a variable as a chart, and a way to Explore with it. Arrays have no one course. */
  function course(found) {
    const place = make("dd", "entry__course");
    const host = place.appendChild(make("div", "entry__chart"));
    const told = place.appendChild(make("p", "entry__told"));
    const explore = place.appendChild(make("button", "button", found.course.explore));
    explore.type = "button";
    explore.addEventListener("click", () => {
      lab.state.chooseChart(0, found.name);
      lab.dom.one('.nav__link[data-page="explore"]').click();
    });
    return { place, host, told };
  }

  function scenes(runs) {
    const { scenario, state, say } = lab;
    const policy = scenario.of(state.now);
    const same = scenario.isStatusQuo(policy);
    const reference = { key: "status-quo", kind: "status-quo", name: say("explore.status_quo"), label: say("explore.status_quo"), run: runs[1] };
    const ours = { key: "policy", kind: "policy", name: say("explore.policy"), label: scenario.name(policy), run: runs[0] };
    return same ? [reference] : [reference, ours];
  }

  async function runsOf(names) {
    const { scenario, state } = lab;
    const settings = [scenario.of(state.now), scenario.statusQuo()].map((one) => scenario.constants(one, state.now.assumptions));
    return lab.runs.ask(settings, names);
  }

  /* Fills an entry that has come; links: the buttons of what it uses. */
  async function fill(found, { host, told, place }, links) {
    await lab.names;
    const known = new Set(lab.variables.map((about) => about.name));
    const varies = known.has(found.name) && Boolean(found.course.varies);
    const others = links.filter((link) => known.has(link.dataset.name)).slice(0, MOST);
    const names = [...new Set([...(varies ? [found.name] : []), ...others.map((link) => link.dataset.name)])];
    if (!names.length) return;
    const chart = varies ? lab.chart(host) : null;
    const draw = async () => {
      const runs = await runsOf(names);
      if (chart) {
        const list = scenes(runs);
        chart.draw(lab.picture.curves(list, found.name, { marks: lab.scenario.marks(lab.scenario.of(lab.state.now)) }));
        lab.dom.write(told, lab.picture.summary(found.name, runs[0], runs[1], list.length === 1));
      }
      for (const link of others) value(link, runs[0]);
    };
    await draw();
    shown.add({ element: place, draw });
  }

  /* From its first value to its last, as what uses it met it. */
  function value(link, run) {
    const values = run.of(link.dataset.name);
    const [first, last] = [values[0], values[values.length - 1]];
    const figure = (number) => lab.picture.figure(Number(number.toFixed(6)) === 0 ? 0 : number, lab.scale.places(Math.max(Math.abs(first), Math.abs(last))));
    const still = Math.abs(last - first) <= 1e-9 * Math.max(1, Math.abs(first));
    const told = link.parentNode.querySelector(".entry__value") || link.parentNode.appendChild(make("span", "entry__value"));
    lab.dom.write(told, still ? figure(last) : `${figure(first)} → ${figure(last)} ${last > first ? "▲" : "▼"}`);
  }

  /* A table as the line through its points. */
  function table({ label, x, y }) {
    const place = make("figure", "entry__table");
    const { width, height, edge } = TABLE;
    const drawn = document.createElementNS(SVG, "svg");
    const add = (name, attributes, text) => {
      const made = drawn.appendChild(document.createElementNS(SVG, name));
      for (const [key, one] of Object.entries(attributes)) made.setAttribute(key, one);
      if (text !== undefined) made.textContent = text;
    };
    const ends = (values) => [Math.min(...values), Math.max(...values)];
    const [[left, right], [low, high]] = [ends(x), ends(y)];
    const across = lab.scale.line(left, right, 6, width - 6);
    const up = lab.scale.line(low, high === low ? low + 1 : high, height - edge, edge);
    drawn.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", `${label}: ${x.map((one, n) => `${lab.picture.figure(one)} → ${lab.picture.figure(y[n])}`).join("; ")}`);
    add("path", { class: "entry__axis", d: `M6 ${height - edge}H${width - 6}M6 ${edge}V${height - edge}` });
    add("path", { class: "line line--policy", d: "M" + x.map((one, n) => across(one).toFixed(1) + " " + up(y[n]).toFixed(1)).join("L") });
    if (x.length < 30) for (const [n, one] of x.entries()) add("circle", { class: "dot dot--policy", cx: across(one).toFixed(1), cy: up(y[n]).toFixed(1), r: 3 });
    const text = (at, value, anchor) => add("text", { x: at[0], y: at[1], "text-anchor": anchor }, lab.picture.figure(value));
    text([6, height - 4], left, "start");
    text([width - 6, height - 4], right, "end");
    text([10, edge - 5], high, "start");
    place.append(drawn, make("figcaption", "", label));
    return place;
  }

  lab.state.rest(() => {
    for (const one of shown) {
      if (!one.element.isConnected) shown.delete(one);
      else if (lab.page.now === "model") one.draw().catch(() => {});
    }
  });

  lab.entry = { course, fill, table };
})();
