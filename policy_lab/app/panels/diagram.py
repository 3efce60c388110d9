"""The stock-and-flow diagram of each sector, drawn from the sketch in the model file, with the values of a year."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, html

from policy_lab.app import ids
from policy_lab.app.labels import figure_of, shows_nothing, with_unit
from policy_lab.app.model_session import ModelSession
from policy_lab.app.policy import Settings
from policy_lab.app.variable_detail import sector_name
from policy_lab.catalogue import name_in_words, say
from policy_lab.errors import PolicyLabError
from policy_lab.model import Model
from policy_lab.readers.sketch import View, read_sketch, to_svg
from policy_lab.runs import Runs

ZOOMS = (("out", "−"), ("fit", ""), ("in", "+"))
#: Whose values can stand below the names; the first is shown to begin with.
WHOSE = ("policy", "status_quo", "none")


def views_of(model: Model) -> tuple[View, ...]:
    """The sectors of a model file; none where it has no sketch, or one that cannot be read."""
    try:
        return read_sketch(model.text)
    except PolicyLabError:
        return ()


def picture(model: Model, view: View) -> str:
    """A sector as SVG: names as equations have them, what they are called in the language in use behind them."""
    labels = {box.name: name_in_words(box.name) for box in view.boxes if box.name}
    note = name_in_words(view.name, "note")
    notes = [replace(box, name=note or box.name) if box.kind == "comment" else box for box in view.boxes]
    return to_svg(
        replace(view, name=name_in_words(view.name, "group") or view.name, boxes=tuple(notes)),
        style=True,
        labels=labels,
        description=_description(view) if any(labels.values()) else "",
    )


def _description(view: View) -> str:
    """What the picture says, for who cannot see it."""
    stocks = [name_in_words(box.name) or box.name for box in view.boxes if box.kind == "stock"]
    links = sum(not arrow.pipe for arrow in view.arrows)
    others = sum(box.kind in ("variable", "ghost") for box in view.boxes)
    return say("model.sketch_told", stocks=", ".join(stocks) or "–", others=others, links=links)


def layout(model: Model) -> list[Any]:
    """Chooser of the sector, zoom buttons, whose values of which year, and the box that the script draws into.

    Nothing without a sketch.
    """
    views = views_of(model)
    if not views:
        return []
    sectors = [{"value": str(n), "label": sector_name(view.name)} for n, view in enumerate(views)]
    chooser = dmc.Select(
        id=ids.SECTOR,
        label=say("model.sector"),
        data=sectors,
        value=str(max(range(len(views)), key=lambda n: _stocks(views[n]))),
        allowDeselect=False,
        checkIconPosition="right",
        maxDropdownHeight=420,
        className="field",
    )
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
    return [
        html.H2(say("model.diagram"), className="subtitle", id="model-diagram", tabIndex=-1),
        html.P(say("model.diagram_lead"), className="lead"),
        html.Div(
            [chooser, *_choosers(model), html.Div(buttons, className="zooms")], id="sketch-tools", className="search"
        ),
        html.Div(
            id=ids.SKETCH,
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
        html.P(say("model.values_note"), className="caveat"),
    ]


def register(app: Dash, model: Model) -> None:
    """The picture is fetched when the page is first seen, and again for another sector."""
    if views_of(model):
        app.clientside_callback(
            ClientsideFunction("policy_lab", "showSector"),
            Input(ids.VISIT, "data"),
            Input(ids.SECTOR, "value"),
            prevent_initial_call=True,
        )
        app.clientside_callback(
            ClientsideFunction("policy_lab", "showValues"),
            Input(ids.SKETCH_VALUES, "value"),
            Input(ids.SKETCH_YEAR, "value"),
        )


def values(bench: ModelSession, settings: Settings, view: View) -> dict[str, Any]:
    """What a diagram's variables are in every whole year, as texts with their units, for browsers that run no model.

    Returns:
        ``years``, and for ``policy`` and ``status_quo`` each name to its texts, in the order of the years.
    """
    policy, reference = bench.run_of(settings), bench.status_quo
    years = [i for i, t in enumerate(policy.time) if math.isclose(t, round(t), abs_tol=1e-6)]
    named = dict.fromkeys(box.name for box in view.boxes if box.kind in ("stock", "flow", "variable", "ghost"))
    before = _texts(bench.model, reference, named, years)
    return {
        "years": [round(float(policy.time[i])) for i in years],
        "policy": before if policy is reference else _texts(bench.model, policy, named, years),
        "status_quo": before,
    }


def _texts(model: Model, runs: Runs, names: dict[str, None], years: list[int]) -> dict[str, list[str]]:
    """Arrays are left out: one figure cannot stand for several."""
    place = {name: at for at, name in enumerate(runs.outputs) if name in names}
    told = {}
    for name in (name for name in names if name in place):
        unit = model.program.equations[name].unit
        told[name] = [with_unit(_figure(value), unit) for value in runs.values[0, years, place[name]].tolist()]
    return told


def _figure(value: float) -> str:
    """Three significant figures; what is too small for six decimal places is nothing in a diagram."""
    return "0" if shows_nothing(value, 6) else figure_of(value)


def _choosers(model: Model) -> list[Any]:
    clock = model.program.clock
    first, last = math.ceil(clock.initial), math.floor(clock.final)
    label = say("model.year")
    return [
        html.Div(
            [
                html.Span(say("model.values_of"), className="choices__title", id="sketch-values-title"),
                dmc.SegmentedControl(
                    id=ids.SKETCH_VALUES,
                    data=[{"value": whose, "label": say(f"model.values_{whose}")} for whose in WHOSE],
                    value=WHOSE[0],
                    size="xs",
                    **{"aria-labelledby": "sketch-values-title"},
                ),
            ],
            className="choices",
        ),
        html.Div(
            [
                html.Span([label, " ", html.Strong(str(last), id="sketch-year-said")], className="choices__title"),
                dmc.Slider(
                    id=ids.SKETCH_YEAR,
                    min=first,
                    max=last,
                    step=1,
                    value=last,
                    label=None,
                    thumbLabel=label,
                    updatemode="drag",
                    className="year__slider",
                ),
            ],
            className="choices year",
        ),
    ]


def _stocks(view: View) -> int:
    """How many stocks a sector has; the page opens with the one that has most."""
    return sum(box.kind == "stock" for box in view.boxes)
