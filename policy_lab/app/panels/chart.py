"""A chart with its chooser, its summary in words, its numbers, and ways to save it."""

from __future__ import annotations

from dash import html

from policy_lab.app.markup import Tag
from policy_lab.app.model_session import ModelSession
from policy_lab.app.page_data import title_of
from policy_lab.app.policy import can_differ, first_charts
from policy_lab.catalogue import say

SIDES = ("a", "b")


def layout(bench: ModelSession, side: str) -> html.Article:
    """One chart, empty until the scripts draw it; ``side`` is "a" or "b"."""
    variable = first_charts(bench.model)[SIDES.index(side)]
    return html.Article(
        [
            html.Div([_chooser(bench, side, variable), _about(bench, side), _tools(side)], className="chart__head"),
            html.Div(
                [
                    html.Div(className="chart__figure", **{"data-plot": side}),
                    html.Span(say("chart.updating"), className="chart__updating", **{"aria-hidden": "true"}),
                ],
                className="chart__frame",
            ),
            html.P("", className="chart__summary"),
        ],
        className=f"chart chart--{side}",
        id=f"chart-{side}",
        **{"aria-label": say(f"chart.choose.{side}")},
    )


def numbers() -> html.Details:
    """The tables behind the charts; the scripts fill them when they are opened."""
    tables = [
        html.Div(
            html.Table(className="plain", **{"data-table": side}),
            className="numbers",
            tabIndex=0,
            role="region",
            **{"aria-label": say(f"chart.choose.{side}") + ": " + say("chart.table")},
        )
        for side in SIDES
    ]
    summary = html.Summary(say("chart.table_both"), className="button button--link")
    return html.Details([summary, html.Div(tables, className="numbers-pair")], className="data")


def _chooser(bench: ModelSession, side: str, variable: str) -> html.Div:
    """A field that narrows a list as one types, as the WAI-ARIA pattern of a combobox has it."""
    field, listed = f"choose-{side}", f"choose-{side}-list"
    box = {
        "type": "text",
        "id": field,
        "role": "combobox",
        "class": "combo__field",
        "value": title_of(bench.model, variable),
        "autocomplete": "off",
        "spellcheck": "false",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": listed,
        "data-side": side,
    }
    return html.Div(
        [
            html.Label(say(f"chart.choose.{side}"), htmlFor=field, className="unseen"),
            Tag("input", None, box),
            html.Ul([], id=listed, className="combo__list", role="listbox", hidden=True, **_named(side)),
        ],
        className="combo field--title",
    )


def _named(side: str) -> dict[str, str]:
    return {"aria-label": say(f"chart.choose.{side}")}


def _about(bench: ModelSession, side: str) -> html.Details:
    """What the variable means, and the ways on from it; the scripts fill it when it is opened."""
    said = f"{say(f'chart.choose.{side}')}: {say('chart.about')}"
    summary = html.Summary(
        "i", className="button button--small lever__i", title=say("chart.about"), **{"aria-label": said}
    )
    data = {"data-do": "explain", "data-side": side}
    explain = html.Button(say("chart.explain"), className="button button--menu", **data)
    told = [
        html.P(html.Strong("", className="about__name")),
        html.P("", className="about__why"),
        html.P("", className="about__better"),
        html.Div([], className="about__parts"),
        html.Dl([], className="about__known"),
        *([explain] if can_differ(bench.model) else []),
        html.A(say("chart.about_model"), href="#", className="button button--menu about__model"),
    ]
    return html.Details(
        [summary, html.Div(told, className="menu menu--about")], className="chart__about", **{"data-side": side}
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
    whole = html.Button(say("chart.whole"), className="button button--menu", **{"data-do": "whole", "data-side": side})
    return html.Details(
        [
            html.Summary(say("chart.export"), className="button"),
            html.Div([*kinds, whole], className="menu"),
        ],
        className="chart__save",
    )
