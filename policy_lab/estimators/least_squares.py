"""Least squares within the unit cube, with what the data say about each parameter and what they do not.

Runs come in batches: a gradient is one batch, and so is a generation of the global search. Parameters are positions
within their ranges, 0 to 1, so that one step means the same for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize

from policy_lab.runs import Floats

#: ``residuals(points[point, parameter])`` gives ``[point, residual]``, each in standard deviations of its figure.
Residuals = Callable[[Floats], Floats]

STEP: Final = 1e-4
#: Stands for a run that failed: farther off than any that did not.
FAILED: Final = 1e3
#: Steps of a profile, in standard errors from the best fit, until it leaves the interval or the range ends.
WALK: Final = (0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100)
#: Tolerance of the fits on the way: their sum of squares is only compared with how far it may rise.
ROUGH: Final = 1e-5
#: Longest first step of a profile, as a share of the range.
LONGEST: Final = 0.1


@dataclass(frozen=True)
class Fit:
    """A fit: ``at[parameter]`` in the unit cube, ``residual[figure]`` and its ``slope[figure, parameter]`` there."""

    at: Floats
    residual: Floats
    slope: Floats

    @property
    def cost(self) -> float:
        """Sum of squares of the residuals."""
        return float(self.residual @ self.residual)


def least_squares(residuals: Residuals, start: Floats, most: int = 100, tolerance: float = 1e-10) -> Fit:
    """The best fit that lies downhill of ``start[parameter]``, by a trust-region method that keeps the bounds.

    Args:
        residuals: of points of the unit cube.
        start: point of the unit cube.
        most: evaluations, not counting those for slopes.
        tolerance: share of the sum of squares, or of the point, that is not worth another step.
    """
    whole = _whole(residuals)
    if not start.size:
        return Fit(start, whole(start[None])[0], np.empty((whole(start[None]).shape[1], 0)))
    latest: list[tuple[Floats, Floats, Floats]] = []

    def at(x: Floats) -> tuple[Floats, Floats, Floats]:
        """Residuals and slope together: a batch costs hardly more than the one run that has to be made anyway."""
        if not latest or not np.array_equal(latest[0][0], x):
            latest[:] = [(x.copy(), *_with_slopes(whole, x))]
        return latest[0]

    found = optimize.least_squares(
        lambda x: at(x)[1],
        np.clip(start, 0, 1),
        jac=lambda x: at(x)[2],
        bounds=(0, 1),
        max_nfev=most,
        ftol=tolerance,
        xtol=tolerance,
        gtol=tolerance,
    )
    return Fit(np.asarray(found.x), np.asarray(found.fun), np.asarray(found.jac))


def _whole(residuals: Residuals) -> Residuals:
    return lambda points: np.nan_to_num(residuals(points), nan=FAILED, posinf=FAILED, neginf=-FAILED)


def _with_slopes(residuals: Residuals, at: Floats) -> tuple[Floats, Floats]:
    """``[residual]`` and ``[residual, parameter]`` at a point, one batch: central differences, one-sided at a bound."""
    step = np.eye(len(at)) * STEP
    above, below = np.minimum(at + step, 1), np.maximum(at - step, 0)
    values = residuals(np.concatenate([at[None], above, below]))
    width = (above - below).diagonal()
    return values[0], np.asarray((values[1 : len(at) + 1] - values[len(at) + 1 :]).T / width)


def from_everywhere(
    residuals: Residuals,
    seed: int,
    parameters: int,
    population: int,
    generations: int,
    advance: Callable[[], object] | None = None,
) -> Floats:
    """A point near the best fit of the whole cube, by differential evolution (Storn and Price 1997).

    Args:
        residuals: of points of the unit cube.
        seed: of the search.
        parameters: how many there are.
        population: points of a generation for each parameter.
        generations: at most.
        advance: called after each generation.
    """
    whole = _whole(residuals)

    def after_each(*_: object, **__: object) -> None:
        if advance is not None:
            advance()

    found = optimize.differential_evolution(
        lambda points: (whole(points.T) ** 2).sum(axis=1),
        [(0.0, 1.0)] * parameters,
        popsize=population,
        maxiter=generations,
        rng=np.random.default_rng([seed, 2]),
        vectorized=True,
        updating="deferred",
        polish=False,
        init="sobol",
        tol=1e-6,
        callback=after_each,
    )
    return np.asarray(found.x)


@dataclass(frozen=True)
class Profile:
    """What it costs to hold one parameter elsewhere while the others make up for it as well as they can.

    Attributes:
        low, high: ends of the interval, 0 or 1 where it goes on past the range.
        at: ``[point]`` where the parameter was held, in order, the best fit among them.
        rise: ``[point]`` rise of the sum of squares above that of the best fit.
    """

    low: float
    high: float
    at: Floats
    rise: Floats


def profile(residuals: Residuals, best: Fit, parameter: int, rise: float) -> Profile:
    """The interval of a parameter within which the others can make up for it (Venzon and Moolgavkar 1988).

    Args:
        residuals: of points of the unit cube.
        best: the best fit.
        parameter: whose interval.
        rise: by how much the sum of squares may rise above the best.
    """
    steep = np.linalg.norm(best.slope[:, parameter])
    step = min(LONGEST, float(np.sqrt(rise) / steep)) if steep > 0 else LONGEST
    (low, below), (high, above) = (_walk(residuals, best, parameter, rise, way) for way in (-step, step))
    points = np.array([*reversed(below), (best.at[parameter], 0.0), *above])
    return Profile(low, high, points[:, 0], points[:, 1])


def _walk(
    residuals: Residuals, best: Fit, parameter: int, rise: float, step: float
) -> tuple[float, list[tuple[float, float]]]:
    """Walk away from the best fit, fitting the others again at each step, until the sum of squares has risen.

    Returns:
        Where it has risen by ``rise`` (or the end of the range), and each place of the walk with its rise.
    """
    others = np.delete(best.at, parameter)
    before, risen = float(best.at[parameter]), 0.0
    walked: list[tuple[float, float]] = []
    for multiple in WALK:
        here = float(np.clip(best.at[parameter] + multiple * step, 0, 1))

        def without(points: Floats, held: float = here) -> Floats:
            return residuals(np.insert(points, parameter, held, axis=1))

        fit = least_squares(without, others, most=20, tolerance=ROUGH)
        now = max(0.0, fit.cost - best.cost)
        walked.append((here, now))
        if now >= rise:
            # The root of the rise is straight where the sum of squares is a parabola.
            share = (np.sqrt(rise) - np.sqrt(risen)) / (np.sqrt(now) - np.sqrt(risen))
            return float(before + share * (here - before)), walked
        if here in (0.0, 1.0):
            return here, walked
        before, risen, others = here, now, fit.at
    return float(step > 0), walked


def directions(best: Fit) -> tuple[Floats, Floats]:
    """Singular values and directions of the slope, largest first, ``value[k]`` and ``direction[k, parameter]``.

    A value is by how many standard deviations of the data the fit changes along its direction over the whole range.
    """
    _, value, direction = np.linalg.svd(best.slope, full_matrices=True)
    full = np.zeros(best.slope.shape[1])
    full[: len(value)] = value
    return full, np.asarray(
        direction * np.sign(direction[np.arange(len(full)), np.abs(direction).argmax(axis=1)])[:, None]
    )
