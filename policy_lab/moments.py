"""Moments in words: the catalogue speaks of years; of a model with another clock it speaks of weeks, days or times.

"Outcomes in {year}" becomes "Outcomes in week {year}", "over the years" becomes "over the weeks". A model has a
calendar where its runs begin in the year 1000 or later and its unit of time is the year, or none is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Final

from policy_lab.messages import Language

#: Of a run that begins at such a time or later, the time is a year of the calendar.
CALENDAR: Final = 1000
#: Parts of the catalogue about files, and about cases of history, which have calendars of their own.
_APART: Final = ("error.", "precedents.", "cases.", "test.", "refused.")
#: A moment's place in a text, not one inside code ("time={year}").
_PLACE: Final = r"(?<!=)(\{(?:(?:to_|from_)?year|times?:year|year:year)\})"
#: The end of a word that is not the name of a place.
_OUTSIDE: Final = r"\b(?![^{}]*\})"


@dataclass(frozen=True)
class _Unit:
    """A unit of time in a language: one, many, many in the dative, the word before a number, and its gender."""

    one: str
    many: str
    dative: str = ""
    at: str = "in"
    gender: str = ""


#: Unit in English to unit in German.
_GERMAN: Final[Mapping[str, _Unit]] = MappingProxyType({
    "year": _Unit("Jahr", "Jahre", "Jahren", "im", "n"),
    "quarter": _Unit("Quartal", "Quartale", "Quartalen", gender="n"),
    "month": _Unit("Monat", "Monate", "Monaten", gender="m"),
    "week": _Unit("Woche", "Wochen", "Wochen", gender="f"),
    "day": _Unit("Tag", "Tage", "Tagen", "an", "m"),
    "hour": _Unit("Stunde", "Stunden", "Stunden", gender="f"),
    "minute": _Unit("Minute", "Minuten", "Minuten", gender="f"),
    "second": _Unit("Sekunde", "Sekunden", "Sekunden", gender="f"),
    "time": _Unit("Zeitpunkt", "Zeitpunkte", "Zeitpunkten", "zum", "m"),
})  # fmt: skip
_AT: Final = MappingProxyType({"day": "on", "time": "at", "minute": "at", "second": "at"})
#: German phrases that bend with the unit's gender: of "Jahr", then masculine and feminine. {} is the unit.
_PHRASES: Final = (
    ("das Jahr, in dem", "der {}, an dem", "die {}, in der"),
    ("in ein anderes Jahr", "auf einen anderen {}", "in eine andere {}"),
    ("ein anderes Jahr", "ein anderer {}", "eine andere {}"),
    ("vom ersten Jahr", "vom ersten {}", "von der ersten {}"),
    ("von diesem Jahr", "von diesem {}", "von dieser {}"),
    ("in diesem Jahr", "an diesem {}", "in dieser {}"),
    ("in jedem Jahr", "an jedem {}", "in jeder {}"),
    ("im betrachteten Jahr", "am betrachteten {}", "in der betrachteten {}"),
    ("betrachtetes Jahr", "betrachteter {}", "betrachtete {}"),
    ("auf ein Jahr", "auf einen {}", "auf eine {}"),
    ("ein Jahr", "einen {}", "eine {}"),
    ("im Jahr", "am {}", "in der {}"),
    ("Jahr", "{}", "{}"),
)


def adapted(words: Language, initial: float, unit: str) -> Language:
    """A language that speaks of a model's own moments.

    Args:
        words: of the catalogue.
        initial, unit: of the model's clock.
    """
    known = _unit(initial, unit)
    return replace(words, texts=_texts(words.code, known, _Texts(words.texts))) if known else words


def _unit(initial: float, unit: str) -> str:
    """The unit of moments in English, one of them; "" where they are years of the calendar."""
    word = unit.strip().casefold().rstrip(".")
    word = {"yr": "year", "mo": "month", "wk": "week", "hr": "hour", "min": "minute", "sec": "second"}.get(
        word := word.removesuffix("s"), word
    )
    if initial >= CALENDAR and word in ("year", "", "dmnl", "date"):
        return ""
    return word if re.fullmatch(r"[^\W\d_]+", word) and word != "dmnl" else "time"


class _Texts:
    """The texts of a language as a key: they are one catalogue's, which stays."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Texts) and other.texts is self.texts

    def __hash__(self) -> int:
        return id(self.texts)


@cache
def _texts(code: str, unit: str, kept: _Texts) -> Mapping[str, str]:
    change = _in_german(_GERMAN.get(unit, _GERMAN["time"])) if code == "de" else _in_english(unit)
    return {key: text if key.startswith(_APART) else change(key, text) for key, text in kept.texts.items()}


def _in_english(one: str) -> Callable[[str, str], str]:
    """Every text, whatever the language of the catalogue, is English where there is no German of it."""
    at, many = _AT.get(one, "in"), f"{one}s"

    def change(key: str, text: str) -> str:
        if one == "time":
            text = text.replace("over the years", "over time")
            text = re.sub(r"\b(a|one|per) year\b", r"\1 unit of time", text)
            text = re.sub(
                r"\b([Yy])ears(?= (earlier|later|to)\b)|^years$", lambda m: _like(m[1] or "y", "units of time"), text
            )
        text = re.sub(rf"\b([Ii])n {_PLACE}", lambda m: f"{_like(m[1], at)} {one} {m[2]}", text)
        text = re.sub(rf"(?<!{one} ){_PLACE}", lambda m: f"{_first(one, m)} {m[1]}", text)
        text = re.sub(
            rf"\b([Ii])n (that |each )?year{_OUTSIDE}", lambda m: f"{_like(m[1], at)} {m[2] or ''}{one}", text
        )
        text = re.sub(rf"\ba year{_OUTSIDE}", f"{'an' if one[0] in 'aeiou' or one == 'hour' else 'a'} {one}", text)
        text = re.sub(rf"\b([Yy])ears{_OUTSIDE}", lambda m: _like(m[1], many), text)
        return re.sub(rf"\b([Yy])ear{_OUTSIDE}", lambda m: _like(m[1], one), text)

    return change


def _in_german(unit: _Unit) -> Callable[[str, str], str]:
    masculine = unit.gender != "f"

    def change(key: str, text: str) -> str:
        text = re.sub(rf"\b([Ii])m Jahr {_PLACE}", lambda m: f"{_like(m[1], unit.at)} {unit.one} {m[2]}", text)
        text = re.sub(rf"(?<!{unit.one} ){_PLACE}", rf"{unit.one} \1", text)
        if unit.one == "Jahr":
            return text
        if not key.endswith("yearly"):  # a number follows, in a field of its own
            text = re.sub(r"\b([Ii])m Jahr$", lambda m: f"{_like(m[1], unit.at)} {unit.one}", text)
        for phrase, of_masculine, of_feminine in _PHRASES:
            put = (of_masculine if masculine else of_feminine).format(unit.one)
            for old, new in ((phrase, put), (phrase[:1].upper() + phrase[1:], put[:1].upper() + put[1:])):
                text = re.sub(rf"\b{old}\b", new, text)
        return re.sub(r"\bJahren\b", unit.dative, re.sub(r"\bJahre\b", unit.many, text))

    return change


def _like(first: str, word: str) -> str:
    """A word with a capital where the letter it replaces has one."""
    return word[:1].upper() + word[1:] if first.isupper() else word


def _first(word: str, found: re.Match[str]) -> str:
    """A word with a capital at the start of a text."""
    return _like("A" if found.start() == 0 else "a", word)
