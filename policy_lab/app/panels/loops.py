"""Panels of feedback loops: drawn on Model, listed with their switches on Explore, and a notice of those cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from policy_lab.app.loops import loops_of, loops_together, switched
from policy_lab.app.markup import Tag, entry_place
from policy_lab.catalogue import say
from policy_lab.components import Prerendered
from policy_lab.model import Model
from policy_lab.model.loops import CHAIN, Loop


def stage(model: Model) -> list[Any]:
    """The loops drawn, one or all together, with what is chosen in them told beside; nothing where there is none."""
    drawn = [loop for loop in loops_of(model) if loop.circuit]
    if not drawn:
        return []
    together = loops_together(model)
    title = say(f"model.in_loops.{len(together)}") if together else say("model.loops")
    told = html.Div([_listed(together or drawn), *_ways(drawn)], id="loops-told", className="beside__told", tabIndex=-1)
    picture = html.Div(
        id="loops-drawing", className="loops-drawing", tabIndex=0, role="region", **{"aria-label": say("model.loops")}
    )
    words = html.Div([told, entry_place("loops-entry")], className="beside__words")
    return [
        html.H2(title, className="subtitle", id="model-loops", tabIndex=-1),
        html.P(say("model.loops_lead"), className="lead"),
        Prerendered(
            "loops-stage",
            [html.Div([html.Div([_chooser(drawn, bool(together)), picture]), words], className="beside")],
        ),
        notice(),
    ]


def _chooser(drawn: Sequence[Loop], together: bool) -> html.Div:
    """Which loop is drawn."""
    every = [Tag("option", say("model.loops_together"), {"value": ""})] if together else []
    options = [Tag("option", f"{_sign(loop)} {loop.name}", {"value": str(n)}) for n, loop in enumerate(drawn)]
    chooser = html.Select([*every, *options], id="loops-choice", className="select")
    label = html.Label(say("model.loop_drawn"), htmlFor="loops-choice", className="label")
    return html.Div(html.Div([label, chooser], className="field"), className="search")


def _listed(loops: Sequence[Loop]) -> html.Ul:
    """The list shown before a choice: every loop in a sentence."""
    rows = [
        html.Li(
            [
                html.Button([_mark(loop), loop.name], className="button button--link", **{"data-loop": str(n)}),
                html.P(" → ".join(loop.path)),
            ]
        )
        for n, loop in enumerate(loops)
    ]
    return html.Ul(rows, className="loops-list")


def _ways(drawn: Sequence[Loop]) -> list[html.P]:
    """To where all loops can be cut, if any can."""
    button = html.Button(say("model.loops_cut"), className="button", **{"data-do": "openLoops"})
    return [html.P(button)] if any(loop.switch for loop in drawn) else []


def _sign(loop: Loop) -> str:
    return "→" if loop.kind == CHAIN else loop.kind


def _mark(loop: Loop) -> html.Span:
    return html.Span(_sign(loop), className=f"loop loop--{loop.kind.lower()}", **{"aria-hidden": "true"})


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
    """Says which inputs are set and which loops are off, wherever results are shown; empty where nothing is."""
    return html.P("", className="loops-cut is-hidden", role="status")
