"""What is wrong in the equations themselves, without running them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from policy_lab.checks.findings import Finding, finding
from policy_lab.model import Model
from policy_lab.program import Apply, Expression, Number
from policy_lab.statements import Document, Statement, as_written, parts_of
from policy_lab.units import check_units

#: How documentation names the source of a constant's value.
SOURCE = re.compile(r"\bSource:\s*([\w.-]+?)\.?(?=\s|$)")
#: Numbers that are structure and need no name: a square, a half, a power of ten, the cubic of a smooth step.
STRUCTURAL = frozenset({-1.0, 0.0, 1.0, 2.0, 3.0, 10.0})
#: Controls that no equation needs to read.
_CONTROLS = frozenset({"INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"})


def unit_findings(document: Document) -> Iterator[Finding]:
    """The unit check's findings."""
    for one in check_units(document):
        words = f"'{one.variable}': {one.words}" if one.kind != "no unit" else f"'{one.variable}' has no unit."
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
            yield _at(document, statement, "no documentation", "says nothing about what it is.")
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
            yield _at(document, statement, "no range", "has no range: write [low,high] after its unit.")
        if not stated:
            yield _at(document, statement, "no source", "names no source: end its documentation with 'Source: key.'")
        for key in stated:
            if key not in model.sources:
                yield _at(document, statement, "unknown source", f"names the source '{key}', no key of sources.csv.")
    for key in model.sources:
        if key not in named:
            yield finding("source unused", key, "sources.csv", 0, f"The source '{key}' is named by nothing.")


def _at(document: Document, statement: Statement, kind: str, words: str) -> Finding:
    return finding(kind, statement.title, document.name, statement.line, f"'{statement.title}' {words}")


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
            yield _at(
                document, statement, "duplicate", f"is defined twice; the other stands in line {first[key].line}."
            )
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
        noun = {"constant": "constant", "stock": "stock", "table": "lookup"}.get(statement.kind, "auxiliary")
        yield _at(document, statement, "feeds nothing", f"feeds nothing: no equation reads this {noun}, and no outcome "
                  "or table names it.")  # fmt: skip


def _hidden_numbers(document: Document) -> Iterator[Finding]:
    """Numbers inside equations that ought to be named constants with a unit, a range and a source."""
    for statement in document.statements:
        if statement.kind not in ("auxiliary", "stock"):
            continue
        found = [p.value for p in _looked_at(statement.expression) if isinstance(p, Number)]
        strange = sorted({abs(v) for v in found if abs(v) not in STRUCTURAL})
        if strange:
            numbers = ", ".join(f"{v:g}" for v in strange[:4]) + (", …" if len(strange) > 4 else "")
            yield _at(document, statement, "number without a name", f"holds the number {numbers} in its equation "
                      f"'{as_written(statement.expression, 80)}': give it a name, a unit and a range.")  # fmt: skip


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
                ends = ",".join("?" if end is None else f"{end:g}" for end in (low, high))
                yield _at(document, statement, "out of range", f"is {part.value:g}, outside its own range [{ends}].")


def sources_of(document: Document) -> Mapping[str, tuple[str, ...]]:
    """Keys of the sources that each variable's documentation names."""
    return {s.name: tuple(SOURCE.findall(s.documentation)) for s in _each_once(document.statements)}
