"""Scenario discovery: in which futures does a policy fail, said in words.

Runs at scrambled Sobol' points; a run *fails* if it meets any of the conditions ``fails`` (a list of tables
``{ outcome, time, below }`` or ``{ outcome, time, above }``). The patient rule induction method peels a small share
of the runs off one side of one factor, again and again, so that failures grow denser in the box that is left
(Friedman and Fisher 1999, doi:10.1023/A:1008894516817; for scenario discovery Bryant and Lempert 2010,
doi:10.1016/j.techfore.2009.08.002). Of the boxes on the way the one with the best balance of *coverage* (share of
all failures that lie in it) and *density* (share of its runs that fail) is kept, then the next is sought among the
runs outside. A restriction that chance could have made (binomial test of its own contribution) is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import binom

from policy_lab.ensemble import picture
from policy_lab.ensemble.designs import Points, is_power_of_two, sobol_points
from policy_lab.ensemble.factors import values_of
from policy_lab.ensemble.findings import ALL_TIMES, WHOLE, Findings, Result, rows
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.runner import Ensemble
from policy_lab.ensemble.wording import number, percent
from policy_lab.errors import StudyError
from policy_lab.runs import Floats

TITLE: Final = "Scenario discovery (PRIM)"
QUESTION: Final = "In which futures does the policy fail?"
DEFAULT_SIZE: Final = 1024
OPTIONS: Final[Mapping[str, Any]] = {"fails": [], "boxes": 3, "peel": 0.05, "least_mass": 0.05}
#: A restriction stays if chance would make one as good less often than this.
BY_CHANCE: Final = 0.05

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Box:
    """A box in the space of the factors: ``low`` and ``high[factor]``, infinite where a side is open."""

    low: Floats
    high: Floats

    def holds(self, x: Floats) -> Bools:
        """Which runs of ``x[run, factor]`` lie in it."""
        return np.asarray(((x >= self.low) & (x <= self.high)).all(axis=1))

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
        raise StudyError("The method 'prim' speaks of single factors; leave groups out.")
    if not is_power_of_two(plan.size):
        below = 1 << (plan.size.bit_length() - 1)
        raise StudyError(f"size = {plan.size} is not a power of two; take {below} or {2 * below}.")
    if not 0 < plan.options["peel"] < 0.5 or not 0 < plan.options["least_mass"] < 1:
        raise StudyError("peel lies between 0 and 0.5, least_mass between 0 and 1.")
    if plan.options["boxes"] < 1:
        raise StudyError(f"boxes = {plan.options['boxes']} is too few; take 1 to 5.")
    if not plan.options["fails"]:
        raise StudyError('Say when a run fails: fails = [{ outcome = "…", time = 2050, below = 0 }].')
    for condition in plan.options["fails"]:
        _condition(plan, condition)


def inputs(plan: Plan) -> Mapping[str, Any]:
    """Nothing beyond the plan."""
    return {}


def _condition(plan: Plan, condition: Any) -> tuple[int, int, str, float]:
    """Positions of time and outcome, ``below`` or ``above``, and the limit."""
    form = '{ outcome = "…", time = 2050, below = 0 }'
    if not isinstance(condition, Mapping) or "outcome" not in condition:
        raise StudyError(f"A condition of failure is {condition!r}; write {form}.")
    sides = [side for side in ("below", "above") if side in condition]
    extra = set(condition) - {"outcome", "time", "below", "above"}
    if len(sides) != 1 or extra or not isinstance(condition[sides[0]], int | float):
        raise StudyError(f"A condition of failure has either below or above with a number: {form}.")
    name = plan.model.find(str(condition["outcome"]))
    if name not in plan.outcomes:
        raise StudyError(f"fails names '{name}', which is not among the study's outcomes; add it to outcomes.")
    time = float(condition.get("time", plan.times[-1]))
    where = np.flatnonzero(np.isclose(plan.times, time))
    if not len(where):
        raise StudyError(f"fails names the time {time:g}, which is not among the study's times.")
    return int(where[0]), plan.outcomes.index(name), sides[0], float(condition[sides[0]])


def run(plan: Plan, ensemble: Ensemble) -> Result:
    """Make the runs, find the failures and the boxes that hold them."""
    unit = sobol_points(plan.size, len(plan.factors), plan.study.seed)
    values = ensemble.run(Points(unit)).all()
    columns = values_of(plan.factors, unit)
    x = np.column_stack([columns[f.name] for f in plan.factors])
    good = np.isfinite(values).all(axis=(1, 2))
    x, failed = x[good], _failures(plan, values[good])
    if not len(x):
        raise StudyError("No run gave finite numbers for every outcome, so none can be told to fail or to do well.")
    parts = [_row("failures", failed.mean())]
    notes = []
    if not failed.any() or failed.all():
        notes.append(f"{'No' if not failed.any() else 'Every'} run fails, so there is nothing to tell apart.")
    else:
        with ensemble.progress("seeking boxes", plan.options["boxes"], "boxes") as meter:
            boxes = find_boxes(x, failed, plan.options["boxes"], plan.options, meter.advance)
        for n, box in enumerate(boxes, start=1):
            parts += _box_rows(plan, f"box {n}", box, x, failed)
        if len(parts) == 1:
            notes.append("No box holds failures more densely than chance would.")
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
        box = _significant(
            _best(_peeled(x[left], failed[left], options["peel"], least, tell), x[left], failed[left]), x, failed
        )
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
        best, density = None, -1.0
        for candidate in _candidates(box, x[inside], share):
            kept = inside & candidate.holds(x)
            if least <= kept.sum() < inside.sum() and failed[kept].mean() > density:
                best, density = candidate, float(failed[kept].mean())
        if best is None:
            break
        box = best
        inside &= box.holds(x)
        boxes.append(box)
        tell(0)
        if density == 1:
            break
    return boxes


def _candidates(box: Box, x: Floats, share: float) -> list[Box]:
    """The box with a little peeled off each side of each factor; at least one value goes, so discrete factors work."""
    boxes = []
    for j in range(x.shape[1]):
        column = x[:, j]
        values = np.unique(column)
        if len(values) < 2:
            continue
        cut = values[max(1, int(np.searchsorted(values, np.quantile(column, share))))]
        low = box.low.copy()
        low[j] = cut
        boxes.append(replace(box, low=low))
        at = int(np.searchsorted(values, np.quantile(column, 1 - share), side="right")) - 1
        high = box.high.copy()
        high[j] = values[min(len(values) - 2, at)]
        boxes.append(replace(box, high=high))
    return boxes


def _best(boxes: list[Box], x: Floats, failed: Bools) -> Box:
    """The box with the largest harmonic mean of coverage and density."""

    def balance(box: Box) -> float:
        inside = box.holds(x)
        hit = failed[inside].sum()
        return float(2 * hit / (inside.sum() + failed.sum()))

    return max(boxes, key=balance)


def _significant(box: Box, x: Floats, failed: Bools) -> Box:
    """The box without restrictions that chance could have made, the least significant dropped first."""
    while True:
        chance = {j: by_chance(box, j, x, failed) for j in box.restricted()}
        if not chance or max(chance.values()) < BY_CHANCE:
            return box
        box = box.without(max(chance, key=lambda j: chance[j]))


def by_chance(box: Box, factor: int, x: Floats, failed: Bools) -> float:
    """Probability that a restriction on one factor, put at random, would hold failures as densely as this one.

    The quasi-p-value of Bryant and Lempert (2010): binomial, with the density of the box without the restriction.
    """
    inside, freed = box.holds(x), box.without(factor).holds(x)
    return float(binom.sf(failed[inside].sum() - 1, inside.sum(), failed[freed].mean()))


def _row(index: str, value: float, factor: str = WHOLE, low: float = np.nan, high: float = np.nan) -> pd.DataFrame:
    return rows("failure", ALL_TIMES, factor, index, float(value), low, high)


def _box_rows(plan: Plan, name: str, box: Box, x: Floats, failed: Bools) -> list[pd.DataFrame]:
    inside = box.holds(x)
    parts = [
        _row(f"{name}: coverage", failed[inside].sum() / failed.sum()),
        _row(f"{name}: density", failed[inside].mean()),
        _row(f"{name}: share of runs", inside.mean()),
    ]
    for j in box.restricted():
        factor = plan.factors[j]
        low = factor.low if not np.isfinite(box.low[j]) else box.low[j]
        high = factor.high if not np.isfinite(box.high[j]) else box.high[j]
        parts.append(_row(f"{name}: limits", by_chance(box, j, x, failed), factor.name, float(low), float(high)))
    return parts


def words(plan: Plan, findings: Findings) -> list[str]:
    """When the policy fails, box by box."""
    share = float(findings.of("failures")["value"].iloc[0])
    said = [f"{percent(share)} of the futures fail, that is: {_meaning(plan)}."]
    n = 1
    while len(limits := findings.of(f"box {n}: limits")):
        coverage = float(findings.of(f"box {n}: coverage")["value"].iloc[0])
        density = float(findings.of(f"box {n}: density")["value"].iloc[0])
        said.append(
            f"It fails when {' and '.join(_limit(plan, row) for _, row in limits.iterrows())}: {percent(density)} of "
            f"these futures fail, and they hold {percent(coverage)} of all failures."
        )
        n += 1
    return said


def _meaning(plan: Plan) -> str:
    said = []
    for condition in plan.options["fails"]:
        t, o, side, limit = _condition(plan, condition)
        outcome = plan.outcomes[o]
        said.append(
            f"{plan.label(outcome)} at {plan.times[t]:g} is {side} {number(limit)} {plan.unit(outcome)}".strip()
        )
    return " or ".join(said)


def _limit(plan: Plan, row: pd.Series) -> str:
    factor = next(f for f in plan.factors if f.name == row["factor"])
    if row["low"] <= factor.low:
        return f"{factor.name} is at most {number(row['high'])}"
    if row["high"] >= factor.high:
        return f"{factor.name} is at least {number(row['low'])}"
    return f"{factor.name} lies between {number(row['low'])} and {number(row['high'])}"


def draw(plan: Plan, findings: Findings) -> dict[str, Figure]:
    """Each box as bars within the ranges of the factors it restricts."""
    names = [f"box {n}" for n in range(1, plan.options["boxes"] + 1) if len(findings.of(f"box {n}: limits"))]
    if not names:
        return {}
    figure, panels = picture.panels(len(names), label=picture.NAMES)
    for panel, name in zip(panels, names, strict=True):
        limits = findings.of(f"{name}: limits")
        picture.head(panel, f"{name}: it fails when …")
        for y, (_, row) in enumerate(limits.iterrows()):
            factor = next(f for f in plan.factors if f.name == row["factor"])
            span = factor.high - factor.low
            panel.barh(y, 1, color=picture.SHADE, height=0.5)
            left, right = (row["low"] - factor.low) / span, (row["high"] - factor.low) / span
            panel.barh(y, right - left, left=left, color=picture.OTHER, height=0.5)
        panel.set_yticks(range(len(limits)), [picture.shortened(str(f)) for f in limits["factor"]])
        panel.set_xticks([0, 1], ["low end", "high end"])
    return {"boxes": figure}
