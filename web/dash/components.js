/** Every Dash component of ours, by the name that Python gives it: Dash looks them up in window.policy_lab_components. */
import { HeadlineCards } from "./headline-cards.js";
import { LeverPanel } from "./lever-panel.js";
import { OutcomeChart } from "./outcome-chart.js";
import { Prerendered } from "./prerendered.js";
import { RankingChart } from "./ranking-chart.js";
import { StockFlowDiagram } from "./stock-flow-diagram.js";

export const components = { HeadlineCards, LeverPanel, OutcomeChart, Prerendered, RankingChart, StockFlowDiagram };

export const register = () => void Object.assign(window, { policy_lab_components: components });
