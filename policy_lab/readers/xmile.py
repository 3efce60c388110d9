"""The XMILE reader: what is particular to ``.xmile``, ``.xml`` and ``.stmx`` files, their text and PySD's parser.

XMILE 1.0, OASIS standard, 2015: https://docs.oasis-open.org/xmile/xmile/v1.0/xmile-v1.0.html
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from policy_lab.errors import ModelError
from policy_lab.readers.names import bare, fold
from policy_lab.readers.pysd_parsers import literal, located
from policy_lab.readers.source_text import Source

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PySD's own imports warn about numpy and pandas, not about a model
    from pysd.translators.structures.abstract_model import AbstractModel
    from pysd.translators.xmile import xmile_element
    from pysd.translators.xmile.xmile_file import XmileFile

xmile_element.eval = literal

#: The clock and the time settings under the names that XMILE gives them.
CLOCK = {"time": "Time", "dt": "TIME STEP", "starttime": "INITIAL TIME", "stoptime": "FINAL TIME"}

_GROUP = re.compile(r'<group\s[^>]*name="([^"]*)"')
_EQUATION = re.compile(r'<(?:aux|flow|stock|gf)\s[^>]*name="([^"]*)"')
_MEMBER = re.compile(r"<var>([^<]*)</var>")
_METHOD = re.compile(r"<sim_specs\b[^>]*\bmethod\s*=\s*[\"']([^\"'<>]*)[\"']")
_UNIT = re.compile(r"<unit\s[^>]*?name=\"(?P<name>[^\"]+)\"[^>]*?>(?P<body>.*?)</unit>", re.DOTALL)
_ALIAS = re.compile(r"<alias>\s*([^<]+?)\s*</alias>")
_VARIABLE = re.compile(r"<(?:stock|flow|aux)\s+name=")


def source_of(path: Path, whole: str) -> Source:
    """The text with the place and the group of every variable, the integration method and the units' other names."""
    lines: dict[str, list[int]] = {}
    groups: dict[str, str] = {}
    group = ""
    for number, line in enumerate(whole.split("\n"), start=1):
        for name in _GROUP.findall(line):
            group = bare(name)
        for name in _MEMBER.findall(line):
            groups[fold(name)] = group
        for name in _EQUATION.findall(line):
            lines.setdefault(fold(name.replace("\\n", " ")), []).append(number)
    method = _METHOD.search(whole)
    integration = "" if method is None or method[1].strip().casefold() == "euler" else method[1].strip()[:20]
    return Source(path, whole, lines, groups, integration=integration, synonyms=tuple(_synonyms(whole)))


def _synonyms(whole: str) -> Iterator[tuple[str, ...]]:
    for unit in _UNIT.finditer(whole):
        yield (unit["name"], *_ALIAS.findall(unit["body"]))


def parse(source: Source) -> AbstractModel:
    """The file as PySD's abstract model; raises ModelError."""
    with located(source, ""):
        file = XmileFile(source.path)
        file.parse(parse_all=False)
        (section,) = file.sections
        section.parse(parse_all=False)
    _refuse_unread(source, section.components)
    for component in section.components:
        with located(source, component.name):
            component.parse(section.behaviors)
    with located(source, ""):
        return file.get_abstract_model()


def _refuse_unread(source: Source, components: Sequence[Any]) -> None:
    """PySD skips variables outside <variables>, where the standard has them: no model would be left."""
    own = [c for c in components if not isinstance(c, xmile_element.ControlElement)]
    if not own and _VARIABLE.search(source.text):
        raise ModelError("error.file.xmile", file=source.path.name)  # fmt: skip
