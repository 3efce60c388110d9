"""Specialised Programs: constants that no run of a batch varies become numbers of the code.

A kernel for any constants reads each from memory at every step, a vector of equal numbers, and of a large model these
do not fit the processor's first cache. Written into the code they take no memory, a factor of one takes no time,
and what follows from them alone is computed once, here. A specialised kernel's results differ from the general one's in
the last place or two, where a power has become a product.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from policy_lab.evaluate import value_of
from policy_lab.program import Apply, Equation, Expression, Name, Number, Program

#: Functions that give back their first argument where the second is this number.
_NEUTRAL = {"mul": 1.0, "div": 1.0, "pow": 1.0, "sub": 0.0}
#: Functions that kernels know for part of the numbers only, and give NaN for the rest: they compute these themselves.
_LEFT = ("sin", "cos", "tan")


def specialised(program: Program, fixed: Mapping[str, float]) -> Program:
    """The same Program for runs that all have these numbers.

    Args:
        program: wholly translated.
        fixed: constants and time settings by name. The Program keeps them; its equations no longer read them.
    """
    known = {name: value for name, value in fixed.items() if _literal(value)}
    equations = dict(program.equations)
    for name in program.once:
        equations[name] = equation = _with(equations[name], known)
        if isinstance(equation.expression, Number) and equation.initial is None:
            known[name] = equation.expression.value
    for name in program.equations.keys() - {*program.once, *program.constants, *program.tables}:
        equations[name] = _with(equations[name], known)
    return replace(program, equations=equations)


def _with(equation: Equation, known: Mapping[str, float]) -> Equation:
    expression, initial = (None if e is None else _reduced(e, known) for e in (equation.expression, equation.initial))
    return replace(equation, expression=expression, initial=initial)


def _reduced(expression: Expression, known: Mapping[str, float]) -> Expression:
    if isinstance(expression, Name):
        return Number(known[expression.name]) if expression.name in known else expression
    if isinstance(expression, Number):
        return expression
    function, given = expression.function, expression.arguments
    if function == "lookup":
        return Apply(function, (given[0], _reduced(given[1], known)))
    arguments = tuple(_reduced(argument, known) for argument in given)
    if function not in _LEFT and all(isinstance(argument, Number) for argument in arguments):
        value = value_of(Apply(function, arguments), {}, {})
        return Number(value) if _literal(value) else Apply(function, arguments)
    return _simpler(Apply(function, arguments))


def _literal(value: float) -> bool:
    """Whether a number can be written into an expression: finite, and no negative zero, which equals zero."""
    return math.isfinite(value) and (value != 0 or math.copysign(1.0, value) > 0)


def _simpler(expression: Apply) -> Expression:
    """Without a factor of one and the like: what holds for every number, NaN and infinity among them."""
    first, *rest = expression.arguments
    match expression.function, first, rest:
        case "mul", Number(value=1.0), [other]:
            return other
        case "if", Number(value=truth), [yes, no]:
            return yes if truth != 0 else no
        case function, _, [Number(value=value)] if _NEUTRAL.get(function) == value:
            return first
    return expression
