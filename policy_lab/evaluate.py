"""Evaluation of expressions on NumPy numbers and arrays, without any compilation.

For constant folding and for initial values, and the meaning of FUNCTIONS that every backend must agree with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from policy_lab.program import Apply, Equation, Expression, Name, Number, Table

#: What each of FUNCTIONS does to doubles, ``if`` and ``lookup`` apart; all take ``out`` as a last argument.
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


def _value(expression: Expression, values: Mapping[str, Any], tables: Mapping[str, Table]) -> Any:
    if isinstance(expression, Number):
        return np.float64(expression.value)
    if isinstance(expression, Name):
        return np.float64(values[expression.name]) if np.ndim(values[expression.name]) == 0 else values[expression.name]
    arguments = expression.arguments
    if expression.function == "lookup":
        assert isinstance(arguments[0], Name)  # see FUNCTIONS
        return read_table(tables[arguments[0].name], _value(arguments[1], values, tables))
    numbers = [_value(a, values, tables) for a in arguments]
    if expression.function == "if":
        return np.where(numbers[0] != 0, numbers[1], numbers[2])
    return ARITHMETIC[expression.function](*numbers) * 1.0  # a truth as a number


def read_table(table: Table, at: Any) -> Any:
    """A lookup table at a number or an array of them, see ``Table``."""
    x, y = np.array(table.x), np.array(table.y)
    if table.stepped:
        inside = y[np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 1)]
        result = np.where(np.isnan(at), np.nan, inside)
    else:
        result = np.interp(at, x, y)
    if table.outside == "extrapolate" and len(x) > 1:
        below = y[0] + (y[1] - y[0]) / (x[1] - x[0]) * (at - x[0])
        above = y[-1] + (y[-1] - y[-2]) / (x[-1] - x[-2]) * (at - x[-1])
        result = np.where(at < x[0], below, np.where(at > x[-1], above, result))
    return result


def folded(expression: Expression) -> Expression:
    """Constant folding: the same expression with every part that reads no variable as a number."""
    if not isinstance(expression, Apply) or expression.function == "lookup":
        return expression
    arguments = tuple(folded(a) for a in expression.arguments)
    if all(isinstance(a, Number) for a in arguments):
        return Number(value_of(Apply(expression.function, arguments), {}, {}))
    return Apply(expression.function, arguments)


def start_values(
    equations: Mapping[str, Equation], names: Iterable[str], known: Mapping[str, Any], tables: Mapping[str, Table]
) -> dict[str, Any]:
    """Values at the initial time of ``names`` (in run order), from what is ``known``: constants, controls, Time.

    Where what is known are arrays over runs, so is what depends on them.
    """
    values = dict(known)
    with np.errstate(all="ignore"):
        for name in names:
            equation = equations[name]
            expression = equation.at_start
            assert expression is not None  # lookups are never among the names to run
            values[name] = _value(expression, values, tables)
    return values


def values_with(expression: Expression, values: Mapping[str, Any], tables: Mapping[str, Table]) -> Any:
    """An expression over arrays: what it reads may be a number or ``[...]``, all of one shape; KeyError if missing."""
    with np.errstate(all="ignore"):
        return _value(expression, values, tables)
