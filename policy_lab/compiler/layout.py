"""Where every variable of a Program stands in a run's working memory: one slot, one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from policy_lab.equations import Program, names_in

#: Functions are cut where they pass this many operations: LLVM's time grows faster than its input.
PART = 6000


@dataclass(frozen=True)
class Layout:
    """Slots of a Program's variables, in this order: given numbers, Time, once, stocks, other auxiliaries, rates.

    Attributes:
        given: constants and controls; their numbers come from outside.
        once: auxiliaries worked out once a run.
        stocks: continuous ones first, then the discrete ones.
        others: auxiliaries of ``start`` and ``step``.
    """

    program: Program
    given: tuple[str, ...]
    once: tuple[str, ...]
    stocks: tuple[str, ...]
    others: tuple[str, ...]

    @cached_property
    def slot(self) -> Mapping[str, int]:
        """Position of every variable; of ``Time`` too."""
        names = (*self.given, "Time", *self.once, *self.stocks, *self.others)
        return {name: i for i, name in enumerate(names)}

    @cached_property
    def continuous(self) -> int:
        """How many stocks have a rate; the rest jump."""
        return sum(not self.program.equations[s].discrete for s in self.stocks)

    @property
    def first_stock(self) -> int:
        """Stocks stand together, continuous ones first."""
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
    def size(self) -> int:
        """Slots in all."""
        return self.first_sum + len(self.stocks)


def layout_of(program: Program) -> Layout:
    """The layout of a Program; the same Program always gives the same one, whatever is to be saved."""
    equations = program.equations
    controls = [n for n, e in equations.items() if e.kind == "control"]
    stocks = sorted(program.stocks, key=lambda s: equations[s].discrete)
    known = {*program.constants, *controls, *program.once, *stocks}
    others = dict.fromkeys(n for n in (*program.start, *program.step) if n not in known)
    return Layout(program, (*program.constants, *controls), program.once, tuple(stocks), tuple(others))


def needed_for_rates(program: Program) -> tuple[str, ...]:
    """The auxiliaries of ``step`` that some stock's change depends on, in run order."""
    equations, wanted = program.equations, set[str]()
    for stock in program.stocks:
        rate = equations[stock].expression
        assert rate is not None  # every stock has one
        wanted.update(names_in(rate))
    for name in reversed(program.step):
        expression = equations[name].expression
        if name in wanted and expression is not None:
            wanted.update(names_in(expression))
    return tuple(n for n in program.step if n in wanted)


def parts(sizes: Sequence[int], limit: int = PART) -> list[range]:
    """Positions cut into runs of at most ``limit`` operations (a single larger one stands alone)."""
    cuts, begin, total = [], 0, 0
    for i, size in enumerate(sizes):
        if total and total + size > limit:
            cuts.append(range(begin, i))
            begin, total = i, 0
        total += size
    return [*cuts, range(begin, len(sizes))]
