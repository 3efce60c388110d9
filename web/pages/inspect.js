/** `PolicyLab` in the console: what somebody who inspects the page, or a test of it, can read and do. The page itself
 * never uses it. Live values are read anew each time.
 *
 *     PolicyLab.facts, .say, .variables    what is known; variables: null until the whole list has come
 *     PolicyLab.state                      {now, on(listener), moveLever(key, place, value), …} of core/state.js
 *     PolicyLab.explore                    {charts, drawn} of Explore
 *     PolicyLab.bands                      {latest, here}: the ranges last worked out
 *     PolicyLab.verdict                    {key, whole, sentences, turns}: the verdict as it is written; turns: null until tried
 *     PolicyLab.compare, .compareWedges    {entries(), shown, about()}, {found, ahead()} of Compare
 *     PolicyLab.why, .whyLevers            {view, found, futures}: the loops' effects and futures; {dealt}: runs behind the shares
 *     PolicyLab.learn                      {view, own()}: what Learn looks at; the story that is open, what was done in it, its code
 *     PolicyLab.page.link()                the link of the state
 *     PolicyLab.dashIsHere                 whether Dash's pages are there
 */
import { facts, variables } from "../core/facts.js";
import * as fates from "../core/fates.js";
import * as state from "../core/state.js";
import { say } from "../core/words.js";
import * as bandRuns from "../engine/bands.js";
import { listed } from "../engine/names.js";
import * as simulator from "../engine/simulator.js";
import * as router from "../dom/router.js";
import { slide } from "../chart/chart-export.js";
import * as loops from "../widgets/loops.js";
import * as adoption from "../dash/adoption.js";
import * as brief from "./brief.js";
import * as compare from "./compare.js";
import * as compareWedges from "./compare-wedges.js";
import * as explore from "./explore.js";
import * as learn from "./learn.js";
import * as precedents from "./precedents-view.js";
import * as verdict from "./verdict.js";
import * as why from "./why.js";
import * as whyLevers from "./why-levers.js";

export function publish() {
  window.PolicyLab = {
    get facts() { return facts; },
    get variables() { return listed ? variables : null; },
    get verdict() { return verdict.latest; },
    get bands() { return { latest: bandRuns.latest, here: bandRuns.here() }; },
    get runs() { return { here: simulator.here, ready: simulator.ready, ask: simulator.ask }; },
    get precedents() { return { now: precedents.now(), data: precedents.data, changed: precedents.changed }; },
    get dashIsHere() { return adoption.here; },
    say, state, explore, compare, compareWedges, why, whyLevers, learn, loops, brief, fates,
    page: { link: router.link },
    chartExport: { svg: slide },
  };
}
