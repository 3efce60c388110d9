"""SALib's door to a model: its levers or uncertain inputs as a ``problem``, and a sample of SALib's run.

    problem = salib.problem(model)
    sample = SALib.sample.sobol.sample(problem, 64)
    found = SALib.analyze.sobol.analyze(problem, salib.evaluate(model, problem, sample, "knowledge"))

SALib itself is not needed here: a problem is a dictionary (Herman & Usher 2017, doi:10.21105/joss.00097).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from policy_lab.ensemble.factors import SD_IN_RANGE, Factor, factor_from, named_factors
from policy_lab.ensemble.measures import outcomes_of
from policy_lab.errors import StudyError
from policy_lab.messages import Name
from policy_lab.model import Model
from policy_lab.runs import Floats


def problem(model: Model, factors: str | Mapping[str, Mapping[str, Any]] = "levers") -> dict[str, Any]:
    """A ``problem`` of SALib's.

    Args:
        model: from ``load_model``.
        factors: ``"levers"``, ``"uncertainties"`` or ``"all"``, as the model's tables have them, or a mapping of
            constants as in a study file: ``{"leaving rate": {"low": 0.05, "high": 0.2}}``.

    Raises:
        StudyError: a range that is missing or impossible, or a discrete factor, which SALib does not know.
        UnknownName: no such constant.
    """
    found = (
        named_factors(model, factors)
        if isinstance(factors, str)
        else tuple(factor_from(model, name, entry) for name, entry in factors.items())
    )
    kinds, bounds = zip(*map(_distribution, found), strict=True)
    return {"num_vars": len(found), "names": [f.name for f in found], "bounds": list(bounds), "dists": list(kinds)}


def _distribution(factor: Factor) -> tuple[str, list[float]]:
    """A factor's distribution by SALib's name, and its numbers in SALib's order."""
    low, high = factor.low, factor.high
    middle = (low + high) / 2 if factor.mode is None else factor.mode
    match factor.distribution:
        case "uniform":
            return "unif", [low, high]
        case "log-uniform":
            return "logunif", [low, high]
        case "normal":
            return "truncnorm", [low, high, middle, factor.sd or (high - low) / SD_IN_RANGE]
        case "triangular" if high >= 0 and middle < high:
            return "triang", [low, high, (middle - low) / (high - low)]
    raise StudyError("error.factor.salib", name=Name(factor.name), distribution=factor.distribution)


def evaluate(
    model: Model,
    problem: Mapping[str, Any],
    sample: Floats,
    outcome: str | Mapping[str, Any],
    at: float | None = None,
    **how: Any,
) -> Floats:
    """``y[run]`` of one outcome for a sample ``x[run, factor]``, as SALib's ``analyze`` takes it.

    Args:
        model: from ``load_model``.
        problem: says which constant a column is.
        sample: from one of SALib's ``sample``.
        outcome: a variable, or what to take of one, see ``outcomes_of``.
        at: the time of a variable; the last one if None.
        how: the rest of what ``simulate`` takes, such as ``scenario``.

    Raises:
        StudyError: as many columns as the problem has factors are wanted; and whatever ``simulate`` raises.
    """
    names = list(problem["names"])
    rows = np.asarray(sample, dtype=float)
    if rows.ndim != 2 or rows.shape[1] != len(names):
        raise StudyError("error.factor.sample", shape=str(rows.shape), factors=len(names))
    values = {name: rows[:, column] for column, name in enumerate(names)}
    return np.asarray(outcomes_of(model, values, [outcome], at=at, **how).iloc[:, 0], dtype=float)
