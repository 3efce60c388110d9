"""Fields of a TOML file, read strictly: each function says where a key stands, what it must be and what is possible."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from policy_lab.errors import ModelError
from policy_lab.messages import Message


def read_toml(path: Path, where: str) -> dict[str, Any]:
    """The file as tables; ``where`` is what errors call it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError("error.file.read", file=where, reason=str(error).rstrip(".")) from None


def known(given: Mapping[str, Any], possible: Iterable[str], where: str) -> None:
    """Raises ModelError for a key that is none of those possible."""
    allowed = tuple(possible)
    for key in given:
        if key not in allowed:
            raise ModelError("error.file.unknown_key", where=where, key=key, possible=", ".join(allowed))


def table(data: Mapping[str, Any], key: str, where: str, needed: bool = True) -> Mapping[str, Any]:
    """A table; an empty one where it is missing and not needed."""
    found = data.get(key, None if needed else {})
    if not isinstance(found, dict):
        raise ModelError("error.case.table", where=where, key=key)
    return found


def text(given: Mapping[str, Any], key: str, where: str) -> str:
    """A text that is not empty."""
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ModelError("error.file.no_text", where=where, key=key)
    return value.strip()


def number(given: Mapping[str, Any], key: str, where: str) -> float:
    """A finite number."""
    value = given.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ModelError("error.file.no_number", where=where, key=key)
    return float(value)


def one_of(given: Mapping[str, Any], key: str, possible: Iterable[str], where: str) -> str:
    """One of a few words."""
    value, allowed = given.get(key), tuple(possible)
    if value not in allowed:
        raise ModelError("error.case.one_of", where=where, key=key, value=repr(value), possible=", ".join(allowed))
    return str(value)


def flag(given: Mapping[str, Any], key: str, where: str, hint: Message | None = None) -> bool:
    """True or false; false where it is missing and there is no hint to what is wanted."""
    value = given.get(key, None if hint else False)
    if not isinstance(value, bool):
        raise ModelError("error.case.true_or_false", where=where, key=key, why=hint or "")
    return value
