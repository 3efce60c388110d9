"""Every sentence there is, from one catalogue file a language: a translation is one more file in ``locale/``.

The language is that of the request in hand (``language.py`` sets it); outside a request it is English. A text that a
translation lacks is said in English.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from policy_lab.messages import Language, Message

CATALOGUES = Path(__file__).parent / "locale"
#: The language that every text is written in first.
SOURCE: Final = "en"
#: Below this stand the wordings of lower layers, which know no catalogue: what tests, studies and errors say.
SAID: Final = "said."
#: A number as those layers write it, with a percent sign or without; places named ``count…`` hold nothing else.
_NUMBER: Final = r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?: ?%)?"
_COUNT: Final = "count"


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


def speak(chosen: str, names: Mapping[tuple[str, str], str] = MappingProxyType({})) -> None:
    """Everything said from here on in this context is in that language.

    Args:
        chosen: one of ``languages()``.
        names: kind and key of things of the model to their words in it; those left out keep their own names.
    """
    _here.set(Language(chosen, _texts(chosen), names))


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


def retold(text: str, known: Mapping[str, str] = MappingProxyType({})) -> str:
    """A text that a lower layer wrote in English, in the language in use; what nobody translated stays as it stands.

    Wordings are found again by their English one in the catalogue (``said.…``): what fills their places is retold in
    its turn, so a sentence may hold another one, a name or a number.

    Args:
        text: as it was written.
        known: whole texts with their translation, such as names of variables and worlds.
    """
    if language() == SOURCE or not text:
        return text
    if text in known:
        return known[text]
    if re.fullmatch(_NUMBER, text):
        spaced = re.sub(r"(?<=\d)%", " %", text).replace("-", "−")
        return spaced.translate({ord("."): say("number.decimal"), ord(","): say("number.thousands")})
    for key, wording in _wordings():
        if found := wording.fullmatch(text):
            return say(key, **{name: retold(part, known) for name, part in found.groupdict().items()})
    return text


@cache
def _wordings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Key and pattern of every wording of lower layers: what begins with words first, then what has most of them."""
    texts = {key: text for key, text in catalogue(SOURCE).items() if key.startswith(SAID)}
    own = {key: sum(len(words) for words, *_ in string.Formatter().parse(text)) for key, text in texts.items()}
    order = sorted(texts, key=lambda key: (texts[key].startswith("{"), -own[key]))
    return tuple((key, _pattern(texts[key])) for key in order)


def _pattern(text: str) -> re.Pattern[str]:
    """What a wording looks like once its ``{places}`` are filled; a place that stands twice has the same twice."""
    pattern, seen = "", set()
    for words, name, *_ in string.Formatter().parse(text):
        pattern += re.escape(words)
        if name is not None:
            filling = _NUMBER if name.startswith(_COUNT) else ".+?"
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{filling})"
            seen.add(name)
    return re.compile(pattern, re.DOTALL)


def flat(path: Path) -> dict[str, str]:
    """The texts of a TOML file by their dotted keys."""
    with path.open("rb") as file:
        return dict(_flat(tomllib.load(file), ""))


def _flat(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
    return pairs
