"""The stock-and-flow diagram of each sector, drawn from the sketch in the model file."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, html

from policy_lab.app import ids
from policy_lab.app.entries import sector_name, text_of
from policy_lab.app.words import say
from policy_lab.errors import PolicyLabError
from policy_lab.model import Model
from policy_lab.sketch import View, read_sketch

ZOOMS = (("out", "−"), ("fit", ""), ("in", "+"))


def views_of(model: Model) -> tuple[View, ...]:
    """The sectors of a model file; none where it has no sketch, or one that cannot be read."""
    try:
        return read_sketch(text_of(model.path))
    except PolicyLabError:
        return ()


def layout(model: Model) -> list[Any]:
    """Chooser of the sector, zoom buttons, and the box that the script draws into; nothing without a sketch."""
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
    return [
        html.H2(say("model.diagram"), className="subtitle"),
        html.P(say("model.diagram_lead"), className="lead"),
        html.Div([chooser, html.Div(buttons, className="zooms")], className="search"),
        html.Div(
            id=ids.SKETCH, className="sketch-box", tabIndex=0, role="region", **{"aria-label": say("model.diagram")}
        ),
    ]


def _stocks(view: View) -> int:
    """How many stocks a sector has; the page opens with the one that has most."""
    return sum(box.kind == "stock" for box in view.boxes)


def register(app: Dash, model: Model) -> None:
    """The picture is fetched when the page is first seen, and again for another sector."""
    if views_of(model):
        app.clientside_callback(
            ClientsideFunction("policy_lab", "showSector"),
            Input(ids.VISIT, "data"),
            Input(ids.SECTOR, "value"),
            prevent_initial_call=True,
        )
