"""Whether single precision can tell what levers change: where it cannot, bands are made in double precision."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from policy_lab.backends import SINGLE
from policy_lab.compiler.target import TooFine
from policy_lab.model import Model
from policy_lab.simulation import simulate

#: What one step may be off by, relative to a stock: half the last of 24 binary digits.
ROUNDING: Final = 2.0**-25
#: A change counts as more than rounding if it is this many times the error that all steps may add up to.
CLEAR: Final = 20.0


def check_resolution(model: Model) -> None:
    """Raise TooFine, naming the outcome, where it is no number in single precision alone (a season of a year like 2030
    is an angle of 12,755, too far for a sine), or where rounding may be a good part of every lever's effect on it.

    Each lever is moved alone, to the farther end of its range. A stock of 8e9 loses what changes by less than 250 in
    a step, a little or all of it, at every step alike; so the errors are taken to add up.
    """
    clock = model.program.clock
    outcomes = [o.name for o in model.outcomes.values() if o.headline and o.name not in model.program.constants]
    if not outcomes or not model.levers:
        return
    values = {lever.name: np.full(len(model.levers) + 1, lever.default) for lever in model.levers.values()}
    for run, lever in enumerate(model.levers.values(), start=1):
        far = lever.high if lever.high - lever.default >= lever.default - lever.low else lever.low
        values[lever.name][run] = far
    asked: dict[str, Any] = {"outputs": outcomes, "times": [clock.final], "allow_nan": True}
    runs = simulate(model, values, **asked)
    single = simulate(model, values, **asked, backend=SINGLE)
    for name in outcomes:
        if (np.isfinite(runs.of(name)) & ~np.isfinite(single.of(name))).any():
            raise TooFine(f"{name} is no number in single precision")
    steps = (clock.final - clock.initial) / clock.step
    for name in outcomes:
        ends = runs.of(name)[:, 0]
        changes = np.abs(ends[1:] - ends[0])
        largest = float(np.nanmax(changes, initial=0.0))
        if 0 < largest < CLEAR * steps * ROUNDING * abs(float(ends[0])):
            raise TooFine(f"what levers change of {name} is too little beside its size")
