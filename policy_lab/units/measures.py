"""``Measure``: a unit as a product of powers of unit names, each name folded to one spelling.

A name is physical where pint knows it by a full name or a usual symbol of time, mass, length, temperature, energy,
power, area or volume; every other name (person, M$, OOM) is a unit of the modeller's own, which converts to nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from policy_lab.errors import BadValue

#: Exponents and conversion factors closer than this are equal.
CLOSE = 1e-9
#: Texts that mean "no dimension"; the first is the one we print.
PURE = ("Dmnl", "dimensionless", "dmln", "dml", "dimless", "dimension less", "unitless", "no units", "fraction",
        "fractions", "1")  # fmt: skip
#: Synonyms in every model; the first of a group is the one we print.
SYNONYMS = (
    ("person", "persons", "people", "capita", "individual", "individuals"),
    ("$", "dollar", "dollars", "$s", "usd", "us$", "us dollar", "us dollars"),
    ("year", "yr", "yrs"), ("month", "mo", "mon"), ("week", "wk", "wks"), ("hour", "hr", "hrs"),
    ("minute", "min", "mins"), ("second", "sec", "secs"),
    ("hectare", "ha", "hectares"), ("percent", "%"), ("metric_ton", "tonne", "tonnes", "ton", "tons"),
)  # fmt: skip
#: Money by its size: how much of ``$`` it is.
MONEY = {"k$": 1e3, "thousand $": 1e3, "m$": 1e6, "million $": 1e6, "million dollars": 1e6, "b$": 1e9, "bn$": 1e9,
         "billion $": 1e9, "billion dollars": 1e9, "t$": 1e12, "trillion $": 1e12}  # fmt: skip
#: Symbols of physical units that models use; upper and lower case count.
SYMBOLS = frozenset({"kg", "g", "t", "km", "m", "cm", "mm", "s", "h", "d", "W", "kW", "MW", "GW", "TW", "J", "kJ", "MJ",
                     "GJ", "TJ", "PJ", "EJ", "kWh", "MWh", "GWh", "TWh", "K", "degC", "L", "Pa", "Hz"})  # fmt: skip
#: What a physical unit may be made of; pint's other dimensions would catch words that models use for other things.
_DIMENSIONS = frozenset({"[time]", "[mass]", "[length]", "[temperature]"})
#: Words that pint has a meaning for and models mean otherwise.
_NOT_PHYSICAL = frozenset({"unit", "link", "point", "hand", "chain", "count", "rod", "pole", "bag", "cup", "case",
                           "block", "pound", "mil", "mark", "stone", "barrel", "bushel", "lot", "line", "pica", "dot",
                           "particle", "cycle", "turn", "revolution", "peak", "grade", "degree", "sheet", "number",
                           "league", "cable", "scruple", "firkin", "dram", "cord", "fifth", "shot"})  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A product of powers of unit names; ``Measure()`` is a pure number. ``scale`` is a leading number."""

    powers: Mapping[str, float] = field(default_factory=dict)
    scale: float = 1.0

    def __mul__(self, other: Measure) -> Measure:
        return Measure(_added(self.powers, other.powers, 1.0), self.scale * other.scale)

    def __truediv__(self, other: Measure) -> Measure:
        return Measure(_added(self.powers, other.powers, -1.0), self.scale / other.scale)

    def __pow__(self, exponent: float) -> Measure:
        powers = {name: power * exponent for name, power in self.powers.items() if abs(power * exponent) > CLOSE}
        return Measure(powers, self.scale**exponent)

    @property
    def pure(self) -> bool:
        """Whether nothing is left but a number."""
        return not self.powers


def _added(left: Mapping[str, float], right: Mapping[str, float], sign: float) -> dict[str, float]:
    powers = dict(left)
    for name, power in right.items():
        powers[name] = powers.get(name, 0.0) + sign * power
    return {name: power for name, power in powers.items() if abs(power) > CLOSE}


class Units:
    """The unit names of one model.

    Args:
        synonyms: groups of names that the model itself declares to be one.
    """

    def __init__(self, synonyms: Iterable[tuple[str, ...]] = ()) -> None:
        self._same: dict[str, str] = {}
        self._spelled: dict[str, str] = {}
        for group in (*SYNONYMS, *synonyms):
            folded = [_folded(name) for name in group]
            first = next((self._same[n] for n in folded if n in self._same), folded[0])
            self._same.update((name, first) for name in folded)

    def read(self, text: str) -> Measure | None:
        """The measure of a unit text such as ``M$/(person*year)``; None where no unit is stated.

        Raises:
            BadValue: brackets or signs that make no unit.
        """
        text = text.strip()
        if not text or set(text) <= {"?"}:
            return None
        if _folded(text) in _PURE:
            return Measure()
        tokens = [t for t in re.split(r"([*/^()])", text) if t.strip()]
        return _Reader(tokens, self, text).product()

    def name(self, text: str) -> Measure:
        """One unit name."""
        folded = _folded(text)
        if folded in _PURE:
            return Measure()
        if re.fullmatch(r"[\d.]+(e[+-]?\d+)?", folded):
            return Measure({}, float(folded))
        if text.strip() in SYMBOLS and text.strip() != folded:
            folded = text.strip()  # MW is no mW
        canonical = self._same.get(folded) or self._same.get(_singular(folded)) or _singular(folded)
        if canonical in _PURE:
            return Measure()
        self._spelled.setdefault(canonical, " ".join(text.split()))
        return Measure({canonical: 1.0})

    def words(self, measure: Measure) -> str:
        """A measure in the model's own spelling: ``M$/person/year^2``; ``Dmnl`` for a pure number."""
        above = [(n, p) for n, p in measure.powers.items() if p > 0]
        below = [(n, -p) for n, p in measure.powers.items() if p < 0]
        head = "*".join(self._power(n, p) for n, p in above)
        if measure.scale != 1:
            head = "*".join(filter(None, [f"{measure.scale:g}", head]))
        return (head or ("1" if below else PURE[0])) + "".join(f"/{self._power(n, p)}" for n, p in below)

    def _power(self, name: str, power: float) -> str:
        spelled = self._spelled.get(name, name)
        return spelled if abs(power - 1) < CLOSE else f"{spelled}^{power:.4g}"

    def factor(self, left: Measure, right: Measure) -> float | None:
        """How many ``right`` one ``left`` is, 1 where they are the same; None where they measure different things."""
        ratio = left / right
        if ratio.pure:
            return 1.0 if math.isclose(ratio.scale, 1, rel_tol=1e-6) else ratio.scale
        factor = ratio.scale
        dimensions: Mapping[str, float] = {}
        for name, power in ratio.powers.items():
            size, made_of = rooted(name)
            factor *= size**power
            dimensions = _added(dimensions, made_of, power)
        if dimensions:
            return None
        return 1.0 if math.isclose(factor, 1, rel_tol=1e-6) else factor


@dataclass
class _Reader:
    """Reads ``a*b/(c*d)^2`` from tokens, left to right."""

    tokens: list[str]
    units: Units
    text: str
    at: int = 0

    def product(self, inside: bool = False) -> Measure:
        result = self._factor()
        while self.at < len(self.tokens) and self.tokens[self.at] in "*/":
            sign = self.tokens[self.at]
            self.at += 1
            factor = self._factor()
            result = result * factor if sign == "*" else result / factor
        if self.at < len(self.tokens) and not inside:
            raise self._wrong()
        return result

    def _factor(self) -> Measure:
        if self.at >= len(self.tokens):
            raise self._wrong()
        token = self.tokens[self.at]
        self.at += 1
        if token == "(":
            result = self.product(inside=True)
            if self.at >= len(self.tokens) or self.tokens[self.at] != ")":
                raise self._wrong()
            self.at += 1
        elif token in "*/^)":
            raise self._wrong()
        else:
            result = self.units.name(token)
        return self._raised(result)

    def _raised(self, base: Measure) -> Measure:
        if self.at >= len(self.tokens) or self.tokens[self.at] != "^":
            return base
        try:
            exponent = float(self.tokens[self.at + 1])
        except (IndexError, ValueError):
            raise self._wrong() from None
        self.at += 2
        return base**exponent

    def _wrong(self) -> BadValue:
        return BadValue("error.units.read", text=self.text)


def _folded(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text).strip().casefold()


_PURE = frozenset(map(_folded, PURE))


def _singular(name: str) -> str:
    """``widgets`` -> ``widget``; what ends in ss, us or is stays."""
    if len(name) > 3 and name.endswith("s") and not name.endswith(("ss", "us", "is")):
        return name[:-3] + "y" if name.endswith("ies") and len(name) > 4 else name[:-1]
    return name


@lru_cache(maxsize=4096)
def rooted(name: str) -> tuple[float, Mapping[str, float]]:
    """One unit of a name in root units: its size, and their powers; a modeller's own word is its own root."""
    if name in MONEY:
        return MONEY[name], {"$": 1.0}
    if name == "percent":
        return 0.01, {}
    if name not in SYMBOLS and (len(name) < 3 or name in _NOT_PHYSICAL):
        return 1.0, {name: 1.0}
    registry = _registry()
    # a full name only: pint would read "member" as a prefix and a symbol
    known = name in SYMBOLS or name.replace(" ", "_") in _full_names()
    if not known:
        return 1.0, {name: 1.0}
    quantity = registry.Quantity(1, name.replace(" ", "_")).to_root_units()
    dimensions = quantity.dimensionality
    if not dimensions or not set(dimensions) <= _DIMENSIONS:
        return 1.0, {name: 1.0}
    return float(quantity.magnitude), {str(unit): float(p) for unit, p in quantity._units.items()}


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


@lru_cache(maxsize=1)
def _full_names() -> frozenset[str]:
    """The names that pint gives its units, with the larger prefixes; no symbols."""
    names = {definition.name for definition in _registry()._units.values()}
    return frozenset(names | {p + n for n in ("gram", "meter", "watt", "joule", "watt_hour", "year")
                              for p in ("kilo", "mega", "giga", "tera", "milli", "centi")})  # fmt: skip
