"""The levers in their groups: one control each, workable by mouse, touch and keyboard, and without dragging."""

from __future__ import annotations

from typing import Any

from dash import html

from policy_lab.app.labels import figure_of, in_language, key_of, label_of, unit_of
from policy_lab.app.markup import Tag
from policy_lab.app.model_session import ModelSession
from policy_lab.app.page_data import places_of
from policy_lab.app.policy import lever_default, ranges_of
from policy_lab.catalogue import say
from policy_lab.model import TIMING, Lever, Setting


def layout(bench: ModelSession) -> html.Section:
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


def _jumps(groups: list[str]) -> html.Nav:
    """Buttons that bring a group's heading into view; the script moves the focus there too."""
    buttons = [
        html.Button(_title(name), className="button jumps__to", **{"data-do": "jump", "data-group": key_of(name)})
        for name in groups
    ]
    return html.Nav(buttons, className="jumps" if len(groups) > 1 else "is-hidden", **{"aria-label": say("lever.jump")})


def _title(group: str) -> str:
    return group or say("explore.levers")


def _group(bench: ModelSession, name: str) -> html.Section:
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


def _lever(bench: ModelSession, lever: Lever) -> html.Div:
    key = bench.lever_keys[lever.name]
    label = label_of(lever.name)
    standing = lever_default(bench.model, lever)
    return html.Div(
        [
            *_number(key, lever, label),
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


def _number(key: str, lever: Lever, label: str) -> list[Any]:
    """Name with unit, and a box for the exact value."""
    box = _box(f"number-{key}", "number", lever.default, lever.low, lever.high)
    box["class"] += " lever__number"
    name = [html.Span(label, className="lever__name"), html.Span(unit_of(lever.unit), className="lever__unit")]
    return [html.Label(name, htmlFor=f"number-{key}", className="lever__label"), Tag("input", None, box)]


def _box(field: str, part: str, value: float, low: float, high: float) -> dict[str, Any]:
    """A field for a number: one of text, since the browser's own for numbers writes them in the browser's language."""
    box: dict[str, Any] = {"type": "text", "inputmode": "decimal", "autocomplete": "off", "role": "spinbutton"}
    box |= {"id": field, "class": "box"}
    box |= {"aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": plain_number(value)}
    return box | {"value": in_language(plain_number(value)), "data-part": part}


def _slider(key: str, lever: Lever, label: str) -> html.Div:
    """A slider of the browser's own, which works by keyboard, touch and screen reader; a tick marks status quo."""
    said = say(
        "lever.slider",
        lever=label,
        low=_figure(lever, lever.low),
        high=_figure(lever, lever.high),
        unit=unit_of(lever.unit),
        default=_figure(lever, lever.default),
    ).replace(" ;", ";")  # where there is no unit
    slider = {"type": "range", "class": "slider", "min": lever.low, "max": lever.high, "step": lever.step}
    slider |= {"value": plain_number(lever.default), "aria-label": said, "data-part": "slider", "autocomplete": "off"}
    tick = html.Span(className="lever__tick", **{"aria-hidden": "true"})
    return html.Div([tick, Tag("input", None, slider)], className="lever__slider")


def _step(part: str, sign: str, label: str) -> html.Button:
    text = say(f"lever.{part}", lever=label)
    return html.Button(sign, className="button button--step", **{"aria-label": text, "data-do": part})


def _reset(lever: Lever, label: str) -> html.Button:
    said = say("lever.reset", lever=label, default=_figure(lever, lever.default))
    return html.Button(
        "↺", className="button button--small lever__reset", title=said, **{"aria-label": said, "data-do": "reset"}
    )


def _about(bench: ModelSession, key: str, lever: Lever, label: str, standing: Setting) -> html.Details:
    facts = (("decided_by", lever.decided_by), ("cost", lever.cost), ("why", lever.why))
    told = [item for name, text in facts if text for item in (html.Dt(say(f"lever.{name}")), html.Dd(text))]
    said = say("lever.about", lever=label)
    summary = html.Summary("i", className="button button--small lever__i", title=said, **{"aria-label": said})
    return html.Details(
        [summary, html.Div([*_timing(bench, key, lever, standing), html.Dl(told)], className="lever__about")],
        className="lever__more",
    )


def _timing(bench: ModelSession, key: str, lever: Lever, standing: Setting) -> list[object]:
    """Start year, ramp and end year, where the lever has them."""
    ranges = dict(zip(TIMING, ranges_of(bench.model, lever)[1:], strict=True))
    fields = [
        html.Div(
            [
                html.Label(say(f"lever.{part}"), htmlFor=f"{part}-{key}", className="label"),
                Tag("input", None, _time_box(f"{part}-{key}", part, getattr(standing, part), *ranges[part])),
            ],
            className="field--small",
        )
        for part in lever.timing
    ]
    return [html.Div(fields, className="lever__timing") if fields else html.P(say("lever.no_timing"))]


def _time_box(field: str, part: str, value: float, low: float, high: float) -> dict[str, Any]:
    """A box of the timing; one for an end is empty where there is none, as in the model file."""
    box = _box(field, part, value, low, high)
    if part == "end":
        box |= {"value": "", "placeholder": say("lever.no_end"), "aria-valuetext": say("lever.no_end")}
        box |= {"title": say("lever.end_about"), "aria-description": say("lever.end_about")}
    return box


def _figure(lever: Lever, value: float) -> str:
    return figure_of(value, max(places_of(lever.step), places_of(value) if places_of(value) < 4 else 2))


def plain_number(value: float) -> str:
    """A number as an attribute of the browser takes it: no thousands, a point, nothing behind it that is not needed."""
    return f"{value:.10g}"
