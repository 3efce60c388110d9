"""Plain averages: the mean of each outcome over a random sample of the factors.

An example of a method, as small as one can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from policy_lab.ensemble.designs import Points, sobol_points
from policy_lab.ensemble.findings import Findings, Result, Statement, grid_rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.runner import Ensemble
from policy_lab.messages import Language, Message
from policy_lab.report.plots import Picture

DEFAULT_SIZE: Final = 16
OPTIONS: Final[Mapping[str, Any]] = {}


def check(plan: Plan) -> None:
    """Anything can be averaged."""


def inputs(plan: Plan) -> Mapping[str, Any]:
    """Nothing beyond the plan."""
    return {}


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Make the runs and average them."""
    values = ensemble.run(Points(sobol_points(plan.size, len(plan.factors), plan.study.seed))).all()
    mean = values.mean(axis=0)[None, :, :]
    return Result([grid_rows(plan.outcomes, plan.times, ("all factors",), "mean", mean)])


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """A sentence an outcome, of the last time."""
    table = findings.of("mean", time=plan.times[-1])
    said = {row.outcome: f"On average {row.value:.4g}." for row in table.itertuples()}
    return [Statement(Message("report.text", {"text": text}), outcome) for outcome, text in said.items()]


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """No picture."""
    return {}
