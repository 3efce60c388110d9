"""A model file's text, and what PySD's parsers throw away: the line and the group of every variable, the hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policy_lab.errors import ModelError
from policy_lab.readers.names import fold


@dataclass(frozen=True)
class Source:
    """A model file's text.

    Attributes:
        path: of the file.
        text: the equations, without the sketch, line endings normalised.
        lines: folded variable name to the lines on which its equations begin.
        groups: folded variable name to the group it is in.
        mappings: (folded range, folded range it maps to) to the elements listed for it.
        integration: the method of the file's settings, where it is not Euler's; "" otherwise.
        synonyms: groups of unit names that the file declares to be one.
    """

    path: Path
    text: str
    lines: Mapping[str, list[int]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[tuple[str, str], list[str]] = field(default_factory=dict)
    integration: str = ""
    synonyms: tuple[tuple[str, ...], ...] = ()

    @property
    def hash(self) -> str:
        """SHA-256 of ``text`` (hex): moving boxes in the sketch does not change it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def line(self, name: str, position: int = 0) -> int:
        """Line of a variable's equation, of its ``position``-th one where it has several; 0 if unknown."""
        found = self.lines.get(fold(name), [0])
        return found[min(position, len(found) - 1)]


def text_of(path: Path) -> str:
    """A model file's whole text, line endings normalised; raises ModelError if it is not there."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelError("error.file.open", path=path, reason=error.strerror or error) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")
