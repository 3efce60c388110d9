"""Functions of Vensim and XMILE, written out in ``program.FUNCTIONS`` as PySD computes them.

Tolerances and half steps are PySD's (``pysd/py_backend/functions.py``, version 3.14) but where a function names the
manual that says otherwise; ``docs/fidelity.md`` lists how each was checked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from policy_lab.evaluate import folded
from policy_lab.program import Apply, Expression, Name, Number

TIME, STEP = Name("Time"), Name("TIME STEP")
#: What Vensim takes for zero in ZIDZ, XIDZ, QUANTUM and the edges of PULSE and RAMP.
SMALL = Number(1e-6)
ZERO, ONE = Number(0.0), Number(1.0)

#: Gives an expression a name of its own where it is used more than once, see ``Writer.kept``.
Keep = Callable[[Expression], Expression]


def call(function: str, *arguments: Expression) -> Expression:
    """An application, folded into a number where every argument is one."""
    made = Apply(function, arguments)
    return folded(made) if all(isinstance(a, Number) for a in arguments) else made


def chain(function: str, items: Sequence[Expression]) -> Expression:
    """A function of two applied to many, from left to right; long rows in halves, so that trees stay shallow."""
    if len(items) > 8:
        middle = len(items) // 2
        return call(function, chain(function, items[:middle]), chain(function, items[middle:]))
    result = items[0]
    for item in items[1:]:
        result = call(function, result, item)
    return result


def divided(a: Expression, b: Expression, otherwise: Expression, keep: Keep) -> Expression:
    """ZIDZ and XIDZ: a / b, or ``otherwise`` where b is nearly zero."""
    b = keep(b)
    return call("if", call("lt", call("abs", b), SMALL), otherwise, call("div", a, b))


def quantum(a: Expression, b: Expression, keep: Keep) -> Expression:
    """The whole multiple of b in a, towards zero; a itself where b is not clearly above zero."""
    a, b = keep(a), keep(b)
    return call("if", call("lt", b, SMALL), a, call("mul", b, call("integer", call("div", a, b))))


def modulo(a: Expression, b: Expression, keep: Keep) -> Expression:
    """The rest of a / b, with the sign of a."""
    a = keep(a)
    return call("sub", a, quantum(a, b, keep))


def step(height: Expression, start: Expression, keep: Keep) -> Expression:
    """``height`` from half a time step before ``start``."""
    return call("mul", height, call("gt", call("add", TIME, call("div", STEP, Number(2.0))), start))


def ramp(slope: Expression, start: Expression, end: Expression | None, keep: Keep) -> Expression:
    """A slope from ``start`` to ``end`` (to the end of the run if None), level afterwards."""
    start = keep(start)
    until = TIME if end is None else call("min", end, TIME)
    begun = call("gt", call("add", TIME, SMALL), start)
    return call("mul", call("mul", begun, slope), call("sub", until, start))


def pulse(start: Expression, width: Expression, keep: Keep) -> Expression:
    """1 from ``start`` for ``width``, at least for one time step; half a step is added to the clock before it is
    compared (Vensim, Reference Manual, "PULSE"). PySD compares without it, and lets a pulse without width vanish.
    """
    start, now = keep(start), keep(_half_a_step_on())
    return call("and", call("gt", now, start), call("lt", now, call("add", start, call("max", width, STEP))))


def pulse_train(start: Expression, repeat: Expression, width: Expression, end: Expression, keep: Keep) -> Expression:
    """Pulses every ``repeat`` up to and including ``end``; a ``repeat`` of nothing is a single pulse.

    That a pulse at ``end`` belongs to the train is what Vensim stored for models/pulsetrain of SDEverywhere; PySD
    leaves it out.
    """
    start, repeat, width, end = keep(start), keep(repeat), keep(width), keep(end)
    now = keep(_half_a_step_on())
    since = keep(call("sub", now, start))
    edge = keep(call("add", end, call("mul", STEP, SMALL)))
    until = call("min", since, call("sub", edge, start))  # no pulse begins after the end; one that lasts goes on
    begun = keep(call("mul", repeat, call("integer", call("div", until, repeat))))  # since the last pulse began
    within = call("and", call("gt", since, ZERO), call("le", TIME, edge))
    within = call("and", within, call("le", start, edge))
    on = call("lt", call("sub", since, begun), call("max", width, STEP))
    return call("if", call("le", repeat, ZERO), pulse(start, width, keep), call("and", within, on))


def _half_a_step_on() -> Expression:
    return call("add", TIME, call("div", STEP, Number(2.0)))


def quantity(size: Expression, start: Expression, repeat: Expression | None, keep: Keep) -> Expression:
    """XMILE's PULSE: ``size`` within one time step, the first at or after ``start`` and after every ``repeat``."""
    since = keep(call("add", call("sub", TIME, start), call("mul", STEP, SMALL)))
    begun = call("ge", since, ZERO)
    phase = since
    if repeat is not None:
        repeat = keep(repeat)
        again = call("sub", since, call("mul", repeat, call("integer", call("div", since, repeat))))
        phase = call("if", call("le", repeat, ZERO), since, again)
    return call("if", call("and", begun, call("lt", phase, STEP)), call("div", size, STEP), ZERO)


def _plain(function: str) -> Callable[[Sequence[Expression], Keep], Expression]:
    return lambda a, keep: call(function, *a)


#: Functions of numbers alone, by PySD's name: how many arguments, and what they are written out as.
BUILT_IN: Mapping[str, tuple[int, Callable[[Sequence[Expression], Keep], Expression]]] = {
    **{name: (1, _plain(name)) for name in ("abs", "exp", "ln", "sqrt", "sin", "cos", "tan", "arcsin", "arccos",
                                            "arctan", "sinh", "cosh", "tanh", "integer")},
    "pi": (0, lambda a, keep: Number(math.pi)),
    "min": (2, _plain("min")),
    "max": (2, _plain("max")),
    "power": (2, _plain("pow")),
    "log": (2, lambda a, keep: call("div", call("ln", a[0]), call("ln", a[1]))),
    "if_then_else": (3, _plain("if")),
    "zidz": (2, lambda a, keep: divided(a[0], a[1], ZERO, keep)),
    "xidz": (3, lambda a, keep: divided(a[0], a[1], a[2], keep)),
    "quantum": (2, lambda a, keep: quantum(a[0], a[1], keep)),
    "modulo": (2, lambda a, keep: modulo(a[0], a[1], keep)),
    "step": (2, lambda a, keep: step(a[0], a[1], keep)),
    "ramp": (3, lambda a, keep: ramp(a[0], a[1], a[2], keep)),
    "Xramp": (2, lambda a, keep: ramp(a[0], a[1], None, keep)),
    "pulse": (2, lambda a, keep: pulse(a[0], a[1], keep)),
    "Xpulse": (2, lambda a, keep: quantity(a[1], a[0], None, keep)),
    "pulse_train": (4, lambda a, keep: pulse_train(a[0], a[1], a[2], a[3], keep)),
    "Xpulse_train": (3, lambda a, keep: quantity(a[2], a[0], a[1], keep)),
}  # fmt: skip

#: Functions of all the elements marked ``!``.
REDUCTIONS: Mapping[str, str] = {"sum": "add", "prod": "mul", "vmin": "min", "vmax": "max"}

OPERATORS: Mapping[str, str] = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow", "=": "eq", "<>": "ne", ">=": "ge", ">": "gt",
    "<=": "le", "<": "lt", ":AND:": "and", ":OR:": "or",
}  # fmt: skip
