"""Why: what makes the curve bend, told by cutting each feedback loop that the model names.

The modules ``web/pages/why*.js`` fill the page: every run is the browser's own, so it goes on working when the server
is gone. A model without a loop that can be cut has no such page.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from policy_lab.app.panels import loops
from policy_lab.catalogue import say
from policy_lab.components import Prerendered
from policy_lab.model import Model


def has_content(model: Model) -> bool:
    """Whether a loop can be cut."""
    return any(loop.switch for loop in model.loops)


dash.register_page(__name__, path="/why", order=2, name="Why", words="app.why", early=True, has_content=has_content)


def layout(**_: Any) -> html.Section:
    """Title and lead; the rest is the scripts'."""
    return html.Section(
        [
            html.H1(say("why.title"), className="title"),
            html.P(say("why.lead"), className="lead"),
            Prerendered("reasons", [loops.notice(), html.Div(id="why", className="why")]),
            html.P(say("app.caveat"), className="caveat"),
        ],
        className="page page--why",
    )
