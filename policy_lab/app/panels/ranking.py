"""Where the Rank page's script draws, and how to read what it draws.

The page is filled by ``web/widgets/ranking.js`` from the addresses of ``rank_routes.py``, when somebody looks at it:
the other pages load nothing of it.
"""

from __future__ import annotations

from dash import html

from policy_lab.catalogue import say


def layout() -> html.Div:
    """An element for the script."""
    return html.Div(html.P(say("rank.loading"), className="rank__loading"), id="ranking", className="ranking")


def reading() -> html.Section:
    """How to read what it draws."""
    items = [html.Li(say(f"rank.how_{n}")) for n in range(1, 5)]
    heading = html.H2(say("rank.how"), className="subtitle")
    return html.Section([heading, html.Ul(items, className="prose")], className="rank-reading")
