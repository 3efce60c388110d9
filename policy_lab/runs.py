"""Runs: what a simulation gives back, as plain arrays with names and units."""

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
