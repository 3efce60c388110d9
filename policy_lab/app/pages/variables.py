"""Model: the diagram of each sector, the loops by name, every variable with its equation and source."""

from __future__ import annotations

from dash import Dash, html

from policy_lab.app.panels import catalogue, diagram, loops
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench


def layout(bench: Workbench) -> html.Section:
    """What the model is made of, from the whole to the part."""
    return html.Section(
        [
            html.H1(say("model.title"), className="title"),
            *diagram.layout(bench.model),
            *loops.layout(bench.model),
            *catalogue.layout(bench.model),
        ],
        className="page page--model",
    )


def register(app: Dash, bench: Workbench) -> None:
    """Callbacks of the diagram and the list."""
    diagram.register(app, bench.model)
    catalogue.register(app)
