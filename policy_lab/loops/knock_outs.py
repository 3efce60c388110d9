"""Knock-outs: what a run would be without each of its loops, one run a loop.

A loop with a switch (``loops.csv``) is cut by setting the switch to 0. The effect of a loop on an outcome is the
outcome with the loop minus the outcome without it, over time. Sterman 2000, *Business Dynamics*, ch. 21.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from policy_lab.model import Model
from policy_lab.model.loops import Loop
from policy_lab.runs import Floats
from policy_lab.simulation import simulate


@dataclass(frozen=True)
class KnockOuts:
    """What each loop does to some outcomes.

    Attributes:
        loops: those with a switch, in the order of the model's table.
        outcomes: names of variables.
        time: the saved moments of the run.
        whole: ``whole[time, outcome]``: the run as it is.
        effects: ``effects[loop, time, outcome]``: with the loop minus without it, in the outcome's unit.
    """

    loops: tuple[Loop, ...]
    outcomes: tuple[str, ...]
    time: Floats
    whole: Floats
    effects: Floats

    def order(self, outcome: str, moment: float) -> list[int]:
        """Positions of the loops, the largest effect on an outcome at the saved moment next to ``moment`` first."""
        row = int(np.abs(self.time - moment).argmin())
        return [int(i) for i in np.argsort(-np.abs(self.effects[:, row, self.outcomes.index(outcome)]), kind="stable")]


def knock_outs(
    model: Model,
    outcomes: Sequence[str],
    *,
    scenario: str | None = None,
    values: Mapping[str, float] | None = None,
) -> KnockOuts:
    """One run with all loops and one without each.

    Args:
        model: with named loops; one without any gives an empty answer.
        outcomes: names of variables.
        scenario: key of the scenario to start from; None for the model file as it is.
        values: constants and levers on top of it.

    Raises:
        UnknownName, BadValue, SimulationError: as ``simulate``.
    """
    loops = tuple(loop for loop in model.loops if loop.switch)
    given = dict(values or {})
    each: dict[str, Floats | float] = dict(given)
    base = {**model.program.constants, **model.constants_of(scenario)}
    for number, loop in enumerate(loops):
        on = given.get(loop.switch, base[loop.switch])
        column = np.array(np.broadcast_to(each.get(loop.switch, on), len(loops) + 1), dtype=float)  # one of our own
        column[number + 1] = 0.0
        each[loop.switch] = column
    runs = simulate(model, each, scenario=scenario, outputs=list(outcomes))
    found = np.stack([runs.of(name) for name in outcomes], axis=-1)
    return KnockOuts(loops, tuple(outcomes), runs.time, found[0], found[0] - found[1:])
