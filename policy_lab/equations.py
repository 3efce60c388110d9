"""The model as pure data: scalar equations in run order, printable, free of any library.

Subscripts are unrolled (``k[local]`` is a variable of its own), delays and smooths are expanded into stocks,
so that a backend needs to know stocks, arithmetic and lookups and nothing else. The translation from Vensim
or XMILE lives in ``vensim.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Kind = Literal["stock", "auxiliary", "constant", "lookup", "control"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """The present value of a scalar variable, spelled as the model spells it; ``Name("Time")`` is the clock."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of a fixed list (``FUNCTIONS``) applied to scalar arguments.

    ``Apply("lookup", (Name(table), x))`` reads a table; ``Apply("if", (condition, yes, no))`` selects: a dead
    branch may hold NaN, so no backend may branch on or blend with it.
    """

    function: str
    arguments: tuple[Expression, ...]


Expression = Number | Name | Apply


@dataclass(frozen=True, slots=True)
class Equation:
    """One scalar variable.

    Attributes:
        name: Vensim name with its elements, ``"zone links[local]"``.
        kind: what it is; a flow is an auxiliary that a stock's rate names (``Program.flows``).
        expression: its right-hand side; for a stock the *rate* of change (unit/time); None for a lookup.
        initial: a stock's initial value, else None.
        unit, documentation, group, line: from the model file; ``line`` is 0 for what the translation added.
        limits: (low, high) of the unit field, None where open.
        hidden: True for stocks and helpers that the translation added (inside delays, smooths).
    """

    name: str
    kind: Kind
    expression: Expression | None
    initial: Expression | None = None
    unit: str = ""
    documentation: str = ""
    group: str = ""
    line: int = 0
    limits: tuple[float | None, float | None] = (None, None)
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A lookup table: points ``x`` (increasing) and ``y``; what lies outside is held, extrapolated, or stepped."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    outside: Literal["hold", "extrapolate"] = "hold"


@dataclass(frozen=True, slots=True)
class Clock:
    """Time settings (model time unit): ``saveper`` need not be a multiple of ``step``."""

    initial: float
    final: float
    step: float
    saveper: float
    unit: str = ""


@dataclass(frozen=True)
class Program:
    """A model ready to run.

    Attributes:
        equations: every scalar variable by name, in the order of the model file.
        tables: every lookup table by name.
        clock: time settings.
        constants: default value of every constant, what a run may override.
        once: names of auxiliaries that depend on constants alone, in run order.
        start: names to evaluate to get all stocks' initial values, in run order (stocks among them).
        step: names of auxiliaries to evaluate at every step, in run order.
        source: the text it was made from is known by this hash (SHA-256, hex).
    """

    name: str
    equations: Mapping[str, Equation]
    tables: Mapping[str, Table]
    clock: Clock
    constants: Mapping[str, float]
    once: tuple[str, ...]
    start: tuple[str, ...]
    step: tuple[str, ...]
    source: str = ""
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def stocks(self) -> tuple[str, ...]:
        """Names of all stocks, those inside delays and smooths included."""
        return tuple(n for n, e in self.equations.items() if e.kind == "stock")

    @cached_property
    def visible(self) -> tuple[str, ...]:
        """Names a person knows: everything but hidden helpers and lookups."""
        return tuple(n for n, e in self.equations.items() if not e.hidden and e.kind != "lookup")

    @cached_property
    def flows(self) -> frozenset[str]:
        """Auxiliaries that a visible stock's rate names directly."""
        rates = (e.expression for e in self.equations.values() if e.kind == "stock" and not e.hidden)
        named = {n for rate in rates if rate is not None for n in names_in(rate)}
        return frozenset(n for n in named if n in self.equations and self.equations[n].kind == "auxiliary")


def names_in(expression: Expression) -> Iterator[str]:
    """Every variable an expression reads, in reading order, repeats included."""
    if isinstance(expression, Name):
        yield expression.name
    elif isinstance(expression, Apply):
        for argument in expression.arguments:
            yield from names_in(argument)
