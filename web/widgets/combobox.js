/* Choosers with a field that narrows a list, after the pattern of the WAI-ARIA authoring practices: arrows go through
   the list, Enter takes, Escape gives up; the field keeps the focus and names the option under it. */
import * as numbers from "../core/numbers.js";
import { facts, variable } from "../core/facts.js";
import { say } from "../core/words.js";
import { everyVariable } from "../engine/names.js";
import { make, write } from "../dom/elements.js";

const MOST_LISTED = 120;

/* Those that hold every word; what begins with the words comes first. */
function found(variables, text) {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const hits = variables.filter((about) => {
    const hay = (about.label + " " + about.name + " " + about.group).toLocaleLowerCase();
    return words.every((word) => hay.includes(word));
  });
  const first = (about) => words.length && about.label.toLocaleLowerCase().startsWith(words[0]);
  return words.length ? [...hits.filter(first), ...hits.filter((about) => !first(about))] : hits;
}

class Combobox {
  constructor(field, { shown, take }) {
    this.field = field;
    this.list = document.getElementById(field.getAttribute("aria-controls"));
    this.shown = shown;
    this.take = take;
    this.place = -1;
    this.options = [];
    field.addEventListener("focus", () => field.select());
    field.addEventListener("click", () => this.open(""));
    field.addEventListener("input", () => this.open(field.value));
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option.dataset.name);
    });
    this.follow();
  }

  follow() {
    if (this.list.hidden) this.field.value = variable(this.shown()).label;
  }

  async open(text) {
    const asked = (this.asked = {});
    const variables = await everyVariable().catch(() => facts.shown);
    if (asked !== this.asked || document.activeElement !== this.field) return;
    this.fill(found(variables, text));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.mark(text ? 0 : this.options.findIndex((option) => option.dataset.name === this.shown()));
  }

  fill(variables) {
    const listed = variables.slice(0, MOST_LISTED);
    this.options = [];
    const parts = [];
    let group = null;
    let box = null;
    for (const about of listed) {
      if (about.group !== group || !box) {
        group = about.group;
        box = parts[parts.push(this.group(group)) - 1];
      }
      box.appendChild(this.option(about));
    }
    const key = variables.length === 0 ? "none" : variables.length === 1 ? "one" : variables.length > listed.length ? "more" : "many";
    const count = make("li", "combo__count", say("chart.found." + key, { count: numbers.figure(variables.length, 0), shown: listed.length }));
    count.setAttribute("role", "presentation");
    this.list.replaceChildren(...parts, count);
  }

  group(name) {
    const box = make("ul", "combo__group");
    const heading = make("li", "combo__heading", name);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", name || "–");
    heading.setAttribute("role", "presentation");
    box.appendChild(heading);
    return box;
  }

  option(about) {
    const option = make("li", "combo__option", about.label);
    option.id = this.list.id + "-" + this.options.length;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", String(about.name === this.shown()));
    option.dataset.name = about.name;
    if (about.unit) option.appendChild(make("span", "combo__unit", about.unit));
    this.options.push(option);
    return option;
  }

  mark(place) {
    if (this.options[this.place]) this.options[this.place].classList.remove("combo__option--here");
    this.place = place;
    const option = this.options[place];
    if (!option) return this.field.removeAttribute("aria-activedescendant");
    option.classList.add("combo__option--here");
    option.scrollIntoView({ block: "nearest" });
    return this.field.setAttribute("aria-activedescendant", option.id);
  }

  async key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Enter" && this.options[this.place] && !this.list.hidden) {
      event.preventDefault();
      this.choose(this.options[this.place].dataset.name);
    } else if (event.key in moves) {
      event.preventDefault();
      if (this.list.hidden) await this.open("");
      else this.mark(Math.min(this.options.length - 1, Math.max(0, this.place + moves[event.key])));
    }
  }

  choose(name) {
    this.close();
    this.take(name);
    this.follow();
  }

  close() {
    this.asked = null;
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    write(this.list, "");
    this.options = [];
    this.follow();
  }
}

/** shown: gives the name that stands; take: told of the name that was chosen. */
export const mountCombobox = (field, options) => new Combobox(field, options);
