"""The members of the page's ensembles: values of every uncertain parameter, drawn once, the same in page and Python.

Scrambled Sobol' points with a fixed seed, through each parameter's own distribution. The first 2^k members are those
of a smaller sample, so that a page shows a band of few and refines it with more. Values are rounded to twelve binary
digits (0.02 %), which no parameter is known to by far: a page then has them in 60 % of the bytes. A year, whose range
is narrow beside its size, keeps more of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from policy_lab.ensemble.designs import sobol_points
from policy_lab.ensemble.factors import uncertainty_factors, values_of
from policy_lab.model import Model

#: How many are drawn, a power of two; how many stand behind the first band after a move.
MEMBERS: Final = 1024
SEED: Final = 20_250_611
DIGITS: Final = 12
#: Binary digits that a range keeps at least.
OF_RANGE: Final = 8


def members_of(model: Model) -> dict[str, NDArray[np.float32]]:
    """Name of each uncertain parameter to ``value[member]``, in the parameter's unit."""
    factors = uncertainty_factors(model)
    if not factors:
        return {}
    drawn = values_of(factors, sobol_points(MEMBERS, len(factors), SEED))
    ends = {factor.name: (factor.low, factor.high) for factor in factors}
    return {name: _inside(_rounded(values, *ends[name]), *ends[name]) for name, values in drawn.items()}


def _inside(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float32]:
    """Values from ``low`` to ``high``, in single precision too: 0.8 itself would be 0.80000001."""
    least, most = np.float32(low), np.float32(high)
    least = least if float(least) >= low else np.nextafter(least, np.float32(np.inf))
    most = most if float(most) <= high else np.nextafter(most, np.float32(-np.inf))
    return np.clip(values.astype(np.float32), least, most)


def _rounded(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Values with ``DIGITS`` binary digits each, or more where the range from ``low`` to ``high`` would be coarse."""
    digits = np.frexp(values)[1] - DIGITS
    step = np.ldexp(1.0, np.minimum(digits, np.frexp(high - low)[1] - 1 - OF_RANGE))
    rounded: NDArray[np.float64] = np.round(values / step) * step
    return rounded


def packed(model: Model) -> bytes:
    """``value[parameter, member]``, parameters in the order of their table, as little-endian floats of 32 bits."""
    drawn = members_of(model)
    return b"".join(values.astype("<f4").tobytes() for values in drawn.values())
