"""Comparison of the samples and outcomes in two result folders, number by number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import netCDF4
import numpy as np

from policy_lab.runs import Floats

#: Runs read at a time, so that memory does not grow with the study.
BLOCK: Final = 4096
CONTENTS: Final = {"value": "values of factors", "result": "outcomes"}


def other_runs(stored: Path, again: Path) -> list[str]:
    """What differs between the runs kept in two folders, a line a file; runs that were not kept are not missed.

    Args:
        stored: result folder, in which NetCDF files may have been deleted.
        again: result folder of the same study made again.
    """
    found = []
    for file in sorted(stored.glob("*.nc")):
        other = again / file.name
        if not other.exists():
            found.append(f"{file.name} is not made any more")
            continue
        with _opened(file) as one, _opened(other) as two:
            found += [f"{file.name}: {line}" for line in _differences(one, two)]
    return found


def _opened(path: Path) -> Any:
    file = netCDF4.Dataset(path)
    file.set_auto_mask(False)
    return file


def _differences(one: Any, two: Any) -> Iterator[str]:
    for name, what in CONTENTS.items():
        if one[name].shape != two[name].shape:
            yield f"{what} were of the shape {one[name].shape}, are of {two[name].shape}"
            continue
        runs, most = 0, 0.0
        for start in range(0, one[name].shape[0], BLOCK):
            a, b = (file[name][start : start + BLOCK] for file in (one, two))
            changed = _changed(a, b)
            runs += int(changed.reshape(len(changed), -1).any(axis=1).sum())
            gap = np.abs(a - b)[changed]
            most = max(most, float(gap[np.isfinite(gap)].max(initial=0.0)))
        if runs:
            yield f"{what} of {runs:,} of {one[name].shape[0]:,} runs differ, by at most {most:.3g}"


def _changed(a: Floats, b: Floats) -> Any:
    return (a != b) & ~(np.isnan(a) & np.isnan(b))
