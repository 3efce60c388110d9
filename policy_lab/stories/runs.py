"""Runs that a story speaks of: of a model, or of one of its historical cases; each is made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from policy_lab.cases import fitted_of
from policy_lab.cases.run_case import constants_of
from policy_lab.ensemble.designs import sobol_points
from policy_lab.ensemble.factors import uncertainty_factors, values_of
from policy_lab.model import Model
from policy_lab.model.cases import Case
from policy_lab.model.conditions import with_conditions
from policy_lab.runs import Floats, Runs
from policy_lab.simulation import simulate

#: Draws of the uncertain inputs behind a share of futures (a power of two), and of which stream.
FUTURES: Final = 512
SEED: Final = 20_250_611


@dataclass(frozen=True)
class Run:
    """A run: a scenario with constants on top of it, or a case, whose constants are all in ``values``.

    Attributes:
        scenario: its key; None for the model file as it is.
        values: constant to value, in the constant's unit, in the order of the names.
        case: key of a historical case, "" for none.
    """

    scenario: str | None = None
    values: tuple[tuple[str, float], ...] = ()
    case: str = ""


def run_of(scenario: str | None, values: Mapping[str, float], case: str = "") -> Run:
    """A run with its constants in order."""
    return Run(scenario, tuple(sorted(values.items())), case)


def case_run(model: Model, case: Case, changes: Mapping[str, float]) -> Run:
    """The run of a case with its fitted numbers, and some constants changed."""
    fitted = fitted_of(model.case_results).get(case.key, {})
    return run_of(None, {**constants_of(case, fitted), **changes}, case.key)


def default_run(model: Model) -> Run:
    """Status quo, or the model file as it is where it has no scenario of that name."""
    return Run("status_quo" if "status_quo" in model.scenarios else None)


@dataclass
class Bench:
    """Makes runs of one model."""

    model: Model
    _single: dict[tuple[Run, str], Runs] = field(default_factory=dict)
    _many: dict[tuple[Run, str], Runs] = field(default_factory=dict)

    def curve(self, run: Run, name: str) -> tuple[Floats, Floats]:
        """``time[time]`` (calendar years for a case) and ``value[time]`` of a variable, NaN where it does not exist."""
        found = self._made(self._single, run, name, {})
        return found.time + self._shift(run), self.model.outcome(found, name)[0]

    def futures(self, run: Run, name: str) -> tuple[Floats, Floats]:
        """``time[time]`` and ``value[draw, time]`` over the uncertain inputs, all but those that the run sets."""
        factors = uncertainty_factors(self.model)
        drawn = values_of(factors, sobol_points(FUTURES, len(factors), SEED)) if factors else {}
        own = dict(run.values)
        found = self._made(self._many, run, name, {n: v for n, v in drawn.items() if n not in own})
        return found.time + self._shift(run), self.model.outcome(found, name)

    def constant(self, run: Run, name: str) -> float:
        """The value of a constant in a run."""
        set_by_scenario = self.model.constants_of(run.scenario)
        return float({**self.model.program.constants, **set_by_scenario, **dict(run.values)}[name])

    def span(self, run: Run) -> tuple[float, float]:
        """First and last moment of a run."""
        shift = self._shift(run)
        return self.model.program.clock.initial + shift, self.model.until(run.scenario) + shift

    def _shift(self, run: Run) -> float:
        return self.model.cases[run.case].first_year - self.model.program.clock.initial if run.case else 0.0

    def _made(self, kept: dict[tuple[Run, str], Runs], run: Run, name: str, drawn: Mapping[str, Any]) -> Runs:
        if (run, name) not in kept:
            outputs = with_conditions(self.model.conditions, [name])
            kept[run, name] = simulate(
                self.model, {**drawn, **dict(run.values)}, scenario=run.scenario, outputs=outputs
            )
        return kept[run, name]


def first_passing(times: Floats, values: Floats, above: bool, level: float) -> float | None:
    """The moment a curve first passes a level, on a straight line between saved moments; None where it does not."""
    there = values > level if above else values < level
    if not there.any():
        return None
    at = int(np.argmax(there))
    if at == 0 or not np.isfinite(values[at - 1]):
        return float(times[at])
    part = (level - values[at - 1]) / (values[at] - values[at - 1])
    return float(times[at - 1] + part * (times[at] - times[at - 1]))
