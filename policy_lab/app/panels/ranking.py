"""Where the Rank page's script draws, and how to read what it draws.

The page is filled by ``web/pages/rank.js`` from the addresses of ``rank_routes.py``, when somebody looks at it: the
other pages load nothing of it.
"""

from __future__ import annotations

from dash import Dash, html

from policy_lab.app import ids
from policy_lab.catalogue import say


def layout(app: Dash) -> list[html.Div | html.Section]:
    """An element for the script, with the address it asks, and the help below it."""
    return [
        html.Div(
            html.P(say("rank.loading"), className="rank__loading"),
            id=ids.RANKING,
            className="ranking",
            **{"data-at": app.get_relative_path("/studies")},
        ),
        _reading(),
    ]


def _reading() -> html.Section:
    items = [html.Li(say(f"rank.how_{n}")) for n in range(1, 5)]
    return html.Section([html.H2(say("rank.how"), className="subtitle"), html.Ul(items, className="prose")])
