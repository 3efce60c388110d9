/** The page begins: everything starts here and nothing at import, in the order that a visitor waits for it. */
import { learn } from "../core/facts.js";
import * as saved from "../core/saved.js";
import * as store from "../core/state.js";
import * as simulator from "../engine/simulator.js";
import * as buttons from "../dom/buttons.js";
import * as colours from "../dom/colours.js";
import { one } from "../dom/elements.js";
import { watchHand } from "../dom/hand.js";
import * as language from "../dom/language.js";
import { tell } from "../dom/notice.js";
import * as print from "../dom/print.js";
import * as router from "../dom/router.js";
import * as undo from "../dom/undo.js";
import * as glossary from "../widgets/glossary.js";
import * as ranking from "../widgets/ranking.js";
import * as actions from "./actions.js";
import * as brief from "./brief.js";
import * as chartAbout from "./chart-about.js";
import * as compare from "./compare.js";
import * as dash from "./dash-loader.js";
import * as diagramExport from "./diagram-export.js";
import * as embed from "./embed.js";
import * as explore from "./explore.js";
import * as finder from "./finder.js";
import { publish } from "./inspect.js";
import * as lessons from "./learn.js";
import * as loopStage from "./loop-stage.js";
import * as model from "./model.js";
import * as precedents from "./precedents.js";
import * as present from "./present.js";
import * as share from "./share.js";
import * as tour from "./tour.js";
import * as entries from "./variable-entry.js";
import * as why from "./why.js";

/** Where the browser keeps nothing for a page, what is kept lasts for this visit alone. @param {"sessionStorage" | "localStorage"} kind */
function storage(kind) {
  try {
    return window[kind];
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
}

function nameButtons() {
  buttons.does("hush", () => tell(""));
  buttons.does("recolour", colours.turn);
}

function begin() {
  learn(JSON.parse(one("#facts-data").textContent));
  colours.begin();
  simulator.begin();
  store.begin(storage("sessionStorage"));
  saved.begin(storage("localStorage"));
  watchHand();
  nameButtons();
  dash.begin();
  const parts = [buttons, router, undo, language, print, actions, brief, chartAbout, diagramExport, entries, finder, loopStage, model, ranking, compare, why, precedents, lessons, present, share, tour, glossary, embed];
  for (const part of parts) part.begin();
  publish();
  explore.begin();
}

begin();
