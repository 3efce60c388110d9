"""Backends: engines that run a Program, behind one contract.

A backend is one module with a ``BACKEND`` that fulfils ``Backend``; it never imports another one. A new one is a new
file here and a line in ``_MODULES``.
"""

from __future__ import annotations

import importlib
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from policy_lab.errors import BadValue, PolicyLabError, UnknownName, UnsupportedConstruct
from policy_lab.program import Clock, Program
from policy_lab.runs import Floats

Integration = Literal["euler", "rk4"]

#: Backend name to module, the fastest first: "auto" tries them in turn.
_MODULES: Mapping[str, str] = {"llvm": "llvm", "numpy": "numpy_batch", "pysd": "pysd_reference"}
#: Machine code in single precision: "auto" never takes it; for ensembles whose figures bear it
#: (``ensemble/precision.py``).
SINGLE = "llvm-single"
#: The reference, which "auto" falls back to when no faster backend knows a construct.
REFERENCE = "pysd"


@dataclass(frozen=True)
class Schedule:
    """The moments of a run, and which of them are saved.

    Attributes:
        moments: every moment of the run up to the last saved one.
        rows: position among ``moments`` to position among the saved times.
    """

    moments: list[float]
    rows: Mapping[int, int]


def schedule(clock: Clock, step: float, times: Sequence[float] | Floats) -> Schedule:
    """Find the saved times among the moments of a run; raises BadValue where a time is none of them."""
    moments, _ = clock.moments(step, times[-1] if len(times) else None)
    rows: dict[int, int] = {}
    position = 0
    for row, time in enumerate(times):
        while position < len(moments) and moments[position] < time - step / 2:
            position += 1
        if position == len(moments) or abs(moments[position] - time) > step * 1e-3:
            raise BadValue("error.backend.moment", time=time, start=clock.initial, stop=clock.final, step=step)
        rows[position] = row
    return Schedule(moments[: max(rows, default=0) + 1], rows)


@dataclass(frozen=True)
class Request:
    """The runs of one call of ``Backend.run``: its arguments, and the moments of the runs.

    ``of`` is how many runs there will be with the same varied constants, those of this call among them.
    """

    program: Program
    constants: Mapping[str, float | Floats]
    outputs: Sequence[str]
    step: float
    integration: Integration
    schedule: Schedule
    of: int


class Backend(ABC):
    """The contract of an engine.

    Attributes:
        name: as ``get`` takes it.
        integrations: methods it has; a run with another one is refused before it starts.
    """

    name: str
    integrations: tuple[Integration, ...] = ("euler", "rk4")

    def supports(self, program: Program) -> None:
        """Return if it can run the Program; raise UnsupportedConstruct naming variable, construct and line if not."""
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
        of: int = 0,
    ) -> Floats:
        """Simulate.

        Args:
            program: what to run; its ``guards`` hold for these constants and this step (``simulate`` sees to it).
            constants: overridden constants, one number for all runs or ``value[run]``.
            runs: number of runs.
            outputs: names of equations (not lookups) to save.
            times: moments to save, rising, each one of ``program.clock.moments(step)`` or of those that follow, to
                within a rounding error.
            step: time step; ``Name("TIME STEP")`` has this value.
            integration: ``"euler"`` or ``"rk4"``.
            of: runs in all, where this call makes some of more that vary the same constants; see ``Request``.

        Returns:
            ``values[run, time, output]``; NaN and infinity where the model gives them.
        """
        timing = schedule(program.clock, step, times)
        request = Request(program, constants, outputs, step, integration, timing, max(runs, of))
        values = np.empty((runs, len(times), len(outputs)))
        self.simulate(request, values)
        return values

    @abstractmethod
    def simulate(self, request: Request, values: Floats) -> None:
        """Fill ``values[run, time, output]``."""


def available() -> tuple[str, ...]:
    """Names of the backends that this installation has, the fastest first."""
    return tuple(n for n, module in _MODULES.items() if importlib.util.find_spec(f"{__name__}.{module}") is not None)


def get(name: str) -> Backend:
    """A backend by name; raises UnknownName."""
    if name == SINGLE:
        return cast(Backend, importlib.import_module(f"{__name__}.llvm").SINGLE)
    if name not in available():
        raise UnknownName("backend", name, ("auto", *available()))
    module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    return cast(Backend, module.BACKEND)


def choose(program: Program, integration: Integration) -> tuple[Backend, str]:
    """The fastest backend that can run a Program, and why no faster one could ("" for the first choice).

    Raises:
        BadValue: no backend can, the reference included; says why each cannot.
    """
    reasons: list[str] = []
    for name in available():
        try:
            backend = get(name)
            backend.supports(program)
            check_integration(backend, integration)
        except (UnsupportedConstruct, BadValue, ImportError) as refusal:
            reasons.append(str(refusal) if isinstance(refusal, PolicyLabError) else f"{name} is not installed")
        else:
            return backend, " ".join(dict.fromkeys(reasons))
    raise BadValue(" ".join(dict.fromkeys(reasons)))


def check_integration(backend: Backend, integration: str) -> None:
    """Raise BadValue where a backend does not have an integration method."""
    if integration not in ("euler", "rk4"):
        raise BadValue("error.backend.integration", integration=integration)
    if integration not in backend.integrations:
        possible = ", ".join(backend.integrations)
        raise BadValue("error.backend.integrates", backend=backend.name, possible=possible, integration=integration)
