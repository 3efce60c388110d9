"""Precedents: historical projects run on the same equations, with the real series drawn in.

The modules ``web/pages/precedents*.js`` fill the page with what ``policy_lab/app/precedent_data.py`` gives, and run
every change of a stated fact in the browser.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from policy_lab.catalogue import say
from policy_lab.components import Prerendered
from policy_lab.model import Model


def has_content(model: Model) -> bool:
    """Whether historical cases were examined."""
    results = model.case_results
    return bool(results and results["cases"])


dash.register_page(
    __name__,
    path="/precedents",
    order=4,
    name="Precedents",
    words="app.precedents",
    early=True,
    has_content=has_content,
)


def layout(**_: Any) -> html.Section:
    """Title and lead; the rest is the scripts'."""
    return html.Section(
        [
            html.H1(say("precedents.title"), className="title"),
            html.P(say("precedents.lead"), className="lead"),
            Prerendered("cases", html.Div(id="precedents", className="compare")),
            html.P(say("precedents.caveat"), className="caveat"),
        ],
        className="page page--precedents",
    )
