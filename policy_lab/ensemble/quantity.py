"""Amounts as people say them: money in millions, billions and trillions, all else with its unit."""

from __future__ import annotations

import re
from typing import Any, Final

from policy_lab.messages import Message, Name

_SCALES: Final = {
    "": 1.0,
    "k": 1e3,
    "m": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "tn": 1e12,
    "trillion": 1e12,
}
_AMOUNT: Final = "|".join(filter(None, _SCALES))
_MONEY: Final = re.compile(
    rf"(?P<before>{_AMOUNT})?\s*(?P<sign>US\$|USD|\$|EUR|€)\s*(?P<after>{_AMOUNT})?\s*(?P<year>(/|per|a)\s*(year|yr))?",
    re.IGNORECASE,
)
#: Keys of the catalogue by the size from which on money is said so.
_SAID: Final = (("trillion", 1e12), ("billion", 1e9), ("million", 1e6), ("one", 1.0))


def money_of(unit: str) -> dict[str, Any] | None:
    """What a unit such as ``M$/year`` is in money: ``scale`` of one, ``sign`` of the currency, whether ``yearly``."""
    match = _MONEY.fullmatch(unit.strip())
    if not match:
        return None
    scale = _SCALES[(match["before"] or match["after"] or "").casefold()]
    sign = "€" if match["sign"].casefold() in {"€", "eur"} else "$"
    return {"scale": scale, "sign": sign, "yearly": bool(match["year"])}


def amount(value: float, unit: str, bare: bool = False, change: bool = False) -> Message:
    """A value with its unit: ``$21.3 bn``, ``12 years``.

    Args:
        value: in the unit.
        unit: as the model has it, "" for none.
        bare: leave a unit away that is no money.
        change: with its sign, a plus too.
    """
    money = money_of(unit)
    if money is None:
        number = Message("report.change" if change else "report.number", {"value": float(value)})
        if bare or not unit:
            return number
        return Message("report.measured", {"value": number if change else float(value), "unit": Name(unit, "unit")})
    whole = float(value) * money["scale"]
    key, scale = next((one for one in _SAID if abs(whole) >= one[1]), _SAID[-1])
    sign = "−" if whole < 0 else "+" if change else ""
    size = Message("report.number", {"value": abs(whole) / scale})
    said = Message(f"quantity.{key}", {"sign": sign + money["sign"], "amount": size})
    return Message("report.yearly", {"amount": said}) if money["yearly"] else said
