"""Least cost under targets: differential evolution, then every lever back as far as the targets allow.

Policies are ``[policy, lever]``, positions within the ranges of the levers. Differential evolution (Storn and Price
1997, doi:10.1023/A:1008202821328) takes them by the rules of Deb (2000, doi:10.1016/S0045-7825(99)00389-8): one that
is good enough before one that is not, and of these the cheaper, of those the nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy import optimize

from policy_lab.runs import Floats

#: Of policies ``[policy, lever]`` it gives ``[3, policy]``: cost, margin (good enough from 0 on) and share met.
Judge = Callable[[Floats], Floats]

#: Worse than any cost, which is measured by the largest of the first generation.
TOO_LITTLE: Final = 1e6
#: Policies whose costs differ by less, as a share, cost the same.
AGREED: Final = 1e-7
#: A lever moved by less than this share of its range is put back; the others make up for it by going so much further.
NOTHING: Final = 1e-3
#: Shares of its way that each lever is tried at in the end, and how often all of them are gone through at most.
SHARES: Final = np.arange(16) / 16
PASSES: Final = 4


def evolved(
    judge: Judge, own: Floats, population: int, generations: int, seed: int, advance: Callable[[float], None]
) -> tuple[Floats, bool]:
    """The best policy that differential evolution finds, good enough first, then cheap; and whether all agreed.

    Args:
        judge: of policies.
        own: where the search starts, ``[lever]``.
        population: policies for each lever.
        generations: at most.
        seed: of the search.
        advance: called with 1 after each generation.
    """
    scale: list[float] = []

    def badness(points: Floats) -> Floats:
        cost, margin, _ = judge(points.T)
        if not scale:
            scale.append(float(np.nanmax(np.abs(cost), initial=0.0)) or 1.0)
        cheap = np.minimum(np.nan_to_num(cost / scale[0], nan=TOO_LITTLE), TOO_LITTLE)
        return np.asarray(np.where(margin >= 0, cheap, TOO_LITTLE + np.maximum(-margin, 0)), dtype=np.float64)

    found = optimize.differential_evolution(
        badness,
        [(0.0, 1.0)] * len(own),
        popsize=population,
        maxiter=generations,
        rng=np.random.default_rng([seed, 3]),
        vectorized=True,
        updating="deferred",
        polish=False,
        init="sobol",
        x0=own,
        tol=0.0,  # scipy's own test would take policies that all fall short alike for a find
        callback=_until_agreed(advance),
    )
    return np.asarray(found.x), bool(np.ptp(found.population_energies) <= AGREED * abs(found.fun))


def _until_agreed(advance: Callable[[float], None]) -> Callable[[optimize.OptimizeResult], bool]:
    """Counts generations, and ends the search once all policies are good enough and cost the same."""

    def one_more(intermediate_result: optimize.OptimizeResult) -> bool:
        advance(1)
        badness = intermediate_result.population_energies
        return bool(badness.max() < TOO_LITTLE and np.ptp(badness) <= AGREED * abs(badness.mean()))

    return one_more


def put_back(judge: Judge, own: Floats, policy: Floats) -> Floats:
    """The policy with every lever as far back to ``own`` as can be without failing the targets or costing more."""
    hardly = np.abs(policy - own) < NOTHING
    stepped = np.where(hardly, own, np.clip(own + (1 + NOTHING) * (policy - own), 0, 1))
    (cost, spared), (margin, enough), _ = judge(np.stack([policy, stepped]))
    if enough >= min(0.0, margin):
        policy, cost, margin = stepped, spared, enough
    for _ in range(PASSES):
        before = policy
        for j in np.argsort(np.abs(policy - own)):
            policy, cost, margin = _less_of(judge, own, policy, int(j), (cost, margin))
        if np.array_equal(policy, before):
            break
    return policy


def _less_of(
    judge: Judge, own: Floats, policy: Floats, lever: int, reached: tuple[float, float]
) -> tuple[Floats, float, float]:
    """The policy with one lever moved as little as will do, of some shares of its way, with its cost and margin."""
    cost, margin = reached
    way = policy[lever] - own[lever]
    if way == 0:
        return policy, cost, margin
    tried = np.repeat(policy[None], len(SHARES), axis=0)
    tried[:, lever] = own[lever] + SHARES * way
    costs, margins, _ = judge(tried)
    will_do = np.flatnonzero((margins >= min(0.0, margin)) & (costs <= cost))
    if not len(will_do):
        return policy, cost, margin
    least = will_do[np.argmin(costs[will_do])]
    return tried[least], float(costs[least]), float(margins[least])
