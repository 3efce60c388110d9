"""Model: the diagram of each sector, the loops by name, every variable with its equation and source."""

from __future__ import annotations

from dash import Dash, html

from policy_lab.app.loops import loops_of
from policy_lab.app.model_session import ModelSession
from policy_lab.app.panels import diagram, loops, validation, variable_list, weaknesses
from policy_lab.catalogue import say
from policy_lab.model import Model


def layout(bench: ModelSession) -> html.Section:
    """What the model is made of, from the whole to the part."""
    return html.Section(
        [
            html.H1(say("model.title"), className="title"),
            _contents(bench.model),
            *diagram.layout(bench.model),
            *loops.layout(bench.model),
            *validation.layout(bench.model),
            *weaknesses.layout(bench.model),
            *variable_list.layout(bench.model),
        ],
        className="page page--model",
    )


def _contents(model: Model) -> html.Nav:
    """The sections of the page, to go to at once."""
    there = {
        "diagram": bool(diagram.views_of(model)),
        "loops": bool(loops_of(model)),
        "validation": True,
        "weaknesses": True,
        "variables": True,
    }
    links = [
        html.A(say(f"model.to_{section}"), href=f"#model-{section}", className="button")
        for section, found in there.items()
        if found
    ]
    return html.Nav(links, className="contents", **{"aria-label": say("model.contents")})


def register(app: Dash, bench: ModelSession) -> None:
    """Callbacks of the diagram and the list."""
    diagram.register(app, bench.model)
    variable_list.register(app)
