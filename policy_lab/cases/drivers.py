"""What a case takes from the record by one rule for all, such as rivals' budget, incomes, and how fast money grew.

A driver with a growth of its own is an exponential through its figures. Every other one grows at the same rate, from a
level such that it has the mean of its figures, so that no single year of the record decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from policy_lab.model.cases import Case


@dataclass(frozen=True)
class Drivers:
    """Values in the first year by driver, in the unit of its figures; ``growth`` a year; and the constants they set."""

    values: Mapping[str, float]
    growth: float
    constants: Mapping[str, float]


def drivers_of(case: Case) -> Drivers:
    """The drivers of a case from its series."""
    growth, values = 0.0, {}
    constants: dict[str, float] = {}
    roles = case.roles.drivers
    for name in sorted(roles, key=lambda name: not roles[name].growth):  # what gives the growth comes first
        points = case.series[case.drivers[name]].points
        years = np.array([point.year for point in points]) - case.first_year
        figures = np.array([point.value for point in points])
        if roles[name].growth:
            growth, first = np.polyfit(years, np.log(figures), 1) if len(years) > 1 else (0.0, np.log(figures[0]))
            values[name] = float(np.exp(first))
            constants[case.name(roles[name].growth)] = float(growth)
        else:
            values[name] = float(np.mean(figures * np.exp(-growth * years)))
        constants[case.name(roles[name].constant)] = values[name]
    return Drivers({name: values[name] for name in roles}, float(growth), constants)
