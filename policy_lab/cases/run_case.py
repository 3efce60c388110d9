"""Running a case: the model with the case's constants, and the fate that comes out.

Nothing here knows what became of the project: the equations are those of every other run, with ``case run`` at 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from policy_lab.cases.incomes import drivers_of
from policy_lab.model import Model
from policy_lab.model.cases import FACTS, FITTED, Case
from policy_lab.runs import Floats
from policy_lab.simulate import simulate

#: The model's year that stands for the first year of a case.
MODEL_START = 2015.0
#: Works paid at which a project counts as built; what is left by then is its tail.
BUILT = 0.95
#: A project whose standing falls below this before it is built is cancelled.
STANDS = 0.5
#: The other lags of a budget are short in every case, so that one lag, approval time, carries its ramp (year).
PROPOSAL, SPEND_OUT = 0.25, 0.5
FUNDERS = {"top down": "mission", "bottom up": "science"}
#: Where no figures say otherwise: as planned, an ordinary lag, a tenth of the cost a year to operate.
UNFITTED: Mapping[str, float] = {"schedule_factor": 1.0, "build_up": 1.0, "operating_share": 0.1}
OUTPUTS = ("project spending", "project works share", "Cost Growth", "opposition", "Standing", "project staff")
TERMS: Mapping[str, tuple[str, float]] = {
    "cost growth": ("pushback from cost growth[{p}]", 1),
    "rival fields": ("pushback from rival fields[{p}]", 1),
    "lost support": ("relief by support[{p}]", -1),
    "urgency": ("relief by urgency", -1),
    "treaty members": ("relief by pooling[{p}]", -1),
}

Values = Mapping[str, float | Floats]


@dataclass(frozen=True)
class Trial:
    """Runs of one case: ``years[time]`` (calendar), every other array ``[run, time]``.

    ``terms`` are log odds of opposition by cause (``TERMS``), relief counted negative.
    """

    years: Floats
    spending: Floats
    works: Floats
    cost_growth: Floats
    opposition: Floats
    standing: Floats
    staff: Floats
    terms: Mapping[str, Floats]

    def completion(self) -> Floats:
        """``year[run]`` at which ``BUILT`` of the works is paid; beyond the run's end at its last pace; inf if none."""
        return np.array([_crossing(self.years, row, BUILT) for row in self.works])

    def cancelled(self) -> Floats:
        """``year[run]`` at which standing falls below ``STANDS`` before the project is built; inf if it never does."""
        gone = np.array([_crossing(self.years, -row, -STANDS, beyond=False) for row in self.standing])
        return np.where(gone < self.completion(), gone, np.inf)

    def fates(self, by: float = np.inf) -> list[str]:
        """``fate[run]``: cancelled, finished or unfinished, as it stands in year ``by`` or at the run's end."""
        ends = zip(self.cancelled(), self.completion(), strict=True)
        last = min(by, float(self.years[-1]))
        return ["cancelled" if c <= last else "finished" if f <= last else "unfinished" for c, f in ends]


def constants_of(case: Case, fitted: Mapping[str, float]) -> dict[str, float]:
    """The constants a case sets: its stated facts, its drivers, the fitted numbers, and the lags of all cases."""
    p = case.pathway
    values = {
        "case run": 1.0,
        f"proposal time[{p}]": PROPOSAL,
        f"approval time[{p}]": PROPOSAL,
        f"spend out time[{FUNDERS[p]}]": SPEND_OUT,
    }
    for name, (constant, _) in FACTS.items():
        if constant and name in case.facts:
            values[constant.format(p=p)] = float(case.facts[name].value)
    values.update(drivers_of(case).constants)
    for name, constant in FITTED.items():
        values[constant.format(p=p)] = fitted.get(name, UNFITTED[name])
    return values


def run_case(model: Model, case: Case, fitted: Mapping[str, float], changes: Values | None = None) -> Trial:
    """Run a case once, or once for every value of ``changes`` (constant name to a number or ``value[run]``)."""
    p = case.pathway
    names = [f"{n}[{p}]" for n in OUTPUTS]
    causes = [constant.format(p=p) for constant, _ in TERMS.values()]
    values: dict[str, float | Floats] = {**constants_of(case, fitted), **(changes or {})}
    runs = simulate(model, values, outputs=[*names, *causes])
    spending, works, growth, opposition, standing, staff = (runs.of(model.find(n)) for n in names)
    terms = {cause: sign * runs.of(model.find(c)) for (cause, (_, sign)), c in zip(TERMS.items(), causes, strict=True)}
    years = runs.time - MODEL_START + case.first_year
    return Trial(years, spending, works, growth, opposition, standing, staff, terms)


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
