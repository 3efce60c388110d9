"""Dash components of Policy Lab, for its own pages and for anybody's Dash app (docs/extend-the-app.md).

Each is a class here and a React function in ``web/dash/`` that mounts a plain module; the browser runs the model, and
tells Python the policy and the outcomes once the hand rests. ``policy_lab_components.js`` beside this file is made from
``web/`` by ``make web``.
"""

from policy_lab.components.headline_cards import HeadlineCards
from policy_lab.components.lever_panel import LeverPanel
from policy_lab.components.outcome_chart import OutcomeChart
from policy_lab.components.prerendered import Prerendered
from policy_lab.components.ranking_chart import RankingChart
from policy_lab.components.stock_flow_diagram import StockFlowDiagram
from policy_lab.components.widget import Widget

__all__ = [
    "LeverPanel",
    "OutcomeChart",
    "HeadlineCards",
    "StockFlowDiagram",
    "RankingChart",
    "Prerendered",
    "Widget",
]
