"""Analysis of variance of a full factorial with one value a cell: what each factor and each interaction explains.

The effects of a balanced design are orthogonal, so their sums of squares add up to that of the cells (Fisher 1935,
*The Design of Experiments*; Montgomery 2017, *Design and Analysis of Experiments*, chapter 5). There is no error term:
the cells are runs of a deterministic model, compared within one future.

Arrays are ``cells[level of the first factor, …, level of the last factor, future]`` in the unit of the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Final

import numpy as np

from policy_lab.runs import Floats

#: Cells whose spread is below this share of their size differ by rounding alone.
NOISE: Final = 1e-12

#: Positions of the factors of an effect: one for a main effect, more for an interaction.
Term = tuple[int, ...]


def terms(factors: int) -> list[Term]:
    """Every main effect, then every interaction, by the number of factors in it."""
    return [term for size in range(1, factors + 1) for term in combinations(range(factors), size)]


def effects(cells: Floats) -> Mapping[Term, Floats]:
    """Effect of each term, of the shape of ``cells`` with length 1 along the factors it averages over."""
    axes = range(cells.ndim - 1)
    found: dict[Term, Floats] = {(): cells.mean(axis=tuple(axes), keepdims=True)}
    for term in terms(len(axes)):
        mean = cells.mean(axis=tuple(a for a in axes if a not in term), keepdims=True)
        found[term] = mean - sum(effect for smaller, effect in found.items() if set(smaller) < set(term))
    del found[()]
    return found


def shares(cells: Floats) -> Mapping[Term, Floats]:
    """``share[future]`` of each term in the variance between the cells; NaN in futures in which all cells are equal."""
    axes = tuple(range(cells.ndim - 1))
    whole = cells.var(axis=axes)
    whole = np.where(np.sqrt(whole) > NOISE * np.abs(cells).max(axis=axes), whole, np.nan)
    return {term: np.mean(np.square(effect), axis=axes) / whole for term, effect in effects(cells).items()}


def against_luck(cells: Floats) -> tuple[float, float, float]:
    """Shares of the variance over all cells and futures: between cells, between futures, and of both together.

    The first is of the cells' means over the futures, the second of the futures' means over the cells; the third is
    how much more or less the cells differ from one future to another. NaN where nothing varies.
    """
    axes = tuple(range(cells.ndim - 1))
    whole = float(cells.var())
    if not np.sqrt(whole) > NOISE * float(np.abs(cells).max()):
        return (np.nan,) * 3
    between, luck = float(cells.mean(axis=-1).var()) / whole, float(cells.mean(axis=axes).var()) / whole
    return between, luck, max(0.0, 1 - between - luck)
