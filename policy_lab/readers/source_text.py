"""A model file's text, and what PySD's parsers throw away: the line and the group of every variable, the hash."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from policy_lab import limits
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
        strings: folded names of Vensim's string variables (``:IS:``) to their texts.
        data: SHA-256 (hex) of the numbers that data variables have from outside the file; "" for none.
    """

    path: Path
    text: str
    lines: Mapping[str, list[int]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[tuple[str, str], list[str]] = field(default_factory=dict)
    integration: str = ""
    synonyms: tuple[tuple[str, ...], ...] = ()
    strings: Mapping[str, str] = field(default_factory=dict)
    data: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 of ``text`` and data (hex): moving boxes in the sketch does not change it."""
        return hashlib.sha256((self.text + self.data).encode()).hexdigest()

    def line(self, name: str, position: int = 0, macro: str = "") -> int:
        """Line of a variable's equation, of its ``position``-th one where it has several; 0 if unknown."""
        found = self.lines.get(within(macro, fold(name)), [0])
        return found[min(position, len(found) - 1)]


def within(macro: str, name: str) -> str:
    """The key of ``Source.lines`` for a folded name, of a macro's own variable where ``macro`` is not ""."""
    return f"{macro}: {name}" if macro else name


def text_of(path: Path) -> str:
    """A model file's whole text, line endings normalised; raises ModelError if it is not there, or no text."""
    try:
        limits.check("bytes", path.stat().st_size, file=path.name)
        raw = path.read_bytes()
    except OSError as error:
        raise ModelError("error.file.open", path=path, reason=error.strerror or error) from None
    text = _decoded(raw)
    head = text[:2000]
    if "\0" in text or sum(c < " " and c not in "\n\r\t\f\v" for c in head) > 0.03 * len(head):
        raise ModelError("error.file.binary", file=path.name)
    return text.replace("\r\n", "\n").replace("\r", "\n")


#: Byte-order marks, longest first, and what they announce.
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: The encoding that a file says it has: Vensim in its first line, XML in its declaration.
_DECLARED = re.compile(rb"^\s*(?:\{([\w-]+)\}|<\?xml[^>]*encoding\s*=\s*[\"']([\w-]+))")


def _decoded(raw: bytes) -> str:
    """A byte-order mark, UTF-8, what the file says itself, Windows' Western European: the first that fits.

    No letter is dropped: two names that differ stay two.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    declared = _DECLARED.match(raw[:200])
    own = (declared[1] or declared[2]).decode() if declared else ""
    for encoding in filter(None, (own if "utf" not in own.casefold() else "", "utf-8", "cp1252")):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")
