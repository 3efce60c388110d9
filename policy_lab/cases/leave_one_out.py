"""Leave one out: shared numbers that the other cases allow, and what they say about the one left out.

Sets of shared numbers are drawn evenly from their ranges. A set is weighed by the votes of the other cases and by
their fates; with these weights, the share of sets in which the case left out has its fate is reported. Its own fitted
numbers are not used either: it is run with the medians of the others'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from policy_lab.cases.against_record import judged
from policy_lab.cases.run_case import run_case
from policy_lab.cases.shared_parameters import Fitted, ranges_of, trials_of, vote_errors
from policy_lab.model import Model
from policy_lab.model.cases import Case
from policy_lab.runs import Floats

SETS, SEED = 3000, 20261123
#: Weight of a set that has the fate of a case wrong, against one that has it right.
WRONG = 0.05


def leave_one_out(
    model: Model, cases: Sequence[Case], fitted: Fitted, sets: int = SETS, seed: int = SEED
) -> dict[str, dict[str, Any]]:
    """For every case: the weighted share of sets with its fate right, and how many sets that weight amounts to.

    Args:
        model: with ranges of the shared numbers.
        cases: all of them; those set aside are left out of every weight.
        fitted: own numbers of every case.
        sets, seed: how many sets of shared numbers, and of which stream.
    """
    space = ranges_of(model)
    draws = space.draw(sets, seed)
    used = [case for case in cases if not case.held_out]
    evidence = {case.key: log_weight(model, case, fitted, space.names, draws) for case in used}
    found = {}
    for case in cases:
        others = [other.key for other in used if other.key != case.key]
        logs = np.sum([evidence[key] for key in others], axis=0)
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        changes = {name: draws[:, i] for i, name in enumerate(space.names)}
        trial = run_case(model, case, medians([fitted[key] for key in others]), changes)
        right = np.array([outcome.right for outcome in judged(trial, case)])
        found[case.key] = {"right": min(1.0, float(weights @ right)), "sets": float(1 / (weights**2).sum())}
    return found


def log_weight(model: Model, case: Case, fitted: Fitted, names: Sequence[str], draws: Floats) -> Floats:
    """``log weight[set]`` that one case's votes and fate give."""
    trial = trials_of(model, [case], fitted, names, draws)[case.key]
    right = np.array([outcome.right for outcome in judged(trial, case)])
    logs = np.where(right, 0.0, np.log(WRONG))
    if case.points("votes"):
        # Votes of one house follow each other: together they count as one of the mean error.
        logs = logs - ((vote_errors(trial, case) / case.roles.vote_error) ** 2).mean(axis=1) / 2
    return np.asarray(logs)


def medians(fitted: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of every fitted number over the cases that have it."""
    names = dict.fromkeys(name for numbers in fitted for name in numbers)
    return {name: float(np.median([n[name] for n in fitted if name in n])) for name in names}
