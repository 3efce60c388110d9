"""Confidence intervals of Sobol' indices: the bootstrap over base points, and the jackknife over replicates.

- ``bootstrap`` resamples base points with replacement (Archer, Saltelli and Sobol' 1997,
  doi:10.1080/00949659708811825); a resample of all outputs is one matrix product,
  ``counts[resample, point] @ terms[point, ...]``.
- ``replicated`` takes the standard error from independent scramblings of the design (jackknife, Tukey 1958,
  doi:10.1214/aoms/1177706647).

The bootstrap's terms are rounded to a multiple of a power of two so small that it changes no interval and so
large that every sum is exact. Then the order of summing does not matter, and a machine with one thread and a
machine with twenty give the same bits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from policy_lab.backends.llvm import threads
from policy_lab.estimators.sobol import (
    Indices,
    Layout,
    Moments,
    Reader,
    blocks,
    ratios,
    read_block,
    standardised,
    term_count,
    term_sums,
    terms_of,
)
from policy_lab.runs import Floats

#: Numbers read at a time, which do not change the bits (a product of larger matrices is quicker), and terms at a time.
BOOTSTRAP_BLOCKS, BOOTSTRAP_TERMS = 12_000_000, 4_000_000
#: The sums may be this many numbers at a time, shared between at most so many threads.
BOOTSTRAP_NUMBERS, BOOTSTRAP_THREADS = 6_000_000, 4

Digest = TypeVar("Digest")


def resample_counts(points: int, resamples: int, seed: int) -> NDArray[np.uint8]:
    """How often each base point is drawn: ``counts[resample, point]``, each row adding up to ``points``."""
    rng = np.random.default_rng([seed, points, resamples])
    counts = np.empty((resamples, points), dtype=np.uint8)
    for row in counts:
        row[:] = np.bincount(rng.integers(points, size=points), minlength=points)
    return counts


def bootstrap(
    read: Reader,
    layout: Layout,
    m: Moments,
    counts: NDArray[np.uint8],
    digest: Callable[[slice, Indices], Digest],
) -> Iterator[Digest]:
    """Bootstrap: the indices of every resample of the base points, digested for some outputs at a time.

    Args:
        read: gives ``values[run, output]`` of the runs of the design; called by several threads.
        layout: the design.
        m: from ``moments``.
        counts: from ``resample_counts``.
        digest: makes something smaller of a slice of the outputs and their indices, which have a leading axis of
            resamples; called by several threads.

    Yields:
        The results of ``digest``, in the order of the outputs.
    """
    outputs, workers = len(m.mean), min(threads(), BOOTSTRAP_THREADS)
    width = max(1, BOOTSTRAP_NUMBERS // workers // (len(counts) * term_count(layout)))

    def work(part: slice) -> Digest:
        sums, used = _resampled_sums(read, layout, m, counts, part)
        return digest(part, ratios(layout, sums, used))

    yield from _in_parts(outputs, width, workers, work)


def _in_parts(outputs: int, width: int, workers: int, work: Callable[[slice], Digest]) -> Iterator[Digest]:
    """Results for ``width`` outputs at a time, in order; one part more than there are workers is under way."""
    parts = (slice(first, min(first + width, outputs)) for first in range(0, outputs, width))
    with ThreadPoolExecutor(workers) as pool:
        under_way: deque[Future[Digest]] = deque(pool.submit(work, part) for part in islice(parts, workers + 1))
        while under_way:
            done = under_way.popleft().result()
            under_way.extend(pool.submit(work, part) for part in islice(parts, 1))
            yield done


def _resampled_sums(
    read: Reader, layout: Layout, m: Moments, counts: NDArray[np.uint8], part: slice
) -> tuple[Floats, Floats]:
    """``sums[resample, term, output]`` and ``used[resample, output]`` for some outputs."""
    width, terms = part.stop - part.start, term_count(layout)
    quantum = _quantum(layout.points, m.reach[part])
    sums = np.zeros((terms * width, len(counts)))  # resamples lie together, for what is sorted and added along them
    used = np.zeros((len(counts), width))
    whole = bool((m.used == layout.points).all())
    numbers = min(BOOTSTRAP_BLOCKS, BOOTSTRAP_TERMS // (terms * width) * layout.per_point * len(m.mean))
    for start, stop in blocks(layout, len(m.mean), numbers):
        y, live = standardised(read_block(read, layout, start, stop), m, part)
        weights = counts[:, start:stop].astype(np.float64)
        exact = terms_of(layout, y)
        exact *= 1 / quantum  # a power of two, so nothing is lost
        np.rint(exact, out=exact)
        sums += exact.reshape(stop - start, -1).T @ weights.T
        if not whole:
            used += weights @ live.astype(np.float64)
    if whole:
        used[:] = layout.points
    scaled = sums.reshape(terms, width, len(counts)).transpose(2, 0, 1)
    scaled *= quantum
    return scaled, used


def _quantum(points: int, reach: Floats) -> Floats:
    """A power of two for each output such that sums of ``points`` terms, in units of it, stay below 2**53.

    No term exceeds 4 reach²: each is at most a squared difference of two values in [-reach, reach].
    """
    largest = 4 * np.maximum(reach, 1.0) ** 2 * points
    return np.asarray(2.0 ** (np.ceil(np.log2(largest)) - 53))


def replicated(
    read: Reader,
    layout: Layout,
    m: Moments,
    replicates: int,
    draws: int,
    seed: int,
    digest: Callable[[slice, Indices], Digest],
) -> Iterator[Digest]:
    """Jackknife over the replicates of a design: indices drawn from the distribution of the true ones.

    Each replicate is left out in turn; how far that moves an index is its jackknife standard error (Tukey 1958,
    doi:10.1214/aoms/1177706647), and (estimate - truth) over that error follows Student's t with as many degrees of
    freedom as there are replicates, less one. Drawn are all indices of all outputs together, so that what is
    correlated over the replicates is correlated over the draws.

    Args:
        read, layout, m: as for ``bootstrap``.
        replicates: of the design (``designs.Saltelli.replicates``).
        draws: how many to draw.
        seed: of the drawing.
        digest: as for ``bootstrap``; the leading axis is the draw.

    Yields:
        The results of ``digest``, in the order of the outputs.
    """
    sums, used = term_sums(read, layout, m, replicates)
    total, points = sums.sum(axis=0), used.sum(axis=0)
    found = ratios(layout, total.copy(), points)
    without = ratios(layout, total - sums, points - used)
    noise = _noise(replicates, draws, seed)
    workers = min(threads(), BOOTSTRAP_THREADS)
    width = max(1, BOOTSTRAP_NUMBERS // workers // (draws * term_count(layout)))

    def work(part: slice) -> Digest:
        drawn = {f.name: _drawn(getattr(found, f.name), getattr(without, f.name), noise, part) for f in fields(Indices)}
        return digest(part, Indices(**drawn))

    yield from _in_parts(len(m.mean), width, workers, work)


def _noise(replicates: int, draws: int, seed: int) -> Floats:
    """``weight[draw, replicate]`` of each replicate's influence, such that the draws follow Student's t."""
    rng = np.random.default_rng([seed, replicates, draws])
    normal, squares = rng.standard_normal((draws, replicates)), rng.chisquare(replicates - 1, draws)
    scale = np.sqrt((replicates - 1) / replicates) * np.sqrt((replicates - 1) / squares)
    return np.asarray(normal * scale[:, None])


def _drawn(found: Floats | None, without: Floats | None, noise: Floats, part: slice) -> Any:
    """Draws of one index of some outputs, ``[draw, …, output]``; the sum runs in one order, so in the same bits."""
    if found is None or without is None:
        return None
    moved = without[..., part] - without[..., part].mean(axis=0)
    drawn = np.broadcast_to(found[..., part], (len(noise), *moved.shape[1:])).copy()
    for weights, way in zip(noise.T, moved, strict=True):
        drawn += weights.reshape(-1, *(1,) * way.ndim) * way
    return drawn


def percentiles(values: Floats, confidence: float) -> Floats:
    """``[bound, …]`` from ``[resample, …]``: the central interval of this confidence; NaN where a resample is NaN.

    The same numbers as ``numpy.quantile``, which picks single places out of order where sorting the whole is quicker.
    """
    tail = (1 - confidence) / 2
    places = np.array([tail, 1 - tail]) * (len(values) - 1)
    below = np.floor(places).astype(np.intp)
    above = np.minimum(below + 1, len(values) - 1)
    share = (places - below).reshape(-1, *(1,) * (values.ndim - 1))
    ordered = np.sort(values, axis=0)
    low, high = ordered[below], ordered[above]
    between = np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1 - share))
    return np.where(np.isnan(ordered[-1]), np.nan, between)
