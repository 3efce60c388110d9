"""``Runs``: the result of a simulation, as plain arrays with names and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policy_lab.errors import UnknownName

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Runs:
    """Simulated values of some variables in one or many runs.

    Attributes:
        values: ``values[run, time, output]``, in the unit of each output.
        time: ``time[time]`` (years, or the model's own time unit).
        outputs: names of the outputs as the model spells them, elements as ``Name[element]``.
        units: unit of each output, in the same order.
        inputs: constants that were set, name to ``value[run]`` (or one number for all runs).
        provenance: what made these runs: model name and hash, backend, time step, version.
    """

    values: Floats
    time: Floats
    outputs: tuple[str, ...]
    units: tuple[str, ...]
    inputs: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    provenance: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __len__(self) -> int:
        return int(self.values.shape[0])

    def column(self, name: str) -> int:
        """Position of an output; raises ``UnknownName`` if it was not saved."""
        try:
            return self.outputs.index(name)
        except ValueError:
            raise UnknownName("saved output", name, self.outputs) from None

    def of(self, name: str) -> Floats:
        """``values[run, time]`` of one output."""
        return self.values[:, :, self.column(name)]

    def at(self, name: str, time: float) -> Floats:
        """``values[run]`` of one output at the saved time nearest to ``time``."""
        return self.of(name)[:, int(np.argmin(np.abs(self.time - time)))]


@dataclass(frozen=True)
class Disagreement:
    """The largest difference between two sets of runs, relative to the variable's own size; where it is."""

    relative: float
    output: str
    time: float
    run: int

    def __str__(self) -> str:
        return f"{self.relative:.2g} of its size in '{self.output}' at {self.time:g} (run {self.run})"


def disagreement(ours: Runs, theirs: Runs, late: Floats | None = None) -> Disagreement:
    """The largest relative difference between two sets of runs, over the outputs of ``theirs``.

    A difference is measured against the larger of |value| and the largest |value| that the variable has had so far
    in that run: the difference of two large numbers has their rounding errors, and a variable that passes through zero
    has no size of its own there. Two NaN, and two equal infinities, agree.

    Args:
        ours, theirs: runs that have these outputs and moments.
        late: ``late[time]`` of ``theirs``: by how much its clock was off, where it adds up steps that binary numbers do
            not have (``Clock.late``). A variable may then differ by what it changes in twice that time.
    """
    columns = [ours.column(name) for name in theirs.outputs]
    rows = [int(np.argmin(np.abs(ours.time - t))) for t in theirs.time]
    mine, other = ours.values[:, rows][:, :, columns], theirs.values
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.fmax.accumulate(np.where(np.isfinite(other), np.abs(other), 0.0), axis=1)
        apart = np.abs(mine - other)
        if late is not None and len(late) > 1 and late.any():
            apart = np.maximum(apart - 2 * _slope(other, theirs.time) * late[None, :, None], 0.0)
        relative = np.where(apart == 0, 0.0, apart / np.where(size > 0, size, 1.0))
    same = (mine == other) | (np.isnan(mine) & np.isnan(other))
    relative = np.where(same, 0.0, np.where(np.isnan(relative), np.inf, relative))
    run, time, output = np.unravel_index(int(np.argmax(relative)), relative.shape)
    worst = float(relative[run, time, output])
    return Disagreement(worst, theirs.outputs[output], float(theirs.time[time]), int(run))


def _slope(values: Floats, time: Floats) -> Floats:
    """The steeper of the two neighbouring slopes of ``values[run, time, output]``; 0 where one is not finite."""
    steps = np.abs(np.diff(values, axis=1)) / np.diff(time)[None, :, None]
    steeper: Floats = np.fmax(steps[:, [0, *range(steps.shape[1])]], steps[:, [*range(steps.shape[1]), -1]])
    return np.where(np.isfinite(steeper), steeper, 0.0)
