"""The levers in their groups: one control each, workable by mouse, touch and keyboard, and without dragging.

Groups fold to the levers that were moved; a model with few levers opens with all of them in sight.
"""

from __future__ import annotations

from typing import Any, Final

from dash import html

from policy_lab.app import start_year
from policy_lab.app.labels import figure_of, in_language, key_of, label_of, unit_of
from policy_lab.app.markup import Tag
from policy_lab.app.model_session import ModelSession
from policy_lab.app.page_data import places_of
from policy_lab.app.policy import lever_default, ranges_of
from policy_lab.catalogue import say
from policy_lab.model import TIMING, Lever

#: More levers than these do not fit a window: all groups but the first are folded as the page opens.
AT_ONCE: Final = 12


def layout(bench: ModelSession) -> html.Section:
    """Every lever of the model under its group's heading."""
    groups = list(dict.fromkeys(lever.group for lever in bench.model.levers.values()))
    title = html.H2(say("explore.levers"), className="levers__title")
    if not groups:
        return html.Section([title, html.P(say("explore.no_levers"), className="empty")], className="levers")
    fold = len(bench.model.levers) > AT_ONCE
    body = [_group(bench, name, folded=fold and n > 0) for n, name in enumerate(groups)]
    none = html.P(say("lever.found_none"), className="levers__none is-hidden", role="status")
    inside = [_head(bench, title), _tools(fold), _jumps(groups), html.Div(body, className="groups"), none]
    return html.Section([_handle(), html.Div(inside, className="levers__body")], className="levers")


def _handle() -> html.Button:
    """What opens and closes the levers where they are a sheet over the page, on a phone."""
    text = [html.Span(say("explore.levers")), html.Span("", className="levers__moved")]
    return html.Button(text, className="levers__handle", **{"data-do": "sheet", "aria-expanded": "false"})


def _head(bench: ModelSession, title: html.H2) -> html.Div:
    reset = html.Button(say("lever.reset_all"), className="button", **{"data-do": "resetAll"})
    return html.Div([title, *start_year.field(bench, "levers"), reset], className="levers__head")


def _tools(fold: bool) -> html.Div:
    """Search, only the moved ones, all groups open."""
    search = {"type": "search", "id": "lever-search", "class": "box", "autocomplete": "off"}
    search |= {"placeholder": say("lever.search"), "aria-label": say("lever.search")}
    only = html.Button(
        [say("lever.moved_only"), " ", html.Span("0", className="levers__count")],
        className="button",
        **{"data-do": "movedOnly", "aria-pressed": "false"},
    )
    every = html.Button(
        say("lever.unfold_all" if fold else "lever.fold_all"), className="button", **{"data-do": "foldAll"}
    )
    return html.Div([Tag("input", None, search), only, every], className="levers__tools")


def _jumps(groups: list[str]) -> html.Nav:
    """Buttons that open a group and bring its heading into view; the script moves the focus there too."""
    buttons = [
        html.Button(_title(name), className="button jumps__to", **{"data-do": "jump", "data-group": key_of(name)})
        for name in groups
    ]
    return html.Nav(buttons, className="jumps" if len(groups) > 1 else "is-hidden", **{"aria-label": say("lever.jump")})


def _title(group: str) -> str:
    return group or say("explore.levers")


def _group(bench: ModelSession, name: str, folded: bool) -> html.Section:
    title = _title(name)
    members = [lever for lever in bench.model.levers.values() if lever.group == name]
    reset = html.Button(
        say("lever.reset_group_short"),
        className="button button--link group__reset",
        **{"aria-label": say("lever.reset_group", group=title), "data-do": "resetGroup", "data-group": key_of(name)},
    )
    fold = html.Button(
        title, className="group__fold", **{"data-do": "fold", "aria-expanded": "false" if folded else "true"}
    )
    heading = html.H3(fold, className="group__title", tabIndex=-1)
    head = html.Div([heading, html.Span("", className="group__count"), reset], className="group__head")
    return html.Section(
        [head, html.Div([_lever(bench, lever) for lever in members], className="group__levers")],
        className="group group--folded" if folded else "group",
        **{"data-group": key_of(name)},
    )


def _lever(bench: ModelSession, lever: Lever) -> html.Div:
    key = bench.lever_keys[lever.name]
    label = label_of(lever.name)
    times = _times(bench, key, lever, label)
    ends = [lever.low_words or _figure(lever, lever.low), lever.high_words or _figure(lever, lever.high)]
    return html.Div(
        [
            _label(key, lever, label),
            _number(key, lever),
            html.Div(
                [_step("minus", "−", label), _slider(key, lever, label), _step("plus", "+", label)],
                className="lever__slide",
            ),
            html.Div([html.Span(end) for end in ends], className="lever__ends"),
            *_shown_times(times),
            _about(key, lever, label, times.get("ramp")),
            _reset(lever, label),
            _star(label),
        ],
        className="lever",
        role="group",
        **{"aria-label": label, "data-lever": key, "data-entry": ""},
    )


def _label(key: str, lever: Lever, label: str) -> html.Label:
    name = [html.Span(label, className="lever__name"), html.Span(unit_of(lever.unit), className="lever__unit")]
    return html.Label(name, htmlFor=f"number-{key}", className="lever__label")


def _number(key: str, lever: Lever) -> Tag:
    """A box for the exact value."""
    box = _box(f"number-{key}", "number", lever.default, lever.low, lever.high)
    box["class"] += " lever__number"
    return Tag("input", None, box)


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


def _star(label: str) -> html.Button:
    """Whether it is below the charts in present mode."""
    said = say("present.star", lever=label)
    return html.Button(
        "☆",
        className="button button--small lever__star",
        title=said,
        **{"aria-label": said, "aria-pressed": "false", "data-do": "star"},
    )


def _about(key: str, lever: Lever, label: str, ramp: dict[str, Any] | None) -> html.Details:
    """How fast it takes effect, who decides, what it costs and why it is in the model."""
    facts = (("decided_by", lever.decided_by), ("cost", lever.cost), ("why", lever.why))
    told = [item for name, text in facts if text for item in (html.Dt(say(f"lever.{name}")), html.Dd(text))]
    said = say("lever.about", lever=label)
    summary = html.Summary("i", className="button button--small lever__i", title=said, **{"aria-label": said})
    field: list[Any] = [] if lever.timing else [html.P(say("lever.no_timing"))]
    if ramp:
        named = html.Label(say("lever.ramp"), htmlFor=f"ramp-{key}", className="label")
        field = [html.Div([named, Tag("input", None, ramp)], className="lever__ramp")]
    return html.Details([summary, html.Div([*field, html.Dl(told)], className="lever__about")], className="lever__more")


def _times(bench: ModelSession, key: str, lever: Lever, label: str) -> dict[str, dict[str, Any]]:
    """Boxes for start year, ramp and end year, as far as the lever has them."""
    standing = lever_default(bench.model, lever)
    ranges = dict(zip(TIMING, ranges_of(bench.model, lever)[1:], strict=True))
    boxes = {part: _box(f"{part}-{key}", part, getattr(standing, part), *ranges[part]) for part in lever.timing}
    for part in boxes.keys() - {"ramp"}:
        said = say(f"lever.{part}")
        boxes[part] |= {"aria-label": f"{said}: {label}", "title": said, "class": "box lever__year"}
    if "end" in boxes:  # empty where there is none, as in the model file
        none, about = say("lever.no_end"), say("lever.end_about")
        boxes["end"] |= {"value": "", "placeholder": none, "aria-valuetext": none}
        boxes["end"] |= {"title": f"{say('lever.end')}. {about}", "aria-description": about}
    return boxes


def _shown_times(times: dict[str, dict[str, Any]]) -> list[html.Div]:
    """Start and end year beside the name."""
    shown = [Tag("input", None, times[part]) for part in ("start", "end") if part in times]
    if len(shown) > 1:
        shown.insert(1, html.Span("–", className="lever__to", **{"aria-hidden": "true"}))
    return [html.Div(shown, className="lever__times")] if shown else []


def _figure(lever: Lever, value: float) -> str:
    return figure_of(value, max(places_of(lever.step), places_of(value) if places_of(value) < 4 else 2))


def plain_number(value: float) -> str:
    """A number as an attribute of the browser takes it: no thousands, a point, nothing behind it that is not needed."""
    return f"{value:.10g}"
