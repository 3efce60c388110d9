"""What a case takes from the record by one rule for all: rivals' budget, incomes, and how fast money grew.

Incomes are an exponential through the figures of income per head. The rivals' budget grows at the same rate, from a
level such that it has the mean of its figures, so that no single year of the record decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policy_lab.model.cases import Case


@dataclass(frozen=True)
class Drivers:
    """In millions of the case's currency: rivals' budget and income per head in the first year; growth a year."""

    rival_budget: float
    income: float
    growth: float

    @property
    def constants(self) -> dict[str, float]:
        """The constants they set."""
        return {"case rival budget": self.rival_budget, "case income per head": self.income,
                "case growth of money": self.growth}  # fmt: skip


def drivers_of(case: Case) -> Drivers:
    """The drivers of a case from its series."""
    years = np.array([p.year for p in case.series[case.income].points])
    incomes = np.log([p.value for p in case.series[case.income].points])
    growth, first = np.polyfit(years - case.first_year, incomes, 1) if len(years) > 1 else (0.0, incomes[0])
    rivals = case.series[case.rival].points
    level = np.mean([p.value * np.exp(-growth * (p.year - case.first_year)) for p in rivals])
    return Drivers(float(level), float(np.exp(first)), float(growth))
