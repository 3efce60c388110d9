"""Sampling designs: Sobol' points and Saltelli's design in the unit cube, made row by row to save memory.

A sample can make any of its rows at any time, always the same ones; chunks of runs can therefore be made on any
machine, in any order, and made again after a crash.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from policy_lab.runs import Floats

Membership = NDArray[np.bool_]


class Sample(Protocol):
    """Points of the unit cube: ``rows(start, stop)`` is ``unit[run, factor]``, for runs ``start`` to ``stop - 1``."""

    @property
    def runs(self) -> int:
        """How many runs there are."""
        ...

    def rows(self, start: int, stop: int) -> Floats:
        """``unit[run, factor]`` of some runs."""
        ...


@dataclass(frozen=True, eq=False)
class Points:
    """A sample that is small enough to hold: ``unit[run, factor]``."""

    unit: Floats

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.unit)

    def rows(self, start: int, stop: int) -> Floats:
        """``unit[run, factor]`` of some runs."""
        return self.unit[start:stop]


def is_power_of_two(number: int) -> bool:
    """True for 1, 2, 4, 8 …"""
    return number > 0 and number & (number - 1) == 0


def sobol_points(runs: int, factors: int, seed: int | list[int]) -> Floats:
    """Scrambled Sobol' points ``unit[run, factor]``; ``runs`` is a power of two, and the first point is kept.

    The first N of 2 N points are the N points of the same seed, so that a study can double its size and keep its
    runs. Dropping the first point or skipping some would spoil the balance (Owen 2020, arXiv:2008.08051).
    """
    return np.asarray(qmc.Sobol(d=factors, scramble=True, rng=np.random.default_rng(seed)).random(runs))


@dataclass(frozen=True, eq=False)
class Saltelli:
    """The design of Saltelli (2002, doi:10.1016/S0010-4655(02)00280-1) on scrambled Sobol' points.

    Of each base point: one run A, one run AB for each group (its factors from B, the rest from A), one run BA for
    each group if ``second_order``, one run B. These are the runs of SALib's ``sample.sobol`` in its order, to the bit
    when that is given ``seed=numpy.random.default_rng(seed)``.

    Attributes:
        size: number of base points, a power of two.
        member: ``member[group, factor]``, which factors a group moves.
        seed: of the scrambling; 0 is a seed like any other.
        second_order: whether the BA runs are there.
        first: base points before this one belong to an earlier stage and are left out.
        replicates: scramblings, a power of two; base point p is of scrambling p modulo ``replicates``. They are
            independent, so their spread shows how far off their mean may be.
    """

    size: int
    member: Membership
    seed: int
    second_order: bool = False
    first: int = 0
    replicates: int = 1

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(self.member.shape[0])

    @property
    def per_point(self) -> int:
        """Runs of one base point."""
        return 2 + self.groups * (2 if self.second_order else 1)

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return (self.size - self.first) * self.per_point

    @cached_property
    def _base(self) -> Floats:
        columns = 2 * self.member.shape[1]
        if self.replicates == 1:
            return sobol_points(self.size, columns, self.seed)
        each = self.size // self.replicates
        scrambled = [sobol_points(each, columns, [self.seed, r]) for r in range(self.replicates)]
        return np.stack(scrambled, axis=1).reshape(self.size, columns)

    def rows(self, start: int, stop: int) -> Floats:
        """``unit[run, factor]`` of some runs."""
        a_point, b_point = start // self.per_point, -(-stop // self.per_point)
        offset = a_point * self.per_point
        block = self._block(self.first + a_point, self.first + b_point)
        return block[start - offset : stop - offset]

    def _block(self, start: int, stop: int) -> Floats:
        factors = self.member.shape[1]
        a, b = self._base[start:stop, :factors], self._base[start:stop, factors:]
        out = np.empty((stop - start, self.per_point, factors))
        out[:, 0], out[:, -1] = a, b
        out[:, 1 : 1 + self.groups] = np.where(self.member, b[:, None], a[:, None])
        if self.second_order:
            out[:, 1 + self.groups : -1] = np.where(self.member, a[:, None], b[:, None])
        return out.reshape(-1, factors)


@dataclass(frozen=True, eq=False)
class Crossed:
    """Every future with every cell: run ``c * futures + f`` is future ``f`` in cell ``c``, so that cells can be
    compared within a future.

    Attributes:
        futures: ``unit[future, factor]``.
        cells: ``unit[cell, factor]`` of what the cells set; its columns follow those of the futures.
    """

    futures: Floats
    cells: Floats

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.futures) * len(self.cells)

    def rows(self, start: int, stop: int) -> Floats:
        """``unit[run, factor]`` of some runs."""
        cell, future = np.divmod(np.arange(start, stop), len(self.futures))
        return np.hstack([self.futures[future], self.cells[cell]])
