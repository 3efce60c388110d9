"""Panels of feedback loops: the table of all on Model, the list of those that can be cut on Explore, and a notice."""

from __future__ import annotations

from typing import Any

from dash import html

from policy_lab.app.loops import loops_of, switched
from policy_lab.catalogue import say
from policy_lab.model import Model
from policy_lab.model.loops import CHAIN, Loop


def table(model: Model) -> list[Any]:
    """Every loop that the modeller names, one a row; nothing where there is none."""
    rows = loops_of(model)
    if not rows:
        return []
    cut = any(row.switch for row in rows)
    head = html.Thead(
        html.Tr([html.Th(say(f"model.loop_{column}"), scope="col") for column in ("name", "kind", "path")])
    )
    body = html.Tbody([_row(row) for row in rows])
    return [
        html.H2(say("model.loops"), className="subtitle", id="model-loops", tabIndex=-1),
        html.P(say("model.loops_lead"), className="lead"),
        *([html.P(html.Button(say("model.loops_cut"), className="button", **{"data-do": "openLoops"}))] if cut else []),
        html.Div(
            html.Table([head, body], className="plain loops"),
            className="numbers numbers--whole",
            tabIndex=0,
            role="region",
            **{"aria-label": say("model.loops")},
        ),
    ]


def _row(loop: Loop) -> html.Tr:
    kind = loop.kind.lower()
    sign = "→" if loop.kind == CHAIN else loop.kind
    mark = html.Span(sign, className=f"loop loop--{kind}", **{"aria-hidden": "true"})
    return html.Tr(
        [
            html.Th(loop.name, scope="row"),
            html.Td([mark, say(f"model.kind_{kind}")], className="loop__kind"),
            html.Td(" → ".join(loop.path)),
        ]
    )


def cuts(model: Model) -> list[html.Section]:
    """Behind a button the loops that can be cut, filled when it is first opened; nothing where none has a switch."""
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
