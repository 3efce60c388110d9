"""Explore: move levers, watch two charts and the headline outcomes move.

The modules in ``web/`` work on the page before Dash is there, and go on when the server is gone;
``web/widgets/live-runs.js`` leads from the state to the picture.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from policy_lab.app.model_session import session
from policy_lab.app.panels import (
    assumptions,
    chart,
    headlines,
    levers,
    loops,
    question,
    scenario,
    verdict,
)
from policy_lab.catalogue import say
from policy_lab.components import HeadlineCards, LeverPanel, OutcomeChart, Prerendered

dash.register_page(__name__, path="/", order=0, name="Explore", words="app.explore", early=True)


def layout(**_: Any) -> html.Section:
    """The page without its curves, which the scripts draw at once."""
    here = session()
    charts = [OutcomeChart(f"outcome-{side}", frame=chart.layout(here, side)) for side in chart.SIDES]
    stage = [
        Prerendered("legend", _bar()),
        Prerendered("explore-cut", loops.notice()),
        html.Div(charts, className="charts"),
        HeadlineCards("headlines", frame=headlines.layout(here)),
    ]
    switches = loops.cuts(here.model)
    return html.Section(
        [
            question.layout(here.model),
            Prerendered("scenario", scenario.layout(here)),
            Prerendered("verdict", verdict.layout(here.model)),
            html.Div(stage, id="stage", className="stage"),
            LeverPanel("levers", frame=levers.layout(here)),
            Prerendered("uncertain", assumptions.layout(here.model)),
            *([Prerendered("switches", switches)] if switches else []),
            Prerendered("numbers", chart.numbers()),
            html.P(say("app.caveat"), className="caveat"),
            _shortcuts(),
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
        html.Button(say("explore.replay"), id="replay", className="button", disabled=True, **{"data-do": "replay"}),
        html.Button(say("explore.pin"), id="pin", className="button", **{"data-do": "pin"}),
        html.Button(
            say("present.whole"), id="present-full", className="button present-only", **{"data-do": "presentFull"}
        ),
        html.Button(
            say("present.leave"), id="present-leave", className="button present-only", **{"data-do": "present"}
        ),
    ]
    return html.Div(
        [
            html.Ul([], className="legend", **{"aria-label": say("explore.legend")}),
            html.Div(tools, className="stage__tools"),
        ],
        className="stage__bar",
    )
