"""Runs that gave no number: how many, for which outcome, and where in the ranges of what was varied."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from policy_lab.ensemble.factors import Factor, values_of
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.runner import Ensemble, Part
from policy_lab.messages import Message, Name
from policy_lab.runs import Floats

#: With less of its runs failed nothing is said about where.
TOLD: Final = 0.005
#: Runs whose factors are looked at, at most.
LOOKED_AT: Final = 20_000


def failed_shares(plan: Plan, ensemble: Ensemble) -> dict[str, float]:
    """Outcome to the share of all runs that have no number for it at some studied time; only where there are any."""
    counts, runs = np.zeros(len(plan.outcomes)), 0
    for part in ensemble.made.values():
        if part.outcomes.outcomes != len(plan.outcomes):
            continue
        for start in range(0, part.sample.runs, 4096):
            stop = min(start + 4096, part.sample.runs)
            counts += (~np.isfinite(_block(part, start, stop)).all(axis=1)).sum(axis=0)
            runs += stop - start
    return {o: float(c) / runs for o, c in zip(plan.outcomes, counts, strict=True) if c}


def notes(plan: Plan, ensemble: Ensemble, shares: dict[str, float]) -> list[Message]:
    """For each outcome with failed runs, how many, and the range of the factor that tells them apart best."""
    parts = [p for p in ensemble.made.values() if p.outcomes.outcomes == len(plan.outcomes)]
    said = []
    for outcome, share in shares.items():
        if share < TOLD:
            continue
        told: dict[str, object] = {"outcome": plan.named(outcome), "share": share, "where": ""}
        if (apart := _apart(parts[0], plan.outcomes.index(outcome))) is not None:
            factor, low, high = apart
            where = {"factor": Name(factor.name), "low": low, "high": high}
            told["where"] = Message("report.failed_where", where)
        said.append(Message("report.failed_outcome", told))
    return said


def _block(part: Part, start: int, stop: int) -> Floats:
    shape = (stop - start, part.outcomes.times, part.outcomes.outcomes)
    return part.outcomes.rows(start, stop).reshape(shape)


def _apart(part: Part, outcome: int) -> tuple[Factor, float, float] | None:
    """The factor whose values differ most between runs with and without a number, and its range over those with one."""
    count = min(part.sample.runs, LOOKED_AT)
    good: NDArray[np.bool_] = np.asarray(np.isfinite(_block(part, 0, count)[:, :, outcome]).all(axis=1))
    if not good.any() or good.all():
        return None
    columns = values_of(part.factors, part.sample.rows(0, count))
    best = max(part.factors, key=lambda f: _separation(columns[f.name], good))
    kept = columns[best.name][good]
    return best, float(kept.min()), float(kept.max())


def _separation(values: Floats, good: NDArray[np.bool_]) -> float:
    """How well a threshold would tell the two apart: |2 AUC - 1|."""
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable") + 1.0
    count, without = int(good.sum()), int((~good).sum())
    return float(abs(2 * (ranks[good].sum() - count * (count + 1) / 2) / (count * without) - 1))
