"""Rank: which levers matter, when, and how sure a study is of it; and studies of one's own."""

from __future__ import annotations

from dash import Dash, html

from policy_lab.app.panels import ranking as panel
from policy_lab.catalogue import say
from policy_lab.model import Model


def has_content(model: Model) -> bool:
    """Whether there is anything to vary against something else."""
    return len(model.levers) + len(model.uncertainties) > 1


def layout(app: Dash) -> html.Section:
    """The frame of the page; its script fills it when it is first seen."""
    return html.Section(
        [
            html.H1(say("rank.title"), className="title"),
            html.P(say("rank.lead"), className="lead"),
            *panel.layout(app),
        ],
        className="page page--rank",
    )
