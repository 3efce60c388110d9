"""``Runs``: the result of a simulation, as plain arrays with names and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from policy_lab.errors import BadValue, UnknownName

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]


#: Outputs that a notebook shows of runs.
SHOWN: Final = 20


@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        what = ", ".join(self.outputs[:4]) + (", …" if len(self.outputs) > 4 else "")
        model = f" of {name}" if (name := self.provenance.get("model")) else ""
        return (
            f"<Runs{model}: {len(self)} runs, {len(self.time)} times from {self.time[0]:g} to {self.time[-1]:g}, "
            f"{len(self.outputs)} outputs ({what})>"
        )

    def _repr_html_(self) -> str:
        """A table for a notebook: name, unit, first and last value and a line over time, of the first run."""
        rows = "".join(map(self._row, self.outputs[:SHOWN]))
        head = "".join(f"<th>{t}</th>" for t in ("", "unit", f"{self.time[0]:g}", f"{self.time[-1]:g}", "", "range"))
        rest = len(self.outputs) - SHOWN
        more = f"<p>and {rest} more outputs</p>" if rest > 0 else ""
        return f"<p>{escape(repr(self))}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"

    def _row(self, name: str) -> str:
        values = self.of(name)
        low, high = np.nanmin(values, initial=np.inf), np.nanmax(values, initial=-np.inf)
        ends = (f"{values[0, 0]:.5g}", f"{values[0, -1]:.5g}")
        unit = self.units[self.column(name)]
        cells = (escape(name), escape(unit), *ends, _line(values[:SHOWN], low, high), f"{low:.5g} to {high:.5g}")
        return "<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>"

    def column(self, name: str) -> int:
        """Position of an output, by any spelling that the model knows; raises ``UnknownName`` if it was not saved."""
        if name in self.outputs:
            return self.outputs.index(name)
        folded = [_folded(n) for n in self.outputs]
        if _folded(name) not in folded:
            raise UnknownName("saved output", name, self.outputs)
        return folded.index(_folded(name))

    def of(self, name: str) -> Floats:
        """``values[run, time]`` of one output."""
        return self.values[:, :, self.column(name)]

    def at(self, name: str, time: float) -> Floats:
        """``values[run]`` of one output at the saved time nearest to ``time``; raises BadValue outside the run."""
        self.check_time(time)
        return self.of(name)[:, int(np.argmin(np.abs(self.time - time)))]

    def check_time(self, time: float) -> None:
        """Raise BadValue for a time outside the run."""
        first, last = float(self.time[0]), float(self.time[-1])
        if not first - 1e-9 * abs(first) <= time <= last + 1e-9 * abs(last):
            raise BadValue("error.run.outside", time=time, start=first, stop=last)

    def to_dataframe(self) -> pd.DataFrame:
        """A table: a row a run and time (its index), a column an output; units are in ``attrs["units"]``."""
        import pandas as pd

        index = pd.MultiIndex.from_product([range(len(self)), self.time], names=["run", "time"])
        table = pd.DataFrame(self.values.reshape(-1, len(self.outputs)), index=index, columns=list(self.outputs))
        table.attrs = {"units": dict(zip(self.outputs, self.units, strict=True))}
        return table

    def to_xarray(self) -> xr.DataArray:
        """``values`` with the dimensions run, time and output; ``unit`` lies along the outputs, and so does each input
        that differs between the runs along the runs. Provenance and the other inputs are in ``attrs``.
        """
        import xarray as xr

        varied = {n: ("run", np.asarray(v, dtype=float)) for n, v in self.inputs.items() if np.ndim(v)}
        coordinates = {
            "run": np.arange(len(self)), "time": self.time, "output": list(self.outputs),
            "unit": ("output", list(self.units)), **varied,
        }  # fmt: skip
        plain = {k: v for k, v in self.provenance.items() if isinstance(v, str | int | float)}
        fixed = {f"input {n}": float(v) for n, v in self.inputs.items() if not np.ndim(v)}
        about = {**plain, **fixed}
        return xr.DataArray(self.values, coordinates, ["run", "time", "output"], name="values", attrs=about)


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def _line(values: Floats, low: float, high: float) -> str:
    """A small picture of ``values[run, time]`` over time, a line a run."""
    span = high - low if high > low else 1.0
    xs = np.linspace(0, 96, values.shape[1])
    lines = []
    for run in values:
        points = " ".join(f"{x:.1f},{22 - 20 * (y - low) / span:.1f}" for x, y in zip(xs, run, strict=True) if y == y)
        lines.append(f'<polyline points="{points}" fill="none" stroke="currentColor" opacity="0.7"/>')
    return f'<svg width="96" height="24" role="img">{"".join(lines)}</svg>'


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
