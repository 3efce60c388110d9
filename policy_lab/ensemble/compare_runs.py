"""Comparison of the findings, samples and outcomes of a study and of the same one made again, number by number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import netCDF4
import numpy as np
import pandas as pd

from policy_lab.ensemble.findings import Findings
from policy_lab.ensemble.folder import FILES, FINISHED, SEAL, digest, sealed
from policy_lab.messages import Message, Name
from policy_lab.runs import Floats

#: Runs read at a time, so that memory does not grow with the study.
BLOCK: Final = 4096
CONTENTS: Final = {"value": "study.replay.factors", "result": "study.replay.outcomes"}
#: What the numbers of a file are of.
NAMED: Final = ("time", "factor", "outcome")
#: Parts of a provenance that may make for other numbers.
MADE_WITH: Final = ("policy_lab", "model_hash", "backend", "versions")


def edited(stored: Findings) -> list[Message]:
    """Files of a result folder that are not, byte for byte, what the study wrote."""
    known = stored.provenance.get(FILES, {})
    files = {name: stored.folder / name for name in known if stored.folder and (stored.folder / name).exists()}
    found = [name for name, path in files.items() if digest(path) != known[name]]
    whole = SEAL not in stored.provenance or sealed(stored.provenance)[SEAL] == stored.provenance[SEAL]
    return [Message("study.replay.damaged", {"file": name}) for name in (*found, *(() if whole else (FINISHED,)))]


def made_otherwise(stored: Findings, again: Findings) -> list[Message]:
    """What may be the reason for other numbers."""
    pairs = {key: [found.provenance.get(key) for found in (stored, again)] for key in MADE_WITH}
    return [
        Message("study.replay.made", {"what": key, "was": str(was), "now": str(now)})
        for key, (was, now) in pairs.items()
        if was != now
    ]


def other_findings(stored: Findings, again: Findings) -> list[Message]:
    """What differs between two tables of findings."""
    one, other = stored.table, again.table
    if one.equals(other):
        return []
    if len(one) != len(other):
        return [Message("study.replay.rows", {"was": len(one), "now": len(other)})]
    labels, numbers = ["outcome", "time", "factor", "index"], ["value", "low", "high"]
    if not one[labels].equals(other[labels]):
        return [Message("study.replay.labels")]
    gap = (one[numbers] - other[numbers]).abs()
    worst = gap.max(axis=1)
    where = one.loc[worst.idxmax()] if worst.notna().any() else one.iloc[0]
    changed = int(pd.concat([gap > 0, gap.isna() & one[numbers].notna()], axis=1).any(axis=1).sum())
    told = {"index": where["index"], "factor": Name(where["factor"]), "outcome": Name(where["outcome"])}
    return [
        Message("study.replay.values", {"changed": changed, "rows": len(worst), "most": float(worst.max()), **told})
    ]


def other_runs(stored: Path, again: Path) -> list[Message]:
    """What differs between the runs kept in two folders, a line a file; runs that were not kept are not missed.

    Args:
        stored: result folder, in which NetCDF files may have been deleted.
        again: result folder of the same study made again.
    """
    found = []
    for file in sorted(stored.glob("*.nc")):
        other = again / file.name
        if not other.exists():
            found.append(Message("study.replay.gone", {"file": file.name}))
            continue
        try:
            with _opened(file) as one, _opened(other) as two:
                found += _differences(file.name, one, two)
        except (OSError, RuntimeError, LookupError, ValueError):  # whatever the library stumbles on
            found.append(Message("study.replay.damaged", {"file": file.name}))
    return found


def _opened(path: Path) -> Any:
    file = netCDF4.Dataset(path)
    file.set_auto_mask(False)
    return file


def _differences(file: str, one: Any, two: Any) -> Iterator[Message]:
    if any(list(one[name][:]) != list(two[name][:]) for name in NAMED):
        yield Message("study.replay.named", {"file": file})
        return
    for name, key in CONTENTS.items():
        told: dict[str, object] = {"file": file, "what": Message(key)}
        if one[name].shape != two[name].shape:
            shapes = {"was": str(one[name].shape), "now": str(two[name].shape)}
            yield Message("study.replay.shape", {**told, **shapes})
            continue
        runs, most = 0, 0.0
        for start in range(0, one[name].shape[0], BLOCK):
            a, b = (kept[name][start : start + BLOCK] for kept in (one, two))
            changed = _changed(a, b)
            runs += int(changed.reshape(len(changed), -1).any(axis=1).sum())
            gap = np.abs(a - b)[changed]
            most = max(most, float(gap[np.isfinite(gap)].max(initial=0.0)))
        if runs:
            counts = {"changed": runs, "runs": one[name].shape[0], "most": most}
            yield Message("study.replay.runs", {**told, **counts})


def _changed(a: Floats, b: Floats) -> Any:
    return (a != b) & ~(np.isnan(a) & np.isnan(b))
