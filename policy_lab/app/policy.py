"""What a policy is to the page, as plain data: a world and every lever's setting."""

from __future__ import annotations

import math
from dataclasses import astuple, replace

from policy_lab.model import TIMING, Lever, Model, Setting

STATUS_QUO = "status_quo"


def status_quo_world(model: Model) -> str:
    """Key of the scenario that stands for status quo, "" when the model has none."""
    return STATUS_QUO if STATUS_QUO in model.scenarios else ""


def can_differ(model: Model) -> bool:
    """Whether there is anything in which two scenarios could differ."""
    return bool(model.levers or model.scenarios or model.uncertainties)


def lever_default(model: Model, lever: Lever) -> Setting:
    """A lever at status quo: its default, with the timing that the model file gives."""
    return Setting(lever.default, **{part: model.program.constants[name] for part, name in lever.timing.items()})


def levers_of_world(model: Model, world: str) -> dict[str, Setting]:
    """Every lever as a world sets it; levers that the world does not name stand at status quo."""
    settings = {name: lever_default(model, lever) for name, lever in model.levers.items()}
    scenario = model.scenarios.get(world)
    for name, setting in (scenario.levers if scenario else {}).items():
        settings[name] = _filled(setting, settings[name])
    return settings


def ranges_of(model: Model, lever: Lever) -> tuple[tuple[float, float], ...]:
    """Lowest and highest value, start (year), ramp (years) and end (year) of a lever, within the model's own limits.

    The highest end is the model file's, which lies beyond a run and means no end.
    """
    clock = model.program.clock
    start = _within(model, lever.start, clock.initial, clock.final)
    ramp = _within(model, lever.ramp, 0.0, clock.final - clock.initial)
    last = model.program.constants.get(lever.end, clock.final)
    return (lever.low, lever.high), start, ramp, _within(model, lever.end, clock.initial, last)


def _within(model: Model, constant: str, low: float, high: float) -> tuple[float, float]:
    floor, ceiling = model.range_of(constant) if constant in model.program.equations else (None, None)
    return max(low, low if floor is None else floor), min(high, high if ceiling is None else ceiling)


def first_charts(model: Model) -> tuple[str, str]:
    """The first two headline outcomes, or of whatever the model has; before one that may not exist, one that does."""
    headlines = [name for name, outcome in model.outcomes.items() if outcome.headline]
    moving = [n for n in model.program.visible if model.program.equations[n].kind in {"stock", "auxiliary"}]
    unique = list(dict.fromkeys([*headlines, *model.outcomes, *moving, *model.program.visible]))
    first, second = sorted((unique[0], unique[min(1, len(unique) - 1)]), key=lambda name: name in model.conditions)
    return first, second


def to_list(setting: Setting) -> list[float | None]:
    """``[value, start, ramp, end]`` for the browser; None for what a lever does not have."""
    return [x if math.isfinite(x) else None for x in astuple(setting)]


def _filled(setting: Setting, standing: Setting) -> Setting:
    """The setting, with what it leaves open (or what the lever does not have) taken from the standing one."""
    open_parts = {
        n: getattr(standing, n)
        for n in ("value", *TIMING)
        if not math.isfinite(getattr(setting, n)) or not math.isfinite(getattr(standing, n))
    }
    return replace(setting, **open_parts) if open_parts else setting
