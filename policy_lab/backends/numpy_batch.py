"""NumPy backend: a whole ensemble at once, every variable an array over runs, every operation one call.

``compiler/array_instructions.py`` turns a Program into a list of operations. They are bound to arrays for a chunk of
runs that fits the processor's cache (``_Machine``) and called in a row at every step. Selections choose, never branch.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policy_lab.backends import Backend, Request
from policy_lab.compiler.array_instructions import Instruction, Plan, Value, plan_of
from policy_lab.evaluate import ARITHMETIC, read_table
from policy_lab.program import Table
from policy_lab.runs import Floats

Array = NDArray[Any]
Call = Callable[[], object]

#: The arrays of a chunk take about this many bytes together (measured: see ``benchmarks``).
CHUNK_BYTES = 4_000_000
#: Below the first NumPy's call overhead outweighs its work, above the second nothing is gained.
FEWEST_LANES, MOST_LANES = 256, 2048


class _Machine:
    """A plan bound to arrays for a number of lanes (runs done at once)."""

    def __init__(self, plan: Plan, lanes: int) -> None:
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

    def _array(self, value: Value) -> Array:
        return np.zeros(self._lanes if value.varies else 1, dtype=bool if value.logical else float)

    def _bind(self, instructions: list[Instruction], lasting: set[int], reuse: bool = False) -> list[Call]:
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

    def run(self, constants: Mapping[str, Floats | float], request: Request, into: Floats) -> None:
        """Simulate one chunk into ``into[run, time, output]``; arrays among ``constants`` hold this chunk's runs."""
        timing, step = request.schedule, request.step
        with np.errstate(all="ignore"):
            for name, value in self._plan.inputs.items():
                self._arrays[value.slot][: into.shape[0]] = constants[name]
            time = self._arrays[self._plan.time.slot]
            time[0] = timing.moments[0]
            _do(self._once)
            _do(self._start)
            for stock in self._plan.stocks:
                np.copyto(self._arrays[stock.kept.slot], self._arrays[stock.start.slot])
            advance = self._euler(step) if request.integration == "euler" else self._runge_kutta(step, time)
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
        scratch = {varies: self._array(Value(-1, False, varies)) for varies in (False, True)}
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


def _call(instruction: Instruction, arrays: Mapping[int, Array]) -> Call:
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


class NumpyBatch(Backend):
    """Array instructions on NumPy."""

    name = "numpy"

    def simulate(self, request: Request, values: Floats) -> None:
        """Fill ``values[run, time, output]``."""
        program, constants, runs = request.program, request.constants, len(values)
        varying = [n for n, v in constants.items() if np.ndim(v) > 0 and runs > 1]
        plan = plan_of(program, varying, request.outputs)
        given: dict[str, float | Floats] = {**program.constants, **program.clock.controls(request.step), **constants}
        lanes = _lanes(plan, runs)
        spans = [slice(first, min(first + lanes, runs)) for first in range(0, runs, lanes)]
        if not varying:
            spans = [slice(0, 1)]

        def work(mine: Sequence[slice]) -> None:
            machine = _Machine(plan, lanes)
            for span in mine:
                part = {n: v[span] if np.ndim(v) > 0 else v for n, v in given.items()}  # type: ignore[index]
                machine.run(part, request, values[span])

        threads = min(len(spans), os.cpu_count() or 1)
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(work, spans[i::threads]) for i in range(threads)]:
                done.result()
        if not varying:
            values[1:] = values[0]


def _lanes(plan: Plan, runs: int) -> int:
    """Runs to do at once: as many as keep the arrays in the cache."""
    width = len(plan.stocks) + sum(i.result.varies for i in plan.step) // 4 + 1
    lanes = min(max(CHUNK_BYTES // (8 * width), FEWEST_LANES), MOST_LANES)
    return max(1, min(lanes, -(-runs // (os.cpu_count() or 1))))


BACKEND = NumpyBatch()
