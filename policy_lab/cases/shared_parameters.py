"""The numbers that all cases share, and what the cases say about them together.

A set of shared numbers is held against votes and fates. The fates count through the standing of a project, which is
what a fate is read from, so that the search sees how near a wrong one is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from policy_lab.cases.fit import at_points, at_years
from policy_lab.cases.run_case import Trial, run_case
from policy_lab.model import Model
from policy_lab.model.cases import CANCELLED, Case
from policy_lab.runs import Floats

#: Half a number's range counts so much.
PRIOR = 0.5
_STEP = 1e-3

Fitted = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Ranges:
    """Shared numbers with the model file's value, low and high, in the order of ``names``."""

    names: tuple[str, ...]
    value: Floats
    low: Floats
    high: Floats

    def draw(self, sets: int, seed: int) -> Floats:
        """``number[set, name]``, even over the ranges."""
        draws = np.random.default_rng(seed).random((sets, len(self.names)))
        return np.asarray(self.low + draws * (self.high - self.low))


def ranges_of(model: Model) -> Ranges:
    """The shared numbers of a model with their ranges."""
    roles = next(iter(model.cases.values())).roles
    names = tuple(model.constant(n) for n in roles.shared)
    limits = [model.range_of(n) for n in names]
    value = np.array([model.program.constants[n] for n in names], dtype=float)
    low = np.array([v if a is None else a for (a, _), v in zip(limits, value, strict=True)], dtype=float)
    high = np.array([v if b is None else b for (_, b), v in zip(limits, value, strict=True)], dtype=float)
    return Ranges(names, value, low, high)


def trials_of(
    model: Model, cases: Sequence[Case], fitted: Fitted, names: Sequence[str], sets: Floats
) -> dict[str, Trial]:
    """Every case run with every set ``number[set, name]``."""
    changes = {n: sets[:, i] for i, n in enumerate(names)}
    return {case.key: run_case(model, case, fitted.get(case.key, {}), changes) for case in cases}


def least_standing(trial: Trial, case: Case) -> Floats:
    """``standing[run]``: the lowest before a project is built, or, for one under way, before the record ends."""
    until = np.minimum(trial.completion(), case.year if case.under_way else np.inf)
    before = trial.years[None, :] <= until[:, None]
    return np.asarray(np.where(before, trial.standing, np.inf).min(axis=1))


def vote_errors(trial: Trial, case: Case) -> Floats:
    """``error[run, vote]``: share against in the model minus share against in the record."""
    votes = np.array([point.value for _, point in case.points("votes")])
    return np.asarray(at_points(trial, case, "votes") - votes)


def fate_misses(trial: Trial, case: Case) -> Floats:
    """``miss[run]``: how far the standing is on the wrong side of the fate, 0 when it is well on the right one."""
    rule = trial.fate
    if case.fate == CANCELLED:
        year_after = at_years(trial, trial.standing, [case.year + 1])[:, 0]
        return np.asarray(np.maximum(0, year_after - (rule.stands - rule.margin)) / rule.scale)
    return np.asarray(np.maximum(0, rule.stands + rule.margin - least_standing(trial, case)) / rule.scale)


def joint_fit(model: Model, cases: Sequence[Case], fitted: Fitted) -> dict[str, float]:
    """Shared numbers that the votes and fates of cases ask for, drawn to the middle of their ranges where they do not.

    Args:
        model: whose file gives ranges and starting values.
        cases: none of those set aside.
        fitted: the own numbers of each case, held as they are.
    """
    space = ranges_of(model)
    half = (space.high - space.low) / 2

    def residuals(sets: Floats) -> Floats:
        trials = trials_of(model, cases, fitted, space.names, sets)
        parts = [PRIOR * (sets - space.value) / half]
        for case in cases:
            parts.append(fate_misses(trials[case.key], case)[:, None])
            if case.points("votes"):
                parts.append(vote_errors(trials[case.key], case) / case.roles.vote_error)
        return np.concatenate(parts, axis=1)

    def slopes(x: Floats) -> Floats:
        sizes = np.where(x + _STEP * half <= space.high, _STEP * half, -_STEP * half)
        rows = residuals(np.vstack([x, x + np.diag(sizes)]))
        return np.asarray(((rows[1:] - rows[0]) / sizes[:, None]).T)

    best = least_squares(lambda x: residuals(x[None, :])[0], space.value, jac=slopes, x_scale=half,
                         bounds=(space.low, space.high), max_nfev=40)  # fmt: skip
    return {n: float(x) for n, x in zip(space.names, best.x, strict=True)}
