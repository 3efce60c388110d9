"""Elementary effects: a cheap first look at which of many factors matter at all.

Each of ``size`` trajectories starts at a random point of a grid and moves one factor (or group) after the other by
one step. ``mu*`` is the mean absolute change of the outcome a factor causes, told per whole range, in the outcome's
unit (Campolongo, Cariboni and Saltelli 2007, doi:10.1016/j.envsoft.2006.10.004); ``mu`` keeps the sign and ``sigma``
is the spread, which is large where a factor acts unevenly or together with others (Morris 1991,
doi:10.1080/00401706.1991.10484804). Groups have ``mu*`` only. Over all times, figures are means over the times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from SALib.sample import morris as salib

from policy_lab.ensemble import option_checks
from policy_lab.ensemble.designs import Points
from policy_lab.ensemble.findings import ALL_TIMES, Findings, Result, Statement, grid_rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.questions import LEVER, Question, sizes
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.messages import Language, Message, Name
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 32
OPTIONS: Final[Mapping[str, Any]] = {"levels": 4, "resamples": 500, "confidence": 0.95}
#: A factor below this share of the largest effect is said to matter little.
LITTLE: Final = 0.05
QUESTIONS: Final = (Question("morris", (LEVER,), sizes(16, 32, 128)),)


def check(plan: Plan) -> None:
    """Refuse an odd grid, fewer than two trajectories or factors."""
    if plan.options["levels"] < 2 or plan.options["levels"] % 2:
        raise StudyError("error.study.morris_levels", levels=plan.options["levels"])
    if plan.size < 2:
        raise StudyError("error.study.morris_size", size=plan.size)
    if len(plan.groups) < 2:
        raise StudyError("error.study.one_factor")
    option_checks.bootstrap(plan)


def inputs(plan: Plan) -> Mapping[str, Any]:
    """Nothing beyond the plan."""
    return {}


def runs(plan: Plan) -> tuple[int, int]:
    """Runs of the model: at first, and at most."""
    made = plan.size * (len(plan.groups) + 1)
    return made, made


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Make the trajectories and average their steps."""
    unit = trajectories(plan)
    outcomes = ensemble.run(Points(unit)).all()
    effects = elementary_effects(unit, outcomes, plan.member, plan.options["levels"])
    names, times = plan.names, list(plan.times)
    star = _mean_absolute(effects.absolute, plan)
    parts = [grid_rows(plan.outcomes, times, names, "mu*", *star)]
    parts.append(grid_rows(plan.outcomes, [ALL_TIMES], names, "mu*", *(x.mean(1, keepdims=True) for x in star)))
    if effects.signed is not None:
        for index, values in zip(("mu", "sigma"), _signed(effects.signed), strict=True):
            parts.append(grid_rows(plan.outcomes, times, names, index, values))
            parts.append(grid_rows(plan.outcomes, [ALL_TIMES], names, index, values.mean(1, keepdims=True)))
    return Result(parts, [], {"size": plan.size})


def trajectories(plan: Plan) -> Floats:
    """SALib's trajectories in the unit cube, ``unit[run, factor]``; seed 0 is a seed like any other."""
    factors = len(plan.factors)
    problem: dict[str, Any] = {
        "num_vars": factors,
        "names": [f"f{i}" for i in range(factors)],
        "bounds": [[0.0, 1.0]] * factors,
    }
    if plan.grouped:
        problem["groups"] = [f"g{int(g)}" for g in plan.member.argmax(axis=0)]
    rng = np.random.default_rng(plan.study.seed)
    unit: Floats = salib.sample(problem, plan.size, num_levels=plan.options["levels"], seed=rng)
    return unit


@dataclass(frozen=True)
class Effects:
    """Effects ``[trajectory, group, time, outcome]``, absolute and with their sign, which groups do not have."""

    absolute: Floats
    signed: Floats | None


def elementary_effects(unit: Floats, outcomes: Floats, member: Any, levels: int) -> Effects:
    """Changes of the outcomes from step to step, per whole range.

    Args:
        unit: ``unit[run, factor]``, trajectory after trajectory.
        outcomes: ``values[run, time, outcome]``.
        member: ``member[group, factor]``.
        levels: of the grid.
    """
    groups = len(member)
    step = levels / (2 * (levels - 1))
    x = unit.reshape(-1, groups + 1, unit.shape[1])
    moved = np.diff(x, axis=1)
    change = np.diff(outcomes.reshape(-1, groups + 1, *outcomes.shape[1:]), axis=1) / step
    # who[trajectory, step]: the group that step moved
    who = (np.abs(moved)[:, :, None, :] * member).sum(-1).argmax(-1)
    where = np.argsort(who, axis=1)[:, :, None, None]
    absolute = np.take_along_axis(np.abs(change), where, axis=1)
    if member.sum() != groups or (member.sum(axis=1) != 1).any():
        return Effects(absolute, None)
    sign = np.sign(moved.sum(-1))[:, :, None, None]
    return Effects(absolute, np.take_along_axis(change * sign, where, axis=1))


def _signed(effects: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of ``effects[trajectory, …]``; failed runs left out."""
    good = np.isfinite(effects)
    count = good.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(good, effects, 0.0).sum(axis=0) / count
        spread = np.sqrt((np.where(good, effects - mean, 0.0) ** 2).sum(axis=0) / (count - 1))
    return mean, spread


def _mean_absolute(absolute: Floats, plan: Plan) -> tuple[Floats, Floats, Floats]:
    """``mu*[group, time, outcome]`` with its percentile bootstrap interval over trajectories; failed runs left out."""
    rng = np.random.default_rng([plan.study.seed, 1])
    flat = absolute.reshape(len(absolute), -1)
    good = np.isfinite(flat)
    filled = np.where(good, flat, 0.0)
    drawn = rng.multinomial(len(flat), np.full(len(flat), 1 / len(flat)), size=plan.options["resamples"])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(0) / good.sum(0)
        resampled = np.einsum("rt,tk->rk", drawn.astype(float), filled) / (drawn @ good)
    tail = (1 - plan.options["confidence"]) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail], axis=0)
    shape = absolute.shape[1:]
    return mean.reshape(shape), low.reshape(shape), high.reshape(shape)


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """Which factors matter, and how many hardly do."""
    said = []
    for outcome in plan.outcomes:
        rows = findings.of("mu*", outcome, ALL_TIMES).sort_values("value", ascending=False)
        largest = float(rows["value"].max())
        if not largest > 0:
            said.append(Statement(Message("ranking.still"), outcome))
            continue
        top = [
            Message(
                "study.morris.factor", {"factor": findings.factor(r.factor), "effect": plan.quantity(outcome, r.value)}
            )
            for r in rows.head(3).itertuples()
        ]
        little = rows[rows["high"] < LITTLE * largest]
        told = {"top": top, "little": len(little), "factors": len(rows), "share": LITTLE, "when": _when(plan)}
        said.append(Statement(Message("study.morris.moved", told), outcome))
    return said


def _when(plan: Plan) -> Message:
    if len(plan.times) > 1:
        return Message("study.morris.over_years")
    return Message("study.morris.in_year", {"time": float(plan.times[0])})


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """Mean absolute effects over all times, each outcome's largest first."""

    def panel(outcome: str) -> Panel:
        def paint(axes: Axes) -> None:
            rows = findings.of("mu*", outcome, ALL_TIMES).sort_values("value").tail(plots.BARS)
            where = plots.name_rows(axes, [words.shown(findings.factor(str(f))) for f in rows["factor"]])
            plots.bars(axes, where, rows["value"], plots.MAIN)
            axes.hlines(where, rows["low"], rows["high"], color=plots.INK, lw=1)
            unit = Name(plan.unit(outcome), "unit") if plan.unit(outcome) else Message("report.no_unit")
            axes.set_xlabel(words.in_words(Message("study.morris.axis", {"unit": unit})))

        return Panel(words.shown(plan.named(outcome)), paint, outcome)

    panels = [panel(outcome) for outcome in plan.outcomes[: plots.PANELS]]
    return {"effects": Picture(panels, words.texts["study.morris.key"], height=3.4, label=plots.NAMES)}
