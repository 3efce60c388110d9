"""The strip of headline outcomes: value in the last year, change against status quo, and the range of that change."""

from __future__ import annotations

from dash import html

from policy_lab.app.facts import headline_outcomes
from policy_lab.app.naming import unit_of
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench
from policy_lab.model import Outcome


def layout(bench: Workbench) -> html.Section:
    """One card for each headline outcome; the scripts write the figures."""
    year = f"{bench.model.program.clock.final:.0f}"
    cards = [_card(outcome) for outcome in headline_outcomes(bench.model)]
    title = html.H2(say("explore.headlines", year=year), className="strip__title")
    return html.Section([title, html.Dl(cards, className="strip__cards")], className="strip")


def _card(outcome: Outcome) -> html.Div:
    return html.Div(
        [
            html.Dt(outcome.label, className="card__label", title=outcome.why),
            html.Dd(
                [
                    html.Span("–", className="card__value"),
                    html.Span(unit_of(outcome.unit), className="card__unit"),
                ],
                className="card__figure",
            ),
            html.Dd("", className="card__change"),
            html.Dd("", className="card__range"),
        ],
        className="card",
        **{"data-outcome": outcome.name},
    )
