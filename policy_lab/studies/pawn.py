"""PAWN: how far the whole distribution of an outcome shifts when a factor is held in one part of its range.

A cross-check of Sobol' indices that does not lean on the variance, so it sees what moves a skewed or two-humped
outcome. For ``slices`` equal parts of a factor's range, the largest distance between the distribution of the
outcome there and over all runs (Kolmogorov and Smirnov); ``PAWN`` is the median over the parts, ``PAWN max`` the
largest (Pianosi and Wagener 2018, doi:10.1016/j.envsoft.2018.07.019). The noise floor is the same for a factor that
was never used in the model, ``(dummy)``. Equal to SALib's ``analyze.pawn`` on the same sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from policy_lab.ensemble import option_checks
from policy_lab.ensemble.designs import Points, sobol_points
from policy_lab.ensemble.findings import ALL_TIMES, DUMMY, Findings, Result, Statement, grid_rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.questions import LEVER, UNCERTAINTY, Question, sizes
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.messages import Language, Message, Name
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 2048
OPTIONS: Final[Mapping[str, Any]] = {"slices": 10}
QUESTIONS: Final = (Question("pawn", (LEVER, UNCERTAINTY), sizes(1024, 2048, 8192)),)


def check(plan: Plan) -> None:
    """Refuse groups, a size that is no power of two, and slices with too few runs."""
    if plan.grouped:
        raise StudyError("error.study.pawn_groups")
    option_checks.power_of_two(plan)
    if plan.options["slices"] < 2 or plan.size < 10 * plan.options["slices"]:
        raise StudyError("error.study.pawn_slices", size=plan.size, slices=plan.options["slices"])


def inputs(plan: Plan) -> Mapping[str, Any]:
    """Nothing beyond the plan."""
    return {}


def runs(plan: Plan) -> tuple[int, int]:
    """Runs of the model: at first, and at most."""
    return plan.size, plan.size


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Make the runs at Sobol' points, with one column more for the dummy, and compare distributions."""
    factors = len(plan.factors)
    unit = sobol_points(plan.size, factors + 1, plan.study.seed)
    values = ensemble.run(Points(unit[:, :factors])).all()
    flat = values.reshape(len(values), -1)
    distances = np.empty((factors + 1, plan.options["slices"], flat.shape[1]))
    with ensemble.progress(Message("progress.comparing"), flat.shape[1]) as meter:
        for output in range(flat.shape[1]):
            distances[:, :, output] = slice_distances(unit, flat[:, output], plan.options["slices"])
            meter.advance()
    shape = (factors + 1, len(plan.times), len(plan.outcomes))
    parts = []
    for index, found in (("PAWN", np.median(distances, axis=1)), ("PAWN max", distances.max(axis=1))):
        grid = found.reshape(shape)
        for who, rows in ((plan.names, grid[:-1]), ((DUMMY,), grid[-1:])):
            parts.append(grid_rows(plan.outcomes, plan.times, who, index, rows))
            whole = np.nan_to_num(rows).mean(axis=1, keepdims=True)
            parts.append(grid_rows(plan.outcomes, [ALL_TIMES], who, index, whole))
    return Result(parts, [], {"size": plan.size})


def slice_distances(unit: Floats, y: Floats, slices: int) -> Floats:
    """Distance of the distribution of ``y[run]`` within each slice from that over all runs.

    Args:
        unit: ``unit[run, factor]``; slices are cut at its quantiles.
        y: one output; runs that failed are left out. A constant output has no distances (NaN).
        slices: how many equal parts.

    Returns:
        ``distance[factor, slice]``.
    """
    good = np.isfinite(y)
    unit, y = unit[good], y[good]
    factors = unit.shape[1]
    if len(y) < slices or np.ptp(y) == 0:
        return np.full((factors, slices), np.nan)
    edges = np.nanquantile(unit, np.linspace(0, 1, slices + 1), axis=0)
    order = np.argsort(y, kind="stable")
    last = np.append(y[order][1:] != y[order][:-1], True)  # equal values step together
    share = (np.arange(1, len(y) + 1) / len(y))[last]
    found = np.empty((factors, slices))
    for j in range(factors):
        x = unit[order, j]
        inside = (x[:, None] >= edges[:-1, j]) & (x[:, None] < edges[1:, j])
        counted = np.cumsum(inside, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            found[j] = np.abs(counted[last] / counted[-1] - share[:, None]).max(axis=0)
    return found


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """Which factors shift each outcome's distribution, beyond what a dummy seems to."""
    said = []
    for outcome in plan.outcomes:
        rows = findings.of("PAWN", outcome, ALL_TIMES)
        floor = float(rows[rows["factor"] == DUMMY]["value"].iloc[0])
        seen = rows[(rows["factor"] != DUMMY) & (rows["value"] > floor)].sort_values("value", ascending=False)
        top = [
            Message("study.pawn.factor", {"factor": Name(r.factor), "shift": r.value})
            for r in seen.head(3).itertuples()
        ]
        told = {"top": top, "seen": len(seen), "factors": len(plan.factors), "floor": floor}
        said.append(Statement(Message("study.pawn.shifted", told), outcome))
    return said


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """Median distances over all times, with the dummy's as the noise floor."""

    def panel(outcome: str) -> Panel:
        def paint(axes: Axes) -> None:
            rows = findings.of("PAWN", outcome, ALL_TIMES)
            floor = float(rows[rows["factor"] == DUMMY]["value"].iloc[0])
            rows = rows[rows["factor"] != DUMMY].sort_values("value").tail(plots.BARS)
            where = plots.name_rows(axes, [words.shown(Name(str(f))) for f in rows["factor"]])
            axes.axvspan(0, floor, color=plots.SHADE, lw=0)
            plots.bars(axes, where, rows["value"], plots.MAIN)
            axes.set_xlim(0, 1)
            axes.set_xlabel(words.texts["study.pawn.axis"])

        return Panel(words.shown(plan.named(outcome)), paint, outcome)

    panels = [panel(outcome) for outcome in plan.outcomes[: plots.PANELS]]
    return {"shifts": Picture(panels, words.texts["study.pawn.key"], height=3.4, label=plots.NAMES)}
