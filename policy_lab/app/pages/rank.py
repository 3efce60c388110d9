"""Rank: which levers matter, when, and how sure a study is of it; and studies of one's own."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from policy_lab.app.panels import ranking
from policy_lab.catalogue import say
from policy_lab.components import RankingChart
from policy_lab.model import Model


def has_content(model: Model) -> bool:
    """Whether there is anything to vary against something else."""
    return len(model.levers) + len(model.uncertainties) > 1


dash.register_page(__name__, path="/rank", order=3, name="Rank", words="app.rank", has_content=has_content)


def layout(**_: Any) -> html.Section:
    """The frame of the page; its script fills it when it is first seen."""
    return html.Section(
        [
            html.H1(say("rank.title"), className="title"),
            html.P(say("rank.lead"), className="lead"),
            RankingChart("ranking-chart", frame=ranking.layout()),
            ranking.reading(),
        ],
        className="page page--rank",
    )
