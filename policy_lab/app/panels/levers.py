"""The levers in their groups: one control each, workable by mouse, touch and keyboard, and without dragging."""

from __future__ import annotations

import math

import dash_mantine_components as dmc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, html

from policy_lab.app import ids
from policy_lab.app.naming import figure_of, key_of, label_of, unit_of
from policy_lab.app.settings import lever_default
from policy_lab.app.words import say
from policy_lab.app.workbench import Workbench
from policy_lab.model import Lever, Setting

#: Parts whose moves Dash reports. The slider is watched by the page's script itself, which is quicker.
BOXES = ("number", "start", "ramp")


def layout(bench: Workbench) -> html.Section:
    """Every lever of the model under its group's heading."""
    head = html.Div(
        [
            html.H2(say("explore.levers"), className="levers__title"),
            html.Button(say("lever.reset_all"), className="button", **{"data-do": "resetAll"}),
        ],
        className="levers__head",
    )
    groups = list(dict.fromkeys(lever.group for lever in bench.model.levers.values()))
    if not groups:
        return html.Section([head, html.P(say("explore.no_levers"), className="empty")], className="levers")
    body = html.Div([_group(bench, name) for name in groups], className="groups")
    return html.Section([head, _jumps(groups), body], className="levers")


def register(app: Dash) -> None:
    """Each control tells the page's state of its moves; the state sets the control's other parts."""
    app.clientside_callback(
        ClientsideFunction("policy_lab", "move"),
        Output(ids.lever(MATCH, "number"), "error"),
        [Input(ids.lever(MATCH, part), "value") for part in BOXES],
        prevent_initial_call=True,
    )


def places_of(step: float) -> int:
    """Decimal places that a lever's step needs: 0.05 needs two."""
    return next((p for p in range(7) if math.isclose(step * 10**p, round(step * 10**p), abs_tol=1e-9)), 6)


def _jumps(groups: list[str]) -> html.Nav:
    """Buttons that bring a group's heading into view; the script moves the focus there too."""
    buttons = [
        html.Button(_title(name), className="button jumps__to", **{"data-do": "jump", "data-group": key_of(name)})
        for name in groups
    ]
    return html.Nav(buttons, className="jumps" if len(groups) > 1 else "is-hidden", **{"aria-label": say("lever.jump")})


def _title(group: str) -> str:
    return group or say("explore.levers")


def _group(bench: Workbench, name: str) -> html.Section:
    title = _title(name)
    members = [lever for lever in bench.model.levers.values() if lever.group == name]
    reset = html.Button(
        say("lever.reset_group_short"),
        className="button button--link",
        **{"aria-label": say("lever.reset_group", group=title), "data-do": "resetGroup", "data-group": key_of(name)},
    )
    heading = html.H3(title, className="group__title", tabIndex=-1)
    head = html.Div([heading, reset], className="group__head")
    controls = [_lever(bench, lever) for lever in members]
    return html.Section(
        [head, html.Div(controls, className="group__levers")], className="group", **{"data-group": key_of(name)}
    )


def _lever(bench: Workbench, lever: Lever) -> html.Div:
    key = bench.lever_keys[lever.name]
    label = label_of(lever.name)
    standing = lever_default(bench.model, lever)
    return html.Div(
        [
            _number(key, lever, label),
            html.Div(
                [_step("minus", "−", label), _slider(key, lever, label), _step("plus", "+", label)],
                className="lever__slide",
            ),
            html.Div(
                [
                    html.Span(lever.low_words or _figure(lever, lever.low)),
                    html.Span(lever.high_words or _figure(lever, lever.high)),
                ],
                className="lever__ends",
            ),
            _about(bench, key, lever, label, standing),
            _reset(lever, label),
        ],
        className="lever",
        role="group",
        **{"aria-label": label, "data-lever": key},
    )


def _number(key: str, lever: Lever, label: str) -> dmc.NumberInput:
    unit = unit_of(lever.unit)
    return dmc.NumberInput(
        id=ids.lever(key, "number"),
        label=[html.Span(label, className="lever__name"), html.Span(unit, className="lever__unit")],
        value=lever.default,
        min=lever.low,
        max=lever.high,
        step=lever.step,
        decimalScale=max(places_of(lever.step), places_of(lever.default)),
        clampBehavior="blur",
        hideControls=True,
        debounce=250,
        className="lever__number",
    )


def _slider(key: str, lever: Lever, label: str) -> dmc.Slider:
    said = say(
        "lever.slider",
        lever=label,
        low=_figure(lever, lever.low),
        high=_figure(lever, lever.high),
        unit=unit_of(lever.unit),
        default=_figure(lever, lever.default),
    )
    return dmc.Slider(
        id=ids.lever(key, "slider"),
        min=lever.low,
        max=lever.high,
        step=lever.step,
        value=lever.default,
        marks=[{"value": lever.default}],
        thumbLabel=said,
        label=None,
        updatemode="mouseup",
        className="lever__slider",
    )


def _step(part: str, sign: str, label: str) -> html.Button:
    text = say(f"lever.{part}", lever=label)
    return html.Button(sign, className="button button--step", **{"aria-label": text, "data-do": part})


def _reset(lever: Lever, label: str) -> html.Button:
    said = say("lever.reset", lever=label, default=_figure(lever, lever.default))
    return html.Button(
        "↺", className="button button--small lever__reset", title=said, **{"aria-label": said, "data-do": "reset"}
    )


def _about(bench: Workbench, key: str, lever: Lever, label: str, standing: Setting) -> html.Details:
    facts = (("decided_by", lever.decided_by), ("cost", lever.cost), ("why", lever.why))
    told = [item for name, text in facts if text for item in (html.Dt(say(f"lever.{name}")), html.Dd(text))]
    said = say("lever.about", lever=label)
    summary = html.Summary("i", className="button button--small lever__i", title=said, **{"aria-label": said})
    return html.Details(
        [summary, html.Div([*_timing(bench, key, standing), html.Dl(told)], className="lever__about")],
        className="lever__more",
    )


def _timing(bench: Workbench, key: str, standing: Setting) -> list[object]:
    """Start year and ramp; a lever without them keeps hidden boxes, so that every control has the same parts."""
    clock = bench.model.program.clock
    boxes = (
        ("start", standing.start, clock.initial, clock.final),
        ("ramp", standing.ramp, 0.0, clock.final - clock.initial),
    )
    fields = [
        dmc.NumberInput(
            id=ids.lever(key, part),
            label=say(f"lever.{part}"),
            value=value if math.isfinite(value) else None,
            min=low,
            max=high,
            step=1,
            clampBehavior="blur",
            hideControls=True,
            debounce=250,
            className="field field--small" if math.isfinite(value) else "is-hidden",
        )
        for part, value, low, high in boxes
    ]
    timed = math.isfinite(standing.start) or math.isfinite(standing.ramp)
    return [html.Div(fields, className="lever__timing"), *([] if timed else [html.P(say("lever.no_timing"))])]


def _figure(lever: Lever, value: float) -> str:
    return figure_of(value, max(places_of(lever.step), places_of(value) if places_of(value) < 4 else 2))
