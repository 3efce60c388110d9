"""The scenario on show: which one, why it is told, from when, its composite choices, and what is compared with it."""

from __future__ import annotations

from dash import html

from policy_lab.app import start_year
from policy_lab.app.markup import Tag
from policy_lab.app.model_session import ModelSession
from policy_lab.app.policy import status_quo_world
from policy_lab.catalogue import say
from policy_lab.model import Choice


def layout(bench: ModelSession) -> html.Section:
    """Chooser, rationale, start year, scenarios beside it; below them one row of the model's choices."""
    choice, beside = choosers(bench, "")
    parts = [choice, *start_year.field(bench, "scenario"), _why(bench), beside]
    if bench.model.choices:
        parts.append(html.Div([_levels(choice) for choice in bench.model.choices.values()], className="decisions"))
    return html.Section(parts, className="world", **{"aria-label": say("explore.world_part")})


def choosers(bench: ModelSession, page: str) -> tuple[html.Div, html.Div]:
    """The current policy's scenario, and the one to compare with it; ids begin with ``page``."""
    return _choice(bench, page), _beside(bench, page)


def rationale(bench: ModelSession) -> str:
    """Why the scenario that the page opens with is told."""
    scenario = bench.model.scenarios.get(status_quo_world(bench.model))
    return scenario.rationale if scenario else say("explore.bare_rationale")


def _why(bench: ModelSession) -> html.P:
    return html.P(rationale(bench), id="world-rationale", className="world__why")


def _choice(bench: ModelSession, page: str) -> html.Div:
    own = Tag("optgroup", [], {"label": say("saved.mine"), "class": "saved-options", "hidden": True})
    buttons = [
        html.Button(
            say("explore.restore_short"),
            id=f"{page}world-restore",
            className="button button--link is-hidden",
            title=say("explore.restore"),
            **{"data-do": "restoreWorld"},
        ),
        html.Button(
            say("saved.open"),
            className="button button--link",
            title=say("saved.open_about"),
            **{"data-do": "openSaved"},
        ),
    ]
    return html.Div(
        [
            html.Div(
                [html.Label(say("explore.world"), htmlFor=f"{page}world", className="label"), *buttons],
                className="world__head",
            ),
            html.Select([*_worlds(bench), own], id=f"{page}world", className="select", **_chooser("scenario")),
        ],
        className="world__choice",
    )


def _chooser(kind: str) -> dict[str, str]:
    return {"data-chooser": kind}


def _beside(bench: ModelSession, page: str) -> html.Div:
    nothing = html.Option(say("explore.pin_choose"), value="-")
    own = Tag("optgroup", [], {"label": say("saved.mine"), "class": "saved-options", "hidden": True})
    return html.Div(
        [
            html.Label(say("explore.pins"), htmlFor=f"{page}pins-add", className="label"),
            html.Select([nothing, *_worlds(bench), own], id=f"{page}pins-add", className="select", **_chooser("pin")),
        ],
        className="world__pins" if len(bench.model.scenarios) > 1 else "world__pins world__pins--own",
    )


def _levels(choice: Choice) -> Tag:
    """One choice: its levels as buttons of which one is pressed; none where the levers stand at no level of it."""
    levels = [
        html.Label(
            [
                Tag("input", None, {"type": "radio", "name": f"choice-{choice.key}", "value": level.key}),
                html.Span(level.label),
            ],
            title=level.words,
        )
        for level in choice.levels.values()
    ]
    legend = Tag("legend", choice.label, {"class": "choices__title", "title": choice.words})
    mixed = html.Span(say("explore.choice_mixed"), className="decision__mixed is-hidden", title=choice.words)
    inside = [legend, html.Div([html.Div(levels, className="segments"), mixed], className="decision__levels")]
    return Tag("fieldset", inside, {"class": "decision", "data-choice": choice.key})


def _worlds(bench: ModelSession) -> list[html.Option | Tag]:
    told = [(key, scenario.title) for key, scenario in bench.model.scenarios.items()]
    chosen = status_quo_world(bench.model)
    listed = told if chosen in bench.model.scenarios else [(chosen, say("explore.bare_status_quo")), *told]
    return [Tag("option", title, {"value": key}) for key, title in listed]
