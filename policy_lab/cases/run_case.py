"""Running a case: the model with the case's constants, and the fate that comes out.

Nothing here knows what became of the project: the equations are those of every other run. Which variables tell the fate
stands in the model's ``cases/roles.toml``; ``web/core/fates.js`` reads it by the same rule, and both are held
to ``tests/vectors/fates.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from policy_lab.cases.drivers import drivers_of
from policy_lab.model import Model
from policy_lab.model.case_roles import Fate
from policy_lab.model.cases import Case
from policy_lab.runs import Floats
from policy_lab.simulation import simulate

Values = Mapping[str, float | Floats]


@dataclass(frozen=True)
class Trial:
    """Runs of one case: ``years[time]`` (calendar); ``curves`` and ``terms`` by the keys of the roles, ``[run, time]``.

    ``terms`` are log odds by cause, relief counted negative; causes that are constants are left out.
    """

    years: Floats
    curves: Mapping[str, Floats]
    fate: Fate
    terms: Mapping[str, Floats]

    def __len__(self) -> int:
        """Number of runs."""
        return len(self.curves[self.fate.finished])

    @property
    def standing(self) -> Floats:
        """The curve that a cancellation is read from."""
        return self.curves[self.fate.cancelled]

    def completion(self) -> Floats:
        """``year[run]`` at which a project is built; beyond the run's end at its last pace; inf if none."""
        return np.array([_crossing(self.years, row, self.fate.built) for row in self.curves[self.fate.finished]])

    def cancelled(self) -> Floats:
        """``year[run]`` at which standing is lost before the project is built; inf if it never is."""
        gone = np.array([_crossing(self.years, -row, -self.fate.stands, beyond=False) for row in self.standing])
        return np.where(gone < self.completion(), gone, np.inf)

    def fates(self, by: float = np.inf) -> list[str]:
        """``fate[run]``: cancelled, finished or unfinished, as it stands in year ``by`` or at the run's end."""
        ends = zip(self.cancelled(), self.completion(), strict=True)
        last = min(by, float(self.years[-1]))
        return ["cancelled" if c <= last else "finished" if f <= last else "unfinished" for c, f in ends]


def constants_of(case: Case, fitted: Mapping[str, float]) -> dict[str, float]:
    """The constants a case sets: those of all cases, its stated facts, its drivers, the fitted numbers."""
    roles = case.roles
    values = {case.name(constant): value for constant, value in roles.constants.items()}
    for name, role in roles.facts.items():
        if name in case.facts:
            values[case.name(role.constant)] = float(case.facts[name].value)
    values.update(drivers_of(case).constants)
    for name, (constant, ordinary) in roles.fitted.items():
        values[case.name(constant)] = fitted.get(name, ordinary)
    return values


def outputs_of(model: Model, case: Case) -> dict[str, str]:
    """Curve to the variable that is read."""
    return {key: model.find(case.name(curve.variable)) for key, curve in case.roles.curves.items()}


def terms_of(model: Model, case: Case) -> dict[str, tuple[str, float]]:
    """Cause to the variable that is read and its sign."""
    return {name: (model.find(case.name(variable)), sign) for name, (variable, sign) in case.roles.terms.items()}


def run_case(model: Model, case: Case, fitted: Mapping[str, float], changes: Values | None = None) -> Trial:
    """Run a case once, or once for every value of ``changes`` (constant name to a number or ``value[run]``)."""
    outputs = outputs_of(model, case)
    terms = {n: (v, sign) for n, (v, sign) in terms_of(model, case).items() if v not in model.program.constants}
    values: dict[str, float | Floats] = {**constants_of(case, fitted), **(changes or {})}
    runs = simulate(model, values, outputs=[*outputs.values(), *(variable for variable, _ in terms.values())])
    years = runs.time - model.program.clock.initial + case.first_year
    curves = {key: runs.of(variable) for key, variable in outputs.items()}
    return Trial(years, curves, case.roles.fate, {n: sign * runs.of(v) for n, (v, sign) in terms.items()})


def _crossing(years: Floats, values: Floats, level: float, beyond: bool = True) -> float:
    """The first year at which ``values`` reach ``level``, between two saved moments on a straight line."""
    above = values >= level
    if above.any():
        at = int(np.argmax(above))
        if at == 0:
            return float(years[0])
        part = (level - values[at - 1]) / (values[at] - values[at - 1])
        return float(years[at - 1] + part * (years[at] - years[at - 1]))
    pace = (values[-1] - values[-5]) / (years[-1] - years[-5])
    return float(years[-1] + (level - values[-1]) / pace) if beyond and pace > 1e-6 else float("inf")
