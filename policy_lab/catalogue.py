"""Every sentence there is, from one catalogue file a language: a translation is one more file in ``locale/``.

The language is that of the request in hand (``language.py`` sets it); outside a request it is English. A text that a
translation lacks is said in English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from policy_lab.messages import Language, Message

CATALOGUES = Path(__file__).parent / "locale"
#: The language that every text is written in first.
SOURCE: Final = "en"


@cache
def catalogue(code: str) -> dict[str, str]:
    """Dotted key to text of one language."""
    return flat(CATALOGUES / f"{code}.toml")


@cache
def languages() -> dict[str, str]:
    """Code to name, in its own words, of every language there is a catalogue for; the source language first."""
    codes = sorted((path.stem for path in CATALOGUES.glob("*.toml")), key=lambda code: (code != SOURCE, code))
    return {code: catalogue(code)["language.name"] for code in codes}


@cache
def english() -> Language:
    """The language of the command line and of files that are written once."""
    return Language(SOURCE, catalogue(SOURCE))


_here: ContextVar[Language | None] = ContextVar("language", default=None)


def here() -> Language:
    """The language in use, with what it calls the things of the model in hand; English outside a request."""
    return _here.get() or english()


def speak(
    chosen: str,
    names: Mapping[tuple[str, str], str] = MappingProxyType({}),
    change: Callable[[Language], Language] = lambda words: words,
) -> None:
    """Everything said from here on in this context is in that language.

    Args:
        chosen: one of ``languages()``.
        names: kind and key of things of the model to their words in it; those left out keep their own names.
        change: what the model wants said otherwise (``policy_lab.moments``).
    """
    _here.set(change(in_language(chosen, names)))


@cache
def _texts(code: str) -> dict[str, str]:
    return {**catalogue(SOURCE), **catalogue(code)}


def language() -> str:
    """Code of the language in use."""
    return here().code


def say(key: str, /, **values: object) -> str:
    """The text under a dotted key in the language in use, with its places filled.

    Raises:
        KeyError: there is no such text, or a place of it has no value.
    """
    return here().in_words(Message(key, values))


def name_in_words(name: str, kind: str = "variable") -> str:
    """What a thing of the model is called in the language in use, "" where that is its own name."""
    return here().names.get((kind, name), "")


def in_language(code: str, names: Mapping[tuple[str, str], str] = MappingProxyType({})) -> Language:
    """A language by its code, for files.

    Args:
        code: one of ``languages()``.
        names: kind and key of things of a model to their words in it; those left out keep their own names.
    """
    return Language(code, _texts(code), names)


def part(prefix: str) -> dict[str, str]:
    """The texts below a prefix, by the rest of their key; what the scripts of the page say is one such part."""
    start, texts = prefix + ".", here().texts
    return {key.removeprefix(start): texts[key] for key in catalogue(SOURCE) if key.startswith(start)}


def flat(path: Path) -> dict[str, str]:
    """The texts of a TOML file by their dotted keys."""
    with path.open("rb") as file:
        return dict(_flat(tomllib.load(file), ""))


def _flat(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
    return pairs
