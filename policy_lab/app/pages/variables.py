"""Model: every variable, to be searched."""

from __future__ import annotations

from dash import Dash, html

from policy_lab.app.panels import catalogue
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench


def layout(bench: Workbench) -> html.Section:
    """The catalogue of variables."""
    return html.Section(
        [html.H1(say("model.title"), className="title"), *catalogue.layout(bench.model)],
        className="page page--model",
    )


def register(app: Dash, bench: Workbench) -> None:
    """Callbacks of the catalogue."""
    catalogue.register(app, bench.model)
