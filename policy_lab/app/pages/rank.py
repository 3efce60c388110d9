"""Rank: which levers matter, when, and how sure the study is of it."""

from __future__ import annotations

from pathlib import Path

from dash import Dash, html

from policy_lab.app.panels import ranking
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench


def layout(bench: Workbench, folder: Path) -> html.Section:
    """The stored ranking, or how to make one."""
    return html.Section(
        [
            html.H1(say("rank.title"), className="title"),
            html.P(say("rank.lead"), className="lead"),
            *ranking.layout(bench.model, folder),
        ],
        className="page page--rank",
    )


def register(app: Dash, bench: Workbench, folder: Path) -> None:
    """Callbacks of the ranking."""
    ranking.register(app, bench.model, folder)
