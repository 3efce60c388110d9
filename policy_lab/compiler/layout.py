"""Layout of a run's working memory: one slot, a vector with one lane per run, for every variable of a Program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from policy_lab.compiler.hoisting import hoist
from policy_lab.program import Apply, Expression, Name, Program, names_in

#: Functions are cut where they pass this many operations: LLVM's time grows faster than its input.
PART = 6000
#: Slots for the results of interleaved calls, see ``call_scheduling.py``.
SPARE = 4
#: Cycles until a function's result is there, roughly; what is not listed takes 4.
_LATENCY = {"pow": 60, "exp": 40, "ln": 40, "sin": 40, "cos": 40, "lookup": 30, "sqrt": 20, "div": 16}


@dataclass(frozen=True)
class Layout:
    """Slots of a Program's variables: constants, Time, once, stocks, other auxiliaries, hoisted parts, rates.

    Attributes:
        given: constants and time settings; the caller gives their numbers.
        once: auxiliaries computed once a run.
        stocks: continuous ones first, then the discrete ones.
        others: auxiliaries of ``start`` and ``step``.
        hoisted: parts of equations that read only ``given`` and ``once``, see ``hoisting.py``; by invented name.
        moving: expression of every auxiliary of ``step`` and rate of every stock, with those parts replaced.
        exogenous: auxiliaries of ``step`` that are computed ahead, for all runs together, see ``exogenous.py``.
    """

    program: Program
    given: tuple[str, ...]
    once: tuple[str, ...]
    stocks: tuple[str, ...]
    others: tuple[str, ...]
    hoisted: Mapping[str, Expression]
    moving: Mapping[str, Expression]
    exogenous: tuple[str, ...] = ()

    @cached_property
    def slot(self) -> Mapping[str, int]:
        """Position of every variable; of ``Time`` too."""
        names = (*self.given, "Time", *self.once, *self.stocks, *self.others, *self.hoisted)
        return {name: i for i, name in enumerate(names)}

    @cached_property
    def continuous(self) -> int:
        """How many stocks have a rate; the rest jump."""
        return sum(not self.program.equations[s].discrete for s in self.stocks)

    @property
    def first_stock(self) -> int:
        """Slot of the first stock; the stocks follow each other, continuous ones first."""
        return len(self.given) + 1 + len(self.once)

    @property
    def first_rate(self) -> int:
        """Rates of the continuous stocks, then what the discrete ones jump to; same order as the stocks."""
        return len(self.slot)

    @property
    def first_saved(self) -> int:
        """Stocks as they were at the start of a Runge-Kutta step."""
        return self.first_rate + len(self.stocks)

    @property
    def first_sum(self) -> int:
        """The weighted sum of rates over a Runge-Kutta step; behind it what discrete stocks jump to."""
        return self.first_saved + len(self.stocks)

    @property
    def first_spare(self) -> int:
        """Results of interleaved calls."""
        return self.first_sum + len(self.stocks)

    @property
    def size(self) -> int:
        """Slots in all."""
        return self.first_spare + SPARE


def layout_of(program: Program, reciprocals: bool = True, exogenous: tuple[str, ...] = ()) -> Layout:
    """The layout of a Program; the same Program always gives the same one, whatever is to be saved.

    Args:
        program: what is laid out.
        reciprocals: keep 1/x of what does not change and is divided by, for a target with fused multiply-add.
        exogenous: auxiliaries computed ahead, from ``exogenous.exogenous``.
    """
    equations = program.equations
    controls = [n for n, e in equations.items() if e.kind == "control"]
    stocks = sorted(program.stocks, key=lambda s: equations[s].discrete)
    known = {*program.constants, *controls, *program.once, *stocks}
    others = dict.fromkeys(n for n in (*program.start, *program.step) if n not in known)
    given = (*program.constants, *controls)
    hoisted, moving = hoist(program, (*program.step, *stocks), {*given, *program.once}, reciprocals)
    return Layout(program, given, program.once, tuple(stocks), tuple(others), hoisted, moving, exogenous)


def needed_for_rates(layout: Layout) -> tuple[str, ...]:
    """The auxiliaries of ``step`` that some stock's change depends on, in run order, without the exogenous ones."""
    wanted = {name for stock in layout.stocks for name in names_in(layout.moving[stock])}
    for name in reversed(layout.program.step):
        if name in wanted:
            wanted.update(names_in(layout.moving[name]))
    return tuple(n for n in not_exogenous(layout) if n in wanted)


def not_exogenous(layout: Layout) -> tuple[str, ...]:
    """The auxiliaries of ``step`` that are not computed ahead, in run order."""
    ahead = set(layout.exogenous)
    return tuple(name for name in layout.program.step if name not in ahead)


def in_order_of_depth(layout: Layout, names: Sequence[str]) -> tuple[str, ...]:
    """Auxiliaries ordered by the latency of what they depend on: what can be known early comes early.

    Neighbours then seldom wait for each other, which keeps a processor's units busy; every name still comes after
    what it reads. Measured: a sixth faster than the order of the translation.
    """
    depth: dict[str, int] = {}

    def cycles(expression: Expression) -> int:
        if isinstance(expression, Name):
            return depth.get(expression.name, 0)
        if not isinstance(expression, Apply):
            return 0
        read = expression.arguments[1:] if expression.function == "lookup" else expression.arguments
        return _LATENCY.get(expression.function, 4) + max(map(cycles, read))

    for name in names:
        depth[name] = cycles(layout.moving[name])
    return tuple(sorted(names, key=depth.__getitem__))


def parts(sizes: Sequence[int], limit: int = PART) -> list[range]:
    """Positions cut into runs of at most ``limit`` operations (a single larger one is a run of its own)."""
    cuts, begin, total = [], 0, 0
    for i, size in enumerate(sizes):
        if total and total + size > limit:
            cuts.append(range(begin, i))
            begin, total = i, 0
        total += size
    return [*cuts, range(begin, len(sizes))]
