"""The world one starts from, why it is told, and the worlds drawn beside the current policy."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, html

from policy_lab.app import ids
from policy_lab.app.settings import MOST_PINS
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench


def layout(bench: Workbench) -> html.Section:
    """Chooser, rationale, and chooser of the pinned worlds."""
    worlds = [{"value": key, "label": scenario.title} for key, scenario in bench.model.scenarios.items()]
    return html.Section(
        [
            html.Div(
                [
                    dmc.Select(
                        id=ids.WORLD,
                        label=say("explore.world"),
                        data=worlds or [{"value": "", "label": say("explore.bare_status_quo")}],
                        value=bench.default.world,
                        allowDeselect=False,
                        checkIconPosition="right",
                        maxDropdownHeight=420,
                        className="field",
                    ),
                    html.Button(
                        say("explore.restore"),
                        id=ids.WORLD_RESTORE,
                        className="button button--link is-hidden",
                        **{"data-do": "restoreWorld"},
                    ),
                ],
                className="world__choice",
            ),
            html.P(rationale(bench), id=ids.WORLD_RATIONALE, className="world__why", role="status"),
            dmc.MultiSelect(
                id=ids.PINS,
                label=say("explore.pins"),
                data=worlds,
                value=[],
                maxValues=MOST_PINS,
                className="field field--pins",
                disabled=not worlds,
            ),
        ],
        className="world",
        **{"aria-label": say("explore.world")},
    )


def rationale(bench: Workbench) -> str:
    """Why the world that the page opens with is told."""
    scenario = bench.model.scenarios.get(bench.default.world)
    return scenario.rationale if scenario else say("explore.bare_rationale")


def register(app: Dash) -> None:
    """Choosing a world sets every lever at once, which the browser does by itself."""
    for control, function in ((ids.WORLD, "chooseWorld"), (ids.PINS, "pin")):
        app.clientside_callback(
            ClientsideFunction("policy_lab", function), Input(control, "value"), prevent_initial_call=True
        )
