"""The Vensim reader: what is particular to ``.mdl`` files, their text and PySD's parser."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from policy_lab.readers.names import fold
from policy_lab.readers.pysd_parsers import literal, located
from policy_lab.readers.sketch import MARKER
from policy_lab.readers.source_text import Source

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PySD's own imports warn about numpy and pandas, not about a model
    from pysd.translators.structures.abstract_model import AbstractModel
    from pysd.translators.vensim import vensim_element, vensim_section, vensim_utils
    from pysd.translators.vensim.vensim_file import VensimFile

vensim_element.eval = literal

_GROUP = re.compile(r"\*{3,}\s*\.?(?P<name>[^*\n]+?)\s*\*{3,}")
_LEFT_SIDE = re.compile(r'\s*(?:\{[^}]*\}\s*)*(?P<name>"(?:\\"|[^"])*"|[^=\[(:<{~|]+)')
#: Vensim's settings after the sketch: the integration method (fourth number of line 15), unit names that mean the same.
_SETTING_15 = re.compile(r"^15:(?:[^,\n]*,){3}\s*(\d)", re.MULTILINE)
_EQUIVALENT = re.compile(r"^22:(?P<units>.+)$", re.MULTILINE)
#: Integration methods that are not Euler's; 0 is Euler, 2 is difference equations.
_METHODS = {"1": "RK4 Auto", "3": "RK2 Auto", "4": "RK2 Fixed", "5": "RK4 Fixed"}
_MAPPING = re.compile(r"\(\s*(?P<range>[^:()]+?)\s*:\s*(?P<elements>[^()]+?)\s*\)")


def _quicken_grammars() -> None:
    """Let PySD's grammars match names and texts in one piece, not letter by letter: the same, four times as fast.

    A PEG repetition is greedy and never gives back, and so is one regular expression; only runs of letters that the
    grammars match one at a time are put together.
    """
    quicker = {
        "basic_id = id_start id_continue*": r"""basic_id = ~r"\w[\w0-9\'\$\s\_]*"IU""",
        r"""element = ( escape_group / ~r"[^~|]")*""": r"""element = ( escape_group / ~r"[^~|\"]+" / "\"" )*""",
        r"""doc = (~r"[^~|]")*""": r"""doc = ~r"[^~|]*" """,
    }
    read_grammar = vensim_utils.Grammar._read_grammar

    def read(grammar: str) -> str:
        text: str = read_grammar(grammar)
        for slow, quick in quicker.items():
            text = text.replace(slow, quick)
        return text

    vensim_utils.Grammar._read_grammar = read


_quicken_grammars()


def source_of(path: Path, whole: str) -> Source:
    """The text up to the sketch, with the place of every equation and the settings behind the sketch."""
    text, *after = whole.split(MARKER)
    lines: dict[str, list[int]] = {}
    groups: dict[str, str] = {}
    mappings: dict[tuple[str, str], list[str]] = {}
    group = ""
    for line, entry in _entries(text):
        heading, left = _GROUP.search(entry), _LEFT_SIDE.match(entry)
        if heading:
            group = heading["name"].strip()
        elif left:
            name = fold(left["name"])
            lines.setdefault(name, []).append(line + entry[: left.start("name")].count("\n"))
            groups.setdefault(name, group)
            mapped = entry.split("~")[0].partition("->")[2]
            for mapping in _MAPPING.finditer(mapped):
                mappings[name, fold(mapping["range"])] = [fold(e) for e in mapping["elements"].split(",")]
    method = _SETTING_15.search("".join(after))
    integration = _METHODS.get(method[1], "") if method else ""
    return Source(path, text, lines, groups, mappings, integration, tuple(_synonyms(whole)))


def _synonyms(whole: str) -> Iterator[tuple[str, ...]]:
    for match in _EQUIVALENT.finditer(whole):
        yield tuple(u.strip() for u in match["units"].split(",") if u.strip())


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


def parse(source: Source) -> AbstractModel:
    """The file as PySD's abstract model; raises ModelError."""
    with located(source, ""):
        file = VensimFile(source.path)
        file.parse(parse_all=False)
    for section in file.sections:
        _parse_section(section, source)
    with located(source, ""):
        return file.get_abstract_model()


def _parse_section(section: vensim_section.Section, source: Source) -> None:
    """What PySD's Section.parse does, one entry at a time, so that an error can name its line."""
    with located(source, section.content):
        section.parse(parse_all=False)
    parsed = []
    for entry in section.elements:
        with located(source, entry.equation):
            parsed.append(entry.parse())
    kinds = (vensim_element.SubscriptRange, vensim_element.Component, vensim_element.Constraint,
             vensim_element.TestInput)  # fmt: skip
    groups = [[e for e in parsed if isinstance(e, kind)] for kind in kinds]
    section.subscripts, section.components, section.constraints, section.test_inputs = groups
    section.elements = [e for group in groups for e in group]
    for component in [c for group in groups[1:] for c in group]:
        with located(source, component.name):
            component.parse()
