"""Explore: move levers, watch two charts and the headline outcomes move.

The page is plain HTML that the modules in ``web/`` work on: it is there, and works, before Dash is, and goes on
working when the server is gone. ``web/pages/explore.js`` leads from the state to the picture.
"""

from __future__ import annotations

from dash import html

from policy_lab.app import ids
from policy_lab.app.model_session import ModelSession
from policy_lab.app.panels import assumptions, chart, headlines, levers, loops, question, scenario, shortcuts
from policy_lab.catalogue import say
from policy_lab.model import Model


def has_content(_: Model) -> bool:
    """Every model can be run."""
    return True


def layout(bench: ModelSession) -> html.Section:
    """The page without its curves, which the scripts draw at once."""
    stage = html.Div(
        [
            _bar(),
            loops.notice(),
            html.Div([chart.layout(bench, side) for side in ids.SIDES], className="charts"),
            headlines.layout(bench),
        ],
        id=ids.STAGE,
        className="stage",
    )
    return html.Section(
        [
            question.layout(bench.model),
            scenario.layout(bench),
            stage,
            levers.layout(bench),
            assumptions.layout(bench.model),
            *loops.cuts(bench.model),
            chart.numbers(),
            html.P(say("app.caveat"), className="caveat"),
            _shortcuts(),
            shortcuts.layout(),
        ],
        className="page page--explore",
    )


def _shortcuts() -> html.P:
    """For those who do not know the question mark."""
    return html.P(
        html.Button(say("keys.title"), className="button button--link", **{"data-do": "openKeys"}), className="caveat"
    )


def _bar() -> html.Div:
    """The legend, and what concerns the picture as a whole."""
    tools = [
        html.Button(say("explore.replay"), id=ids.REPLAY, className="button", disabled=True, **{"data-do": "replay"}),
        html.Button(say("explore.pin"), id=ids.PIN, className="button", **{"data-do": "pin"}),
    ]
    return html.Div(
        [
            html.Ul([], className="legend", **{"aria-label": say("explore.legend")}),
            html.Div(tools, className="stage__tools"),
        ],
        className="stage__bar",
    )
