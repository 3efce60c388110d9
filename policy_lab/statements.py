"""``Document`` and ``Statement``: a model file's equations as the modeller wrote them, as plain data.

A ``Program`` is for running: scalar equations, everything expanded. A ``Document`` is for reading and checking: one
``Statement`` is one equation of the file, subscripts and Vensim's functions (``smooth``, ``integ``, ``zidz``) included.
``readers/document.py`` makes it from a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from policy_lab.notation import written
from policy_lab.program import Apply, Expression, names_in


@dataclass(frozen=True, slots=True)
class Statement:
    """One equation of the file.

    Attributes:
        name: the variable as the modeller spells it, without subscripts.
        elements: subscripts on the left, ranges or elements, as spelled.
        kind: ``stock`` (the equation is an INTEG), ``table`` (a lookup), ``constant`` (numbers alone),
            ``control`` (a time setting) or ``auxiliary``.
        expression: the right-hand side, in functions by PySD's names: arithmetic as in ``program.FUNCTIONS``,
            ``integ(flow, initial)``, ``lookup(table, argument)``, ``table(argument)`` for a lookup written inside
            an equation, ``numbers(…)`` for a list of numbers.
        unit, documentation, group, line, limits: from the file.
    """

    name: str
    elements: tuple[str, ...]
    kind: str
    expression: Expression
    unit: str = ""
    documentation: str = ""
    group: str = ""
    line: int = 0
    limits: tuple[float | None, float | None] = (None, None)

    @property
    def title(self) -> str:
        """The left-hand side."""
        return f"{self.name}[{','.join(self.elements)}]" if self.elements else self.name

    @property
    def reads(self) -> tuple[str, ...]:
        """Variables on the right without their subscripts, in reading order, each once."""
        return tuple(dict.fromkeys(variable_of(name) for name in names_in(self.expression)))


@dataclass(frozen=True)
class Document:
    """A model file read.

    Attributes:
        name: the file's name.
        statements: in the order of the file.
        synonyms: groups of unit names that the file itself declares to be one.
        macros: names of the macros it defines, folded.
        ranges: subscript range to its elements, as spelled.
    """

    name: str
    statements: tuple[Statement, ...]
    synonyms: tuple[tuple[str, ...], ...] = ()
    macros: frozenset[str] = frozenset()
    ranges: Mapping[str, tuple[str, ...]] | None = None

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Statement, ...]]:
        """All statements of each variable."""
        found: dict[str, list[Statement]] = {}
        for statement in self.statements:
            found.setdefault(statement.name, []).append(statement)
        return {name: tuple(of_it) for name, of_it in found.items()}

    @cached_property
    def time_unit(self) -> str:
        """The unit of the clock, as the time settings state it."""
        stated = {s.name.upper(): s.unit for s in self.statements if s.kind == "control" and s.unit}
        return stated.get("TIME STEP") or stated.get("FINAL TIME") or next(iter(stated.values()), "")


def variable_of(name: str) -> str:
    """The name of a reference without its subscripts."""
    return name.rpartition("[")[0] if name.endswith("]") and "[" in name else name


def as_written(expression: Expression, longest: int = 160) -> str:
    """An expression in Vensim's notation (``program.written``), cut after ``longest`` letters."""
    text = written(expression)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def parts_of(expression: Expression) -> Iterator[Expression]:
    """An expression and everything inside it, outermost first."""
    yield expression
    if isinstance(expression, Apply):
        for argument in expression.arguments:
            yield from parts_of(argument)


def terms_of(expression: Expression, sign: int = 1) -> Sequence[tuple[int, Expression]]:
    """The terms of a sum, each with its sign: ``a - (b + c)`` is +a, -b, -c."""
    if isinstance(expression, Apply) and expression.function in ("add", "sub"):
        left, right = expression.arguments
        turned = -sign if expression.function == "sub" else sign
        return [*terms_of(left, sign), *terms_of(right, turned)]
    if isinstance(expression, Apply) and expression.function == "neg":
        return terms_of(expression.arguments[0], -sign)
    return [(sign, expression)]
