"""Model: its loops and sectors drawn, every variable with its equation and source."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from policy_lab.app.model_session import session
from policy_lab.app.panels import diagram, loops, validation, variable_list, weaknesses
from policy_lab.catalogue import say

dash.register_page(__name__, path="/model", order=5, name="Model", words="app.model")


def layout(**_: Any) -> html.Section:
    """What the model is made of, from the whole to the part; what it has nothing of is left out."""
    model = session().model
    sections = {
        "loops": loops.stage(model),
        "diagram": diagram.layout(model),
        "validation": validation.layout(model),
        "weaknesses": weaknesses.layout(model),
        "variables": variable_list.layout(model),
    }
    there = {name: parts for name, parts in sections.items() if parts}
    head = [
        html.H1(say("model.title"), className="title"),
        html.Div([variable_list.finder(model), _contents(list(there))], className="contents-line"),
    ]
    return html.Section([*head, *(part for parts in there.values() for part in parts)], className="page page--model")


def _contents(sections: list[str]) -> html.Nav:
    """The sections of the page, to go to at once."""
    links = [html.A(say(f"model.to_{name}"), href=f"#model-{name}", className="button") for name in sections]
    return html.Nav(links, className="contents", **{"aria-label": say("model.contents")})
