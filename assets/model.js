/* The Model page: a sector's diagram, fetched and made choosable; the list of variables, with an entry below its row. */
(function () {
  "use strict";

  const SMALLEST = 0.55; // of its true size: below this the names of a diagram cannot be read
  const STEP = 1.25;
  const LARGEST = 3;
  const one = (selector) => document.querySelector(selector);
  const at = (path) => fetch(window.dash_clientside.policy_lab.base() + path);
  const set = (id, props) => window.dash_clientside.set_props(id, props);

  function make(tag, text, className) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  // --- diagram --------------------------------------------------------------------------------------------------

  let sector = ""; // on show
  let zoom = 1;

  function drawSector(text) {
    const picture = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    // A picture has no parts to a screen reader; this one has names to choose, of which one at a time takes the focus.
    picture.setAttribute("role", "group");
    const names = [...picture.querySelectorAll("[data-variable]")];
    names.forEach((name, place) => {
      name.setAttribute("role", "button");
      name.setAttribute("aria-label", name.dataset.variable);
      name.setAttribute("tabindex", place ? "-1" : "0");
    });
    const box = one("#sketch");
    box.replaceChildren(picture);
    box.scrollTo(0, 0);
    fit();
  }

  function fit() {
    const picture = one("#sketch > svg");
    if (picture) resize(Math.max(SMALLEST, Math.min(1, one("#sketch").clientWidth / picture.viewBox.baseVal.width)));
  }

  function resize(to) {
    const picture = one("#sketch > svg");
    const box = one("#sketch");
    const middle = [box.scrollLeft + box.clientWidth / 2, box.scrollTop + box.clientHeight / 2];
    const ratio = to / zoom;
    zoom = to;
    picture.setAttribute("width", Math.floor(picture.viewBox.baseVal.width * zoom));
    picture.setAttribute("height", Math.floor(picture.viewBox.baseVal.height * zoom));
    box.scrollTo(middle[0] * ratio - box.clientWidth / 2, middle[1] * ratio - box.clientHeight / 2);
  }

  function zoomed(event) {
    const button = event.target.closest && event.target.closest("[data-zoom]");
    if (!button || !one("#sketch > svg")) return;
    if (button.dataset.zoom === "fit") return fit();
    const to = button.dataset.zoom === "in" ? zoom * STEP : zoom / STEP;
    resize(Math.min(LARGEST, Math.max(0.25, to)));
  }

  function chosen(event) {
    const name = event.target.closest && event.target.closest("[data-variable]");
    if (name) seek(name.dataset.variable);
  }

  function walked(event) {
    const name = event.target.closest && event.target.closest("#sketch [data-variable]");
    if (!name) return;
    const names = [...one("#sketch").querySelectorAll("[data-variable]")];
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") seek(name.dataset.variable);
    else if (step) {
      const next = names[(names.indexOf(name) + step + names.length) % names.length];
      name.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else return;
    event.preventDefault();
  }

  // --- list -----------------------------------------------------------------------------------------------------

  let latest = 0;
  let wanted = ""; // a name whose entry is to be opened when the list comes

  function seek(name) {
    wanted = name;
    set("variable-kind", { value: "" });
    if (one("#variable-search").value === name) list(name, "");
    else set("variable-search", { value: name });
  }

  function list(text, kind) {
    const number = ++latest;
    at("variables?" + new URLSearchParams({ text, kind }))
      .then((reply) => reply.json())
      .then((found) => {
        if (number !== latest) return;
        one("#variables tbody").replaceChildren(...found.rows.map(row));
        one("#variable-count").textContent = found.count;
        if (wanted && text === wanted) showFirst(found.exact);
      });
  }

  /* The clock stands in diagrams and not in the list: then what mentions it is shown, and nothing opened. */
  function showFirst(exact) {
    wanted = "";
    const button = one("#variables tbody button");
    if (!button) return;
    one("#variable-search").scrollIntoView({ block: "start" });
    button.focus({ preventScroll: true });
    if (exact && button.getAttribute("aria-expanded") === "false") button.click();
  }

  function row([name, ...rest]) {
    const line = make("tr");
    const head = make("th");
    const button = make("button", name, "button button--link entry__name");
    head.scope = "row";
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => toggle(line, button));
    head.append(button);
    line.append(head, ...rest.map((text) => make("td", text)));
    return line;
  }

  function toggle(line, button) {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) return line.nextElementSibling && line.nextElementSibling.matches(".entry") && line.nextElementSibling.remove();
    at("variable?" + new URLSearchParams({ name: button.textContent }))
      .then((reply) => reply.json())
      .then((found) => {
        if (button.getAttribute("aria-expanded") === "true" && !(line.nextElementSibling || line).matches(".entry")) line.after(entry(found));
      });
  }

  function entry(found) {
    const line = make("tr", "", "entry");
    const cell = make("td");
    cell.colSpan = 5;
    const facts = make("dl", "", "entry__facts");
    const equation = make("dd");
    equation.append(make("pre", found.equation.text, "entry__equation"));
    facts.append(make("dt", found.equation.label), equation);
    for (const { label, text } of found.texts) facts.append(make("dt", label), make("dd", text));
    for (const { label, names, none } of found.links) {
      const joined = make("dd", names.length ? "" : none, "entry__links");
      for (const name of names) {
        const link = make("button", name, "button button--link entry__link");
        link.addEventListener("click", () => seek(name));
        joined.append(link);
      }
      facts.append(make("dt", label), joined);
    }
    cell.append(facts);
    line.append(cell);
    return line;
  }

  // --- what Dash calls ------------------------------------------------------------------------------------------

  document.addEventListener("click", zoomed);
  document.addEventListener("click", chosen);
  document.addEventListener("keydown", walked);

  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.policy_lab = Object.assign(window.dash_clientside.policy_lab || {}, {
    showSector: function (page, number) {
      if (page !== "model" || number === sector) return;
      sector = number;
      at("sector/" + number + ".svg")
        .then((reply) => reply.text())
        .then((text) => number === sector && drawSector(text));
    },
    listVariables: function (page, text, kind) {
      if (page === "model") list(text || "", kind || "");
    },
  });
})();
