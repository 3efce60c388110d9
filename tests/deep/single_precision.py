"""A Program carried out in single precision, as Vensim did before it had doubles: Euler, one run, ``float32``."""

from __future__ import annotations

import numpy as np

from policy_lab.evaluate import ARITHMETIC, read_table
from policy_lab.model import Model
from policy_lab.program import Apply, Expression, Name, Number
from policy_lab.runs import Runs

Single = np.float32


def in_single_precision(model: Model) -> Runs:
    """One run with the file's own constants; every variable at every saved time."""
    program = model.program
    clock, equations = program.clock, program.equations
    moments, saved = clock.moments()

    def value(expression: Expression) -> np.float32:
        if isinstance(expression, Number):
            return Single(expression.value)
        if isinstance(expression, Name):
            return known[expression.name]
        return _applied(expression)

    def _applied(expression: Apply) -> np.float32:
        function, arguments = expression.function, expression.arguments
        if function == "lookup":
            assert isinstance(arguments[0], Name)  # a table is named, never computed
            return Single(read_table(program.tables[arguments[0].name], value(arguments[1])))
        numbers = [value(a) for a in arguments]
        if function == "if":
            return numbers[1] if numbers[0] != 0 else numbers[2]
        return Single(ARITHMETIC[function](*numbers))

    controls = {"INITIAL TIME": clock.initial, "FINAL TIME": clock.final, "TIME STEP": clock.step,
                "SAVEPER": clock.saveper}  # fmt: skip
    known = {n: Single(v) for n, v in {**program.constants, **controls, "Time": clock.initial}.items()}
    rows = []
    with np.errstate(all="ignore"):
        for name in (*program.once, *program.start):
            equation = equations[name]
            known[name] = value(equation.initial or equation.expression)  # type: ignore[arg-type]  # never a table
        for position, moment in enumerate(moments):
            known["Time"] = Single(moment)
            for name in program.step:
                known[name] = value(equations[name].expression)  # type: ignore[arg-type]
            if position in saved:
                rows.append([known[n] for n in program.visible])
            change = {n: value(equations[n].expression) for n in program.stocks}  # type: ignore[arg-type]
            for name, own in change.items():
                known[name] = own if equations[name].discrete else known[name] + Single(clock.step) * own
    units = tuple(equations[n].unit for n in program.visible)
    return Runs(np.array([rows], dtype=float), np.array([moments[i] for i in saved]), program.visible, units)
