"""Rank correlation (Spearman 1904, doi:10.2307/1412159) of one quantity with many: which of them goes with it most."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from policy_lab.runs import Floats


class RankCorrelation:
    """The ranks of several columns, kept for many comparisons.

    Args:
        columns: ``value[run, column]``; a monotone transformation of a column changes nothing.
    """

    def __init__(self, columns: Floats) -> None:
        self._ranks = _standardised(rankdata(columns, axis=0))

    def with_each(self, values: Floats) -> Floats:
        """Spearman's rho of ``values[run]`` with every column; 0 where either does not vary."""
        return np.asarray(_standardised(rankdata(values)[:, None])[:, 0] @ self._ranks / len(values))

    def strongest(self, values: Floats) -> tuple[int, float]:
        """The column with the largest correlation in absolute terms, and rho."""
        rho = self.with_each(values)
        column = int(np.argmax(np.abs(rho)))
        return column, float(rho[column])


def _standardised(ranks: Floats) -> Floats:
    centred = ranks - ranks.mean(axis=0)
    spread = centred.std(axis=0)
    return np.asarray(centred / np.where(spread > 0, spread, 1.0))
