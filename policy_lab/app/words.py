"""Every sentence of the page, from one catalogue file: a translation is one more file beside ``text/en.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

CATALOGUES = Path(__file__).parent / "text"


def say(key: str, /, **values: object) -> str:
    """The text under a dotted key, with its ``{places}`` filled; a key that does not exist is a ``KeyError``."""
    text = catalogue("en")[key]
    return text.format(**values) if values else text


@cache
def catalogue(language: str) -> dict[str, str]:
    """Dotted key to text of one language."""
    with (CATALOGUES / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file), ""))


def part(prefix: str) -> dict[str, str]:
    """The texts below a prefix, by the rest of their key; what the scripts of the page say is one such part."""
    start = prefix + "."
    return {key.removeprefix(start): text for key, text in catalogue("en").items() if key.startswith(start)}


def _flat(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
    return pairs
