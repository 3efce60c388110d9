"""Scenario discovery: in which futures does a policy fail, said in words.

Runs at scrambled Sobol' points; a run *fails* if it meets any of the conditions ``fails`` (a list of tables
``{ outcome, time, below }`` or ``{ outcome, time, above }``). The patient rule induction method peels a small share
of the runs off one side of one factor, again and again, so that failures grow denser in the box that is left
(Friedman and Fisher 1999, doi:10.1023/A:1008894516817; for scenario discovery Bryant and Lempert 2010,
doi:10.1016/j.techfore.2009.08.002). From every box on the way the restrictions are dropped that chance could have made
(a binomial test of what each contributes, at 5% over all factors together), since in many dimensions peeling also
fits noise. Of what is left the box is kept that balances *coverage* (share of all failures that lie in it) and
*density* (share of its runs that fail) best, by the share of the runs in it times how much more often than usual they
fail (weighted relative accuracy). Then the next is sought among the runs outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from policy_lab.ensemble import option_checks
from policy_lab.ensemble.designs import Points
from policy_lab.ensemble.factors import values_of
from policy_lab.ensemble.findings import ALL_TIMES, WHOLE, Findings, Result, Statement, rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.questions import CONDITIONS, UNCERTAINTY, Question, sizes
from policy_lab.ensemble.runner import Ensemble
from policy_lab.errors import StudyError
from policy_lab.messages import Language, Message, Name
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.runs import Floats

DEFAULT_SIZE: Final = 1024
OPTIONS: Final[Mapping[str, Any]] = {"fails": [], "boxes": 3, "peel": 0.05, "least_mass": 0.05}
#: A restriction stays if chance would make one as good, on any of the factors, less often than this.
BY_CHANCE: Final = 0.05
QUESTIONS: Final = (Question("prim", (UNCERTAINTY,), sizes(512, 1024, 4096), {"fails": CONDITIONS}),)

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Box:
    """A box in the space of the factors: ``low`` and ``high[factor]``, infinite where a side is open."""

    low: Floats
    high: Floats

    def holds(self, x: Floats) -> Bools:
        """Which runs of ``x[run, factor]`` lie in it."""
        some = self.restricted()
        return np.asarray(((x[:, some] >= self.low[some]) & (x[:, some] <= self.high[some])).all(axis=1))

    def restricted(self) -> list[int]:
        """Positions of the factors that it restricts."""
        return [int(j) for j in np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high))]

    def without(self, factor: int) -> Box:
        """The box with one factor set free."""
        low, high = self.low.copy(), self.high.copy()
        low[factor], high[factor] = -np.inf, np.inf
        return Box(low, high)


def check(plan: Plan) -> None:
    """Refuse a study without conditions, or with conditions on what is not studied."""
    if plan.grouped:
        raise StudyError("error.study.prim_groups")
    option_checks.power_of_two(plan)
    if not 0 < plan.options["peel"] < 0.5 or not 0 < plan.options["least_mass"] < 1:
        raise StudyError("error.study.prim_peel")
    if plan.options["boxes"] < 1:
        raise StudyError("error.study.prim_boxes", boxes=plan.options["boxes"])
    if not plan.options["fails"]:
        raise StudyError("error.study.prim_fails")
    for condition in plan.options["fails"]:
        _condition(plan, condition)


def inputs(plan: Plan) -> Mapping[str, Any]:
    """Nothing beyond the plan."""
    return {}


def _condition(plan: Plan, condition: Any) -> tuple[int, int, str, float]:
    """Positions of time and outcome, ``below`` or ``above``, and the limit."""
    if not isinstance(condition, Mapping) or "outcome" not in condition:
        raise StudyError("error.study.prim_condition", condition=repr(condition))
    sides = [side for side in ("below", "above") if side in condition]
    extra = set(condition) - {"outcome", "time", "below", "above"}
    if len(sides) != 1 or extra or not isinstance(condition[sides[0]], int | float):
        raise StudyError("error.study.prim_side")
    name = option_checks.studied(plan, str(condition["outcome"]), "fails")
    time = float(condition.get("time", plan.times[-1]))
    where = np.flatnonzero(np.isclose(plan.times, time))
    if not len(where):
        raise StudyError("error.study.prim_time", time=time)
    return int(where[0]), plan.outcomes.index(name), sides[0], float(condition[sides[0]])


def runs(plan: Plan) -> tuple[int, int]:
    """Runs of the model: at first, and at most."""
    return plan.size, plan.size


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Make the runs, find the failures and the boxes that hold them."""
    unit = plan.points()
    values = ensemble.run(Points(unit)).all()
    columns = values_of(plan.factors, unit)
    x = np.column_stack([columns[f.name] for f in plan.factors])
    good = np.isfinite(values).all(axis=(1, 2))
    x, failed = x[good], _failures(plan, values[good])
    if not len(x):
        raise StudyError("error.study.prim_finite")
    parts = [_row("failures", failed.mean())]
    notes = []
    if not failed.any() or failed.all():
        notes.append(Message("study.prim.every" if failed.any() else "study.prim.none"))
    else:
        with ensemble.progress(Message("progress.boxes"), plan.options["boxes"]) as meter:
            boxes = find_boxes(x, failed, plan.options["boxes"], plan.options, meter.advance)
        for n, box in enumerate(boxes, start=1):
            parts += _box_rows(plan, f"box {n}", box, x, failed)
        if len(parts) == 1:
            notes.append(Message("study.prim.no_box"))
    return Result(parts, notes, {"size": plan.size})


def _failures(plan: Plan, values: Floats) -> Bools:
    failed = np.zeros(len(values), dtype=bool)
    for condition in plan.options["fails"]:
        t, o, side, limit = _condition(plan, condition)
        failed |= values[:, t, o] < limit if side == "below" else values[:, t, o] > limit
    return failed


def find_boxes(
    x: Floats, failed: Bools, most: int, options: Mapping[str, Any], advance: Callable[[float], None] | None = None
) -> list[Box]:
    """Boxes that hold failures densely, one after the other, each sought among the runs outside those before.

    Args:
        x: ``x[run, factor]``.
        failed: ``failed[run]``.
        most: how many boxes at most.
        options: ``peel`` (share of the runs a step takes off) and ``least_mass`` (share of all runs a box keeps).
        advance: told of each box that is found, and with 0 of each step towards it.
    """
    tell = advance or (lambda _: None)
    found: list[Box] = []
    left = np.ones(len(x), dtype=bool)
    least = max(2, int(options["least_mass"] * len(x)))
    while len(found) < most and left.sum() >= least and failed[left].any():
        path = _peeled(x[left], failed[left], options["peel"], least, tell)
        box = _best(_significant(path, x[left], failed[left], tell), x[left], failed[left])
        inside = box.holds(x) & left
        if not box.restricted() or failed[inside].mean() <= failed[left].mean():
            break
        found.append(box)
        left &= ~inside
        tell(1)
    return found


def _peeled(x: Floats, failed: Bools, share: float, least: int, tell: Callable[[float], None]) -> list[Box]:
    """The boxes of a peeling, from the whole space inwards."""
    factors = x.shape[1]
    box = Box(np.full(factors, -np.inf), np.full(factors, np.inf))
    boxes = [box]
    inside = np.ones(len(x), dtype=bool)
    while inside.sum() > least:
        peels = [_peels(side * x[inside], failed[inside], share, least) for side in (1.0, -1.0)]
        density = np.stack([d for d, _ in peels])
        side, factor = np.unravel_index(int(density.argmax()), density.shape)
        if density[side, factor] < 0:
            break
        cut = peels[side][1][factor]
        low, high = box.low.copy(), box.high.copy()
        if side == 0:
            low[factor] = cut
        else:
            high[factor] = -cut
        box = Box(low, high)
        inside &= box.holds(x)
        boxes.append(box)
        tell(0)
        if density[side, factor] == 1:
            break
    return boxes


def _peels(x: Floats, failed: Bools, share: float, least: int) -> tuple[Floats, Floats]:
    """What peeling a share off the low side of each factor would leave.

    Args:
        x: ``x[run, factor]`` of the runs in the box.
        failed: ``failed[run]``.
        share: of the runs to peel off; at least one value goes, so that discrete factors can be peeled too.
        least: runs that must be left.

    Returns:
        ``density[factor]`` of failures in what is left, -1 where nothing can be peeled; ``cut[factor]``, the least
        value that stays.
    """
    ordered = np.sort(x, axis=0)
    cut = ordered[min(len(x) - 1, int(np.ceil(share * (len(x) - 1))))]
    lowest = cut == ordered[0]
    above = np.where(x > ordered[0], x, np.inf).min(axis=0)  # the next value, where one value is a share or more
    cut = np.where(lowest, above, cut)
    kept = x >= cut
    count = kept.sum(axis=0)
    hits = (kept & failed[:, None]).sum(axis=0)
    return np.where(count >= max(1, least), hits / np.maximum(count, 1), -1.0), cut


def _best(boxes: list[Box], x: Floats, failed: Bools) -> Box:
    """The box with the largest weighted relative accuracy; the whole space has 0."""

    def accuracy(box: Box) -> float:
        inside = box.holds(x)
        return float(failed[inside].sum() - inside.sum() * failed.mean())

    return max(boxes, key=accuracy)


def _significant(boxes: list[Box], x: Floats, failed: Bools, tell: Callable[[float], None]) -> list[Box]:
    """The boxes without restrictions that chance could have made, the least significant dropped first."""
    limit, found = BY_CHANCE / x.shape[1], []
    for box in boxes:
        left = box
        while left.restricted():
            chance = by_chance(left, x, failed)
            worst = int(chance.argmax())
            if chance[worst] < limit:
                break
            left = left.without(left.restricted()[worst])
        found.append(left)
        tell(0)
    return found


def by_chance(box: Box, x: Floats, failed: Bools) -> Floats:
    """For each factor that a box restricts, how probably a restriction put at random would hold failures as densely.

    The quasi-p-value of Bryant and Lempert (2010): binomial, with the density of the box without the restriction.
    """
    some = box.restricted()
    outside = (x[:, some] < box.low[some]) | (x[:, some] > box.high[some])
    excluded = outside.sum(axis=1)
    inside = excluded == 0
    freed = (excluded[:, None] - outside) == 0
    density = (freed & failed[:, None]).sum(axis=0) / freed.sum(axis=0)
    return np.asarray(binom.sf(failed[inside].sum() - 1, inside.sum(), density))


def _row(index: str, value: float, factor: str = WHOLE, low: float = np.nan, high: float = np.nan) -> pd.DataFrame:
    return rows("failure", ALL_TIMES, factor, index, float(value), low, high)


def _box_rows(plan: Plan, name: str, box: Box, x: Floats, failed: Bools) -> list[pd.DataFrame]:
    inside = box.holds(x)
    parts = [
        _row(f"{name}: coverage", failed[inside].sum() / failed.sum()),
        _row(f"{name}: density", failed[inside].mean()),
        _row(f"{name}: share of runs", inside.mean()),
    ]
    for j, chance in zip(box.restricted(), by_chance(box, x, failed), strict=True):
        factor = plan.factors[j]
        low = factor.low if not np.isfinite(box.low[j]) else box.low[j]
        high = factor.high if not np.isfinite(box.high[j]) else box.high[j]
        parts.append(_row(f"{name}: limits", float(chance), factor.name, float(low), float(high)))
    return parts


def statements(plan: Plan, findings: Findings) -> list[Statement]:
    """When the policy fails, box by box."""
    share = float(findings.of("failures")["value"].iloc[0])
    said = [Message("study.prim.failures", {"share": share, "conditions": _meaning(plan)})]
    n = 1
    while len(limits := findings.of(f"box {n}: limits")):
        coverage = float(findings.of(f"box {n}: coverage")["value"].iloc[0])
        density = float(findings.of(f"box {n}: density")["value"].iloc[0])
        told = {"limits": [_limit(plan, row) for _, row in limits.iterrows()], "density": density, "coverage": coverage}
        said.append(Message("study.prim.box", told))
        n += 1
    return [Statement(message) for message in said]


def _meaning(plan: Plan) -> list[Message]:
    said = []
    for condition in plan.options["fails"]:
        t, o, side, limit = _condition(plan, condition)
        outcome = plan.outcomes[o]
        told = {"outcome": plan.named(outcome), "time": float(plan.times[t]), "limit": plan.quantity(outcome, limit)}
        said.append(Message(f"study.prim.is_{side}", told))
    return said


def _limit(plan: Plan, row: pd.Series) -> Message:
    factor = next(f for f in plan.factors if f.name == row["factor"])
    ends = {"low": float(row["low"]), "high": float(row["high"])}
    key = "at_most" if ends["low"] <= factor.low else "at_least" if ends["high"] >= factor.high else "between"
    return Message(f"study.prim.{key}", {"factor": Name(factor.name), **ends})


def draw(plan: Plan, findings: Findings, words: Language) -> dict[str, Picture]:
    """Each box as bars within the ranges of the factors it restricts."""

    def panel(number: int) -> Panel:
        limits = findings.of(f"box {number}: limits")

        def paint(axes: Axes) -> None:
            where = plots.name_rows(axes, [words.shown(Name(str(f))) for f in limits["factor"]])
            for y, (_, row) in zip(where, limits.iterrows(), strict=True):
                factor = next(f for f in plan.factors if f.name == row["factor"])
                span = factor.high - factor.low
                axes.barh(y, 1, color=plots.SHADE, height=0.5)
                left, right = (row["low"] - factor.low) / span, (row["high"] - factor.low) / span
                axes.barh(y, right - left, left=left, color=plots.OTHER, height=0.5)
            axes.set_ylim(-0.6, max(3, len(limits)) - 0.4)
            axes.set_xticks([0, 1], [words.texts["study.prim.low_end"], words.texts["study.prim.high_end"]])

        return Panel(words.in_words(Message("study.prim.panel", {"box": number})), paint)

    numbers = [n for n in range(1, plan.options["boxes"] + 1) if len(findings.of(f"box {n}: limits"))]
    if not numbers:
        return {}
    return {"boxes": Picture([panel(n) for n in numbers], words.texts["study.prim.key"], label=plots.NAMES)}
