"""Correlated factors: a normal copula that gives pairs of factors the rank correlation a study asks for.

Each factor keeps its own distribution. A factor's probability becomes a normal deviate, deviates are mixed by the
Cholesky factor of their correlations, and what results becomes a probability again (Nataf 1962; Liu and Der Kiureghian
1986, doi:10.1016/0266-8920(86)90033-0). A rank correlation of s (Spearman's) asks for a correlation of the deviates of
2 sin(pi s / 6) (Kruskal 1958, doi:10.1080/01621459.1958.10501481).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri

from policy_lab.errors import StudyError, UnknownName
from policy_lab.messages import Name
from policy_lab.readers import fold
from policy_lab.runs import Floats

#: Rank correlations: ``given[factor][other factor]``, each pair once, between -1 and 1.
Correlations = Mapping[str, Mapping[str, float]]

#: Methods that take dependent factors; the indices of the others are of independent ones.
METHODS: Final = ("uncertainty", "prim", "robustness")

#: Probabilities are kept this far from 0 and 1, where a normal deviate is infinite.
EDGE: Final = 2.0**-53


def turn_of(given: Correlations, names: Sequence[str], method: str) -> Floats | None:
    """``turn[factor, factor]``, the Cholesky factor of the deviates' correlations; None where a study gives none.

    Args:
        given: as the study has them, names in any spelling that the model takes.
        names: the study's factors, in order.
        method: of the study.

    Raises:
        UnknownName: a pair names what is not varied.
        StudyError: the method needs independent factors, a pair is said twice or is one factor, a number is no
            correlation, or no factors can be correlated so (the matrix is not positive definite).
    """
    if not given:
        return None
    if method not in METHODS:
        raise StudyError("error.study.correlated_method", method=method, methods=list(METHODS))
    wanted, said = np.eye(len(names)), set[frozenset[int]]()
    for name, others in given.items():
        for other, rank in others.items():
            a, b = (_position(n, names) for n in (name, other))
            if a == b or {a, b} in said:
                raise StudyError("error.study.correlated_twice", a=Name(names[a]), b=Name(names[b]))
            if not -1 < rank < 1:
                raise StudyError("error.study.correlation", a=Name(names[a]), b=Name(names[b]), value=rank)
            said.add(frozenset((a, b)))
            wanted[a, b] = wanted[b, a] = 2 * np.sin(np.pi * rank / 6)
    try:
        return np.asarray(np.linalg.cholesky(wanted), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise StudyError("error.study.correlations") from None


def correlated(unit: Floats, turn: Floats) -> Floats:
    """``unit[run, factor]`` of independent factors, mixed so that they go together as ``turn`` says."""
    deviates = ndtri(np.clip(unit, EDGE, 1 - EDGE))
    return np.asarray(np.minimum(ndtr(deviates @ turn.T), 1 - EDGE))


def _position(name: str, names: Sequence[str]) -> int:
    folded = [fold(n) for n in names]
    if fold(name) not in folded:
        raise UnknownName("factor", name, names)
    return folded.index(fold(name))
