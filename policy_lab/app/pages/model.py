"""Model: the diagram of each sector, the loops by name, every variable with its equation and source."""

from __future__ import annotations

from dash import Dash, html

from policy_lab.app.model_session import ModelSession
from policy_lab.app.panels import diagram, loops, validation, variable_list, weaknesses
from policy_lab.catalogue import say
from policy_lab.model import Model


def has_content(_: Model) -> bool:
    """Every model has variables."""
    return True


def layout(bench: ModelSession) -> html.Section:
    """What the model is made of, from the whole to the part."""
    model = bench.model
    sections = {
        "diagram": diagram.layout(model),
        "loops": loops.table(model),
        "validation": validation.layout(model),
        "weaknesses": weaknesses.layout(model),
        "variables": variable_list.layout(model),
    }
    there = {name: parts for name, parts in sections.items() if parts}
    head = [html.H1(say("model.title"), className="title"), _contents(list(there))]
    return html.Section([*head, *(part for parts in there.values() for part in parts)], className="page page--model")


def _contents(sections: list[str]) -> html.Nav:
    """The sections of the page, to go to at once."""
    links = [html.A(say(f"model.to_{name}"), href=f"#model-{name}", className="button") for name in sections]
    return html.Nav(links, className="contents", **{"aria-label": say("model.contents")})


def register(app: Dash, bench: ModelSession) -> None:
    """Callbacks of the diagram and the list."""
    diagram.register(app, bench.model)
    variable_list.register(app)
