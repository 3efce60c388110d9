"""The strip of headline outcomes: median in the last year, change against status quo, and the interval of that."""

from __future__ import annotations

from dash import html

from policy_lab.app.labels import unit_of
from policy_lab.app.model_session import ModelSession
from policy_lab.app.page_data import headline_outcomes
from policy_lab.catalogue import say
from policy_lab.model import Outcome


def layout(bench: ModelSession) -> html.Section:
    """One card for each headline outcome; the scripts write the figures."""
    year = f"{bench.model.program.clock.final:.0f}"
    key = html.Small(say("headline.key") if bench.model.uncertainties else "", className="strip__key")
    changed = html.Small("", className="assumed-short")
    title = html.H2([say("explore.headlines", year=year), " ", changed, " ", key], className="strip__title")
    tools = [
        html.Button(say("actions.open"), className="button", **{"data-do": "actions"}),
        html.Button(say("brief.open"), className="button", **{"data-do": "brief"}),
    ]
    head = html.Div([title, html.Div(tools, className="stage__tools")], className="strip__head")
    return html.Section([head, cards(bench)], className="strip")


def cards(bench: ModelSession) -> html.Dl:
    """The cards alone."""
    return html.Dl([_card(outcome) for outcome in headline_outcomes(bench.model)], className="strip__cards")


def _draw(outcome: Outcome) -> html.Button:
    """The outcome's name, which draws it in the first chart; what it means is its description."""
    told = f"{outcome.why} {say('headline.draw')}".strip()
    return html.Button(
        outcome.label, className="card__draw", title=told, **{"data-do": "draw", "data-outcome": outcome.name}
    )


def _card(outcome: Outcome) -> html.Div:
    """Figure, change and interval, empty; what the bar shows stands in words beside it."""
    bar = [html.I(className=f"card__{part}") for part in ("zero", "wide", "narrow", "dot", "run")]
    return html.Div(
        [
            html.Dt(_draw(outcome), className="card__label"),
            html.Dd(
                [
                    html.Span("–", className="card__value"),
                    html.Span(unit_of(outcome.unit), className="card__unit"),
                    html.Span("", className="card__basis"),
                ],
                className="card__figure",
            ),
            html.Dd(bar, className="card__bar is-quiet", **{"aria-hidden": "true"}),
            html.Dd("", className="card__change"),
            html.Dd("", className="card__range card__range--somewhere" if outcome.where else "card__range"),
        ],
        className="card",
        **{"data-outcome": outcome.name},
    )
