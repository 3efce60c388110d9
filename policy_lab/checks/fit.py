"""How a run stands to a series of figures: errors, R², and Theil's split of the mean square error.

Theil 1966, Applied Economic Forecasting, ch. 2; Sterman 1984, System Dynamics Review, on its use for models
(doi:10.1002/sdr.4260000207).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policy_lab.runs import Floats


@dataclass(frozen=True)
class Fit:
    """What separates a run from figures.

    Attributes:
        rms: root mean square error over the mean of the figures.
        mean_error: mean absolute error over the mean of the figures, both absolute.
        bias, variance, covariance: shares of the mean square error that come from another mean, another spread,
            another pattern; they add up to 1, and are NaN where there is no error.
        r2: square of the correlation; NaN with fewer than three figures or without spread.
    """

    rms: float
    mean_error: float
    bias: float
    variance: float
    covariance: float
    r2: float


def fit(data: Floats, modelled: Floats) -> Fit:
    """Compare ``modelled[year]`` with ``data[year]``."""
    square = float(((modelled - data) ** 2).mean())
    size = float(np.abs(data).mean())
    rms = float(np.sqrt(square)) / size if size else float("nan")
    mean_error = float(np.abs(modelled - data).mean()) / size if size else float("nan")
    spread = len(data) > 2 and np.ptp(data) > 0 and np.ptp(modelled) > 0
    r2 = float(np.corrcoef(data, modelled)[0, 1] ** 2) if spread else float("nan")
    if square == 0:
        return Fit(rms, mean_error, float("nan"), float("nan"), float("nan"), r2)
    bias = float((modelled.mean() - data.mean()) ** 2) / square
    variance = float((modelled.std() - data.std()) ** 2) / square
    return Fit(rms, mean_error, bias, variance, max(0.0, round(1 - bias - variance, 12)), r2)
