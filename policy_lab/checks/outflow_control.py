"""First-order control: what leaves a stock stops when the stock is empty.

Looked for where it matters: in the states that the model's own worlds pass through, with one stock at a time set to
zero and every auxiliary worked out again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from policy_lab import backends, messages
from policy_lab.checks.findings import Finding, finding
from policy_lab.evaluate import start_values
from policy_lab.notation import written
from policy_lab.program import Equation, Expression, Name, Program
from policy_lab.runs import Floats
from policy_lab.statements import terms_of

#: An outflow of an empty stock counts when it exceeds this share of what it is when the stock is full.
SLACK = 1e-6


def states_of(program: Program, constants: Mapping[str, Any], runs: int, times: Floats) -> dict[str, Any]:
    """Constants, controls, the clock and all stocks, hidden ones too, at every moment of every run: ``value[state]``.

    Args:
        program: the model.
        constants: what the runs set, a number or ``value[run]``.
        runs: how many.
        times: moments that the model saves, in its time unit.
    """
    engine, _ = backends.choose(program, "euler")
    clock = program.clock
    found = engine.run(program, constants, runs, program.stocks, times, clock.step, "euler")
    values: dict[str, Any] = {
        **program.constants, "INITIAL TIME": clock.initial, "FINAL TIME": clock.final, "SAVEPER": clock.saveper,
        "TIME STEP": clock.step, "Time": np.tile(times, runs),
    }  # fmt: skip
    for name, value in constants.items():
        values[name] = np.repeat(value, len(times)) if np.ndim(value) else value
    values.update({name: found[:, :, i].ravel() for i, name in enumerate(program.stocks)})
    return values


def worked_out(program: Program, states: Mapping[str, Any]) -> dict[str, Any]:
    """Every auxiliary in these states: as in a step of a run, ACTIVE INITIAL by its running expression."""
    running = {n: _running(program.equations[n]) for n in (*program.once, *program.step)}
    return start_values(running, running, states, program.tables)


def _running(equation: Equation) -> Equation:
    return equation if equation.initial is None else replace(equation, initial=None)


def control_findings(program: Program, states: Mapping[str, Any], file: str) -> Iterator[Finding]:
    """Stocks that are never negative and that something leaves even when they are empty.

    Args:
        program: the model.
        states: from ``states_of``.
        file: what to call the model file.
    """
    full = worked_out(program, states)
    told: set[tuple[str, int]] = set()  # one element of an array speaks for the others
    for stock in program.stocks:
        equation = program.equations[stock]
        if equation.hidden or equation.discrete or equation.expression is None:
            continue
        if np.min(states[stock]) < 0 or (equation.limits[0] is not None and equation.limits[0] < 0):
            continue
        outflows = [term for sign, term in terms_of(equation.expression) if sign < 0]
        if not outflows:
            continue
        empty = worked_out(program, {**states, stock: np.zeros_like(states[stock])})
        for outflow in outflows:
            size, left = (_size(outflow, values, program) for values in (full, empty))
            if (
                left > SLACK * max(size, 1e-12)
                and (key := (_words(outflow).partition("[")[0], equation.line)) not in told
            ):
                told.add(key)
                words = messages.Message(
                    "finding.outflow",
                    {
                        "stock": messages.Name(stock),
                        "outflow": messages.Name(_words(outflow)),
                        "rate": left,
                        "unit": messages.Name(equation.unit, "unit"),
                        "time": program.clock.unit or messages.Message("finding.time_unit"),
                    },
                )
                yield finding("outflow without control", stock, file, equation.line, words)


def _size(expression: Expression, values: Mapping[str, Any], program: Program) -> float:
    """The largest value that an expression has in these states; what is not a number counts as nothing."""
    result = evaluated(expression, values, program)
    finite = result[np.isfinite(result)]
    return float(finite.max()) if len(finite) else 0.0


def evaluated(expression: Expression, values: Mapping[str, Any], program: Program) -> Floats:
    """``value[state]`` of an expression."""
    helper = Equation("value", "auxiliary", expression)
    found = start_values({"value": helper}, ["value"], values, program.tables)["value"]
    return np.atleast_1d(np.asarray(found, dtype=np.float64))


def _words(expression: Expression) -> str:
    return expression.name if isinstance(expression, Name) else written(expression)


def rates_of(program: Program, stocks: Sequence[str], values: Mapping[str, Any]) -> Floats:
    """The sum of what these stocks gain, ``value[state]``, in their unit a time unit."""
    total: Any = 0.0
    for stock in stocks:
        expression = program.equations[stock].expression
        assert expression is not None  # a stock has a rate
        total = total + evaluated(expression, values, program)
    return np.asarray(total, dtype=np.float64)
