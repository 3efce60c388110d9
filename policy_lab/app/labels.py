"""Names for the page: a short stable key for a link, a label for a person, a number as a person reads it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from policy_lab.catalogue import SOURCE, here, language, name_in_words, say

KEY_LENGTH = 16
SHORT = 3
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_ELEMENT = re.compile(r"^([^\[]+?)\s*\[(.+)\]$")
_CURRENCY = re.compile(r"^(US\$|\$|€|£|CHF |EUR )\s?(.*)$")
#: Where a number begins, after its sign; of "5–10" only the first.
_FIRST_DIGIT = re.compile(r"(?<![–\d.,])([+−-]?)(\d)")
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


def short_keys(names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Name to a key of three letters or digits for links that would be too long; it depends on the name alone.

    Only where two names share one, or it is in ``taken``, does the later one take the next that is free.
    """
    found: dict[str, str] = {}
    used = set(taken)
    for name in names:
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        while (key := _letters(number)) in used:
            number += 1
        used.add(key)
        found[name] = key
    return found


def label_of(name: str) -> str:
    """A variable's name as a heading, in the language in use: ``lever value[shared facility]`` is "Shared facility"."""
    told = name_in_words(name)
    if told:
        return told
    match = _LEVER_ARRAY.match(name)
    return _heading(match.group(1)) if match else whole_label_of(name)


def whole_label_of(name: str) -> str:
    """The same with nothing left out, where one lever has several: "Lever start (shared facility)"."""
    return _heading(_ELEMENT.sub(r"\1 (\2)", name))


def _heading(text: str) -> str:
    plain_text = text.replace("_", " ").strip()
    return plain_text[:1].upper() + plain_text[1:]


def figure_of(value: float, decimals: int | None = None) -> str:
    """A number for reading: ``decimals`` places or three significant figures, a true minus sign."""
    return here().number(value, "figure") if decimals is None else here().fixed(value, decimals)


def percent_of(points: float, decimals: int) -> str:
    """A number of percent with the sign as the language sets it: ``36%``, in German ``36 %``."""
    return figure_of(points, decimals) + here().texts["number.percent"]


def plain(value: float) -> str:
    """A number as short as it can be said, for ends of ranges: 0.2, 10,000."""
    return here().number(value, "short")


def count_of(number: int) -> str:
    """A count for reading: 12,345."""
    return here().number(number, "count")


def in_language(text: str) -> str:
    """A number written with decimal point and thousands comma, as the language in use writes it."""
    return text.translate({ord("."): say("number.decimal"), ord(","): say("number.thousands")})


def world_of(key: str) -> str:
    """A world's title in the language in use, or its key; where there is none, the name of the model as it stands."""
    return (name_in_words(key, "scenario") or key) if key else say("explore.bare_status_quo")


def unit_of(unit: str) -> str:
    """A unit as a person reads it, in the language in use: dimensionless units are left out."""
    if unit.strip().casefold() in {"", "1", "dmnl", "dimensionless", "fraction"}:
        return ""
    return name_in_words(unit.strip(), "unit") or unit.strip()


def with_unit(text: str, unit: str) -> str:
    """A number or two and their unit; English writes a currency before a number ("US$5,000 million a year")."""
    shown = unit_of(unit)
    money = _CURRENCY.match(shown) if language() == SOURCE else None
    if money:
        figures = _FIRST_DIGIT.sub(lambda found: found[1] + money[1] + found[2], text)
        return f"{figures} {money[2]}".rstrip()
    return f"{text} {shown}" if shown else text


def _digest(name: str, length: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:length]


def _letters(number: int) -> str:
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(SHORT))
