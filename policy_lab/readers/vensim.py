"""The Vensim reader: what is particular to ``.mdl`` files, their text and PySD's parser."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policy_lab import limits
from policy_lab.errors import ModelError
from policy_lab.readers.equation_syntax import VENSIM_TOKENS, Dialect, expression_of, table_of_text
from policy_lab.readers.names import fold
from policy_lab.readers.parser_errors import located
from policy_lab.readers.sketch import MARKER
from policy_lab.readers.source_text import Source, within
from policy_lab.readers.vensim_text import STRING, Entry, Part, entries_of, one_line, parts_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PySD's own imports warn about numpy and pandas, not about a model
    from pysd.translators.structures import abstract_expressions as tree
    from pysd.translators.structures.abstract_model import AbstractModel, AbstractSection
    from pysd.translators.vensim import vensim_element
    from pysd.translators.vensim.vensim_section import Section
    from pysd.translators.vensim.vensim_structures import structures

#: Functions that PySD has a tree of its own for.
DIALECT = Dialect(
    VENSIM_TOKENS,
    {sign: sign for sign in (":AND:", ":OR:", ":NOT:", ":NA:")},
    structures,
    lambda word: re.sub(r"\s+", " ", word).lower().replace(" ", "_"),
)
#: Vensim's settings after the sketch: the integration method (fourth number of line 15), unit names that mean the same.
_SETTING_15 = re.compile(r"^15:(?:[^,\n]*,){3}\s*(\d)", re.MULTILINE)
_EQUIVALENT = re.compile(r"^22:(?P<units>.+)$", re.MULTILINE)
#: The file that a spreadsheet tag refers to: ``30:?catch=catch.xlsx``.
_TAGGED = re.compile(r"^30:(?P<tag>\?[^=\n]+)=(?P<file>[^\n]+)$", re.MULTILINE)
#: Integration methods that are not Euler's; 0 is Euler, 2 is difference equations.
_METHODS = {"1": "RK4 Auto", "3": "RK2 Auto", "4": "RK2 Fixed", "5": "RK4 Fixed"}
_MAPPING = re.compile(r"\((?P<range>[^:()]+):(?P<elements>[^()]+)\)")
#: Elements by number, as (e1-e30).
_NUMBERED = re.compile(r"(?<!\d)(\d++)\s*+-[^\d()]*+(\d++)\s*+\)")


def source_of(path: Path, whole: str) -> Source:
    """The text up to the sketch, with the place of every equation and the settings behind the sketch."""
    text, *after = whole.split(MARKER)
    limits.check("variables", text.count("|"), file=path.name)
    lines: dict[str, list[int]] = {}
    groups: dict[str, str] = {}
    mappings: dict[tuple[str, str], list[str]] = {}
    group = ""
    for entry in entries_of(text, path.name):
        if entry.heading:
            group = entry.heading
        elif entry.name:
            name = fold(entry.name)
            lines.setdefault(within(entry.macro, name), []).append(entry.line)
            groups.setdefault(name, group)
            mapped = entry.fields[0].partition("->")[2]
            for mapping in _MAPPING.finditer(mapped):
                mappings[name, fold(mapping["range"])] = [fold(e) for e in mapping["elements"].split(",")]
    method = _SETTING_15.search("".join(after))
    integration = _METHODS.get(method[1], "") if method else ""
    strings = {fold(s["name"]): s["text"] for e in entries_of(text, path.name) if (s := STRING.fullmatch(e.fields[0]))}
    strings |= {fold(found["tag"]): found["file"].strip() for found in _TAGGED.finditer("".join(after))}
    return Source(path, text, lines, groups, mappings, integration, tuple(_synonyms(whole)), strings)


def _synonyms(whole: str) -> Iterator[tuple[str, ...]]:
    for match in _EQUIVALENT.finditer(whole):
        yield tuple(u.strip() for u in match["units"].split(",") if u.strip())


def parse(source: Source) -> AbstractModel:
    """The file as PySD's abstract model; raises ModelError."""
    entries = entries_of(source.text, source.path.name)
    if not any(e.name for e in entries):
        raise ModelError("error.file.empty", file=source.path.name)
    sections = tuple(_section(part, source) for part in parts_of(entries))
    return AbstractModel(original_path=source.path, sections=sections)


def _section(part: Part, source: Source) -> AbstractSection:
    """The model, or a macro, with the left sides read by PySD and the right sides by us."""
    parsed = [_component(e, source) for e in part.entries if e.name and not STRING.fullmatch(e.fields[0])]
    name, kind = (part.name, "macro") if part.name else ("__main__", "main")
    section = Section(name, source.path.with_suffix(".py"), kind, list(part.inputs), [], "", False, None)
    kinds = (vensim_element.SubscriptRange, vensim_element.Component, vensim_element.Constraint,
             vensim_element.TestInput)  # fmt: skip
    groups = [[e for e in parsed if isinstance(e, kind)] for kind in kinds]
    section.subscripts, section.components, section.constraints, section.test_inputs = groups
    return section.get_abstract_section()


def _component(entry: Entry, source: Source) -> Any:
    unit, documentation = (one_line(f) for f in (*entry.fields[1:], "", "")[:2])
    left = entry.left
    for first, last in _NUMBERED.findall(left) if "=" not in left else ():
        count = int(last[-15:]) - int(first[-15:])
        limits.check("elements", count, file=source.path.name, name=entry.name, line=entry.line)
    with located(source, entry.name, entry.line):
        component = vensim_element.Element(left, unit, documentation).parse()
        if isinstance(component, vensim_element.Lookup):
            component.ast = _table(component.expression)
        elif isinstance(component, vensim_element.Component) and component.expression:
            component.ast = expression_of(component.expression, DIALECT)
            component.lookup = isinstance(component.ast, tree.GetLookupsStructure)
        elif not isinstance(component, vensim_element.SubscriptRange):
            component.parse()  # data without an equation, and reality checks, which are not read
    return component


def _table(text: str) -> Any:
    """A lookup's points, or the spreadsheet they stand in."""
    if "GET" in text.upper():
        return expression_of(text, DIALECT)
    return table_of_text(text, DIALECT)
