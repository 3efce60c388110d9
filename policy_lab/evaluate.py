"""FUNCTIONS one number at a time: the plain meaning of an expression, for folding constants and checking structure.

Backends work on many runs at once; this is what they must agree with.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from policy_lab.equations import Apply, Equation, Expression, Name, Number, Table

#: What each of FUNCTIONS does to NumPy doubles, ``if`` and ``lookup`` apart.
ARITHMETIC: Mapping[str, Callable[..., Any]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "pow": np.power, "neg": np.negative,
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
    "and": np.logical_and, "or": np.logical_or, "not": np.logical_not, "min": np.minimum, "max": np.maximum,
    "abs": np.abs, "exp": np.exp, "ln": np.log, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tan": np.tan,
    "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "integer": np.trunc,
}  # fmt: skip


def value_of(expression: Expression, values: Mapping[str, float], tables: Mapping[str, Table]) -> float:
    """The value of an expression, given the value of every variable it reads; KeyError if one is missing."""
    with np.errstate(all="ignore"):
        return float(_value(expression, values, tables))


def _value(expression: Expression, values: Mapping[str, float], tables: Mapping[str, Table]) -> float:
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Name):
        return values[expression.name]
    arguments = expression.arguments
    if expression.function == "lookup":
        assert isinstance(arguments[0], Name)
        return read_table(tables[arguments[0].name], _value(arguments[1], values, tables))
    if expression.function == "if":
        chosen = arguments[1] if _value(arguments[0], values, tables) != 0 else arguments[2]
        return _value(chosen, values, tables)
    numbers = [np.float64(_value(a, values, tables)) for a in arguments]
    return float(ARITHMETIC[expression.function](*numbers))


def read_table(table: Table, x: float) -> float:
    """A lookup table at ``x``, see ``Table``."""
    if x != x:
        return x
    if x <= table.x[0] or x >= table.x[-1]:
        return _beyond(table, x)
    i = bisect.bisect_right(table.x, x) - 1
    return table.y[i] if table.stepped else _straight(table, i, x)


def _beyond(table: Table, x: float) -> float:
    end = 0 if x <= table.x[0] else len(table.x) - 1
    if table.outside == "hold" or x == table.x[end] or len(table.x) == 1:
        return table.y[end]
    inner = 1 if end == 0 else end - 1
    slope = (table.y[end] - table.y[inner]) / (table.x[end] - table.x[inner])
    return table.y[end] + slope * (x - table.x[end])


def _straight(table: Table, i: int, x: float) -> float:
    slope = (table.y[i + 1] - table.y[i]) / (table.x[i + 1] - table.x[i])
    return slope * (x - table.x[i]) + table.y[i]


def folded(expression: Expression) -> Expression:
    """The same expression with every part that reads no variable worked out."""
    if not isinstance(expression, Apply):
        return expression
    if expression.function == "lookup":
        return Apply("lookup", (expression.arguments[0], folded(expression.arguments[1])))
    arguments = tuple(folded(a) for a in expression.arguments)
    if all(isinstance(a, Number) for a in arguments):
        return Number(value_of(Apply(expression.function, arguments), {}, {}))
    return Apply(expression.function, arguments)


def start_values(
    equations: Mapping[str, Equation], names: Iterable[str], known: Mapping[str, float], tables: Mapping[str, Table]
) -> dict[str, float]:
    """Values at the initial time of ``names`` (in run order), from what is ``known``: constants, controls, Time."""
    values = dict(known)
    for name in names:
        equation = equations[name]
        expression = equation.initial if equation.initial is not None else equation.expression
        assert expression is not None  # lookups are never among the names to run
        values[name] = value_of(expression, values, tables)
    return values
