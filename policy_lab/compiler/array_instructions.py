"""A Program as a list of array operations, for NumPy: common subexpressions once, constants hoisted, reports apart.

An operation on the same operands is done once; what does not change during a run is computed before it; what is only
reported is computed when it is saved; what no run varies stays a single number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from policy_lab.program import Expression, Name, Number, Program, Table, names_in

_LOGICAL = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"})
_TAKES_LOGICAL = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class Value:
    """An operand: its slot, whether it is a truth value, whether it differs between runs (an array, not a number)."""

    slot: int
    logical: bool
    varies: bool


@dataclass(frozen=True, slots=True)
class Instruction:
    """One operation: a function of FUNCTIONS, or ``copy`` or ``square``, on operands, into ``result``."""

    function: str
    arguments: tuple[Value, ...]
    result: Value
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """A stock's own value, its initial value, and its rate (or next value, if discrete)."""

    kept: Value
    start: Value
    change: Value
    discrete: bool


@dataclass
class Plan:
    """A Program as instructions, for one set of outputs and of constants that differ between runs.

    ``once`` and ``start`` run in turn at the beginning, ``step`` at every moment, ``report`` at saved ones.
    """

    time: Value
    inputs: dict[str, Value] = field(default_factory=dict)
    literals: dict[str, tuple[float, Value]] = field(default_factory=dict)
    once: list[Instruction] = field(default_factory=list)
    start: list[Instruction] = field(default_factory=list)
    step: list[Instruction] = field(default_factory=list)
    report: list[Instruction] = field(default_factory=list)
    stocks: list[Stock] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)


def plan_of(program: Program, varying: Iterable[str], outputs: Sequence[str]) -> Plan:
    """A Program as instructions.

    Args:
        program: wholly translated.
        varying: constants that differ between runs; what depends on none of them stays a single number.
        outputs: names of equations to report.
    """
    return _Planner(program, varying, outputs).plan()


class _Planner:
    """Collects the instructions of one Plan."""

    def __init__(self, program: Program, varying: Iterable[str], outputs: Sequence[str]) -> None:
        self._program, self._outputs = program, outputs
        self._varying = _touched(program, varying)
        self._slots = 0
        self._plan = Plan(self._new(False, False))
        self._known: dict[str, Value] = {"Time": self._plan.time}
        self._done: dict[tuple[str, tuple[Value, ...], str], Value] = {}
        self._fixed: set[int] = set()
        self._into = self._plan.once

    def plan(self) -> Plan:
        plan, program = self._plan, self._program
        for name, equation in program.equations.items():
            if equation.kind in ("constant", "control"):
                plan.inputs[name] = self._known[name] = self._new(False, name in self._varying)
                self._fixed.add(plan.inputs[name].slot)
        moving = self._needed(self._read(s, at_start=False) for s in program.stocks)
        starting = self._needed((self._read(s, at_start=True) for s in program.stocks), at_start=True)
        reported = self._needed(Name(n) for n in self._outputs)
        self._evaluate(program.once, moving | starting | reported)
        kept = {n: self._new(False, n in self._varying) for n in program.stocks}
        starts = self._starting_values(starting)
        self._known.update(kept)
        self._into = plan.step
        self._evaluate(program.step, moving)
        for name in program.stocks:
            change = self._change(name, set(kept.values()))
            plan.stocks.append(Stock(kept[name], starts[name], change, program.equations[name].discrete))
        self._into = plan.report
        self._evaluate([n for n in program.step if n not in self._known], reported)
        plan.outputs = [self._known[n] for n in self._outputs]
        return plan

    def _starting_values(self, wanted: set[str]) -> dict[str, Value]:
        """The start, on names of its own: an auxiliary has another value there than at the first step."""
        before, done = dict(self._known), dict(self._done)
        self._into = self._plan.start
        self._evaluate(self._program.start, wanted | set(self._program.stocks), at_start=True)
        starts = {n: self._known[n] for n in self._program.stocks}
        self._known, self._done = before, done
        return starts

    def _needed(self, expressions: Iterable[Expression], at_start: bool = False) -> set[str]:
        """All names these expressions lead to at one moment."""
        equations = self._program.equations
        found: set[str] = set()
        pending = [n for e in expressions for n in names_in(e)]
        while pending:
            name = pending.pop()
            if name in found or name not in equations:
                continue
            found.add(name)
            if equations[name].kind == "auxiliary":
                pending.extend(names_in(self._read(name, at_start)))
        return found

    def _read(self, name: str, at_start: bool) -> Expression:
        equation = self._program.equations[name]
        expression = equation.at_start if at_start else equation.expression
        assert expression is not None  # only lookups have none, and they are never evaluated
        return expression

    def _evaluate(self, names: Iterable[str], wanted: set[str], at_start: bool = False) -> None:
        for name in names:
            if name in wanted:
                self._known[name] = self._number(self._write(self._read(name, at_start)))

    def _change(self, name: str, kept: set[Value]) -> Value:
        """A stock's rate or next value; copied where it is a stock's own array, which moves meanwhile."""
        value = self._number(self._write(self._read(name, at_start=False)))
        if value not in kept:
            return value
        result = self._new(False, value.varies)
        self._into.append(Instruction("copy", (value,), result))
        return result

    def _write(self, expression: Expression) -> Value:
        if isinstance(expression, Number):
            return self._literal(expression.value)
        if isinstance(expression, Name):
            return self._known[expression.name]
        function, arguments = expression.function, expression.arguments
        if function == "lookup":
            assert isinstance(arguments[0], Name)  # see FUNCTIONS
            table = self._program.tables[arguments[0].name]
            return self._emit("lookup", (self._number(self._write(arguments[1])),), table)
        if function == "pow" and arguments[1] == Number(2.0):
            return self._emit("square", (self._number(self._write(arguments[0])),))
        values = (self._fit(function, i, self._write(a)) for i, a in enumerate(arguments))
        return self._emit(function, tuple(values))

    def _fit(self, function: str, position: int, value: Value) -> Value:
        """Truths where they are wanted, numbers everywhere else."""
        if function in _TAKES_LOGICAL or (function == "if" and position == 0):
            return value if value.logical else self._emit("ne", (value, self._literal(0.0)))
        return self._number(value)

    def _number(self, value: Value) -> Value:
        return self._emit("copy", (value,)) if value.logical else value

    def _literal(self, number: float) -> Value:
        key = repr(number)  # differs between 0.0 and -0.0, and is the same for every NaN
        if key not in self._plan.literals:
            self._plan.literals[key] = (number, self._new(False, False))
            self._fixed.add(self._plan.literals[key][1].slot)
        return self._plan.literals[key][1]

    def _emit(self, function: str, arguments: tuple[Value, ...], table: Table | None = None) -> Value:
        key = (function, arguments, table.name if table else "")
        if key not in self._done:
            result = self._new(function in _LOGICAL, any(a.varies for a in arguments))
            fixed = all(a.slot in self._fixed for a in arguments)
            (self._plan.once if fixed else self._into).append(Instruction(function, arguments, result, table))
            if fixed:
                self._fixed.add(result.slot)
            self._done[key] = result
        return self._done[key]

    def _new(self, logical: bool, varies: bool) -> Value:
        self._slots += 1
        return Value(self._slots - 1, logical, varies)


def _touched(program: Program, names: Iterable[str]) -> set[str]:
    """Every name whose value can depend on these."""
    readers: dict[str, set[str]] = {}
    for name, equation in program.equations.items():
        for read in equation.reads:
            readers.setdefault(read, set()).add(name)
    found, pending = set(names), list(names)
    while pending:
        for reader in readers.get(pending.pop(), set()) - found:
            found.add(reader)
            pending.append(reader)
    return found
