"""Single precision for the runs of a study, where its figures bear it.

A processor makes two and a half times as many runs in single precision. Whether a study bears it is tried: some runs of
its own ranges, in both precisions. An outcome may be off by a hundredth of the standard error that its mean over the
study's points has, as a root mean square over the runs. Its share of a standard deviation, doubled, bounds by how much
a share of the variance is off (Cauchy and Schwarz).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from policy_lab.backends import REFERENCE, SINGLE
from policy_lab.compiler.target import TooFine
from policy_lab.ensemble.designs import sobol_points
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import PolicyLabError
from policy_lab.runs import Floats

#: Steps of all runs together from which on it is worth the trial.
TRIED_FROM: Final = 20_000_000
#: Runs of the trial.
TRIAL: Final = 256
#: How far an outcome may be off, as a share of the standard error of its mean.
MOST_OFF: Final = 0.01
#: Where an outcome's standard deviation is a smaller share of its largest over all times, it hardly varies: in single
#: precision it has no figures there, and is not asked to be near.
HARDLY: Final = 1e-4
#: A spread below this share of the size is rounding.
ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Precision:
    """The precision of a study's runs.

    Attributes:
        backend: that makes them, for ``Ensemble.run``.
        off: how far the trial's outcomes were off at most, as a share of their standard deviations; ``limit``: how far
            they may be, 0 without a trial.
        why: why it is double precision, in English, "" where it is single.
    """

    backend: str
    off: float = 0.0
    limit: float = 0.0
    why: str = ""

    @property
    def single(self) -> bool:
        """Whether the runs are in single precision."""
        return self.backend == SINGLE

    def as_data(self) -> dict[str, Any]:
        """For the provenance."""
        tried = {"trial_runs": TRIAL, "off": self.off, "limit": self.limit} if self.limit else {}
        return {"numbers": "single" if self.single else "double", **tried, "why": self.why}


DOUBLE: Final = "auto"


def precision_for(ensemble: Ensemble, runs: int, points: int) -> Precision:
    """Single precision if the study is long and its outcomes bear it, else double.

    Args:
        ensemble: of the study, before its first run.
        runs: it will have.
        points: independent ones among them, of which the standard error follows.
    """
    plan = ensemble.plan
    if runs * len(plan.model.program.clock.moments()[0]) < TRIED_FROM:
        return Precision(DOUBLE, why="the study is short")
    unit = sobol_points(TRIAL, len(plan.factors), plan.study.seed)
    double = ensemble.try_out(unit)
    if REFERENCE in ensemble.backends:
        return Precision(DOUBLE, why="PySD makes the runs")
    try:
        single = ensemble.try_out(unit, backend=SINGLE, of=runs)
    except (TooFine, PolicyLabError) as error:
        return Precision(DOUBLE, why=str(error))
    off, limit = deviation(single, double), MOST_OFF / math.sqrt(points)
    return Precision(SINGLE, off, limit) if off <= limit else Precision(DOUBLE, off, limit, "an outcome is off by more")


def deviation(single: Floats, double: Floats) -> float:
    """How far ``values[run, time, outcome]`` are off, where they vary, as a share of the standard deviation.

    Returns:
        The largest over times and outcomes; infinity where a run fails in one precision alone, or where rounding would
        make what is constant vary.
    """
    good = np.isfinite(double).all(axis=(1, 2))
    if (np.isfinite(single).all(axis=(1, 2)) != good).any() or not good.any():
        return float("inf")
    single, double = single[good], double[good]
    if (_varies(single) & ~_varies(double)).any():
        return float("inf")
    sd = double.std(axis=0)
    off = np.sqrt(np.square(single - double).mean(axis=0))
    asked = _varies(double) & resolved(sd)
    return float(np.max(off[asked] / sd[asked], initial=0.0))


def resolved(sd: Floats) -> NDArray[np.bool_]:
    """Where an outcome varies enough for single precision: ``[time, outcome]`` of its standard deviations."""
    return np.asarray(sd >= HARDLY * sd.max(axis=0))


def _varies(values: Floats) -> NDArray[np.bool_]:
    low, high = values.min(axis=0), values.max(axis=0)
    return np.asarray(high - low > ROUNDING * np.maximum(np.abs(low), np.abs(high)))
