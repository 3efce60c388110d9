"""Sobol' indices over all times: each time weighted by the variance it has, with the intervals of the same resamples.

After Gamboa, Janon, Klein and Lagnoux (2014), doi:10.1214/14-EJS895.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from policy_lab.estimators import ranking, sobol_intervals
from policy_lab.estimators import sobol as variance
from policy_lab.runs import Floats


@dataclass(frozen=True)
class Interval:
    """A number with its bootstrap interval, all of one shape."""

    value: Floats
    low: Floats
    high: Floats


def arrays(found: variance.Indices) -> dict[str, Floats]:
    """Index name to ``[…, group, output]``; leading axes are resamples."""
    known = {"S1": found.first, "ST": found.total, "rank": ranking.ranks(found.total)}
    known |= {"dummy S1": found.dummy_first[..., None, :], "dummy ST": found.dummy_total[..., None, :]}
    return known if found.second is None else {**known, "S2": found.second}


@dataclass(frozen=True)
class Piece:
    """What is kept of the resampled indices of some outputs.

    Attributes:
        part: which outputs.
        bounds: index name to ``[bound, group, output]``.
        weight: variance of each output in each resample, ``[output, resample]``.
        weighted: index name to the index times that variance, ``[output, resample, group]``.
    """

    part: slice
    bounds: Mapping[str, Floats]
    weight: Floats
    weighted: Mapping[str, Floats]


@dataclass(frozen=True)
class Digest:
    """Makes pieces of resampled indices; ``scale[output]`` is what turns standard units into variances."""

    confidence: float
    scale: Floats

    def __call__(self, part: slice, found: variance.Indices) -> Piece:
        """A piece: the indices of some outputs in every resample, digested."""
        resampled = arrays(found)
        weight = np.nan_to_num(found.variance) * self.scale[part]
        weighted = {name: _by_output(x, weight) for name, x in resampled.items() if name != "rank"}
        bounds = {name: sobol_intervals.percentiles(x, self.confidence) for name, x in resampled.items()}
        return Piece(part, bounds, np.ascontiguousarray(weight.T), weighted)


def _by_output(values: Floats, weight: Floats) -> Floats:
    """``[output, resample, group]`` of ``values[resample, group, output]`` times ``weight[resample, output]``."""
    return np.ascontiguousarray((np.nan_to_num(values) * weight[:, None, :]).transpose(2, 0, 1))


class OverTime:
    """Indices over all times: each time weighted by the variance it has in the same resample."""

    def __init__(self, shape: tuple[int, int], m: variance.Moments) -> None:
        self.shape, self.scale = shape, m.sd**2
        self.sums: dict[str, Floats] = {}
        self.weight: Floats | None = None

    def add(self, piece: Piece) -> None:
        """Add the next outputs to the sums ``[outcome, …]``, one by one, so that they never depend on the pieces."""
        self.weight = self._gather(self.weight, piece.weight, piece.part.start)
        for name, values in piece.weighted.items():
            self.sums[name] = self._gather(self.sums.get(name), values, piece.part.start)

    def _gather(self, into: Floats | None, values: Floats, first: int) -> Floats:
        target = np.zeros((self.shape[1], *values.shape[1:])) if into is None else into
        for output, value in enumerate(values, start=first):
            target[output % self.shape[1]] += value
        return target

    def intervals(self, point: variance.Indices, confidence: float) -> tuple[dict[str, Interval], Floats]:
        """Every index over all times with its interval, and ``ST[resample, group, outcome]``."""
        assert self.weight is not None
        shape = self.shape
        value = np.nan_to_num(point.variance)
        found: dict[str, Interval] = {}
        with np.errstate(invalid="ignore", divide="ignore"):
            resampled = {name: np.moveaxis(sums / self.weight[:, :, None], 0, -1) for name, sums in self.sums.items()}
            means = {
                name: (np.nan_to_num(x) * value).reshape(-1, *shape).sum(1) / value.reshape(shape).sum(0)
                for name, x in arrays(point).items()
                if name != "rank"
            }
        total = resampled["ST"]
        resampled["rank"], means["rank"] = ranking.ranks(total), ranking.ranks(means["ST"])
        for name, values in resampled.items():
            low, high = sobol_intervals.percentiles(values, confidence)
            found[name] = Interval(means[name][:, None], low[:, None], high[:, None])
        return found, total
