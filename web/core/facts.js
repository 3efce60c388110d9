/* What never changes while the page is open, and the words it says.

     PolicyLab.facts                  the model's levers, worlds, assumptions and outcomes; see policy_lab/app/page_data.py
     PolicyLab.say(key, {places})     the text of the catalogue under a dotted key, its {places} filled
     PolicyLab.names                  promise of the list of every variable (a file of its own)
     PolicyLab.variable(name)         {name, label, unit, group, key, low, high, places} of a variable, by its own name
     PolicyLab.dom                    one(selector), all(selector), write(element, text), make(name, kind, text) */
(function (root) {
  "use strict";

  const lab = (root.PolicyLab = root.PolicyLab || {});

  const dom = {
    one: (selector, inside) => (inside || document).querySelector(selector),
    all: (selector, inside) => [...(inside || document).querySelectorAll(selector)],
    write: (element, text) => {
      if (!element || element.textContent === text) return;
      const only = element.childNodes.length === 1 ? element.firstChild : null;
      if (text && only && only.nodeType === 3) only.data = text; // the text that is there stays: a fifth of the work of a new one
      else element.textContent = text;
    },
    make: (name, kind, text) => {
      const made = document.createElement(name);
      if (kind) made.className = kind;
      if (text !== undefined) made.textContent = text;
      return made;
    },
  };

  function say(key, values) {
    const text = lab.facts.words[key];
    if (text === undefined) throw new Error(`There is no text '${key}'.`);
    return values ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole)) : text;
  }

  const known = new Map();

  function learn(given) {
    lab.facts = given;
    for (const about of given.shown) known.set(about.name, about);
  }

  async function fetchNames() {
    const answer = await fetch(lab.facts.files.names);
    if (!answer.ok) throw new Error(`${answer.status} ${lab.facts.files.names}`);
    const list = (await answer.json()).variables;
    lab.variables = list.map(([key, name, label, unit, group, low, high]) => ({ key, name, label, unit, group, low, high, places: null }));
    for (const about of lab.variables) if (!known.has(about.name)) known.set(about.name, about);
    return lab.variables;
  }

  /* A variable as a person reads it; before the list is there, its name has to do. */
  function variable(name) {
    return known.get(name) || { name, label: name, unit: "", group: "", key: "", low: null, high: null, places: null };
  }

  Object.assign(lab, { dom, say, learn, variable });
  const data = typeof document === "object" && document.getElementById("facts-data");
  if (data) {
    learn(JSON.parse(data.textContent));
    let asked = null;
    Object.defineProperty(lab, "names", { get: () => asked || (asked = fetchNames()) });
  }
  if (typeof module === "object" && module.exports) module.exports = lab;
})(typeof globalThis === "object" ? globalThis : self);
