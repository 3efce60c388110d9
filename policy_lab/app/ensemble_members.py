"""The members of the page's ensembles: values of every uncertain parameter, drawn once, the same in page and Python.

Scrambled Sobol' points with a fixed seed, through each parameter's own distribution. The first 2^k members are those
of a smaller sample, so that a page shows a band of few and refines it with more. Of MEMBERS points one lies in each
MEMBERS-th of a parameter's probability; its value is that of the middle of that part, as in a median Latin hypercube
(McKay, Beckman & Conover 1979, doi:10.2307/1268522). What is lost is the noise inside a part, which would be most of
the bytes that a page waits for.
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


def members_of(model: Model) -> dict[str, NDArray[np.float32]]:
    """Name of each uncertain parameter to ``value[member]``, in the parameter's unit."""
    factors = uncertainty_factors(model)
    if not factors:
        return {}
    drawn = values_of(factors, _points(len(factors)))
    ends = {factor.name: (factor.low, factor.high) for factor in factors}
    return {name: _inside(values, *ends[name]) for name, values in drawn.items()}


def _points(dimensions: int) -> NDArray[np.float64]:
    """``point[member, parameter]``, each the middle of its own MEMBERS-th of probability."""
    return (np.floor(sobol_points(MEMBERS, dimensions, SEED) * MEMBERS) + 0.5) / MEMBERS


def _inside(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float32]:
    """Values from ``low`` to ``high``, in single precision too: 0.8 itself would be 0.80000001."""
    least, most = np.float32(low), np.float32(high)
    least = least if float(least) >= low else np.nextafter(least, np.float32(np.inf))
    most = most if float(most) <= high else np.nextafter(most, np.float32(-np.inf))
    return np.clip(values.astype(np.float32), least, most)


def packed(model: Model) -> bytes:
    """All values, parameters in the order of their table, for ``web/core/members.js``: gzipped, a thirtieth.

    Each parameter's values in ascending order and each member's place among them hold as much as ``value[member]``, and
    both are short. The places of Sobol' points are an affine function of the member's number in binary digits (Sobol'
    1967, doi:10.1016/0041-5553(67)90144-9): places of members 0, 1, 2, 4, 8 … (16 bits each) say all others by
    exclusive or. Ascending values are stored as differences of their 32-bit patterns, modulo 2^32: all lowest bytes
    first, then all of the next ones. Everything is little-endian.
    """
    drawn = members_of(model)
    if not drawn:
        return b""
    places = (_points(len(drawn)).T * MEMBERS).astype("<u2")
    powers = [0, *(1 << k for k in range(MEMBERS.bit_length() - 1))]
    ascending = np.sort(np.stack(list(drawn.values())), axis=1).astype("<f4").view("<i4")
    steps = np.diff(ascending.astype(np.int64), axis=1, prepend=0).astype("<i4")
    planes = steps.view("u1").reshape(*steps.shape, 4)
    return places[:, powers].tobytes() + np.moveaxis(planes, -1, 0).tobytes()
