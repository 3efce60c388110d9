"""``choices.toml``: several levers that are decided together, as named choices with ordered levels.

    [route]
    label = "Who leads"
    words = "What the question is."
    [route.levels.state]                                   # one table a level, in their order
    label = "A state"
    words = "What it means."
    levers = { "emergency powers" = { value = 0.5, start = 2027, ramp = 2 } }
    carries.money = "mission programme"                    # or { "mission programme" = 0.5, "grants" = 0.5 }
    [money.levels.5bn]
    amount = { value = 5000, start = 2027, ramp = 5 }      # goes where the level of ``route`` carries it

A level sets levers of its own, or an amount that the level of one other choice pays into levers, whole or in shares:
so the same money can go to either of two programmes. What no level sets stands where the scenario has it. A lever
belongs to one choice, so that every combination of levels is possible and says what it sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from policy_lab.errors import ModelError
from policy_lab.model import fields
from policy_lab.model.parts import Choice, Core, Level, Setting
from policy_lab.model.scenarios import lever_named, setting_of

FILE: Final = "choices.toml"
#: A key stands in files, links and the names of results.
_KEY: Final = re.compile(r"[a-z0-9_]+")


def read_choices(folder: Path, model: Core) -> dict[str, Choice]:
    """The choices of a model by key, in the order of the file; none where it has no such file.

    Args:
        folder: of the model.
        model: with its levers.

    Raises:
        ModelError: an unknown lever or choice, a value out of range, a lever that two choices set.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    choices = {key: _choice(key, given, model) for key, given in fields.read_toml(path, FILE).items()}
    _check_carriers(choices, model)
    _check_owners(choices, model)
    return choices


def _choice(key: str, given: Any, model: Core) -> Choice:
    where = f"{FILE}, [{key}]"
    if not isinstance(given, dict) or not _KEY.fullmatch(key):
        raise ModelError("error.choices.key", where=where, key=key)
    fields.known(given, ("label", "words", "levels"), where)
    levels = fields.table(given, "levels", where)
    if len(levels) < 2:
        raise ModelError("error.choices.levels", where=where, count=len(levels))
    read = {name: _level(f"{FILE}, [{key}.levels.{name}]", name, level, model) for name, level in levels.items()}
    return Choice(key, fields.text(given, "label", where), fields.text(given, "words", where), read)


def _level(where: str, key: str, given: Any, model: Core) -> Level:
    if not isinstance(given, dict) or not _KEY.fullmatch(key):
        raise ModelError("error.choices.key", where=where, key=key)
    fields.known(given, ("label", "words", "levers", "amount", "carries"), where)
    levers: dict[str, Setting] = {}
    for name, setting in fields.table(given, "levers", where, needed=False).items():
        lever = lever_named(name, model, where)
        if lever in levers:
            raise ModelError("error.scenario.lever_twice", where=where, lever=lever)
        levers[lever] = setting_of(lever, setting, model, where)
    carries = fields.table(given, "carries", where, needed=False)
    return Level(
        key,
        fields.text(given, "label", where),
        fields.text(given, "words", where),
        levers,
        _amount(given, where),
        {choice: _shares(choice, to, model, where) for choice, to in carries.items()},
    )


def _amount(given: Mapping[str, Any], where: str) -> Setting | None:
    if "amount" not in given:
        return None
    amount = given["amount"] if isinstance(given["amount"], dict) else {"value": given["amount"]}
    fields.known(amount, ("value", "start", "ramp"), f"{where} amount")
    timing = {key: fields.number(amount, key, f"{where} amount") for key in ("start", "ramp") if key in amount}
    return Setting(fields.number(amount, "value", f"{where} amount"), **timing)


def _shares(choice: str, given: Any, model: Core, where: str) -> dict[str, float]:
    """The levers that an amount is paid into, with their shares of it, which add up to one."""
    where = f"{where} carries.{choice}"
    named = given if isinstance(given, dict) else {str(given): 1.0}
    shares = {lever_named(name, model, where): fields.number(named, name, where) for name in named}
    if abs(sum(shares.values()) - 1) > 1e-9 or min(shares.values()) < 0:
        raise ModelError("error.choices.shares", where=where, sum=sum(shares.values()))
    return shares


def _check_carriers(choices: Mapping[str, Choice], model: Core) -> None:
    """Every amount can be paid at every level of exactly one other choice."""
    for key, choice in choices.items():
        for level in choice.levels.values():
            for paid in level.carries:
                if paid not in choices or paid == key:
                    raise ModelError("error.choices.carries", where=f"{FILE}, [{key}.levels.{level.key}]", choice=paid)
        amounts = [level for level in choice.levels.values() if level.amount is not None]
        carriers = [c for c in choices.values() if any(key in level.carries for level in c.levels.values())]
        if bool(amounts) != bool(carriers) or len(carriers) > 1:
            raise ModelError("error.choices.carriers", where=f"{FILE}, [{key}]", count=len(carriers))
        for carrier in (level for other in carriers for level in other.levels.values()):
            if key not in carrier.carries:
                where = f"{FILE}, [{carriers[0].key}.levels.{carrier.key}]"
                raise ModelError("error.choices.carries_not", where=where, choice=key)
            for level in amounts:
                _check_paid(level, carrier.carries[key], model, f"{FILE}, [{key}.levels.{level.key}] amount")


def _check_paid(level: Level, shares: Mapping[str, float], model: Core, where: str) -> None:
    assert level.amount is not None
    given = {key: value for key, value in vars(level.amount).items() if value == value}  # NaN is what is not given
    for lever, share in shares.items():
        setting_of(lever, {**given, "value": share * level.amount.value}, model, where)


def _check_owners(choices: Mapping[str, Choice], model: Core) -> None:
    """No constant is set by two choices: the order in which they are decided must not count."""
    owner: dict[str, str] = {}
    for choice, lever in _set_by(choices):
        row = model.levers[lever]
        for constant in filter(None, (lever, row.start, row.ramp)):
            if owner.setdefault(constant, choice) != choice:
                raise ModelError("error.choices.owner", where=FILE, lever=lever, one=owner[constant], other=choice)


def _set_by(choices: Mapping[str, Choice]) -> Iterator[tuple[str, str]]:
    """Key of a choice and a lever it sets; what a level carries belongs to the choice whose amount it is."""
    for key, choice in choices.items():
        for level in choice.levels.values():
            yield from ((key, lever) for lever in level.levers)
            yield from ((paid, lever) for paid, shares in level.carries.items() for lever in shares)
