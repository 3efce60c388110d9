"""Where an outcome exists: a condition such as ``strength >= 0.3``; where it does not hold there is nothing to show.

The same in the page: ``web/core/conditions.js``, held to this by ``tests/vectors/conditions.json``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from policy_lab.errors import BadValue
from policy_lab.messages import Message, Name
from policy_lab.runs import Floats, Runs

_SIGNS: Mapping[str, Callable[[Any, float], Any]] = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
}
#: What is the matter where a comparison does not hold: the key of a message.
EMPTY = {">=": "outcome.below", ">": "outcome.not_above", "<=": "outcome.above", "<": "outcome.not_below"}
_NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?"
_FORM = re.compile(rf"(?P<variable>.+?)\s*(?P<sign>>=|<=|>|<)\s*(?P<number>{_NUMBER})", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """A variable compared with a number, in the unit of the variable; ``sign`` is one of >=, >, <=, <."""

    variable: str
    sign: str
    number: float

    def holds(self, values: Any) -> Any:
        """Whether it holds, value by value; never where a value is not a number."""
        return _SIGNS[self.sign](values, self.number)

    def masked(self, values: Floats, by: Floats) -> Floats:
        """``values`` with NaN wherever the condition does not hold for ``by``, an array of the same shape."""
        return np.where(self.holds(by), values, np.nan)

    def why(self) -> Message:
        """Why there is nothing where it does not hold."""
        return Message(EMPTY[self.sign], {"variable": Name(self.variable), "number": self.number})


def read_condition(text: str, find: Callable[[str], str]) -> Condition | None:
    """A cell's condition, None where the cell is empty.

    Args:
        text: "variable >= number".
        find: a variable's name as the model spells it; its error is passed on.

    Raises:
        BadValue: no comparison of a variable with a finite number.
    """
    if not text.strip():
        return None
    parts = _FORM.fullmatch(text.strip())
    if parts is None or not np.isfinite(float(parts["number"])):
        raise BadValue("error.row.condition", value=text.strip())
    return Condition(find(parts["variable"]), parts["sign"], float(parts["number"]))


def with_conditions(conditions: Mapping[str, Condition], outputs: Iterable[str]) -> tuple[str, ...]:
    """Outputs, and behind them what decides whether they exist; each once."""
    wanted = tuple(outputs)
    return tuple(dict.fromkeys((*wanted, *(conditions[name].variable for name in wanted if name in conditions))))


def shown(conditions: Mapping[str, Condition], runs: Runs, name: str) -> Floats:
    """``values[run, time]`` of an output as people see it: NaN wherever its condition does not hold.

    Raises:
        UnknownName: it, or the variable of its condition, was not saved.
    """
    condition = conditions.get(name)
    return runs.of(name) if condition is None else condition.masked(runs.of(name), runs.of(condition.variable))
