"""Samples of one's own: a table with a column for each factor and a row for each run, correlated as one likes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import numpy as np

from policy_lab.ensemble.factors import Factor, factor_from
from policy_lab.ensemble.study_file import Study
from policy_lab.errors import StudyError
from policy_lab.model import Model
from policy_lab.readers.data_files import number, sheet_of
from policy_lab.runs import Floats

#: Methods that take any sample; the others need a design of their own.
METHODS: Final = ("uncertainty", "prim", "robustness")


def sampled_factors(study: Study, model: Model) -> tuple[Factor, ...]:
    """The factors of a sample file: each can be what its column holds, one value a run, in the order of the rows.

    Raises:
        StudyError: the method needs its own design, factors are given beside it, a row is short or holds no number.
        UnknownName: a column is no constant of the model.
    """
    if study.method not in METHODS:
        raise StudyError("error.study.samples_method", method=study.method, methods=list(METHODS))
    path = (study.place or Path()) / str(study.samples)
    head, *rows = [row for row in sheet_of(path) if any(cell is not None for cell in row)] or [[]]
    columns: list[list[float]] = [[] for _ in head]
    for line, row in enumerate(rows, start=2):
        for column, values in enumerate(columns):
            value = number(row[column]) if column < len(row) else math.nan
            if value is None or not math.isfinite(value):
                raise StudyError("error.study.samples_cell", file=path.name, line=line, column=str(head[column]))
            values.append(value)
    if len(rows) < 2 or not all(head):
        raise StudyError("error.study.samples_rows", file=path.name)
    return tuple(factor_from(model, str(n), {"distribution": "discrete", "values": v})
                 for n, v in zip(head, columns, strict=True))  # fmt: skip


def unit_of(runs: int, factors: int) -> Floats:
    """``unit[run, factor]`` that takes the values of each factor in their order."""
    return np.repeat(((np.arange(runs) + 0.5) / runs)[:, None], factors, axis=1)
