/* Choosers with a field that narrows a list, after the pattern of the WAI-ARIA authoring practices: arrows go through
   the list, Enter takes, Escape gives up; the field keeps the focus and names the option under it. */
import * as numbers from "../core/numbers.js";
import { facts, variable } from "../core/facts.js";
import { say } from "../core/words.js";
import { everyVariable } from "../engine/names.js";
import { under } from "../dom/buttons.js";
import { element, make, one, write } from "../dom/elements.js";

/** @import { Variable } from "../types/page.js" */
/** What a list shows of a thing to choose. @typedef {Pick<Variable, "name" | "label" | "unit" | "group">} Choosable */
/** shown: gives the name that stands; take: told of the name that was chosen; find: what a text finds, variables unless given
 * @typedef {{ shown: () => string, take: (name: string) => void, find?: (text: string) => Promise<Choosable[]> }} Options */

const MOST_LISTED = 120;
/** @type {Record<string, number>} */
const MOVES = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** Those that hold every word; what begins with the words comes first. @param {Variable[]} variables @param {string} text */
function found(variables, text) {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const hits = variables.filter((about) => {
    const hay = (about.label + " " + about.name + " " + about.group).toLocaleLowerCase();
    return words.every((word) => hay.includes(word));
  });
  const first = (/** @type {Variable} */ about) => words.length && about.label.toLocaleLowerCase().startsWith(words[0]);
  return words.length ? [...hits.filter(first), ...hits.filter((about) => !first(about))] : hits;
}

/** @param {string} text */
const findVariables = async (text) => found(await everyVariable().catch(() => facts.shown), text);

class Combobox {
  /** @param {HTMLInputElement} field @param {Options} options */
  constructor(field, { shown, take, find = findVariables }) {
    this.field = field;
    this.find = find;
    this.list = one("#" + field.getAttribute("aria-controls"));
    this.shown = shown;
    this.take = take;
    this.place = -1;
    /** @type {HTMLElement[]} */
    this.options = [];
    this.asked = 0; // number of the latest opening
    field.addEventListener("focus", () => field.select());
    field.addEventListener("click", () => this.open(""));
    field.addEventListener("input", () => this.open(field.value));
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (/** @type {Event} */ event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (/** @type {Event} */ event) => {
      const option = under(event, "[role=option]");
      if (option) this.choose(option);
    });
    this.follow();
  }

  follow() {
    if (this.list.hidden) this.field.value = variable(this.shown()).label;
  }

  /** @param {string} text what the list is narrowed to */
  async open(text) {
    const asked = (this.asked += 1);
    const choosable = await this.find(text);
    if (asked !== this.asked || document.activeElement !== this.field) return;
    this.fill(choosable);
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.mark(text ? 0 : this.options.findIndex((option) => option.dataset.name === this.shown()));
  }

  /** @param {Choosable[]} variables */
  fill(variables) {
    const listed = variables.slice(0, MOST_LISTED);
    this.options = [];
    const parts = [];
    for (const [n, about] of listed.entries()) {
      if (n === 0 || about.group !== listed[n - 1].group) parts.push(this.group(about.group));
      parts[parts.length - 1].append(this.option(about));
    }
    const key = variables.length === 0 ? "none" : variables.length === 1 ? "one" : variables.length > listed.length ? "more" : "many";
    const count = make("li", "combo__count", say("chart.found." + key, { count: numbers.figure(variables.length, 0), shown: listed.length }));
    count.setAttribute("role", "presentation");
    this.list.replaceChildren(...parts, count);
  }

  /** @param {string} name */
  group(name) {
    const box = make("ul", "combo__group");
    const heading = make("li", "combo__heading", name);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", name || "–");
    heading.setAttribute("role", "presentation");
    box.appendChild(heading);
    return box;
  }

  /** @param {Choosable} about */
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

  /** Marks an option as the one that Enter takes. @param {number} place */
  mark(place) {
    if (this.options[this.place]) this.options[this.place].classList.remove("combo__option--here");
    this.place = place;
    const option = this.options[place];
    if (!option) return this.field.removeAttribute("aria-activedescendant");
    option.classList.add("combo__option--here");
    option.scrollIntoView({ block: "nearest" });
    return this.field.setAttribute("aria-activedescendant", option.id);
  }

  /** @param {KeyboardEvent} event */
  async key(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Enter" && this.options[this.place] && !this.list.hidden) {
      event.preventDefault();
      this.choose(this.options[this.place]);
    } else if (event.key in MOVES) {
      event.preventDefault();
      if (this.list.hidden) await this.open("");
      else this.mark(Math.min(this.options.length - 1, Math.max(0, this.place + MOVES[event.key])));
    }
  }

  /** @param {HTMLElement} option */
  choose(option) {
    this.close();
    this.take(option.dataset.name ?? "");
    this.follow();
  }

  close() {
    this.asked += 1;
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    write(this.list, "");
    this.options = [];
    this.follow();
  }
}

/** A field of that kind, as policy_lab/app/panels/chart.py makes it. @param {string} id @param {string} label */
export const combobox = (id, label) => element("div", { class: "combo field--title" },
  element("label", { class: "unseen", for: id }, label),
  element("input", { id, class: "combo__field", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id + "-list" }),
  element("ul", { id: id + "-list", class: "combo__list", role: "listbox", hidden: true, "aria-label": label }));

export const mountCombobox = (/** @type {HTMLInputElement} */ field, /** @type {Options} */ options) => new Combobox(field, options);
