"""Fitting a case's own numbers to its figures: spending, and with it what was built and when.

Spending alone would be fitted by stories that never finish; completion and the share built stand beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import least_squares

from policy_lab.cases.run_case import Trial, run_case
from policy_lab.model import Model
from policy_lab.model.cases import Case
from policy_lab.runs import Floats

#: Steps of the grid that the search starts from, for each number.
GRID = 7
#: Step of the slopes, as a share of a number's range.
_STEP = 1e-4
#: Completion off by the planned duration weighs as much as spending off by its own mean; further off is cut here.
_FAR = 3.0


def at_points(trial: Trial, case: Case, part: str) -> Floats:
    """``value[run, point]`` of the curve that a part of the record is held against, at the part's points."""
    curve = case.roles.curve_of(part)
    assert curve is not None  # a case names no part without a curve
    years = [point.year for _, point in case.points(part)]
    if part == "spending":
        return yearly(trial, trial.curves[curve], years, case.window)
    return at_years(trial, trial.curves[curve], years)


def yearly(trial: Trial, values: Floats, years: Sequence[float], window: tuple[float, float]) -> Floats:
    """``value[run, year]``: the mean over the twelve months that each figure means; 0 before it began."""
    first, last = window
    moments = np.linspace(first, last, 13)
    at = np.array([[np.interp(y + moments, trial.years, row, left=0.0).mean() for y in years] for row in values])
    return at.reshape(len(values), len(years))


def at_years(trial: Trial, values: Floats, years: Sequence[float]) -> Floats:
    """``value[run, year]`` of any array of a trial at single moments."""
    return np.array([np.interp(years, trial.years, row) for row in values]).reshape(len(values), len(years))


def misses(trial: Trial, case: Case) -> Floats:
    """``residual[run, …]``: yearly spending over its mean, shares built, and completion over the plan."""
    parts = []
    for part in ("spending", "works"):
        data = np.array([point.value for _, point in case.points(part)])
        if len(data):
            parts.append((at_points(trial, case, part) - data) / data.mean() / np.sqrt(len(data)))
    if case.fate in ("finished", "operating"):
        plan = float(case.facts[trial.fate.planned].value)
        off = (trial.completion() - case.year) / plan
        parts.append(np.clip(np.nan_to_num(off, posinf=_FAR), -_FAR, _FAR)[:, None])
    return np.concatenate(parts, axis=1) if parts else np.zeros((len(trial), 0))


def fit_case(model: Model, case: Case, shared: Mapping[str, float] | None = None) -> dict[str, float]:
    """The case's fitted numbers by least squares, from the best point of a grid; empty where nothing can be fitted.

    Args:
        model: with the constants of cases.
        case: whose figures are fitted; its fate is not among them, nor are its votes.
        shared: numbers common to all cases, where they differ from the model file's.
    """
    names = tuple(case.bounds)
    if not names or not case.points("spending"):
        return {}
    low, high = (np.array([case.bounds[n][end] for n in names]) for end in (0, 1))

    def residuals(points: Floats) -> Floats:
        changes = {case.name(case.roles.fitted[n][0]): points[:, i] for i, n in enumerate(names)}
        return misses(run_case(model, case, {}, {**(shared or {}), **changes}), case)

    axes = [_axis(*case.bounds[n]) for n in names]
    grid = np.array(list(itertools.product(*axes)))
    start = grid[int(np.argmin((residuals(grid) ** 2).sum(axis=1)))]

    def slopes(x: Floats) -> Floats:
        sizes = _STEP * (high - low)
        ways = np.where(x + sizes <= high, sizes, -sizes)
        rows = residuals(np.vstack([x, x + np.diag(ways)]))
        return np.asarray(((rows[1:] - rows[0]) / ways[:, None]).T)

    best = least_squares(lambda x: residuals(x[None, :])[0], start, jac=slopes, bounds=(low, high), max_nfev=40)
    return {n: float(x) for n, x in zip(names, best.x, strict=True)}


def _axis(low: float, high: float) -> Floats:
    """Points between two bounds: even in ratio where the lower one is positive, else even."""
    inside = np.linspace(0.02, 0.98, GRID)
    return low * (high / low) ** inside if low > 0 else low + (high - low) * inside
