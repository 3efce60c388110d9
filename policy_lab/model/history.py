"""A model's history: the figures in ``data/history.csv`` that its runs can be held against.

Columns ``series, variable, year, value, low, high, unit, grade, source``; one row is one figure with the range its
source gives. ``low`` and ``high`` may be empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from policy_lab.errors import ModelError
from policy_lab.model.parts import Core
from policy_lab.model.tables import text_rows
from policy_lab.runs import Floats

FILE: Final = "data/history.csv"
COLUMNS: Final = ("series", "variable", "year", "value", "low", "high", "unit", "grade", "source")

#: A range is read as holding nine in ten: so many standard deviations on either side.
SD_IN_HALF_RANGE: Final = 1.645
#: What a figure without a range is taken to be uncertain by, one standard deviation, as a share of itself.
UNSTATED: Final = 0.15
#: A side of a range is never less than this share of the whole: where the figure is the end of its own range.
LEAST_SIDE: Final = 0.1
#: No figure is taken to be known better than this, one standard deviation as a share of itself: no model is.
LEAST_ERROR: Final = 0.05


@dataclass(frozen=True)
class Series:
    """One series of figures: ``value``, ``low``, ``high[year]`` (NaN where no range is given)."""

    name: str
    variable: str
    unit: str
    grade: str
    year: Floats
    value: Floats
    low: Floats
    high: Floats

    def between(self, first: float, last: float) -> Series:
        """The figures of some years only."""
        kept = (self.year >= first) & (self.year <= last)
        year, value, low, high = (x[kept] for x in (self.year, self.value, self.low, self.high))
        return replace(self, year=year, value=value, low=low, high=high)

    def misfit(self, modelled: Floats) -> Floats:
        """How many standard deviations ``modelled[…, year]`` is off; the range of a figure may be lopsided."""
        whole = self.high - self.low
        below, above = (
            np.maximum(side, LEAST_SIDE * whole) for side in (self.value - self.low, self.high - self.value)
        )
        size = np.where(self.value != 0, np.abs(self.value), max(1e-12, float(np.abs(self.value).max())))
        gap = modelled - self.value
        side = np.where(gap < 0, below, above) / SD_IN_HALF_RANGE
        error = np.where(np.isfinite(side), np.maximum(side, LEAST_ERROR * size), UNSTATED * size)
        return np.asarray(gap / error, dtype=np.float64)


def has_history(model: Core) -> bool:
    """Whether figures of the past lie beside a model."""
    return model.folder is not None and (model.folder / FILE).is_file()


def history_file(model: Core, file: str = FILE) -> Path:
    """A file with figures, as seen from the model's folder; it need not be there."""
    return (model.folder or model.path.parent) / file


def history_digest(model: Core, file: str = FILE) -> str:
    """SHA-256 (hex) of the file; raises OSError."""
    return hashlib.sha256(history_file(model, file).read_bytes()).hexdigest()


def history_rows(model: Core) -> list[dict[str, str]]:
    """The rows as they stand, each with its number under ``row``; raises ModelError where a column is missing."""
    return text_rows(model.folder, FILE, COLUMNS) if model.folder else []


def read_history(model: Core, path: Path | None = None) -> list[Series]:
    """The series of a model, in the order of the file; ``path`` instead of its ``data/history.csv``.

    Raises:
        ModelError: there is no such file, or it lacks a column or a number.
        UnknownName: a variable that the model does not have.
    """
    place = path or history_file(model)
    if not place.is_file():
        what = "error.history.no_file" if path else "error.history.none"
        raise ModelError(what, model=model.name, file=path or FILE)
    lines = text_rows(place.parent, place.name, COLUMNS)
    grouped: dict[str, list[dict[str, str]]] = {}
    for line in lines:
        grouped.setdefault(line["series"], []).append(line)
    return [_series(model, name, rows) for name, rows in grouped.items()]


def _series(model: Core, name: str, rows: Sequence[Mapping[str, str]]) -> Series:
    def column(key: str) -> Floats:
        try:
            return np.array([float(r[key]) if r[key].strip() else np.nan for r in rows])
        except ValueError:
            raise ModelError("error.history.number", name=name, key=key) from None

    year, value = column("year"), column("value")
    if not (np.isfinite(year).all() and np.isfinite(value).all()):
        raise ModelError("error.history.lacks", name=name)
    first = rows[0]
    return Series(
        name, model.find(first["variable"]), first["unit"], first["grade"], year, value, column("low"), column("high")
    )
