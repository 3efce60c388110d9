"""The world one starts from, why it is told, and the scenarios pinned beside the current policy."""

from __future__ import annotations

from dash import html

from policy_lab.app.markup import Tag
from policy_lab.app.model_session import ModelSession
from policy_lab.app.policy import status_quo_world
from policy_lab.catalogue import say


def layout(bench: ModelSession) -> html.Section:
    """Chooser, rationale, and the pinned scenarios."""
    return html.Section(
        [_choice(bench), html.P(rationale(bench), id="world-rationale", className="world__why"), _pins(bench)],
        className="world",
        **{"aria-label": say("explore.world")},
    )


def rationale(bench: ModelSession) -> str:
    """Why the world that the page opens with is told."""
    scenario = bench.model.scenarios.get(status_quo_world(bench.model))
    return scenario.rationale if scenario else say("explore.bare_rationale")


def _choice(bench: ModelSession) -> html.Div:
    return html.Div(
        [
            html.Label(say("explore.world"), htmlFor="world", className="label"),
            html.Select(_worlds(bench), id="world", className="select"),
            html.Button(
                say("explore.restore"),
                id="world-restore",
                className="button button--link is-hidden",
                **{"data-do": "restoreWorld"},
            ),
        ],
        className="world__choice",
    )


def _pins(bench: ModelSession) -> html.Div:
    nothing = html.Option(say("explore.pin_choose"), value="-")
    return html.Div(
        [
            html.Label(say("explore.pins"), htmlFor="pins-add", className="label"),
            html.Select(
                [nothing, *_worlds(bench)], id="pins-add", className="select", disabled=not bench.model.scenarios
            ),
            html.Ul([], className="pins", **{"aria-label": say("explore.pinned")}),
        ],
        className="world__pins",
    )


def _worlds(bench: ModelSession) -> list[html.Option | Tag]:
    told = [(key, scenario.title) for key, scenario in bench.model.scenarios.items()]
    chosen = status_quo_world(bench.model)
    listed = told if chosen in bench.model.scenarios else [(chosen, say("explore.bare_status_quo")), *told]
    return [Tag("option", title, {"value": key}) for key, title in listed]
