"""Coverage of the intervals of a Sobol' study: how often they hold the true index, their width, the estimate's error.

    python benchmarks/interval_coverage.py [--repeats 400] [--sizes 512 2048] [--confidence 0.95]

Two functions whose indices are known by formula, the one of Ishigami (a = 7, b = 0.1) and the G function of Sobol' (six
inputs), are studied again and again with other seeds, in three ways:

- independent points, bootstrap: what the bootstrap is made for, since it takes the points as independent;
- scrambled Sobol' points, bootstrap (``intervals = "bootstrap"``): the points fill the space more evenly than chance
  would, the estimate is nearer to the truth, and the bootstrap does not know;
- replicates of scrambled Sobol' points (``intervals = "replicates"``): scramblings that are independent of each other
  show by their differences how far off their mean may be.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from policy_lab.ensemble.designs import Saltelli
from policy_lab.estimators import sobol as sobol_indices
from policy_lab.estimators import sobol_intervals
from policy_lab.progress import bar
from policy_lab.runs import Floats
from policy_lab.studies.sobol import REPLICATES

A, B = 7.0, 0.1
G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
RESAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Independent(Saltelli):
    """The same design on points that know nothing of each other."""

    @cached_property
    def _base(self) -> Floats:
        return np.random.default_rng(self.seed).random((self.size, 2 * self.member.shape[1]))


@dataclass(frozen=True)
class Known:
    """A function of ``unit[run, input]`` with its indices: ``truth[S1 of each input, then ST of each]``."""

    name: str
    function: Callable[[Floats], Floats]
    truth: Floats

    @property
    def inputs(self) -> int:
        return len(self.truth) // 2


@dataclass(frozen=True)
class Way:
    """A way to make a study: its points, and how many scramblings they have."""

    name: str
    design: type[Saltelli]
    replicates: int = 1


@dataclass(frozen=True)
class Found:
    """Over all repeats, for each index: share of intervals that hold the truth, mean width, root mean square error."""

    held: Floats
    width: Floats
    error: Floats


WAYS = (
    Way("independent points, bootstrap", Independent),
    Way("Sobol' points, bootstrap", Saltelli),
    Way(f"{REPLICATES} replicates of Sobol' points", Saltelli, REPLICATES),
)


def ishigami() -> Known:
    """Indices by the formulas of Ishigami and Homma (1990)."""
    v1, v2 = 0.5 * (1 + B * math.pi**4 / 5) ** 2, A**2 / 8
    v13 = B**2 * math.pi**8 * (1 / 18 - 1 / 50)
    truth = np.array([v1, v2, 0, v1 + v13, v2, v13]) / (v1 + v2 + v13)

    def function(unit: Floats) -> Floats:
        x = (2 * unit - 1) * math.pi
        return np.asarray(np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0]))

    return Known("Ishigami", function, truth)


def sobol_g() -> Known:
    """Indices by the formulas of Saltelli and Sobol' (1995)."""
    part = 1 / (3 * (1 + G) ** 2)
    whole = (1 + part).prod() - 1
    truth = np.concatenate([part, part * (1 + part).prod() / (1 + part)]) / whole
    return Known("Sobol' G", lambda unit: np.asarray(((np.abs(4 * unit - 2) + G) / (1 + G)).prod(axis=1)), truth)


def study(known: Known, way: Way, size: int, seed: int, confidence: float) -> tuple[Floats, Floats]:
    """Estimates ``[index]`` and their intervals ``[bound, index]``, as a study computes them."""
    design = way.design(size, np.eye(known.inputs, dtype=bool), seed, replicates=way.replicates)
    y = known.function(design.rows(0, design.runs))[:, None]
    layout = sobol_indices.Layout(size, known.inputs, False)

    def read(start: int, stop: int) -> Floats:
        return y[start:stop]

    def bounds(_: slice, found: sobol_indices.Indices) -> Floats:
        return sobol_intervals.percentiles(np.concatenate([found.first, found.total], axis=1)[..., 0], confidence)

    m = sobol_indices.moments(read, layout, 1)
    point = sobol_indices.estimate(read, layout, 1, m)
    if way.replicates > 1:
        spread = sobol_intervals.replicated(read, layout, m, way.replicates, RESAMPLES, seed, bounds)
    else:
        spread = sobol_intervals.bootstrap(
            read, layout, m, sobol_intervals.resample_counts(size, RESAMPLES, seed), bounds
        )
    return np.concatenate([point.first, point.total])[:, 0], next(spread)


def measured(known: Known, way: Way, size: int, repeats: int, confidence: float) -> Found:
    """Study a function again and again."""
    held, width, square = (np.zeros(len(known.truth)) for _ in range(3))
    with bar(f"{known.name}, {way.name}, N = {size}", repeats, "repeats") as meter:
        for seed in range(repeats):
            point, (low, high) = study(known, way, size, seed, confidence)
            held += (low <= known.truth) & (known.truth <= high)
            width += high - low
            square += (point - known.truth) ** 2
            meter.advance(1)
    return Found(held / repeats, width / repeats, np.sqrt(square / repeats))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--repeats", type=int, default=400)
    words.add_argument("--sizes", type=int, nargs="+", default=[512, 2048], help="base points, powers of two")
    words.add_argument("--confidence", type=float, default=0.95)
    asked = words.parse_args()
    by_chance = 100 * math.sqrt(asked.confidence * (1 - asked.confidence) / asked.repeats)
    print(
        f"{asked.repeats} repeats, {RESAMPLES} resamples, {100 * asked.confidence:g}% intervals. Held: how many of all"
        f" intervals hold the truth (and those of the worst and the best index, each off by {by_chance:.1f} by chance)."
        " Width and error: mean over the indices, against those of independent points."
    )
    print("| function | N | way | held, % | worst to best | width | error |\n|---|---|---|---|---|---|---|")
    for known in (ishigami(), sobol_g()):
        for size in asked.sizes:
            found = [measured(known, way, size, asked.repeats, asked.confidence) for way in WAYS]
            for way, x in zip(WAYS, found, strict=True):
                width, error = (x.width / found[0].width).mean(), (x.error / found[0].error).mean()
                print(
                    f"| {known.name} | {size:,} | {way.name} | {100 * x.held.mean():.1f} | "
                    f"{100 * x.held.min():.1f} to {100 * x.held.max():.1f} | {width:.2f} | {error:.2f} |"
                )


if __name__ == "__main__":
    main()
