"""Names for the page: a short stable key for a link, a label for a person, a number as a person reads it."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

KEY_LENGTH = 16
_LEVER_ARRAY = re.compile(r"^(?:lever|policy|setting)[^\[]*\[(.+)\]$", re.IGNORECASE)


def keys_of(names: Iterable[str]) -> dict[str, str]:
    """Name to key: lower case, digits and hyphens, at most 16 characters, the same in every version of a model.

    A key depends on its name alone, never on the other names, so that links outlive additions to the model; only
    if two names should share a key is the later one's made from its hash alone.
    """
    return dict(_keys(tuple(names)))


@lru_cache(maxsize=16)
def _keys(names: tuple[str, ...]) -> Mapping[str, str]:
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        key = key_of(name)
        keys[name] = _digest(name, KEY_LENGTH) if key in taken else key
        taken.add(keys[name])
    return MappingProxyType(keys)


def key_of(name: str) -> str:
    """Key of one name: its own words when they fit, else their beginning and three characters of a hash."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    if slug and len(slug) <= KEY_LENGTH and re.fullmatch(r"[A-Za-z0-9 _-]+", name):
        return slug
    return slug[: KEY_LENGTH - 4].strip("-") + "-" + _digest(name, 3)


def label_of(name: str) -> str:
    """A variable's name as a heading: ``lever value[shared facility]`` is "Shared facility"."""
    match = _LEVER_ARRAY.match(name)
    text = (match.group(1) if match else name).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def figure_of(value: float, decimals: int | None = None) -> str:
    """A number for reading: ``decimals`` places or three significant figures, a true minus sign.

    Thousands stand apart from 10,000 on, so that a year stays a year.
    """
    if not math.isfinite(value):
        return "–"
    places = decimals if decimals is not None else significant_places(value)
    text = f"{abs(value):,.{places}f}" if abs(value) >= 10_000 else f"{abs(value):.{places}f}"
    negative = value < 0 and float(text.replace(",", "")) != 0
    return ("−" if negative else "") + text


def plain(value: float) -> str:
    """A number as short as it can be said, for ends of ranges: 0.2, 10,000."""
    text = figure_of(value, significant_places(value))
    return text.rstrip("0").rstrip(".") if "." in text else text


def significant_places(value: float, figures: int = 3) -> int:
    """Decimal places that show ``figures`` significant figures, at least none and at most six."""
    if value == 0 or not math.isfinite(value):
        return 0
    return min(6, max(0, figures - 1 - math.floor(math.log10(abs(value)))))


def unit_of(unit: str) -> str:
    """A unit as a person reads it: dimensionless units are left out."""
    return "" if unit.strip().casefold() in {"", "1", "dmnl", "dimensionless", "fraction"} else unit.strip()


def with_unit(text: str, unit: str) -> str:
    """A number and its unit, a narrow space between them."""
    shown = unit_of(unit)
    return f"{text} {shown}" if shown else text


def _digest(name: str, length: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:length]
