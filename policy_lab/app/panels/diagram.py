"""The stock-and-flow diagram of each sector, drawn from the sketch in the model file, with the values of a year."""

from __future__ import annotations

import math
from typing import Any

from dash import html

from policy_lab.app.markup import Tag, entry_place
from policy_lab.app.sector_pictures import views_of
from policy_lab.app.variable_detail import sector_name
from policy_lab.catalogue import say
from policy_lab.components import Prerendered, StockFlowDiagram
from policy_lab.model import Model
from policy_lab.readers.sketch import View

ZOOMS = (("out", "−"), ("fit", ""), ("in", "+"))
#: Whose values can stand below the names; the first is shown to begin with.
WHOSE = ("policy", "status_quo", "none")


def layout(model: Model) -> list[Any]:
    """The diagram with its tools; nothing without a sketch."""
    views = views_of(model)
    if not views:
        return []
    sector = max(range(len(views)), key=lambda n: _stocks(views[n]))
    frame = [
        html.Div([_sectors(views, sector), *_choosers(model), _buttons()], id="sketch-tools", className="search"),
        html.Div(
            id="sketch",
            className="sketch-box",
            tabIndex=0,
            role="region",
            **{
                "aria-label": say("model.diagram"),
                "data-sectors": str(len(views)),
                "data-source": say("model.source_line", model=model.name, hash=model.hash[:8], values="{values}"),
            },
        ),
        html.P("", className="loops-cut is-hidden", role="status"),
    ]
    last = math.floor(model.program.clock.final)
    return [
        html.H2(say("model.diagram"), className="subtitle", id="model-diagram", tabIndex=-1),
        html.P(say("model.diagram_lead"), className="lead"),
        html.Div(
            [
                html.Div(StockFlowDiagram("diagram", sector=sector, values="policy", year=last, frame=frame)),
                Prerendered("diagram-words", [html.Div(_words(), className="beside__words")]),
            ],
            className="beside",
        ),
        html.P(say("model.values_note"), className="caveat"),
    ]


def _words() -> list[Any]:
    """The panel beside the drawing: how to read it, until a name is chosen."""
    signs = [html.Li(say(f"model.reads_{what}")) for what in ("boxes", "signs", "marks", "brackets", "hands")]
    return [html.Ul(signs, className="beside__told reads", id="diagram-told"), entry_place("diagram-entry")]


def _sectors(views: tuple[View, ...], chosen: int) -> html.Div:
    options = [
        Tag("option", sector_name(view.name), {"value": n, "selected": n == chosen}) for n, view in enumerate(views)
    ]
    label = html.Label(say("model.sector"), htmlFor="sector", className="label")
    alone = " is-hidden" if len(views) == 1 else ""
    return html.Div([label, html.Select(options, id="sector", className="select")], className=f"field{alone}")


def _buttons() -> html.Div:
    """Zoom, and the drawing as a file."""
    buttons = [
        html.Button(
            sign or say("model.zoom_fit_short"),
            className="button" if not sign else "button button--step",
            **{"aria-label": say(f"model.zoom_{way}"), "data-zoom": way},
        )
        for way, sign in ZOOMS
    ]
    buttons += [
        html.Button(kind.upper(), className="button", **{"aria-label": say(f"model.save_{kind}"), "data-sketch": kind})
        for kind in ("svg", "png")
    ]
    return html.Div(buttons, className="zooms")


def _choosers(model: Model) -> list[html.Div]:
    """Whose values stand below the names, and of which year."""
    clock = model.program.clock
    first, last = math.ceil(clock.initial), math.floor(clock.final)
    radio = {"type": "radio", "name": "sketch-values"}
    segments = [
        html.Label([Tag("input", None, {**radio, "value": whose, "checked": whose == WHOSE[0]}), _word(whose)])
        for whose in WHOSE
    ]
    label = say("model.year")
    year: dict[str, Any] = {
        "type": "range",
        "id": "sketch-year",
        "class": "slider year__slider",
        "autocomplete": "off",
    }
    year |= {"min": first, "max": last, "step": 1, "value": last, "aria-label": label}
    group = html.Div(
        segments, id="sketch-values", className="segments", role="radiogroup", **{"aria-labelledby": "values-title"}
    )
    title = html.Span(say("model.values_of"), className="choices__title", id="values-title")
    said = html.Strong(str(last), id="sketch-year-said")
    return [
        html.Div([title, group], className="choices"),
        html.Div(
            [html.Span([label, " ", said], className="choices__title"), Tag("input", None, year)],
            className="choices year",
        ),
    ]


def _word(whose: str) -> html.Span:
    return html.Span(say(f"model.values_{whose}"))


def _stocks(view: View) -> int:
    """How many stocks a sector has; the page opens with the one that has most."""
    return sum(box.kind == "stock" for box in view.boxes)
