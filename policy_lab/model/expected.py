"""Stored runs of every scenario, made by PySD (``analysis/golden_runs.py``): ``expected/<scenario>.csv.gz``."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Final

import numpy as np

from policy_lab.errors import ModelError
from policy_lab.model.parts import Core
from policy_lab.runs import Floats

FOLDER: Final = "expected"
_ENDING: Final = ".csv.gz"


def expected_folder(model: Core) -> Path:
    """Where the stored runs of a model lie, or would lie; raises ModelError for a model file without a folder."""
    if model.folder is None:
        raise ModelError("error.model.no_folder", name=model.path.name)
    return model.folder / FOLDER


def read_expected(model: Core) -> tuple[Floats, dict[str, dict[str, Floats]]]:
    """``time[row]`` and ``values[scenario][variable][row]`` of the outcomes, or of every variable without outcomes.

    Nothing where no run is stored.
    """
    curves: dict[str, dict[str, Floats]] = {}
    time = np.empty(0)
    for file in sorted(((model.folder or model.path.parent) / FOLDER).glob(f"*{_ENDING}")):
        with gzip.open(file, "rt", encoding="utf-8", newline="") as opened:
            header, *rows = csv.reader(opened)
        values = np.array(rows, dtype=float)
        time = values[:, header.index("Time")]
        wanted = list(model.outcomes) or [n for n in header if n in set(model.program.visible)]
        columns = {n: values[:, header.index(n)] for n in wanted if n in header}
        curves[file.name.removesuffix(_ENDING)] = columns
    return time, curves
