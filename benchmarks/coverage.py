"""How often do the bootstrap's intervals hold the true index?

    python benchmarks/coverage.py [--repeats 400] [--size 512] [--confidence 0.95]

The Ishigami function (a = 7, b = 0.1), whose indices are known, studied again and again with other seeds; counted is
how often the interval of an index holds the true one. The bootstrap resamples base points as if they were independent.
With points that are, its intervals hold nearly what they promise, and the more nearly the larger the sample. Scrambled
Sobol' points, which the studies use, fill the space more evenly than chance would: most of their intervals are wider
than need be, and hold nearly always; the first-order index of an input that does nothing alone is the exception.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from policy_lab.ensemble import indices
from policy_lab.ensemble.designs import Saltelli
from policy_lab.progress import bar
from policy_lab.runs import Floats

A, B = 7.0, 0.1
RESAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Independent(Saltelli):
    """The same design on points that know nothing of each other."""

    @cached_property
    def _base(self) -> Floats:
        return np.random.default_rng(self.seed).random((self.size, 2 * self.member.shape[1]))


def truth() -> dict[str, Floats]:
    """Indices of the three inputs by the formulas of Ishigami and Homma (1990)."""
    v1, v2 = 0.5 * (1 + B * math.pi**4 / 5) ** 2, A**2 / 8
    v13 = B**2 * math.pi**8 * (1 / 18 - 1 / 50)
    whole = v1 + v2 + v13
    return {"S1": np.array([v1, v2, 0]) / whole, "ST": np.array([v1 + v13, v2, v13]) / whole}


def ishigami(unit: Floats) -> Floats:
    """``value[run, 1]`` at points of the unit cube."""
    x = (2 * unit - 1) * math.pi
    return (np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]


def intervals(design: Saltelli, confidence: float) -> dict[str, Floats]:
    """Index to ``[bound, input]``, as a study computes them."""
    y = ishigami(design.rows(0, design.runs))
    layout = indices.Layout(design.size, 3, False)
    m = indices.moments(lambda a, b: y[a:b], layout, 1)
    counts = indices.resample_counts(design.size, RESAMPLES, design.seed)
    (found,) = indices.bootstrap(lambda a, b: y[a:b], layout, m, counts, lambda _, found: found)
    tail = (1 - confidence) / 2
    return {
        name: np.quantile(values[..., 0], [tail, 1 - tail], axis=0)
        for name, values in (("S1", found.first), ("ST", found.total))
    }


def coverage(kind: type[Saltelli], repeats: int, size: int, confidence: float) -> dict[str, Floats]:
    """Share of the repeats in which the interval holds the true index, ``[input]``, by index."""
    exact, held = truth(), {"S1": np.zeros(3), "ST": np.zeros(3)}
    with bar(f"{kind.__name__} points", repeats, "repeats") as meter:
        for seed in range(repeats):
            for name, (low, high) in intervals(kind(size, np.eye(3, dtype=bool), seed), confidence).items():
                held[name] += (low <= exact[name]) & (exact[name] <= high)
            meter.advance(1)
    return {name: count / repeats for name, count in held.items()}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--repeats", type=int, default=400)
    words.add_argument("--size", type=int, default=512, help="base points of each repeat, a power of two")
    words.add_argument("--confidence", type=float, default=0.95)
    asked = words.parse_args()
    by_chance = math.sqrt(asked.confidence * (1 - asked.confidence) / asked.repeats)
    print(
        f"{asked.repeats} repeats of N = {asked.size}, {RESAMPLES} resamples, {100 * asked.confidence:g} % intervals;"
        f" a figure below is off by {100 * by_chance:.1f} points by chance (one standard deviation)"
    )
    for kind, name in ((Independent, "independent points"), (Saltelli, "scrambled Sobol' points")):
        found = coverage(kind, asked.repeats, asked.size, asked.confidence)
        for index, shares in found.items():
            print(f"  {name:<24} {index}  " + "  ".join(f"x{i + 1} {100 * s:5.1f} %" for i, s in enumerate(shares)))
        every = np.mean([s for shares in found.values() for s in shares])
        print(f"  {name:<24} all {100 * every:6.1f} %")


if __name__ == "__main__":
    main()
