"""Native code: a Program as a function in this process, compiled or taken from the cache, loaded, and called."""

from __future__ import annotations

import ctypes
import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policy_lab import cache
from policy_lab.compiler.emitter import emit
from policy_lab.compiler.integrator import ENTRY
from policy_lab.compiler.layout import Layout, layout_of
from policy_lab.compiler.llvm_toolchain import Loaded, compile_object, host, versions
from policy_lab.compiler.target import Target
from policy_lab.program import Guard, Program
from policy_lab.runs import Floats

Integers = NDArray[np.int32]

#: Compiled modules kept loaded in one process.
_MOST_LOADED = 32
_POINTER, _INTEGER = ctypes.c_void_p, ctypes.c_int64
_SIGNATURE = {
    bits: ctypes.CFUNCTYPE(
        ctypes.c_int32, _POINTER, _POINTER, _POINTER, _POINTER, _INTEGER, _INTEGER, _INTEGER, _POINTER, _POINTER,
        _INTEGER, _INTEGER, _INTEGER, real, _POINTER, _INTEGER, _POINTER, _INTEGER, _POINTER, _INTEGER, _POINTER,
    )
    for bits, real in ((64, ctypes.c_double), (32, ctypes.c_float))
}  # fmt: skip
_lock = threading.Lock()
_loaded: OrderedDict[str, Loaded] = OrderedDict()
_kernels: weakref.WeakValueDictionary[tuple[int, bool], Kernel] = weakref.WeakValueDictionary()


class Kernel:
    """A compiled Program; ``simulate`` may be called from several threads at once.

    Attributes:
        layout: the slot of every variable.
        target: this machine, in double or in single precision.
        real: type of a number there.
    """

    def __init__(self, program: Program, single: bool = False) -> None:
        self.target = host(single)
        self.real: type[np.floating[Any]] = np.float32 if single else np.float64
        self.layout: Layout = layout_of(program, bool(self.target.fma) and not single)
        self._loaded = _object(emit(program, self.layout, self.target), self.target)
        self._function = _SIGNATURE[self.target.bits](self._loaded.address(ENTRY))

    def simulate(self, task: Task, out: Floats, first: int) -> Guard | None:
        """Simulate as many runs as ``out`` has rows, those of ``task`` from ``first`` on.

        Args:
            task: clock, constants and outputs, which all runs share.
            out: ``out[run, row, output]``, contiguous; written in place. Where the kernel has single precision, so
                does its arithmetic, and ``out`` holds the same numbers as doubles.
            first: position of the first run in ``task.values``.

        Returns:
            The guard that one of the runs does not fulfil (``out`` is then incomplete), or None.
        """
        runs, lanes, real = len(out), self.target.lanes, self.real
        padded = -(-runs // lanes) * lanes
        values = np.empty((len(task.slots), padded), dtype=real)
        values[:, :runs] = [column[first : first + runs] for column in task.values] if len(task.slots) else 0.0
        values[:, runs:] = values[:, runs - 1 : runs]
        work = self._working_memory()
        fixed, moments = np.asarray(task.fixed, dtype=real), np.asarray(task.moments, dtype=real)
        made = out if out.dtype == real else np.empty(out.shape, dtype=real)
        broken = self._function(
            work.ctypes.data, fixed.ctypes.data, task.slots.ctypes.data, values.ctypes.data, len(task.slots),
            padded, runs, moments.ctypes.data, task.rows.ctypes.data, len(task.moments), out.shape[1],
            task.method, task.step, task.outputs.ctypes.data, len(task.outputs), made.ctypes.data,
            0, None, 0, None,
        )  # fmt: skip
        if made is not out:
            out[:] = made
        return self.layout.program.guards[broken - 1] if broken else None

    def _working_memory(self) -> NDArray[Any]:
        """Working memory, aligned to a vector."""
        lanes = self.target.lanes
        room = np.empty((self.layout.size + 1) * lanes, dtype=self.real)
        skip = -(room.ctypes.data // self.target.size) % lanes
        return room[skip:]


@dataclass(frozen=True)
class Task:
    """The arguments that the runs of one call share, in the form the kernel takes (see ``integrator.py``).

    Attributes:
        fixed: ``fixed[given]``.
        slots, values: slots of the constants that differ between runs, and ``value[run]`` of each.
        moments, rows: every moment (model time unit), and the row it is saved in or -1.
        method: 0 Euler, 1 Runge-Kutta.
        step: time step (model time unit).
        outputs: slots to save.
    """

    fixed: Floats
    slots: Integers
    values: Sequence[Floats]
    moments: Floats
    rows: Integers
    method: int
    step: float
    outputs: Integers


def kernel_of(program: Program, single: bool = False) -> Kernel:
    """The compiled Program; made once a process, and at most once for this machine.

    Args:
        program: what is compiled.
        single: in single precision; raises TooFine where it has numbers or functions that this has not.
    """
    with _lock:
        kernel = _kernels.get((id(program), single))
        if kernel is None or kernel.layout.program is not program:
            kernel = _kernels[id(program), single] = Kernel(program, single)
            object.__setattr__(program, f"_compiled_{kernel.target.bits}", kernel)  # lives as long as the Program does
        return kernel


def _object(text: str, target: Target) -> Loaded:
    """Loaded code for a module. Its whole text is the key, so that nothing that matters can be left out of it."""
    key = cache.key_of(text, versions())
    if key not in _loaded:
        code = cache.read(key, "o")
        if code is None:
            code = compile_object(text, target)
            cache.write(key, "o", code)
        _loaded[key] = Loaded(code)
        while len(_loaded) > _MOST_LOADED:
            _loaded.popitem(last=False)
    _loaded.move_to_end(key)
    return _loaded[key]
