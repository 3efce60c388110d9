"""Compare: scenarios side by side, and where the differences between them come from.

The modules ``web/pages/compare*.js`` fill the page with what the browser's own engine runs, so that it goes on working
when the server is gone.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from policy_lab.app.model_session import session
from policy_lab.app.panels import loops, scenario
from policy_lab.app.policy import can_differ
from policy_lab.catalogue import say
from policy_lab.components import Prerendered

dash.register_page(
    __name__, path="/compare", order=1, name="Compare", words="app.compare", early=True, has_content=can_differ
)


def layout(**_: Any) -> html.Section:
    """Title and choosers; the rest is the scripts'."""
    return html.Section(
        [
            html.H1(say("compare.title"), className="title"),
            Prerendered(
                "comparison",
                [
                    loops.notice(),
                    html.Div(
                        [
                            *scenario.choosers(session(), "compare-"),
                            html.Div(id="compare-more", className="compare-who__more"),
                        ],
                        className="compare-who",
                    ),
                    html.Div(id="compare", className="compare"),
                ],
            ),
            html.P(say("app.caveat"), className="caveat"),
        ],
        className="page page--compare",
    )
