"""The strip of headline outcomes: value in the last year, change against status quo, and what that means in words."""

from __future__ import annotations

from typing import Any

from dash import html

from policy_lab.app.answers import headline_outcomes
from policy_lab.app.naming import unit_of
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench
from policy_lab.model import Outcome


def layout(bench: Workbench, first: dict[str, Any]) -> html.Section:
    """One card for each headline outcome."""
    outcomes = headline_outcomes(bench.model)
    year = f"{bench.model.program.clock.final:.0f}"
    cards = [_card(outcome, shown) for outcome, shown in zip(outcomes, first["headlines"], strict=True)]
    title = html.H2(say("explore.headlines", year=year), className="strip__title")
    return html.Section([title, html.Dl(cards, className="strip__cards")], className="strip")


def _card(outcome: Outcome, first: dict[str, str]) -> html.Div:
    return html.Div(
        [
            html.Dt(outcome.label, className="card__label", title=outcome.why),
            html.Dd(
                [
                    html.Span(first["value"], className="card__value"),
                    html.Span(unit_of(outcome.unit), className="card__unit"),
                ],
                className="card__figure",
            ),
            html.Dd(first["change"], className=f"card__change tone-{first['tone']}"),
        ],
        className="card",
    )
