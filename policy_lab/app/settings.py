"""What a person has set on the page, as plain data, and its journey to and from the browser."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from policy_lab.model import Lever, Model, Scenario, Setting

STATUS_QUO = "status_quo"
MOST_PINS = 3


@dataclass(frozen=True)
class Settings:
    """Everything that decides what the Explore page shows.

    Attributes:
        world: key of the scenario whose levers, events and assumptions were taken; "" for a bare status quo.
        levers: every lever of the model with its setting.
        charts: variables shown in the two charts.
        pins: keys of scenarios drawn beside the current policy.
    """

    world: str
    levers: Mapping[str, Setting]
    charts: tuple[str, str]
    pins: tuple[str, ...] = ()


def status_quo_world(model: Model) -> str:
    """Key of the scenario that stands for status quo, "" when the model has none."""
    return STATUS_QUO if STATUS_QUO in model.scenarios else ""


def lever_default(model: Model, lever: Lever) -> Setting:
    """A lever at status quo: its default, with the start year and ramp that the model file gives."""
    constants = model.program.constants
    return Setting(lever.default, constants.get(lever.start, math.nan), constants.get(lever.ramp, math.nan))


def levers_of_world(model: Model, world: str) -> dict[str, Setting]:
    """Every lever as a world sets it; levers that the world does not name stand at status quo."""
    settings = {name: lever_default(model, lever) for name, lever in model.levers.items()}
    scenario = model.scenarios.get(world)
    for name, setting in (scenario.levers if scenario else {}).items():
        settings[name] = _filled(setting, settings[name])
    return settings


def default_settings(model: Model) -> Settings:
    """The page as it opens: status quo, and two variables that say most at one glance."""
    world = status_quo_world(model)
    return Settings(world, levers_of_world(model, world), first_charts(model))


def first_charts(model: Model) -> tuple[str, str]:
    """The first two headline outcomes, or the first two of whatever the model has."""
    headlines = [name for name, outcome in model.outcomes.items() if outcome.headline]
    candidates = [*headlines, *model.outcomes, *_moving(model), *model.program.visible]
    unique = list(dict.fromkeys(candidates))
    return unique[0], unique[min(1, len(unique) - 1)]


def constants_of(model: Model, settings: Settings) -> dict[str, float]:
    """The constants that differ from the model file: the world's, and the levers'."""
    return model.constants_of(settings.world or None, moved_levers(model, settings))


def moved_levers(model: Model, settings: Settings) -> dict[str, Setting]:
    """Levers that do not stand as the chosen world sets them."""
    world = levers_of_world(model, settings.world)
    return {name: setting for name, setting in settings.levers.items() if not same(setting, world[name])}


def is_status_quo(model: Model, settings: Settings) -> bool:
    """Whether the current policy is status quo itself."""
    return settings.world == status_quo_world(model) and not moved_levers(model, settings)


def same(one: Setting, other: Setting) -> bool:
    """Whether two settings are equal to the precision that a page shows."""
    pairs = zip(to_list(one), to_list(other), strict=True)
    return all(a is b or (a is not None and b is not None and math.isclose(a, b, abs_tol=1e-9)) for a, b in pairs)


def to_list(setting: Setting) -> list[float | None]:
    """``[value, start, ramp]`` for the browser; None where a lever has no start year or ramp."""
    return [x if math.isfinite(x) else None for x in (setting.value, setting.start, setting.ramp)]


def to_data(settings: Settings, keys: Mapping[str, str]) -> dict[str, Any]:
    """Settings as JSON for the browser, levers by key."""
    return {
        "world": settings.world,
        "levers": {keys[name]: to_list(setting) for name, setting in settings.levers.items()},
        "charts": list(settings.charts),
        "pins": list(settings.pins),
    }


def from_data(data: Mapping[str, Any], model: Model, keys: Mapping[str, str]) -> Settings:
    """Settings from the browser; whatever is missing, unknown or not a number stands as on the default page."""
    base = default_settings(model)
    world = data.get("world")
    world = world if isinstance(world, str) and world in model.scenarios else base.world
    sent = data.get("levers")
    sent = sent if isinstance(sent, Mapping) else {}
    standing = levers_of_world(model, world)
    levers = {name: _received(sent.get(keys[name]), model.levers[name], s) for name, s in standing.items()}
    charts = [c for c in _texts(data.get("charts")) if c in model.program.visible]
    pins = [p for p in _texts(data.get("pins")) if p in model.scenarios]
    shown = (charts[0], charts[1]) if len(charts) == 2 else base.charts
    return Settings(world, levers, shown, tuple(dict.fromkeys(pins))[:MOST_PINS])


def clamp(lever: Lever, value: float) -> float:
    """A value moved into the lever's range."""
    return min(max(value, lever.low), lever.high)


def _received(sent: object, lever: Lever, standing: Setting) -> Setting:
    if not isinstance(sent, list) or len(sent) != 3:
        return standing
    value, start, ramp = (_number(x) for x in sent)
    asked = Setting(clamp(lever, value) if math.isfinite(value) else math.nan, start, ramp)
    return _filled(asked, standing)


def _filled(setting: Setting, standing: Setting) -> Setting:
    """The setting, with what it leaves open (or what the lever does not have) taken from the standing one."""
    names = ("value", "start", "ramp")
    open_parts = {
        n: getattr(standing, n)
        for n in names
        if not math.isfinite(_number(getattr(setting, n))) or not math.isfinite(getattr(standing, n))
    }
    return replace(setting, **open_parts) if open_parts else setting


def _number(value: object) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if usable and isinstance(value, int | float) else math.nan


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _moving(model: Model) -> list[str]:
    return [n for n in model.program.visible if model.program.equations[n].kind in {"stock", "auxiliary"}]


def scenario_title(model: Model, key: str, bare: str) -> str:
    """A scenario's title; ``bare`` is what a model without scenarios calls its status quo."""
    scenario: Scenario | None = model.scenarios.get(key)
    return scenario.title if scenario else bare
