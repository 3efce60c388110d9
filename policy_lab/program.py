"""``Program``: a model as pure data, scalar equations in run order, free of any library.

Subscripts are unrolled (``k[local]`` is a variable of its own), delays and smooths are expanded into stocks, STEP,
PULSE, ZIDZ and their kin into arithmetic, so that a backend needs to know stocks, ``FUNCTIONS`` and tables and
nothing else. The translation from Vensim or XMILE lives in ``readers/``.

How a backend runs a Program
    1. Give every name of kind ``constant`` its value (``Program.constants``, or what the run overrides) and every
       name of kind ``control`` its number; ``TIME STEP`` is the step the run is made with, even if it differs from
       the model's. ``Time`` is the clock and is no equation.
    2. Evaluate ``once`` in order: these never change during a run.
    3. With ``Time`` at ``Clock.initial``, evaluate ``start`` in order: a stock by its ``initial``; an auxiliary by
       its ``initial`` where it has one (ACTIVE INITIAL), else by its ``expression``. Auxiliaries get new values in 4.
    4. For every moment of ``Clock.moments``: evaluate ``step`` in order, save the outputs, then move all stocks
       at once: ``stock + rate * TIME STEP`` (Euler), and ``discrete`` stocks to the value of their ``expression``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from policy_lab import limits
from policy_lab.errors import UnsupportedConstruct
from policy_lab.messages import Message

Kind = Literal["stock", "auxiliary", "constant", "lookup", "control"]

#: The time settings.
CONTROLS = ("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")

#: Every function of ``Apply.function``: number of arguments, and its value. All numbers are
#: IEEE doubles; NaN and infinities flow as IEEE says unless a line says otherwise. Truth is 1.0 or 0.0 as a result;
#: as an argument everything but 0.0 is true, NaN included (as in Python and NumPy).
FUNCTIONS: Mapping[str, tuple[int, str]] = {
    "add": (2, "a + b"),
    "sub": (2, "a - b"),
    "mul": (2, "a * b"),
    "div": (2, "a / b; x/0 is an infinity, 0/0 NaN"),
    "pow": (2, "a to the power b as C's pow(): a negative base with a fractional exponent is NaN, pow(x, 0) is 1"),
    "neg": (1, "-a"),
    "lt": (2, "a < b; false with NaN"),
    "le": (2, "a <= b; false with NaN"),
    "gt": (2, "a > b; false with NaN"),
    "ge": (2, "a >= b; false with NaN"),
    "eq": (2, "a == b; false with NaN"),
    "ne": (2, "a != b; true with NaN"),
    "and": (2, "both are true"),
    "or": (2, "at least one is true"),
    "not": (1, "a is not true"),
    "if": (3, "b where a is true, else c: a selection, the branch not taken may be NaN or infinite"),
    "min": (2, "the smaller; NaN if either is NaN"),
    "max": (2, "the larger; NaN if either is NaN"),
    "abs": (1, "|a|"),
    "exp": (1, "e to the power a"),
    "ln": (1, "natural logarithm; -infinity at 0, NaN below"),
    "sqrt": (1, "square root; NaN below 0"),
    "sin": (1, "sine of radians"),
    "cos": (1, "cosine of radians"),
    "tan": (1, "tangent of radians"),
    "arcsin": (1, "inverse sine; NaN outside -1..1"),
    "arccos": (1, "inverse cosine; NaN outside -1..1"),
    "arctan": (1, "inverse tangent"),
    "sinh": (1, "hyperbolic sine"),
    "cosh": (1, "hyperbolic cosine"),
    "tanh": (1, "hyperbolic tangent"),
    "integer": (1, "a without its fraction, towards zero"),
    "lookup": (2, "the table named by the first argument at b, see Table; NaN at NaN"),
}


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
        kind: see ``Kind``; a flow is an auxiliary that a stock's rate names (``Program.flows``).
        expression: its right-hand side; for a stock the *rate* of change (unit/time), for a ``discrete`` stock its
            value one step later; None for a lookup.
        initial: a stock's initial value; for an auxiliary its value while initial values are computed
            (ACTIVE INITIAL), else None.
        unit, documentation, group, line: from the model file; ``line`` is 0 for what the translation added.
        limits: (low, high) of the unit field, None where open.
        hidden: True for stocks and helpers that the translation added (inside delays, smooths).
        discrete: True for a stock that jumps (SAMPLE IF TRUE, DELAY FIXED, a stock that must not be negative): its
            ``expression``, evaluated at the start of a step, is its value at the end of it. Under RK4 it jumps the
            same way, once a step, and keeps its value in between.
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
    discrete: bool = False

    @property
    def at_start(self) -> Expression | None:
        """What its value at the initial time is computed from: ``initial`` where there is one, else ``expression``."""
        return self.expression if self.initial is None else self.initial

    @property
    def reads(self) -> frozenset[str]:
        """Every name that the expression or the initial value reads."""
        return frozenset(n for e in (self.expression, self.initial) if e is not None for n in names_in(e))


@dataclass(frozen=True, slots=True)
class Table:
    """A lookup table: points ``x`` (increasing) and ``y``.

    Between two points y runs straight (``stepped``: it keeps the left point's value). Outside the points it is held
    at the end's value, or follows the line through the last two points (``outside="extrapolate"``).
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    outside: Literal["hold", "extrapolate"] = "hold"
    stepped: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """Time settings (model time unit): ``saveper`` need not be a multiple of ``step``, see ``moments``.

    ``method`` is how the file asks to be integrated; what is not ``rk4`` there is run by ``euler``.
    """

    initial: float
    final: float
    step: float
    saveper: float
    unit: str = ""
    method: Literal["euler", "rk4"] = "euler"

    def controls(self, step: float | None = None) -> dict[str, float]:
        """The time settings by name; ``TIME STEP`` is ``step`` where a run has another one."""
        return {"INITIAL TIME": self.initial, "FINAL TIME": self.final, "TIME STEP": step or self.step,
                "SAVEPER": self.saveper}  # fmt: skip

    def moments(self, step: float | None = None, until: float | None = None) -> tuple[list[float], list[int]]:
        """Every moment of a run with this step, and the positions of the saved ones among them.

        The run ends at ``until``, else at ``final``; an equation reads ``FINAL TIME`` as ``final`` in any case.

        A moment is its number times the step, so that far from zero none is lost by adding up. Where ``saveper`` is no
        multiple of the step, the moments nearest to its multiples are saved, the earlier of two that are as near.
        """
        step = step or self.step
        final = self.final if until is None else until
        limits.check("steps", (final - self.initial) / step)
        last = max(0, math.ceil((final - self.initial) / step - 1e-5))
        times = [self.initial + i * step for i in range(last + 1)]
        every = self.saveper / step
        if every < 1:
            return times, list(range(last + 1))
        count = math.floor(last / every + 1e-5)
        saved = [min(last, math.ceil(k * every - 0.5 - 1e-6)) for k in range(count + 1)]
        return times, saved

    def late(self, times: Iterable[float]) -> list[float]:
        """By how much a clock that adds up steps, as PySD's does, is off at some moments."""
        numbers = [round((time - self.initial) / self.step) for time in times]
        steps = [self.initial, *[self.step] * max(numbers, default=0)]
        added = list(itertools.accumulate(steps))
        return [abs(added[n] - (self.initial + n * self.step)) for n in numbers]

    @property
    def even(self) -> bool:
        """Whether every multiple of ``saveper`` is a moment."""
        every = self.saveper / self.step
        return abs(every - round(every)) < 1e-6 and every > 0.5


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition under which the Program's structure fits a run.

    How many stocks a delay expands into follows from its delay time and the time step. A run that changes either so
    far that another number is needed must be translated anew, or refused.

    Attributes:
        name: hidden auxiliary, true where the structure fits; evaluated among ``start``.
        variable: the model variable that holds the construct; ``construct`` names it.
    """

    name: str
    variable: str
    construct: str | Message
    line: int = 0


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
        source: SHA-256 (hex) of the text it was made from; ``file`` is the path of that text.
        notes: what PySD's parser warned about, and what the translation left out.
        guards: what a run must fulfil, see ``Guard``.
        refused: constructs that FUNCTIONS cannot express, in the order of the file. Where there is any, the equations
            concerned are NaN, and only a backend that reads the model file itself (PySD) may run the Program.
        data: files and series that were given for its data variables, by which it is read again.
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
    guards: tuple[Guard, ...] = field(default=())
    refused: tuple[UnsupportedConstruct, ...] = field(default=())
    file: str = ""
    data: tuple[Any, ...] = field(default=())

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

    def under(self, name: str) -> frozenset[str]:
        """All names that a variable's value at the start can depend on, itself included."""
        found: set[str] = set()
        pending = [name]
        while pending:
            equation = self.equations.get(pending.pop())
            if equation is not None and equation.name not in found:
                found.add(equation.name)
                pending.extend(names_in(equation.at_start) if equation.at_start is not None else ())
        return frozenset(found)

    @cached_property
    def under_guards(self) -> Mapping[str, frozenset[str]]:
        """What each guard depends on, by its name."""
        return {g.name: self.under(g.name) for g in self.guards}


def names_in(expression: Expression) -> Iterator[str]:
    """Every variable an expression reads, in reading order, repeats included."""
    if isinstance(expression, Name):
        yield expression.name
    elif isinstance(expression, Apply):
        for argument in expression.arguments:
            yield from names_in(argument)
