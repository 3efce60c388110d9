"""Rank: which levers matter, when, and how sure the study is of it."""

from __future__ import annotations

from dash import Dash, html

from policy_lab.app.panels import ranking as panel
from policy_lab.app.ranks import Ranking
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench


def layout(app: Dash, bench: Workbench, ranking: Ranking) -> html.Section:
    """The stored ranking, or how to make one."""
    return html.Section(
        [
            html.H1(say("rank.title"), className="title"),
            html.P(say("rank.lead"), className="lead"),
            *panel.layout(app, ranking, bench.model),
        ],
        className="page page--rank",
    )


def register(app: Dash, ranking: Ranking) -> None:
    """Callbacks of the ranking."""
    panel.register(app, ranking)
