"""Variance-based (Sobol') sensitivity indices of many outputs at once: first order, total, second order.

SALib analyses one output at a time, which takes minutes where a study has hundreds of outputs (every outcome in every
year). The same estimators are written here as sums over base points, so that all outputs are done together, block by
block, from disk if need be: memory does not grow with the sample. On the same sample the indices equal those of SALib
1.6 to 1e-12 (a test holds it to that). Intervals are in ``sobol_intervals.py``. Estimators:

- first order: Saltelli et al. 2010, table 2 (b), doi:10.1016/j.cpc.2009.09.018
- total: Jansen 1999, doi:10.1016/S0010-4655(98)00154-4, as in the same table (f)
- second order: Saltelli 2002, doi:10.1016/S0010-4655(02)00280-1
- dummy factor: Khorashadi Zadeh et al. 2017, doi:10.1016/j.envsoft.2017.02.001

Every sum runs over base points in order, for each output by itself, so that the bits depend on no machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from policy_lab.backends.llvm import threads
from policy_lab.runs import Floats

#: Blocks of base points are about this large; part of what makes the bits, so it is fixed.
BLOCK_NUMBERS = 4_000_000
#: Outputs that a thread takes at a time where all are at hand.
SLICE = 48
#: An output that varies by less than this, relative to its size, is rounding noise and counts as constant.
CONSTANT = 1e-12
#: With more of its base points lost to failed runs an output has no indices: what is left is no sample of the ranges.
LEAST_KEPT = 0.5

#: ``outcomes(start, stop)`` of a sample: ``values[run, output]`` for runs ``start`` to ``stop - 1``.
Reader = Callable[[int, int], Floats]


@dataclass(frozen=True)
class Layout:
    """How the runs of a Saltelli design follow each other (see ``designs.Saltelli``)."""

    points: int
    groups: int
    second_order: bool

    @property
    def per_point(self) -> int:
        """Runs of one base point."""
        return 2 + self.groups * (2 if self.second_order else 1)


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation of every output: ``mean, sd, reach[output]``; ``reach`` is the largest |y - mean|/sd.

    ``varies[output]`` is False for a constant output, and for one that lost most of its points to failed runs;
    ``used[output]`` is the number of base points whose runs all gave a number.
    """

    mean: Floats
    sd: Floats
    reach: Floats
    varies: NDArray[np.bool_]
    used: NDArray[np.int64]

    def where(self, kept: NDArray[np.bool_]) -> Moments:
        """The same, as if outputs that are not ``kept[output]`` were constant."""
        varies = self.varies & kept
        mean, sd, reach = (np.where(varies, x, y) for x, y in ((self.mean, 0.0), (self.sd, 1.0), (self.reach, 0.0)))
        return Moments(mean, sd, reach, varies, self.used)


@dataclass(frozen=True)
class Indices:
    """Indices of every group and output.

    Attributes:
        first, total: ``[group, output]``; NaN where an output is constant.
        second: ``[pair, output]`` for the pairs (0, 1), (0, 2) … (1, 2) …, or None.
        dummy_first, dummy_total: ``[output]``, of a factor without any effect.
        variance: ``[output]``, in squared units of the output.
    """

    first: Floats
    total: Floats
    second: Floats | None
    dummy_first: Floats
    dummy_total: Floats
    variance: Floats


def pairs(groups: int) -> list[tuple[int, int]]:
    """Pairs of groups in the order of ``Indices.second``."""
    return [(j, k) for j in range(groups) for k in range(j + 1, groups)]


def blocks(layout: Layout, outputs: int, numbers: int = BLOCK_NUMBERS) -> Iterator[tuple[int, int]]:
    """Ranges of base points to read at a time: a power of two of them, so that the sums never depend on memory."""
    fit = max(1, numbers // max(1, layout.per_point * outputs))
    size = min(layout.points, 1 << (fit.bit_length() - 1))
    for start in range(0, layout.points, size):
        yield start, min(start + size, layout.points)


def moments(read: Reader, layout: Layout, outputs: int) -> Moments:
    """Mean, standard deviation and reach of every output over all its runs (as SALib centres, over all of them)."""
    seen = _RunningMoments(outputs)
    with ThreadPoolExecutor(threads()) as pool:
        for start, stop in blocks(layout, outputs):
            block = read_block(read, layout, start, stop)
            seen.points += stop - start
            if start == 0:
                seen.shift[:] = np.where(np.isfinite(block[0, 0]), block[0, 0], 0.0)
            _each(pool, _slices(outputs), partial(seen.add, block))
    return seen.moments(layout.per_point)


class _RunningMoments:
    """Sums, squares and extremes of every output so far, about a value near its mean (``shift``)."""

    def __init__(self, outputs: int) -> None:
        self.shift, self.total, self.square = np.zeros(outputs), np.zeros(outputs), np.zeros(outputs)
        self.least, self.most = np.full(outputs, np.inf), np.full(outputs, -np.inf)
        self.used = np.zeros(outputs, dtype=np.int64)
        self.points = 0

    def add(self, block: Floats, part: slice) -> None:
        """Add some outputs of ``block[point, run, output]``."""
        block = block[..., part]
        good: NDArray[np.bool_] = np.asarray(np.isfinite(block).all(axis=1))
        moved = block - self.shift[part]
        if not good.all():
            block = np.where(good[:, None], block, np.nan)
            moved = np.where(good[:, None], moved, 0.0)
        self.least[part] = np.fmin(self.least[part], np.fmin.reduce(block, axis=(0, 1)))
        self.most[part] = np.fmax(self.most[part], np.fmax.reduce(block, axis=(0, 1)))
        self.total[part] += moved.sum(axis=(0, 1))
        self.square[part] += np.einsum("npk,npk->k", moved, moved)
        self.used[part] += good.sum(axis=0)

    def moments(self, per_point: int) -> Moments:
        """The moments of all blocks so far."""
        count = np.maximum(self.used * per_point, 1)
        mean = self.shift + self.total / count
        sd = np.sqrt(np.maximum(self.square / count - (self.total / count) ** 2, 0.0))
        spread, size = self.most - self.least, np.maximum(np.abs(self.least), np.abs(self.most))
        varies = (self.used > 1) & (self.used >= LEAST_KEPT * self.points) & (spread > CONSTANT * size) & (sd > 0)
        sd = np.where(varies, sd, 1.0)
        reach = np.where(varies, np.maximum(self.most - mean, mean - self.least) / sd, 0.0)
        return Moments(np.where(varies, mean, 0.0), sd, reach, varies, self.used)


def _slices(outputs: int) -> list[slice]:
    """The outputs in slices that do not depend on the machine, for its threads."""
    return [slice(first, min(first + SLICE, outputs)) for first in range(0, outputs, SLICE)]


def _each(pool: ThreadPoolExecutor, parts: Iterable[slice], work: Callable[[slice], None]) -> None:
    """Do the work for every slice, on all threads; raises what it raises."""
    for _ in pool.map(work, parts):
        pass


def read_block(read: Reader, layout: Layout, start: int, stop: int) -> Floats:
    """``values[point, run, output]`` of some base points."""
    return read(start * layout.per_point, stop * layout.per_point).reshape(stop - start, layout.per_point, -1)


def standardised(block: Floats, m: Moments, part: slice) -> tuple[Floats, NDArray[np.bool_]]:
    """Some outputs of a block in standard units, 0 where an output is constant or a run of the point failed.

    Also returns ``live[point, output]``: neither is the case.
    """
    good = np.isfinite(block[..., part]).all(axis=1)
    live = good & m.varies[part]
    y = block[..., part] - m.mean[part]
    y /= m.sd[part]
    return (y if live.all() else np.where(live[:, None], y, 0.0)), live


def terms_of(layout: Layout, y: Floats) -> Floats:
    """Terms of the sums over base points: ``terms[point, term, output]`` from ``y[point, run, output]``.

    Terms: A, B, A², B², A·B, then B·(AB - A) and (A - AB)² of each group, then BAj·ABk - A·B of each pair.
    """
    g = layout.groups
    a, b, ab = y[:, :1], y[:, -1:], y[:, 1 : 1 + g]
    terms = np.empty((len(y), term_count(layout), y.shape[2]))
    for i, term in enumerate((a, b, a * a, b * b, a * b)):
        terms[:, i : i + 1] = term
    first, total = terms[:, 5 : 5 + g], terms[:, 5 + g : 5 + 2 * g]
    np.subtract(ab, a, out=total)
    np.multiply(b, total, out=first)
    np.square(total, out=total)
    if layout.second_order:
        ba, product = y[:, 1 + g : -1], (a * b)[:, 0]
        for i, (j, k) in enumerate(pairs(g), start=5 + 2 * g):
            np.subtract(ba[:, j] * ab[:, k], product, out=terms[:, i])
    return terms


def term_count(layout: Layout) -> int:
    """How many terms ``terms_of`` gives."""
    g = layout.groups
    return 5 + 2 * g + (g * (g - 1) // 2 if layout.second_order else 0)


def ratios(layout: Layout, sums: Floats, used: Floats) -> Indices:
    """Indices from ``sums[..., term, output]`` over ``used[..., output]`` points; leading axes are resamples.

    The sums are overwritten, to save memory.

    Returns ``first`` and the rest with the same leading axes, in standard units (``variance`` too).
    """
    g = layout.groups
    mean = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        mean /= used[..., None, :]
        a, b, aa, bb, ab = (mean[..., i, :] for i in range(5))
        variance = (aa + bb) / 2 - ((a + b) / 2) ** 2
        variance = np.where(variance > 1e-14, variance, np.nan)
        over = variance[..., None, :]
        first, total = mean[..., 5 : 5 + g, :] / over, 0.5 * mean[..., 5 + g : 5 + 2 * g, :]
        total /= over
        second = None
        if layout.second_order:
            j, k = np.array(pairs(g), dtype=np.intp).reshape(-1, 2).T
            second = mean[..., 5 + 2 * g :, :] / over - first[..., j, :] - first[..., k, :]
        return Indices(first, total, second, (ab - a * b) / variance, 1 - (bb - b * b) / variance, variance)


def estimate(read: Reader, layout: Layout, outputs: int, known: Moments | None = None) -> Indices:
    """Indices of every output: the point estimate, over all base points without a failed run.

    Args:
        read: gives ``values[run, output]`` of the runs of the design.
        layout: the design.
        outputs: number of outputs.
        known: result of ``moments``, if it was called before.
    """
    m = known or moments(read, layout, outputs)
    sums, used = term_sums(read, layout, m, 1)
    found = ratios(layout, sums[0], np.where(m.varies, used[0], np.nan))
    return replace(found, variance=found.variance * m.sd**2)


def term_sums(read: Reader, layout: Layout, m: Moments, replicates: int) -> tuple[Floats, Floats]:
    """``sums[replicate, term, output]`` and ``used[replicate, output]``; see ``designs.Saltelli.replicates``."""
    outputs = len(m.mean)
    sums = np.zeros((replicates, term_count(layout), outputs))
    used = np.zeros((replicates, outputs))

    def add(start: int, block: Floats, part: slice) -> None:
        y, live = standardised(block, m, part)
        terms = terms_of(layout, y)
        for r in range(replicates):
            mine = slice((r - start) % replicates, None, replicates)
            sums[r, :, part] += terms[mine].sum(axis=0)
            used[r, part] += live[mine].sum(axis=0)

    with ThreadPoolExecutor(threads()) as pool:
        for start, stop in blocks(layout, outputs):
            _each(pool, _slices(outputs), partial(add, start, read_block(read, layout, start, stop)))
    return sums, used
