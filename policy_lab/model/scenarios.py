"""Scenario files: one world a file, read strictly."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.model.parts import TIMING, Core, Scenario, Setting

_SECTIONS = ("title", "rationale", "until", "point", "levers", "events", "assumptions")


def read_scenarios(folder: Path, model: Core) -> dict[str, Scenario]:
    """Every ``*.toml`` of a folder by its stem, status quo first, the rest in order of their names.

    Raises:
        ModelError: bad TOML, unknown key, lever or constant, a value out of range; names file and key.
    """
    return {path.stem: read_scenario(path, model) for path in scenario_files(folder)}


def scenario_files(folder: Path) -> list[Path]:
    """Its scenario files, status quo first, the rest in order of their names."""
    return sorted(folder.glob("*.toml"), key=lambda p: (p.stem != "status_quo", p.stem))


def read_scenario(path: Path, model: Core) -> Scenario:
    """One world from its file; raises ModelError as ``read_scenarios`` does."""
    where = f"scenarios/{path.name}"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError("error.file.read", file=where, reason=str(error).rstrip(".")) from None
    for key in data:
        if key not in _SECTIONS:
            raise ModelError("error.file.unknown_key", where=where, key=key, possible=", ".join(_SECTIONS))
    for key in ("title", "rationale"):
        if not isinstance(data.get(key), str) or not data[key].strip():
            raise ModelError("error.file.no_text", where=where, key=key)
    levers = {}
    for name, given in _table(data, "levers", where).items():
        lever = lever_named(name, model, where)
        if lever in levers:
            raise ModelError("error.scenario.lever_twice", where=where, lever=lever)
        levers[lever] = setting_of(lever, given, model, where)
    point = _point(data, model, where)
    at_point = model.at_point(point)
    for lever in levers:
        if lever in at_point:
            raise ModelError("error.scenario.at_point", where=where, lever=lever)
    events = _constants(data, "events", model, where)
    assumptions = _constants(data, "assumptions", model, where)
    for name in [n for n in assumptions if n in events]:
        raise ModelError("error.scenario.two_sections", where=where, name=name)
    for name in [n for n in {**events, **assumptions} if n in model.levers]:
        raise ModelError("error.scenario.is_lever", where=where, name=name)
    words = data["title"].strip(), data["rationale"].strip()
    settings = {**at_point, **levers}
    return Scenario(path.stem, *words, settings, events, assumptions, _until(data, model, where), point)


def _until(data: Mapping[str, Any], model: Core, where: str) -> float | None:
    """The last moment of its runs, beyond the model's own."""
    if "until" not in data:
        return None
    until, final = _number("until", data["until"], where), model.program.clock.final
    if until <= final:
        raise ModelError("error.scenario.until", where=where, until=until, final=final)
    try:
        model.check_until(until)
    except PolicyLabError as wrong:
        raise ModelError("error.in", where=where, problem=wrong) from None
    return until


def _point(data: Mapping[str, Any], model: Core, where: str) -> dict[str, str]:
    """The level of every choice, in the order of the choices; nothing where the world is no point among them."""
    given = _table(data, "point", where)
    lacking = [choice for choice in model.choices if choice not in given]
    if given and lacking:
        raise ModelError("error.scenario.point_lacks", where=where, choice=lacking[0])
    try:
        levels = {choice: model.level(choice, str(key)) for choice, key in given.items()}
    except PolicyLabError as unknown:
        raise ModelError("error.scenario.section", where=where, section="point", problem=unknown) from None
    return {choice: levels[choice].key for choice in model.choices if choice in levels}


def _table(data: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise ModelError("error.scenario.table", where=where, key=key)
    return table


def lever_named(name: str, model: Core, where: str) -> str:
    """A lever as the model spells it; raises ModelError."""
    try:
        found = model.find(name)
    except PolicyLabError as unknown:
        raise ModelError("error.scenario.lever", where=where, problem=unknown) from None
    if found not in model.levers:
        raise ModelError("error.scenario.no_lever", where=where, name=found)
    return found


def setting_of(name: str, given: Any, model: Core, where: str) -> Setting:
    """The setting of a lever: a number, or a table of value, start and ramp; raises ModelError."""
    lever = model.levers[name]
    fields = given if isinstance(given, dict) else {"value": given}
    for key in fields:
        if key not in ("value", *TIMING):
            raise ModelError("error.scenario.lever_key", where=where, name=name, key=key)
    for key in TIMING:
        if key in fields and key not in lever.timing:
            raise ModelError("error.scenario.no_timing", where=where, name=name, key=key)
    if "value" not in fields:
        raise ModelError("error.scenario.no_value", where=where, name=name)
    numbers = {key: _number(f"{name} {key}" if key != "value" else name, v, where) for key, v in fields.items()}
    setting = Setting(**numbers)
    _check(name, setting.value, model, where)
    for part, constant in lever.timing.items():
        if not math.isnan(value := getattr(setting, part)):
            _check(constant, value, model, where)
    return setting


def _constants(data: Mapping[str, Any], section: str, model: Core, where: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, given in _table(data, section, where).items():
        try:
            constant = model.constant(name)
        except PolicyLabError as unknown:
            raise ModelError("error.scenario.section", where=where, section=section, problem=unknown) from None
        if constant in found:
            raise ModelError("error.scenario.twice", where=where, section=section, constant=constant)
        found[constant] = _number(name, given, where)
        _check(constant, found[constant], model, where)
    return found


def _number(name: str, given: Any, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given):
        raise ModelError("error.scenario.finite", where=where, name=name, value=repr(given))
    return float(given)


def _check(name: str, value: float, model: Core, where: str) -> None:
    try:
        model.check(name, value)
    except PolicyLabError as out_of_range:
        raise ModelError("error.in", where=where, problem=out_of_range) from None
