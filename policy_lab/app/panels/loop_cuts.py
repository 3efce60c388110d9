"""The feedback loops on Explore: each can be cut, to see what it does. The list is filled when it is first opened."""

from __future__ import annotations

from dash import html

from policy_lab.app.loops import switched
from policy_lab.catalogue import say
from policy_lab.model import Model


def layout(model: Model) -> list[html.Section]:
    """Behind a button the list of loops; nothing where the model has no switch for any."""
    count = len(switched(model))
    if not count:
        return []
    head = html.Div(
        [
            html.H2(say("loop.title"), className="levers__title", id="loops-title", tabIndex=-1),
            html.Button(say("loop.restore_all"), className="button is-hidden", **{"data-do": "restoreLoops"}),
        ],
        className="levers__head",
    )
    every = html.Details(
        [
            html.Summary(say("loop.open", count=count), className="button"),
            html.P("", className="loops__said caveat", role="status"),
            html.Ul([], className="loops__list"),
        ],
        className="loops__all",
    )
    return [
        html.Section([head, html.P(say("loop.lead"), className="lead"), every], id="loops", className="loops-panel")
    ]


def notice() -> html.P:
    """Says that loops are cut, wherever results of the model are shown; empty while all act."""
    return html.P("", className="loops-cut is-hidden", role="status")
