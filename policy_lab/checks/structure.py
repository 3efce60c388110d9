"""What is wrong in the equations themselves, without running them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from policy_lab.checks.findings import Finding, finding
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.program import Apply, Expression, Number
from policy_lab.statements import Document, Statement, as_written, parts_of
from policy_lab.units import check_units

#: How documentation names the source of a constant's value.
SOURCE = re.compile(r"\bSource:\s*([\w.-]+?)\.?(?=\s|$)")
#: Numbers that are structure and need no name: a square, a half, a power of ten, the cubic of a smooth step.
STRUCTURAL = frozenset({-1.0, 0.0, 1.0, 2.0, 3.0, 10.0})
#: What a statement that feeds nothing is called.
_NOUNS = {
    "constant": "finding.noun.constant",
    "stock": "finding.noun.stock",
    "table": "finding.noun.lookup",
}
#: Controls that no equation needs to read.
_CONTROLS = frozenset({"INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"})


def unit_findings(document: Document) -> Iterator[Finding]:
    """The unit check's findings."""
    for one in check_units(document):
        about = {"variable": Name(one.variable), "problem": one.words}
        words = Message("finding.no_unit" if one.kind == "no unit" else "finding.units", about)
        yield Finding(one.kind, one.severity, one.variable, document.name, one.line, words)


def structure_findings(document: Document, used: Collection[str] = ()) -> Iterator[Finding]:
    """What can be seen in the text alone.

    Args:
        document: the model file.
        used: names of variables that something outside the file reads, such as outcomes; with elements or without.
    """
    yield from _duplicates(document)
    yield from _feeding_nothing(document, {name.partition("[")[0] for name in used})
    for statement in _each_once(document.statements):
        if not statement.documentation and statement.kind != "control":
            yield _at(document, statement, "no documentation", "finding.no_documentation")
    yield from _hidden_numbers(document)
    yield from _outside_their_limits(document)


def source_findings(document: Document, model: Model, cited: Iterable[str]) -> Iterator[Finding]:
    """Constants without a range or a source that ``sources.csv`` knows; ``cited`` are keys that tables name."""
    named = set(cited)
    for statement in _each_once(document.statements):
        stated = SOURCE.findall(statement.documentation)
        named.update(stated)
        if statement.kind != "constant":
            continue
        if None in statement.limits:
            yield _at(document, statement, "no range", "finding.no_range")
        if not stated:
            yield _at(document, statement, "no source", "finding.no_source")
        for key in stated:
            if key not in model.sources:
                yield _at(document, statement, "unknown source", "finding.unknown_source", source=key)
    for key in model.sources:
        if key not in named:
            yield finding("source unused", key, "sources.csv", 0, Message("finding.unused_source", {"source": key}))


def _at(document: Document, statement: Statement, kind: str, key: str, **values: object) -> Finding:
    words = Message(key, {"variable": Name(statement.title), **values})
    return finding(kind, statement.title, document.name, statement.line, words)


def _each_once(statements: Iterable[Statement]) -> Iterator[Statement]:
    seen: set[str] = set()
    for statement in statements:
        if statement.name not in seen:
            seen.add(statement.name)
            yield statement


def _duplicates(document: Document) -> Iterator[Finding]:
    first: dict[tuple[str, tuple[str, ...]], Statement] = {}
    for statement in document.statements:
        key = (statement.name.casefold(), statement.elements)
        if key in first:
            yield _at(document, statement, "duplicate", "finding.duplicate", line=first[key].line)
        first.setdefault(key, statement)


def _feeding_nothing(document: Document, used: Collection[str]) -> Iterator[Finding]:
    """Variables that no other equation reads and nothing outside asks for."""
    readers: dict[str, set[str]] = {}
    for statement in document.statements:
        for name in statement.reads:
            readers.setdefault(name, set()).add(statement.name)
    for statement in _each_once(document.statements):
        if (
            statement.name in _CONTROLS
            or statement.name in used
            or readers.get(statement.name, set()) - {statement.name}
        ):
            continue
        noun = _NOUNS.get(statement.kind, "finding.noun.auxiliary")
        yield _at(document, statement, "feeds nothing", "finding.feeds_nothing", noun=Message(noun))


def _hidden_numbers(document: Document) -> Iterator[Finding]:
    """Numbers inside equations that ought to be named constants with a unit, a range and a source."""
    for statement in document.statements:
        if statement.kind not in ("auxiliary", "stock"):
            continue
        found = [p.value for p in _looked_at(statement.expression) if isinstance(p, Number)]
        strange = sorted({abs(v) for v in found if abs(v) not in STRUCTURAL})
        if strange:
            equation = as_written(statement.expression, 80)
            yield _at(
                document, statement, "number without a name", "finding.number", numbers=strange, equation=equation
            )


def _looked_at(expression: Expression) -> Iterator[Expression]:
    """Parts of an expression, lists of numbers left out."""
    if isinstance(expression, Apply) and expression.function in ("numbers", "table"):
        return
    yield from parts_of(expression)


def _outside_their_limits(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        if statement.kind != "constant":
            continue
        low, high = statement.limits
        for part in parts_of(statement.expression):
            if not isinstance(part, Number):
                continue
            if (low is not None and part.value < low) or (high is not None and part.value > high):
                ends = ["?" if end is None else end for end in (low, high)]
                yield _at(document, statement, "out of range", "finding.out_of_range", value=part.value, ends=ends)


def sources_of(document: Document) -> Mapping[str, tuple[str, ...]]:
    """Keys of the sources that each variable's documentation names."""
    return {s.name: tuple(SOURCE.findall(s.documentation)) for s in _each_once(document.statements)}
