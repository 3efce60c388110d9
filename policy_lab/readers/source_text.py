"""What PySD's parser throws away: the line and the group of every variable, mappings in full, and the model's hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from policy_lab.errors import ModelError
from policy_lab.readers.names import bare, fold

_SKETCH = "\\\\\\---///"
_GROUP = re.compile(r"\*{3,}\s*\.?(?P<name>[^*\n]+?)\s*\*{3,}")
_LEFT_SIDE = re.compile(r'\s*(?:\{[^}]*\}\s*)*(?P<name>"(?:\\"|[^"])*"|[^=\[(:<{~|]+)')
_SETTING_15 = re.compile(r"^15:(?:[^,\n]*,){3}\s*(\d)", re.MULTILINE)
#: The fourth number of that setting; 0 is Euler, 2 is difference equations.
_METHODS = {"1": "RK4 Auto", "3": "RK2 Auto", "4": "RK2 Fixed", "5": "RK4 Fixed"}
_XMILE_METHOD = re.compile(r"<sim_specs\b[^>]*\bmethod\s*=\s*[\"']([^\"'<>]*)[\"']")
_MAPPING = re.compile(r"\(\s*(?P<range>[^:()]+?)\s*:\s*(?P<elements>[^()]+?)\s*\)")


@dataclass(frozen=True)
class Source:
    """A model file's text.

    Attributes:
        text: the equations, without the sketch, line endings normalised.
        hash: SHA-256 of ``text`` (hex): moving boxes in the sketch does not change it.
        lines: folded variable name to the lines on which its equations begin.
        groups: folded variable name to the group it stands in.
        mappings: (folded range, folded range it maps to) to the elements listed for it.
        integration: the method that the file's settings ask for, where it is not Euler's; "" otherwise.
    """

    path: Path
    text: str
    hash: str
    lines: dict[str, list[int]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    mappings: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    integration: str = ""

    def line(self, name: str, position: int = 0) -> int:
        """Line of a variable's equation, of its ``position``-th one where it has several; 0 if unknown."""
        found = self.lines.get(fold(name), [0])
        return found[min(position, len(found) - 1)]


def read_source(path: Path) -> Source:
    """Read a model file; raises ModelError if it is not there or is not text."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelError("error.file.open", path=path, reason=error.strerror or error) from None
    text = _decoded(raw).replace("\r\n", "\n").replace("\r", "\n")
    text, *rest = text.split(_SKETCH)
    source = Source(path, text, hashlib.sha256(text.encode()).hexdigest(), integration=_integration(path, text, rest))
    _scan_xmile(source) if path.suffix.lower() != ".mdl" else _scan_vensim(source)
    return source


def _integration(path: Path, text: str, after: list[str]) -> str:
    """What the file's settings say: line 15 behind the sketch of a Vensim file, ``method`` in XMILE."""
    if path.suffix.lower() == ".mdl":
        found = _SETTING_15.search("".join(after))
        return _METHODS.get(found[1], "") if found else ""
    found = _XMILE_METHOD.search(text)
    return "" if found is None or found[1].strip().casefold() == "euler" else found[1].strip()[:20]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _scan_vensim(source: Source) -> None:
    group = ""
    for line, entry in _entries(source.text):
        heading = _GROUP.search(entry)
        if heading:
            group = heading["name"].strip()
            continue
        left = _LEFT_SIDE.match(entry)
        if not left:
            continue
        name = fold(left["name"])
        line += entry[: left.start("name")].count("\n")
        source.lines.setdefault(name, []).append(line)
        source.groups.setdefault(name, group)
        if "->" in entry.split("~")[0]:
            for mapping in _MAPPING.finditer(entry.split("->", 1)[1].split("~")[0]):
                listed = [fold(e) for e in mapping["elements"].split(",")]
                source.mappings[name, fold(mapping["range"])] = listed


def _entries(text: str) -> Iterator[tuple[int, str]]:
    """Each piece of text between two ``|`` with the line on which it begins."""
    start, line, quoted = 0, 1, False
    for i, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "\n":
            quoted = False  # a lone quote in a comment must not swallow the rest of the file
        elif character == "|" and not quoted:
            piece = text[start:i]
            skipped = len(piece) - len(piece.lstrip())
            yield line + piece[:skipped].count("\n"), piece.lstrip()
            line += piece.count("\n")
            start = i + 1


def _scan_xmile(source: Source) -> None:
    group = re.compile(r'<group\s[^>]*name="([^"]*)"')
    variable = re.compile(r'<(?:aux|flow|stock|gf)\s[^>]*name="([^"]*)"')
    member = re.compile(r"<var>([^<]*)</var>")
    current = ""
    for number, line in enumerate(source.text.split("\n"), start=1):
        for name in group.findall(line):
            current = bare(name)
        for name in member.findall(line):
            source.groups[fold(name)] = current
        for name in variable.findall(line):
            source.lines.setdefault(fold(name.replace("\\n", " ")), []).append(number)
