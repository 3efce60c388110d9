"""A chart with its chooser, its summary in words, its numbers, and ways to save it."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, dcc, html

from policy_lab.app import answers, ids
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench

#: Entries a chooser lists at once; typing finds the others.
MOST_LISTED = 120
SHOWN = {"displayModeBar": False, "responsive": True, "doubleClick": False, "scrollZoom": False}


def layout(bench: Workbench, side: str, first: dict[str, Any]) -> html.Article:
    """One chart, already drawn for the settings the page opens with.

    Args:
        bench: the model.
        side: "a" or "b".
        first: ``answers.picture`` of the default settings.
    """
    place = ids.SIDES.index(side)
    variable = bench.default.charts[place]
    return html.Article(
        [
            html.Div([_chooser(bench, side, variable), _tools(side)], className="chart__head"),
            html.Div(
                [
                    dcc.Graph(
                        id=ids.chart(side, "figure"),
                        figure=first["figures"][place],
                        config=SHOWN,
                        responsive=True,
                        className="chart__figure",
                    ),
                    html.Span(say("chart.updating"), className="chart__updating", **{"aria-hidden": "true"}),
                ],
                className="chart__frame",
            ),
            html.P(first["summaries"][place], className="chart__summary"),
        ],
        className=f"chart chart--{side}",
        id=f"chart-{side}",
        **{"aria-label": say(f"chart.choose.{side}")},
    )


def numbers(side: str, first: dict[str, Any]) -> html.Div:
    """The table behind a chart."""
    table = first["tables"][ids.SIDES.index(side)]
    return html.Div(
        dmc.Table(id=ids.chart(side, "table"), data=table, striped="odd", tabularNums=True, captionSide="top"),
        className="numbers",
        tabIndex=0,
        role="region",
        **{"aria-label": say(f"chart.choose.{side}") + ": " + say("chart.table")},
    )


def register(app: Dash) -> None:
    """What a chart shows goes through the page's state."""
    for side in ids.SIDES:
        app.clientside_callback(
            ClientsideFunction("policy_lab", "chooseChart"),
            Input(ids.chart(side, "choice"), "value"),
            prevent_initial_call=True,
        )


def _chooser(bench: Workbench, side: str, variable: str) -> dmc.Select:
    return dmc.Select(
        id=ids.chart(side, "choice"),
        label=say(f"chart.choose.{side}"),
        data=answers.choices(bench.model),
        value=variable,
        searchable=True,
        allowDeselect=False,
        checkIconPosition="right",
        maxDropdownHeight=380,
        limit=MOST_LISTED,
        nothingFoundMessage=say("chart.nothing"),
        className="field field--title",
    )


def _tools(side: str) -> html.Details:
    kinds = [
        html.Button(
            say(f"chart.{kind}"),
            className="button button--menu",
            **{"data-do": "save", "data-side": side, "data-kind": kind},
        )
        for kind in ("png", "svg", "csv")
    ]
    return html.Details(
        [
            html.Summary(say("chart.export"), className="button"),
            html.Div(kinds, className="menu"),
        ],
        className="chart__save",
    )
