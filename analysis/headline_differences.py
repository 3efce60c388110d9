"""What differs on the headline outcomes: scenarios from each other, and runs by one lever.

Everything is a share of an outcome's range: the span of its values over all scenarios and the years looked at. Where an
outcome does not exist (``where`` of ``outcomes.csv``) there is no difference in it.
Two scenarios nearer to each other than ``NEAR`` need a reason in the model's ``near_scenarios.csv`` (one, other, why).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analysis.results_folder import every_fifth_year
from policy_lab.model import Model
from policy_lab.model.conditions import with_conditions
from policy_lab.runs import Floats
from policy_lab.simulation import simulate

NEAR = 0.15
REASONS = "near_scenarios.csv"
#: Outcomes named where two scenarios are near.
NAMED = 3
#: A lever that moves no headline outcome by so much, in any scenario, does not bite.
BITES = 0.1


@dataclass(frozen=True)
class Change:
    """A difference in one outcome in one year, as a share of the outcome's range."""

    outcome: str
    year: float
    share: float


@dataclass(frozen=True)
class Pair:
    """Two scenarios.

    Attributes:
        distance: root mean square of the differences over headline outcomes and years.
        apart: the outcomes that differ most, each in the year in which it does.
        why: the reason why they are near, "" where none is stated.
    """

    one: str
    other: str
    distance: float
    apart: Sequence[Change]
    why: str = ""

    @property
    def near(self) -> bool:
        return self.distance < NEAR


@dataclass(frozen=True)
class Bite:
    """The largest change that a lever makes between the ends of its range: of what, when, and in which scenario."""

    lever: str
    scenario: str
    change: Change


class Headlines:
    """Headline outcomes of all scenarios, as shares of their ranges.

    Args:
        model: with scenarios and outcomes.
    """

    def __init__(self, model: Model) -> None:
        self.model, self.years = model, every_fifth_year(model)
        self.outcomes = [o.name for o in model.outcomes.values() if o.headline]
        runs = {scenario: self._run({}, scenario)[0] for scenario in model.scenarios}
        every = np.array([*runs.values()])
        spans = np.nanmax(every, axis=(0, 2), initial=-np.inf) - np.nanmin(every, axis=(0, 2), initial=np.inf)
        self._spans = np.where(spans > 0, spans, np.inf)[:, None]
        self._values = {scenario: values / self._spans for scenario, values in runs.items()}

    def pairs(self) -> list[Pair]:
        """Every two scenarios, nearest first."""
        why = reasons(self.model)
        return sorted((self._pair(one, other, why) for one, other in combinations(self._values, 2)),
                      key=lambda pair: pair.distance)  # fmt: skip

    def bites(self) -> list[Bite]:
        """What each lever does at most, from the low to the high end of its range; largest first."""
        levers = list(self.model.levers.values())
        best: dict[str, Bite] = {}
        for scenario in self.model.scenarios:
            constants = {**self.model.program.constants, **self.model.constants_of(scenario)}
            values = {lever.name: np.full(2 * len(levers), constants[lever.name]) for lever in levers}
            for place, lever in enumerate(levers):
                values[lever.name][2 * place : 2 * place + 2] = lever.low, lever.high
            runs = self._run(values, scenario) / self._spans
            for place, lever in enumerate(levers):
                change = self._largest(runs[2 * place + 1] - runs[2 * place])[0]
                if lever.name not in best or change.share > best[lever.name].change.share:
                    best[lever.name] = Bite(lever.name, scenario, change)
        return sorted(best.values(), key=lambda bite: -bite.change.share)

    def _pair(self, one: str, other: str, why: Mapping[frozenset[str], str]) -> Pair:
        apart = np.nan_to_num(self._values[one] - self._values[other])
        distance = float(np.sqrt((apart**2).mean()))
        return Pair(one, other, distance, self._largest(apart)[:NAMED], why.get(frozenset((one, other)), ""))

    def _largest(self, apart: Floats) -> list[Change]:
        """The largest of ``apart[outcome, year]`` of each outcome, largest first."""
        size = np.abs(np.nan_to_num(apart))
        found = [Change(outcome, self.years[int(row.argmax())], float(row.max()))
                 for outcome, row in zip(self.outcomes, size, strict=True)]  # fmt: skip
        return sorted(found, key=lambda change: -change.share)

    def _run(self, values: Mapping[str, Floats], scenario: str) -> Floats:
        """``values[run, outcome, year]``, NaN where an outcome does not exist."""
        outputs = with_conditions(self.model.conditions, self.outcomes)
        # All scenarios are looked at in the same years, also one that goes on for longer.
        runs = simulate(self.model, values, scenario=scenario, outputs=outputs, times=self.years)
        return np.stack([self.model.outcome(runs, outcome) for outcome in self.outcomes], axis=1)


def reasons(model: Model) -> Mapping[frozenset[str], str]:
    """Pair of scenarios to the reason why they are near; none where the model has no such table."""
    file = model.folder / REASONS if model.folder else None
    if file is None or not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as text:
        return {frozenset((row["one"], row["other"])): row["why"] for row in csv.DictReader(text)}


def unexplained(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Pairs that are near without a reason."""
    return (pair for pair in pairs if pair.near and not pair.why.strip())


def outdated(model: Model, pairs: Sequence[Pair]) -> Iterator[str]:
    """Rows of the table of reasons that no near pair needs."""
    near = {frozenset((pair.one, pair.other)) for pair in pairs if pair.near}
    return (" and ".join(sorted(pair)) for pair in reasons(model) if pair not in near)
