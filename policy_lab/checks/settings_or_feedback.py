"""Settings or feedback: what becomes of the scenarios' order and spread when every named loop is cut.

Scenarios differ by what is set in them; the model's loops may strengthen, damp or reverse that. An outcome whose
scenarios rank the same and lie as far apart without any loop is decided by settings alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from policy_lab.checks.verdicts import run_worlds
from policy_lab.errors import PolicyLabError
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.model.checks import World
from policy_lab.model.loops import loop_rows
from policy_lab.runs import Floats

#: Fewest scenarios whose order says anything.
FEWEST = 3
#: A spread below this share of an outcome's size is none.
_NONE = 1e-9


@dataclass(frozen=True)
class Share:
    """One outcome at the end of the horizon, over all scenarios.

    Attributes:
        outcome: its name; ``headline`` whether it is one.
        same_order: Spearman's rank correlation of the scenarios with all loops and with none, -1 to 1; NaN where one of
            the two has no spread. 1: the order is due to settings.
        spread_kept: range over the scenarios without loops, divided by that with them; below 1 feedback drives
            scenarios apart, above 1 it holds them together; NaN where there is no spread with loops.
    """

    outcome: str
    headline: bool
    same_order: float
    spread_kept: float

    @property
    def words(self) -> Message:
        """The share in one sentence."""
        values = {"outcome": Name(self.outcome), "order": self.same_order, "spread": self.spread_kept}
        return Message("test.anomaly.share", values)


def settings_or_feedback(model: Model) -> list[Share]:
    """Each outcome's share, in the order of the table; none without loops that can be cut or with few scenarios."""
    switches = tuple((switch, 0.0) for switch in dict.fromkeys(_switches(model)))
    if not switches or len(model.scenarios) < FEWEST or not model.outcomes:
        return []
    whole, cut = ([World(key, settings) for key in model.scenarios] for settings in ((), switches))
    batch = run_worlds(model, [*whole, *cut], model.outcomes)
    found = []
    for name, outcome in model.outcomes.items():
        on, off = (np.array([batch.of(world, name)[-1] for world in worlds]) for worlds in (whole, cut))
        size = max(float(np.abs(on).max()), float(np.abs(off).max()))
        spread = [float(np.ptp(values)) if np.ptp(values) > _NONE * size else 0.0 for values in (on, off)]
        kept = spread[1] / spread[0] if spread[0] else np.nan
        found.append(Share(name, outcome.headline, spearman(on, off) if all(spread) else np.nan, kept))
    return found


def spearman(one: Floats, other: Floats) -> float:
    """Rank correlation of two series ``value[item]``, ties by their mean rank; NaN where a series is all ties."""
    ranks = [rankdata(values) for values in (one, other)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        return float("nan")
    return float(np.corrcoef(*ranks)[0, 1])


def _switches(model: Model) -> list[str]:
    found = []
    for row in loop_rows(model):
        try:
            found.append(model.constant(row["switch"]))
        except PolicyLabError:  # tables.py says so
            continue
    return found
