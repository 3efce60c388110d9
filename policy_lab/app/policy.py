"""What a policy is to the page, as plain data: a world and every lever's setting."""

from __future__ import annotations

import math
from dataclasses import replace

from policy_lab.model import Lever, Model, Setting

STATUS_QUO = "status_quo"


def status_quo_world(model: Model) -> str:
    """Key of the scenario that stands for status quo, "" when the model has none."""
    return STATUS_QUO if STATUS_QUO in model.scenarios else ""


def can_differ(model: Model) -> bool:
    """Whether there is anything in which two scenarios could differ."""
    return bool(model.levers or model.scenarios or model.uncertainties)


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


def ranges_of(model: Model, lever: Lever) -> tuple[tuple[float, float], ...]:
    """Lowest and highest value, start (year) and ramp (years) of a lever, as far as the model's own limits allow."""
    clock = model.program.clock
    years = clock.final - clock.initial
    start = _within(model, lever.start, clock.initial, clock.final)
    return (lever.low, lever.high), start, _within(model, lever.ramp, 0.0, years)


def _within(model: Model, constant: str, low: float, high: float) -> tuple[float, float]:
    floor, ceiling = model.range_of(constant) if constant in model.program.equations else (None, None)
    return max(low, low if floor is None else floor), min(high, high if ceiling is None else ceiling)


def first_charts(model: Model) -> tuple[str, str]:
    """The first two headline outcomes, or the first two of whatever the model has."""
    headlines = [name for name, outcome in model.outcomes.items() if outcome.headline]
    moving = [n for n in model.program.visible if model.program.equations[n].kind in {"stock", "auxiliary"}]
    unique = list(dict.fromkeys([*headlines, *model.outcomes, *moving, *model.program.visible]))
    return unique[0], unique[min(1, len(unique) - 1)]


def to_list(setting: Setting) -> list[float | None]:
    """``[value, start, ramp]`` for the browser; None where a lever has no start year or ramp."""
    return [x if math.isfinite(x) else None for x in (setting.value, setting.start, setting.ramp)]


def _filled(setting: Setting, standing: Setting) -> Setting:
    """The setting, with what it leaves open (or what the lever does not have) taken from the standing one."""
    open_parts = {
        n: getattr(standing, n)
        for n in ("value", "start", "ramp")
        if not math.isfinite(getattr(setting, n)) or not math.isfinite(getattr(standing, n))
    }
    return replace(setting, **open_parts) if open_parts else setting
