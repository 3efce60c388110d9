"""A whole ensemble at once on NumPy: every variable is an array over runs, every operation one call.

A Program becomes a list of instructions (``_Compiler``): an operation on the same values is done once, what does
not change during a run is done before it, what is only reported is done when it is saved, and what no run varies
stays a single number. The instructions are bound to arrays for a chunk of runs that fits the processor's cache
(``_Machine``) and called in a row at every step. Selections choose, they never branch.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policy_lab.backends import Integration, Schedule, schedule
from policy_lab.evaluate import ARITHMETIC, read_table
from policy_lab.program import Expression, Name, Number, Program, Table, names_in
from policy_lab.runs import Floats

Array = NDArray[Any]
Call = Callable[[], object]

#: The arrays of a chunk take about this many bytes together (measured: see ``benchmarks``).
CHUNK_BYTES = 4_000_000
#: Below the first NumPy's call overhead outweighs its work, above the second nothing is gained.
FEWEST_LANES, MOST_LANES = 256, 2048

_LOGICAL = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"})
_TAKES_LOGICAL = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of the instructions: its number, whether it is a truth, whether it differs between runs."""

    slot: int
    logical: bool
    varies: bool


@dataclass(frozen=True, slots=True)
class _Instruction:
    function: str
    arguments: tuple[_Value, ...]
    result: _Value
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class _Stock:
    """Where a stock is kept, what it starts from, and its rate (or next value, if discrete)."""

    kept: _Value
    start: _Value
    change: _Value
    discrete: bool


@dataclass
class _Plan:
    """A Program as instructions, for one set of outputs and of constants that differ between runs.

    ``once`` and ``start`` are done in turn at the beginning, ``step`` at every moment, ``report`` at saved ones.
    """

    time: _Value
    inputs: dict[str, _Value] = field(default_factory=dict)
    literals: dict[str, tuple[float, _Value]] = field(default_factory=dict)
    once: list[_Instruction] = field(default_factory=list)
    start: list[_Instruction] = field(default_factory=list)
    step: list[_Instruction] = field(default_factory=list)
    report: list[_Instruction] = field(default_factory=list)
    stocks: list[_Stock] = field(default_factory=list)
    outputs: list[_Value] = field(default_factory=list)


class _Compiler:
    """Turns a Program into a ``_Plan``."""

    def __init__(self, program: Program, varying: Iterable[str], outputs: Sequence[str]) -> None:
        self._program, self._outputs = program, outputs
        self._varying = _touched(program, varying)
        self._slots = 0
        self._plan = _Plan(self._new(False, False))
        self._known: dict[str, _Value] = {"Time": self._plan.time}
        self._done: dict[tuple[str, tuple[_Value, ...], str], _Value] = {}
        self._settled: set[int] = set()
        self._into = self._plan.once

    def compile(self) -> _Plan:
        plan, program = self._plan, self._program
        for name, equation in program.equations.items():
            if equation.kind in ("constant", "control"):
                plan.inputs[name] = self._known[name] = self._new(False, name in self._varying)
                self._settled.add(plan.inputs[name].slot)
        moving, starting = self._needed(self._rates()), self._needed(self._initials(), at_start=True)
        reported = self._needed([Name(n) for n in self._outputs])
        self._evaluate(program.once, moving | starting | reported)
        kept = {n: self._new(False, n in self._varying) for n in program.stocks}
        starts = self._starting_values(starting)
        self._known.update(kept)
        self._into = plan.step
        self._evaluate(program.step, moving)
        for name in program.stocks:
            change = self._change(name, set(kept.values()))
            plan.stocks.append(_Stock(kept[name], starts[name], change, program.equations[name].discrete))
        self._into = plan.report
        self._evaluate([n for n in program.step if n not in self._known], reported)
        plan.outputs = [self._known[n] for n in self._outputs]
        return plan

    def _starting_values(self, wanted: set[str]) -> dict[str, _Value]:
        """The start, on names of its own: an auxiliary has another value there than at the first step."""
        before, done = dict(self._known), dict(self._done)
        self._into = self._plan.start
        self._evaluate(self._program.start, wanted | set(self._program.stocks), at_start=True)
        starts = {n: self._known[n] for n in self._program.stocks}
        self._known, self._done = before, done
        return starts

    def _rates(self) -> list[Expression]:
        equations = self._program.equations
        return [e for n in self._program.stocks if (e := equations[n].expression) is not None]

    def _initials(self) -> list[Expression]:
        equations = self._program.equations
        return [e for n in self._program.stocks if (e := equations[n].initial) is not None]

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
        expression = equation.initial if at_start and equation.initial is not None else equation.expression
        assert expression is not None  # only lookups have none, and they are never evaluated
        return expression

    def _evaluate(self, names: Iterable[str], wanted: set[str], at_start: bool = False) -> None:
        for name in names:
            if name in wanted:
                self._known[name] = self._number(self._write(self._read(name, at_start)))

    def _change(self, name: str, kept: set[_Value]) -> _Value:
        """A stock's rate or next value; copied where it is a stock's own array, which moves meanwhile."""
        value = self._number(self._write(self._read(name, at_start=False)))
        if value not in kept:
            return value
        result = self._new(False, value.varies)
        self._into.append(_Instruction("copy", (value,), result))
        return result

    def _write(self, expression: Expression) -> _Value:
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

    def _fit(self, function: str, position: int, value: _Value) -> _Value:
        """Truths where they are wanted, numbers everywhere else."""
        if function in _TAKES_LOGICAL or (function == "if" and position == 0):
            return value if value.logical else self._emit("ne", (value, self._literal(0.0)))
        return self._number(value)

    def _number(self, value: _Value) -> _Value:
        return self._emit("copy", (value,)) if value.logical else value

    def _literal(self, number: float) -> _Value:
        key = repr(number)  # tells 0.0 from -0.0, and NaN is found again
        if key not in self._plan.literals:
            self._plan.literals[key] = (number, self._new(False, False))
            self._settled.add(self._plan.literals[key][1].slot)
        return self._plan.literals[key][1]

    def _emit(self, function: str, arguments: tuple[_Value, ...], table: Table | None = None) -> _Value:
        key = (function, arguments, table.name if table else "")
        if key not in self._done:
            result = self._new(function in _LOGICAL, any(a.varies for a in arguments))
            settled = all(a.slot in self._settled for a in arguments)
            (self._plan.once if settled else self._into).append(_Instruction(function, arguments, result, table))
            if settled:
                self._settled.add(result.slot)
            self._done[key] = result
        return self._done[key]

    def _new(self, logical: bool, varies: bool) -> _Value:
        self._slots += 1
        return _Value(self._slots - 1, logical, varies)


def _touched(program: Program, names: Iterable[str]) -> set[str]:
    """Every name whose value can depend on these."""
    readers: dict[str, set[str]] = {}
    for name, equation in program.equations.items():
        for expression in (equation.expression, equation.initial):
            for read in names_in(expression) if expression is not None else ():
                readers.setdefault(read, set()).add(name)
    found, pending = set(names), list(names)
    while pending:
        for reader in readers.get(pending.pop(), set()) - found:
            found.add(reader)
            pending.append(reader)
    return found


class _Machine:
    """A plan bound to arrays for a number of lanes (runs done at once)."""

    def __init__(self, plan: _Plan, lanes: int) -> None:
        self._plan, self._lanes = plan, lanes
        self._arrays: dict[int, Array] = {}
        for value in (plan.time, *plan.inputs.values(), *(s.kept for s in plan.stocks)):
            self._arrays[value.slot] = self._array(value)
        for number, value in plan.literals.values():
            self._arrays[value.slot] = np.array([number])
        self._once = self._bind(plan.once, set())
        self._start = self._bind(plan.start, {s.start.slot for s in plan.stocks})
        lasting = {s.change.slot for s in plan.stocks} | {v.slot for v in plan.outputs}
        both = self._bind([*plan.step, *plan.report], lasting, reuse=True)
        self._step, self._report = both[: len(plan.step)], both[len(plan.step) :]
        self._outputs = [self._arrays[v.slot] for v in plan.outputs]

    def _array(self, value: _Value) -> Array:
        return np.zeros(self._lanes if value.varies else 1, dtype=bool if value.logical else float)

    def _bind(self, instructions: list[_Instruction], lasting: set[int], reuse: bool = False) -> list[Call]:
        """Calls for instructions; an array is used again once nothing will read it, so that all stay in the cache."""
        last = {a.slot: i for i, instruction in enumerate(instructions) for a in instruction.arguments}
        own = {instruction.result.slot for instruction in instructions}
        free: dict[tuple[bool, bool], list[Array]] = {}
        calls = []
        for i, instruction in enumerate(instructions):
            result = instruction.result
            spare = free.get((result.logical, result.varies))
            self._arrays[result.slot] = spare.pop() if spare else self._array(result)
            calls.append(_call(instruction, self._arrays))
            for value in set(instruction.arguments) if reuse else ():
                if last[value.slot] == i and value.slot in own and value.slot not in lasting:
                    free.setdefault((value.logical, value.varies), []).append(self._arrays[value.slot])
        return calls

    def run(
        self, constants: Mapping[str, Floats | float], timing: Schedule, step: float, integration: str, into: Floats
    ) -> None:
        """Simulate one chunk into ``into[run, time, output]``; arrays among ``constants`` hold this chunk's runs."""
        with np.errstate(all="ignore"):
            for name, value in self._plan.inputs.items():
                self._arrays[value.slot][: into.shape[0]] = constants[name]
            time = self._arrays[self._plan.time.slot]
            time[0] = timing.moments[0]
            _do(self._once)
            _do(self._start)
            for stock in self._plan.stocks:
                np.copyto(self._arrays[stock.kept.slot], self._arrays[stock.start.slot])
            advance = self._euler(step) if integration == "euler" else self._runge_kutta(step, time)
            final = len(timing.moments) - 1
            for i, moment in enumerate(timing.moments):
                time[0] = moment
                _do(self._step)
                if i in timing.rows:
                    _do(self._report)
                    self._save(into, timing.rows[i])
                if i < final:
                    advance()

    def _save(self, into: Floats, row: int) -> None:
        for column, array in enumerate(self._outputs):
            into[:, row, column] = array[: into.shape[0]]

    def _euler(self, step: float) -> Call:
        calls: list[Call] = []
        scratch = {varies: self._array(_Value(-1, False, varies)) for varies in (False, True)}
        for stock in self._plan.stocks:
            kept, change = self._arrays[stock.kept.slot], self._arrays[stock.change.slot]
            if stock.discrete:
                calls.append(partial(np.copyto, kept, change))
            else:
                moved = scratch[stock.change.varies]
                calls += [partial(np.multiply, change, step, moved), partial(np.add, kept, moved, kept)]
        return partial(_do, calls)

    def _runge_kutta(self, step: float, time: Array) -> Call:
        """The classical fourth-order method; discrete stocks jump once, from the values at the start of the step."""
        rows = [(self._arrays[s.kept.slot], self._arrays[s.change.slot], s.discrete) for s in self._plan.stocks]
        flowing = [(kept, rate) for kept, rate, discrete in rows if not discrete]
        jumping = [(kept, following) for kept, following, discrete in rows if discrete]

        def advance() -> None:
            now = float(time[0])
            before = [kept.copy() for kept, _ in flowing]
            landing = [following.copy() for _, following in jumping]
            total = [rate.copy() for _, rate in flowing]
            for share, weight in ((0.5, 2.0), (0.5, 2.0), (1.0, 1.0)):
                for (kept, rate), origin in zip(flowing, before, strict=True):
                    np.add(origin, rate * (share * step), kept)
                time[0] = now + share * step
                _do(self._step)
                for sum_, (_, rate) in zip(total, flowing, strict=True):
                    sum_ += weight * rate
            for (kept, _), origin, sum_ in zip(flowing, before, total, strict=True):
                np.add(origin, sum_ * (step / 6), kept)
            for (kept, _), following in zip(jumping, landing, strict=True):
                np.copyto(kept, following)

        return advance


def _do(calls: Iterable[Call]) -> None:
    for call in calls:
        call()


def _call(instruction: _Instruction, arrays: Mapping[int, Array]) -> Call:
    """An instruction with its arrays, ready to be called."""
    function, result = instruction.function, arrays[instruction.result.slot]
    arguments = [arrays[a.slot] for a in instruction.arguments]
    if function == "if":
        condition, yes, no = arguments
        return partial(_select, condition, yes, no, result)
    if function == "copy":
        return partial(np.copyto, result, arguments[0])
    if function == "square":
        return partial(np.square, arguments[0], result)
    if instruction.table is not None:
        return partial(_read_table, instruction.table, arguments[0], result)
    return partial(ARITHMETIC[function], *arguments, out=result)


def _select(condition: Array, yes: Array, no: Array, result: Array) -> None:
    np.copyto(result, no)
    np.copyto(result, yes, where=condition)


def _read_table(table: Table, at: Array, result: Array) -> None:
    result[...] = read_table(table, at)


class NumpyBatch:
    """The backend, see ``backends.Backend``."""

    name = "numpy"
    integrations: tuple[Integration, ...] = ("euler", "rk4")

    def supports(self, program: Program) -> None:
        """Every Program that was wholly translated."""
        if program.refused:
            raise program.refused[0]

    def run(
        self,
        program: Program,
        constants: Mapping[str, float | Floats],
        runs: int,
        outputs: Sequence[str],
        times: Floats,
        step: float,
        integration: Integration,
    ) -> Floats:
        """See ``backends.Backend.run``."""
        timing = schedule(program.clock, step, times)
        varying = [n for n, v in constants.items() if np.ndim(v) > 0 and runs > 1]
        plan = _Compiler(program, varying, outputs).compile()
        given: dict[str, float | Floats] = {**program.constants, **_controls(program, step), **constants}
        values = np.empty((runs, len(times), len(outputs)))
        lanes = _lanes(plan, runs)
        spans = [slice(first, min(first + lanes, runs)) for first in range(0, runs, lanes)]
        if not varying:
            spans = [slice(0, 1)]

        def work(mine: Sequence[slice]) -> None:
            machine = _Machine(plan, lanes)
            for span in mine:
                part = {n: v[span] if np.ndim(v) > 0 else v for n, v in given.items()}  # type: ignore[index]
                machine.run(part, timing, step, integration, values[span])

        threads = min(len(spans), os.cpu_count() or 1)
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(work, spans[i::threads]) for i in range(threads)]:
                done.result()
        if not varying:
            values[1:] = values[0]
        return values


def _controls(program: Program, step: float) -> dict[str, float]:
    clock = program.clock
    return {"INITIAL TIME": clock.initial, "FINAL TIME": clock.final, "SAVEPER": clock.saveper, "TIME STEP": step}


def _lanes(plan: _Plan, runs: int) -> int:
    """Runs to do at once: as many as keep the arrays in the cache."""
    width = len(plan.stocks) + sum(i.result.varies for i in plan.step) // 4 + 1
    lanes = min(max(CHUNK_BYTES // (8 * width), FEWEST_LANES), MOST_LANES)
    return max(1, min(lanes, -(-runs // (os.cpu_count() or 1))))


BACKEND = NumpyBatch()
