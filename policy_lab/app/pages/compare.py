"""Compare: scenarios side by side, and where the differences between them come from.

The modules ``web/pages/compare*.js`` fill the page with what the browser's own engine runs, so that it goes on working
when the server is gone.
"""

from __future__ import annotations

from dash import html

from policy_lab.app.panels import loop_cuts
from policy_lab.catalogue import say


def layout() -> html.Section:
    """Title and lead; the rest is the scripts'."""
    return html.Section(
        [
            html.H1(say("compare.title"), className="title"),
            html.P(say("compare.lead"), className="lead"),
            loop_cuts.notice(),
            html.Div(id="compare", className="compare"),
            html.P(say("app.caveat"), className="caveat"),
        ],
        className="page page--compare",
    )
