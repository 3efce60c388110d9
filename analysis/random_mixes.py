"""Random mixes of levers: a world, and on top of it every lever somewhere in its range, with its timing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from policy_lab.model import Lever, Model, Setting

#: All mixes are drawn from it, each by its own number, so that any of them can be drawn again alone.
SEED = 20_261_123


@dataclass(frozen=True)
class Mix:
    """One mix: its number, the world it starts from ("" if the model has none), and lever name to setting."""

    number: int
    world: str
    levers: dict[str, Setting]

    def constants(self, model: Model) -> dict[str, float]:
        """Constant name to value: the world's, with the levers on top."""
        return model.constants_of(self.world or None, self.levers)


def draw(model: Model, number: int) -> Mix:
    """The mix of this number; value, start, ramp and end of each lever uniform in their ranges."""
    random = np.random.default_rng([SEED, number])
    worlds = tuple(model.scenarios) or ("",)
    world = worlds[int(random.integers(len(worlds)))]
    return Mix(number, world, {name: _setting(model, lever, random) for name, lever in model.levers.items()})


def _setting(model: Model, lever: Lever, random: np.random.Generator) -> Setting:
    value = random.uniform(lever.low, lever.high)
    return Setting(float(value), **{part: _within(model, name, random) for part, name in lever.timing.items()})


def _within(model: Model, constant: str, random: np.random.Generator) -> float:
    """A value within the constant's range; NaN, "as the model has it", where there is no range."""
    low, high = model.range_of(constant)
    return float("nan") if low is None or high is None else float(random.uniform(low, high))
