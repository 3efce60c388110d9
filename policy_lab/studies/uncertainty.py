"""Uncertainty: how far outcomes spread when nobody knows the parameters, and how bad the bad tail is.

Runs at scrambled Sobol' points of the factors' distributions. For each outcome and time: ``mean``, ``sd``, quantiles
``q05 … q95``, and ``worst tenth``, the mean of the worst tenth of the runs (by what the outcome's table calls better;
for outcomes that are neither, the low and the high tenth). With ``thresholds`` (outcome = number), ``P(above)`` is the
share of runs above it. Numbers carry the interval of a bootstrap over runs. Of an outcome that does not exist
everywhere, ``exists`` is the share of runs in which it does at that time; the other numbers are of those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from policy_lab.ensemble import option_checks
from policy_lab.ensemble.designs import Points
from policy_lab.ensemble.findings import WHOLE, Findings, Result, Statement, grid_rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.questions import UNCERTAINTY, Question, sizes
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.messages import Language, Message, Name
from policy_lab.model.conditions import Condition, with_conditions
from policy_lab.report import plots
from policy_lab.report.plots import Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 1024
OPTIONS: Final[Mapping[str, Any]] = {"thresholds": {}, "resamples": 200, "confidence": 0.95}
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
TAIL: Final = 0.1
#: Fewer runs than these have no tail to speak of.
LEAST_RUNS: Final = 10
QUESTIONS: Final = (Question("uncertainty", (UNCERTAINTY,), sizes(256, 1024, 4096)),)

#: Of ``ordered[run, time]``, each column from low to high, it gives ``[time]``.
Measure = Callable[[Floats], Floats]


def check(plan: Plan) -> None:
    """Refuse a size that is no power of two and thresholds of outcomes that are not studied."""
    option_checks.power_of_two(plan)
    if plan.size < LEAST_RUNS:
        raise StudyError("error.study.few_runs", size=plan.size, least=1 << (LEAST_RUNS - 1).bit_length())
    option_checks.bootstrap(plan)
    option_checks.thresholds(plan)


def inputs(plan: Plan) -> Mapping[str, Any]:
    """Which way each outcome is better, which decides what its bad tail is, and where it exists."""
    where = {o: repr(plan.model.conditions[o]) for o in plan.outcomes if o in plan.model.conditions}
    return {"better": [plan.better(o) for o in plan.outcomes]} | ({"where": where} if where else {})


def runs(plan: Plan) -> tuple[int, int]:
    """Runs of the model: at first, and at most."""
    return plan.size, plan.size


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Make the runs and measure their spread; what decides whether an outcome exists is kept with the runs."""
    unit = plan.points()
    ensemble.plan = replace(plan, outcomes=with_conditions(plan.model.conditions, plan.outcomes))
    values = ensemble.run(Points(unit)).all()
    parts: list[pd.DataFrame] = []
    notes = []
    with ensemble.progress(Message("progress.resamples"), len(plan.outcomes) * plan.options["resamples"]) as meter:
        for o, outcome in enumerate(plan.outcomes):
            column = values[:, :, o]
            if (where := plan.model.conditions.get(outcome)) is not None:
                by = values[:, :, ensemble.plan.outcomes.index(where.variable)]
                parts += _where_it_exists(plan, outcome, where, (column, by), meter.advance)
                continue
            finished = column[np.isfinite(column).all(axis=1)]
            if len(finished) < LEAST_RUNS:
                told = {"outcome": plan.named(outcome), "runs": len(finished)}
                notes.append(Message("study.uncertainty.too_few", told))
                continue
            for index, interval in _intervals(_measures(plan, outcome), finished, plan, meter.advance).items():
                parts.append(grid_rows((outcome,), plan.times, (WHOLE,), index, *interval))
    if not parts:
        raise StudyError("error.study.nothing_finite")
    return Result(parts, notes, {"size": plan.size})


def _where_it_exists(
    plan: Plan, outcome: str, where: Condition, runs: tuple[Floats, Floats], advance: Callable[[float], None]
) -> list[pd.DataFrame]:
    """The measures at each time over the runs in which the outcome exists then, and the share of those ("exists").

    ``runs``: ``values[run, time]`` of the outcome and of what decides. Where few are left there is the share alone.
    """
    raw, by = runs
    finite = np.isfinite(raw) & np.isfinite(by)
    there = finite & where.holds(by)
    parts = []
    for t in range(len(plan.times)):
        time, left = plan.times[t : t + 1], raw[there[:, t], t : t + 1]
        share = len(left) / max(1, int(finite[:, t].sum()))
        parts.append(grid_rows((outcome,), time, (WHOLE,), "exists", np.full((1, 1, 1), share)))
        if len(left) >= LEAST_RUNS:
            found = _intervals(_measures(plan, outcome), left, plan, lambda done: advance(done / len(plan.times)))
            parts += [grid_rows((outcome,), time, (WHOLE,), index, *interval) for index, interval in found.items()]
    return parts


def _measures(plan: Plan, outcome: str) -> dict[str, Measure]:
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
    limits = {plan.find(name): float(limit) for name, limit in plan.options["thresholds"].items()}
    if outcome in limits:
        found["P(above)"] = lambda v: np.asarray((v > limits[outcome]).mean(axis=0))
    return found


def _quantile(q: float) -> Measure:
    def interpolated(ordered: Floats) -> Floats:
        place = q * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return np.asarray(ordered[below] + (place - below) * (ordered[above] - ordered[below]))

    return interpolated


def _tail(lowest: bool) -> Measure:
    def mean_of_tail(ordered: Floats) -> Floats:
        count = max(1, round(TAIL * len(ordered)))
        return np.asarray((ordered[:count] if lowest else ordered[-count:]).mean(axis=0))

    return mean_of_tail


def _intervals(
    measures: Mapping[str, Measure], values: Floats, plan: Plan, advance: Callable[[float], None]
) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Measures of ``values[run, time]`` as ``[1, time, 1]``, with bootstrap intervals; every one of the same draws."""
    rng = np.random.default_rng([plan.study.seed, 1])
    resampled: dict[str, list[Floats]] = {name: [] for name in measures}
    for rows in rng.integers(len(values), size=(plan.options["resamples"], len(values))):
        ordered = np.sort(values[rows], axis=0)
        for name, measure in measures.items():
            resampled[name].append(measure(ordered))
        advance(1)
    tail, whole = (1 - plan.options["confidence"]) / 2, np.sort(values, axis=0)
    found = {}
    for name, measure in measures.items():
        low, high = np.quantile(resampled[name], [tail, 1 - tail], axis=0)
        value, low, high = (x[None, :, None] for x in (measure(whole), low, high))
        found[name] = (value, low, high)
    return found


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """The range of each outcome at the last time, and its bad tail."""
    last = float(plan.times[-1])
    limits = {plan.find(name): float(limit) for name, limit in plan.options["thresholds"].items()}
    said = []
    for outcome in findings.outcomes:
        at = findings.table[(findings.table["outcome"] == outcome) & (findings.table["time"] == last)]
        value = at.set_index("index")["value"]
        if value.get("exists", 1.0) < 1:
            share = float(value["exists"])
            said.append(Statement(Message("study.uncertainty.exists", {"time": last, "share": share}), outcome))
        if "q50" not in value:
            continue
        median = plan.quantity(outcome, value["q50"])
        if value["q05"] == value["q95"]:
            said.append(Statement(Message("study.uncertainty.still", {"time": last, "value": median}), outcome))
            continue
        ends = {"low": plan.bare(outcome, value["q05"]), "high": plan.quantity(outcome, value["q95"])}
        told = {**ends, "median": median}
        said.append(Statement(Message("study.uncertainty.spread", {"time": last, **told}), outcome))
        if "worst tenth" in value:
            worst = plan.quantity(outcome, value["worst tenth"])
            said.append(Statement(Message("study.uncertainty.worst", {"value": worst}), outcome))
        if "P(above)" in value:
            above = {"share": value["P(above)"], "limit": plan.quantity(outcome, limits[outcome])}
            said.append(Statement(Message("study.uncertainty.above", above), outcome))
    return said


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """Bands over time."""
    times = np.array(findings.times)
    quantiles = {
        plan.named(outcome): {
            q: findings.of(f"q{round(100 * q):02d}", outcome).set_index("time")["value"].reindex(times).to_numpy()
            for q in QUANTILES
        }
        for outcome in findings.outcomes
    }
    units = {name: words.shown(Name(plan.unit(name.key), "unit")) for name in quantiles}
    return {"bands": plots.bands(times, quantiles, units, words)}
