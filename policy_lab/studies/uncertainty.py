"""Uncertainty: how far outcomes spread when nobody knows the parameters, and how bad the bad tail is.

Runs at scrambled Sobol' points of the factors' distributions. For each outcome and time: ``mean``, ``sd``, quantiles
``q05 … q95``, and ``worst tenth``, the mean of the worst tenth of the runs (by what the outcome's table calls better;
for outcomes that are neither, the low and the high tenth). With ``thresholds`` (outcome = number), ``P(above)`` is the
share of runs above it. Numbers carry the interval of a bootstrap over runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from policy_lab.ensemble import picture
from policy_lab.ensemble.designs import Points, is_power_of_two, sobol_points
from policy_lab.ensemble.findings import WHOLE, Findings, Result, grid_rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.runner import Ensemble
from policy_lab.ensemble.wording import number, percent
from policy_lab.errors import StudyError
from policy_lab.runs import Floats

TITLE: Final = "Uncertainty of outcomes"
QUESTION: Final = "How far can the outcomes spread, given what nobody knows?"
DEFAULT_SIZE: Final = 1024
OPTIONS: Final[Mapping[str, Any]] = {"thresholds": {}, "resamples": 200, "confidence": 0.95}
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
TAIL: Final = 0.1

Measure = Callable[[Floats], Floats]


def check(plan: Plan) -> None:
    """Refuse a size that is no power of two and thresholds of outcomes that are not studied."""
    if not is_power_of_two(plan.size):
        below = 1 << (plan.size.bit_length() - 1)
        raise StudyError(f"size = {plan.size} is not a power of two; take {below} or {2 * below}.")
    if not 0 < plan.options["confidence"] < 1 or plan.options["resamples"] < 2:
        raise StudyError("confidence lies between 0 and 1, and resamples is at least 2.")
    for name, value in plan.options["thresholds"].items():
        if plan.model.find(name) not in plan.outcomes:
            raise StudyError(f"thresholds names '{name}', which is not among the study's outcomes.")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise StudyError(f"The threshold of '{name}' is {value!r}, which is not a number.")


def inputs(plan: Plan) -> Mapping[str, Any]:
    """Which way each outcome is better, which decides what its bad tail is."""
    return {"better": [plan.better(o) for o in plan.outcomes]}


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Make the runs and measure their spread."""
    unit = sobol_points(plan.size, len(plan.factors), plan.study.seed)
    values = ensemble.run(Points(unit)).all()
    parts = []
    for o, outcome in enumerate(plan.outcomes):
        column = values[:, :, o]
        finished = column[np.isfinite(column).all(axis=1)]
        for index, measure in _measures(plan, outcome).items():
            value, low, high = _interval(measure, finished, plan)
            parts.append(grid_rows((outcome,), plan.times, (WHOLE,), index, value, low, high))
    return Result(parts, [], {"size": plan.size})


def _measures(plan: Plan, outcome: str) -> dict[str, Measure]:
    """Measures of ``values[run, time]`` along the runs."""
    found: dict[str, Measure] = {
        "mean": lambda v: np.asarray(v.mean(axis=0)),
        "sd": lambda v: np.asarray(v.std(axis=0, ddof=1)),
    }
    found |= {f"q{round(100 * q):02d}": _quantile(q) for q in QUANTILES}
    better = plan.better(outcome)
    if better == "higher":
        found["worst tenth"] = _tail(lowest=True)
    elif better == "lower":
        found["worst tenth"] = _tail(lowest=False)
    else:
        found |= {"lowest tenth": _tail(lowest=True), "highest tenth": _tail(lowest=False)}
    limits = {plan.model.find(name): float(limit) for name, limit in plan.options["thresholds"].items()}
    if outcome in limits:
        found["P(above)"] = lambda v: np.asarray((v > limits[outcome]).mean(axis=0))
    return found


def _quantile(q: float) -> Measure:
    return lambda v: np.asarray(np.quantile(v, q, axis=0))


def _tail(lowest: bool) -> Measure:
    def mean_of_tail(values: Floats) -> Floats:
        ordered = np.sort(values if lowest else -values, axis=0)
        tail = ordered[: max(1, round(TAIL * len(values)))].mean(axis=0)
        return np.asarray(tail if lowest else -tail, dtype=np.float64)

    return mean_of_tail


def _interval(measure: Measure, values: Floats, plan: Plan) -> tuple[Floats, Floats, Floats]:
    """A measure of ``values[run, time]`` as ``[1, time, 1]``, with its bootstrap interval; every one the same draws."""
    rng = np.random.default_rng([plan.study.seed, 1])
    drawn = rng.integers(len(values), size=(plan.options["resamples"], len(values)))
    tail = (1 - plan.options["confidence"]) / 2
    resampled = np.stack([measure(values[rows]) for rows in drawn])
    low, high = np.quantile(resampled, [tail, 1 - tail], axis=0)
    return measure(values)[None, :, None], low[None, :, None], high[None, :, None]


def words(plan: Plan, findings: Findings) -> list[str]:
    """The range of each outcome at the last time, and its bad tail."""
    said = []
    last = float(plan.times[-1])
    for outcome in plan.outcomes:
        at = findings.table[(findings.table["outcome"] == outcome) & (findings.table["time"] == last)]
        value = at.set_index("index")["value"]
        unit = plan.unit(outcome)
        text = (
            f"{plan.label(outcome)} at {last:g}: nine runs in ten lie between {number(value['q05'])} and "
            f"{number(value['q95'])} {unit}, the median is {number(value['q50'])}."
        )
        if "worst tenth" in value:
            text += f" In the worst tenth of the runs it is {number(value['worst tenth'])} on average."
        if "P(above)" in value:
            limit = {plan.model.find(k): v for k, v in plan.options["thresholds"].items()}[outcome]
            text += f" {percent(value['P(above)'])} of the runs lie above {number(limit)}."
        said.append(text)
    return said


def draw(plan: Plan, findings: Findings) -> dict[str, Figure]:
    """Bands over time, or bars of the quantiles where few times were studied."""
    quantiles = {
        outcome: {
            q: findings.of(f"q{round(100 * q):02d}", outcome).sort_values("time")["value"].to_numpy() for q in QUANTILES
        }
        for outcome in plan.outcomes
    }
    labels = {o: plan.label(o) for o in plan.outcomes}
    return {"bands": picture.bands(plan.times, quantiles, labels, {o: plan.unit(o) for o in plan.outcomes})}
