"""LLVM backend: a Program as vector machine code for this processor, one lane a run, on all its cores.

The compiler is ``policy_lab.compiler``; here runs are cut into blocks for threads (a ctypes call releases Python's
lock). A run has the same bits wherever it is in a batch and however many threads there are.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from policy_lab.backends import Backend, Request
from policy_lab.compiler.emitter import check
from policy_lab.compiler.exogenous import check_moments
from policy_lab.compiler.native import Kernel, Task, kernel_of
from policy_lab.compiler.specialise import specialised
from policy_lab.errors import UnknownName, UnsupportedConstruct
from policy_lab.messages import Message
from policy_lab.program import Guard, Program
from policy_lab.runs import Floats

#: Steps of all runs together from which on a specialised kernel is made. Of big_science, measured on one thread: it
#: takes a second to compile and saves a tenth of a millisecond of a run of 1,400 steps.
SPECIALISE_FROM = 20_000_000
#: Runs a thread takes at a time: some milliseconds, so that Ctrl-C is heard and the cores finish together.
BLOCK = 256
#: Specialised Programs kept, the youngest; a study needs one for each of its parts.
MOST_SPECIALISED = 8
_lock = threading.Lock()
#: By a Program's id and what is fixed; the Program stays with it, so that no other one gets its id.
_specialised: OrderedDict[tuple[int, tuple[tuple[str, float], ...]], tuple[Program, Program]] = OrderedDict()


def threads() -> int:
    """Cores this process may use; ``POLICY_LAB_THREADS`` sets fewer."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = os.environ.get("POLICY_LAB_THREADS", "")
    return min(cores, int(wanted)) if wanted.isdigit() and int(wanted) > 0 else cores


class LlvmBackend(Backend):
    """Machine code for all cores."""

    def __init__(self, name: str, single: bool = False) -> None:
        self.name, self._single = name, single

    def supports(self, program: Program) -> None:
        """Raise UnsupportedConstruct for what the translation or the compiler does not know."""
        super().supports(program)
        check(program)

    def simulate(self, request: Request, values: Floats) -> None:
        """Fill ``values[run, time, output]``.

        Raises:
            UnsupportedConstruct: a guard does not hold.
            TooFine: single precision has not all numbers, functions or moments of events of these runs.
        """
        self.supports(request.program)
        kernel = kernel_of(_program(request), self._single)
        task = _task(kernel, request)
        if self._single:
            _check_precision(kernel, request, task)
        if not values.size:
            return

        def block(first: int) -> Guard | None:
            return kernel.simulate(task, values[first : first + BLOCK], first)

        starts = range(0, len(values), BLOCK)
        workers = min(threads(), len(starts))
        if workers == 1:  # a pool would take longer to start than one run does
            broken = next((g for g in map(block, starts) if g), None)
        else:
            with ThreadPoolExecutor(workers) as pool:
                broken = next((g for g in pool.map(block, starts) if g), None)
        if broken is not None:
            raise UnsupportedConstruct(
                broken.variable, Message("error.construct.moved", {"construct": broken.construct}), broken.line
            )


def _program(request: Request) -> Program:
    """The Program to compile: for very many runs one that has the constants they share in its code."""
    if request.of * len(request.schedule.moments) < SPECIALISE_FROM:
        return request.program
    varied = {name for name, value in request.constants.items() if np.ndim(value)}
    numbers = {**request.program.clock.controls(request.step), **request.program.constants, **request.constants}
    fixed = tuple((name, float(number)) for name, number in numbers.items() if name not in varied)
    key = (id(request.program), fixed)
    with _lock:
        if key not in _specialised:
            _specialised[key] = request.program, specialised(request.program, dict(fixed))
            while len(_specialised) > MOST_SPECIALISED:
                _specialised.popitem(last=False)
        return _specialised[key][1]


def _check_precision(kernel: Kernel, request: Request, task: Task) -> None:
    check_moments(request.program, request.schedule.moments, kernel.target)
    kernel.target.check(task.fixed)
    for varied in task.values:
        kernel.target.check((np.min(varied), np.max(varied), np.min(np.abs(varied))))


def _task(kernel: Kernel, request: Request) -> Task:
    constants, outputs, step, plan = request.constants, request.outputs, request.step, request.schedule
    layout, program = kernel.layout, kernel.layout.program
    unknown = next((n for n in constants if n not in program.constants), None)
    if unknown is not None:
        raise UnknownName("constant", unknown, program.constants)
    strange = next((n for n in outputs if n not in layout.slot), None)
    if strange is not None:
        raise UnknownName("variable", strange, layout.slot)
    single = {n: float(v) for n, v in constants.items() if np.ndim(v) == 0}
    many = {n: np.asarray(v, dtype=np.float64) for n, v in constants.items() if np.ndim(v)}
    given = {**program.clock.controls(step), **program.constants, **single}
    rows = np.full(len(plan.moments), -1, dtype=np.int32)
    rows[list(plan.rows)] = list(plan.rows.values())
    return Task(
        fixed=np.array([given[n] for n in layout.given]),
        slots=np.array([layout.slot[n] for n in many], dtype=np.int32),
        values=tuple(many.values()),
        moments=np.array(plan.moments),
        rows=rows,
        method=("euler", "rk4").index(request.integration),
        step=step,
        outputs=np.array([layout.slot[n] for n in outputs], dtype=np.int32),
    )


BACKEND = LlvmBackend("llvm")
SINGLE = LlvmBackend("llvm-single", single=True)
