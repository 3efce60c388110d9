"""Exponents: the value of an exponent made of numbers and constants, and symbols in the place of constants."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence

from policy_lab.program import Expression, Name, Number
from policy_lab.statements import variable_of
from policy_lab.units.measures import CLOSE


def exponent_of(expression: Expression, constant: Callable[[str], float | None]) -> float | None:
    """The value of an exponent; None where it is made of more than numbers and constants.

    Args:
        expression: the exponent.
        constant: value of the constant of a name, None where the name is no constant.
    """
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Name):
        return constant(variable_of(expression.name))
    parts = [exponent_of(a, constant) for a in expression.arguments]
    known = [p for p in parts if p is not None]
    return _applied(expression.function, known) if len(known) == len(parts) else None


def symbol(name: str) -> float:
    """A number in the place of a constant whose value must not matter: odd, and the same for the same name."""
    return 1.0 + (zlib.crc32(name.encode()) % 99991) / 99991 * math.sqrt(2)


def _applied(function: str, values: Sequence[float]) -> float | None:
    try:
        if function in ("add", "sub", "mul", "div", "pow"):
            a, b = values
            return {"add": a + b, "sub": a - b, "mul": a * b, "div": a / b if b else math.nan,
                    "pow": math.nan if abs(a) < CLOSE else abs(a) ** b}[function]  # fmt: skip
        return -values[0] if function == "neg" else None
    except (OverflowError, ZeroDivisionError):
        return None
