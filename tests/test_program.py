"""The Program's own arithmetic: the clock, expressions, tables, folding."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_lab.evaluate import ARITHMETIC, folded, read_table, value_of
from policy_lab.notation import written
from policy_lab.program import FUNCTIONS, Apply, Clock, Expression, Name, Number, Table, names_in
from policy_lab.runs import Runs, disagreement


def test_every_function_has_a_meaning() -> None:
    assert set(ARITHMETIC) | {"if", "lookup"} == set(FUNCTIONS)


def test_an_even_clock() -> None:
    times, saved = Clock(2020, 2022, 0.25, 0.5).moments()
    assert len(times) == 9 and times[-1] == 2022
    assert [times[i] for i in saved] == [2020, 2020.5, 2021, 2021.5, 2022]


def test_a_clock_whose_step_is_no_binary_fraction() -> None:
    """Ten steps of a tenth are one: a moment is its number times the step, nothing is added up."""
    times, saved = Clock(0, 1, 0.1, 0.2).moments()
    assert len(times) == 11 and times[-1] == 1
    assert saved == [0, 2, 4, 6, 8, 10]


def test_a_saving_period_that_the_step_does_not_divide() -> None:
    times, saved = Clock(0, 12, 0.3, 1).moments()
    assert [round(times[i], 6) for i in saved] == [0, 0.9, 2.1, 3, 3.9, 5.1, 6, 6.9, 8.1, 9, 9.9, 11.1, 12]
    assert Clock(0, 2, 0.5, 0.2).moments()[1] == [0, 1, 2, 3, 4]


def test_a_clock_far_from_zero_loses_no_moment() -> None:
    times, saved = Clock(2e9, 2e9 + 10, 0.1, 1).moments()
    assert len(times) == 101 and [times[i] - 2e9 for i in saved] == list(range(11))


def test_another_step_keeps_the_saving_period() -> None:
    times, saved = Clock(0, 2, 0.5, 1).moments(0.125)
    assert [times[i] for i in saved] == [0, 1, 2] and len(times) == 17


X, Y = Name("x"), Name("y")
CASES: list[tuple[Expression, float]] = [
    (Apply("div", (Number(1), Number(0))), math.inf),
    (Apply("pow", (Number(0), Number(0))), 1),
    (Apply("pow", (Number(-8), Number(3))), -512),
    (Apply("if", (Apply("gt", (X, Number(0))), Apply("ln", (X,)), Number(7))), 7),
    (Apply("integer", (Number(-2.7),)), -2),
    (Apply("and", (Number(2), Number(math.nan))), 1),
    (Apply("not", (Number(0.5),)), 0),
    (Apply("min", (X, Y)), -3),
    (Apply("lookup", (Name("t"), Y)), 1.5),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_values(expression: Expression, expected: float) -> None:
    assert value_of(expression, {"x": -3.0, "y": 0.5}, {"t": Table("t", (0, 1), (1, 2))}) == expected


@pytest.mark.parametrize("name", ["div", "pow", "min", "max"])
def test_not_a_number_goes_through(name: str) -> None:
    assert math.isnan(value_of(Apply(name, (X, Number(2))), {"x": math.nan}, {}))


def test_folding_works_out_what_reads_no_variable() -> None:
    expression = Apply("add", (X, Apply("mul", (Number(2), Apply("sub", (Number(5), Number(1)))))))
    assert folded(expression) == Apply("add", (X, Number(8)))


def test_names_and_writing() -> None:
    expression = Apply("if", (Apply("lt", (X, Y)), Apply("neg", (X,)), Number(0.1)))
    assert list(names_in(expression)) == ["x", "y", "x"]
    assert written(expression) == "IF THEN ELSE(x < y, -x, 0.1)"


def apply(function: str, *arguments: Expression | float) -> Apply:
    return Apply(function, tuple(Number(a) if isinstance(a, int | float) else a for a in arguments))


EITHER = apply("or", apply("lt", X, Y), apply("eq", X, 1))
WRITTEN = {
    ":NOT: (x < y :OR: x = 1) :AND: y <> 2": apply("and", apply("not", EITHER), apply("ne", Y, 2)),
    "(x < y) < 2": apply("lt", apply("lt", X, Y), 2),
    "x - (y - x) - 2": apply("sub", apply("sub", X, apply("sub", Y, X)), 2),
    "(-x) ^ y ^ 2": apply("pow", apply("neg", X), apply("pow", Y, 2)),
    "-x ^ 2": apply("neg", apply("pow", X, 2)),
    "table(MAX(x, -0.5))": apply("lookup", Name("table"), apply("max", X, -0.5)),
}


@pytest.mark.parametrize(("text", "expression"), WRITTEN.items())
def test_an_expression_is_written_as_in_vensim(text: str, expression: Expression) -> None:
    assert written(expression) == text


arithmetic = st.recursive(
    st.sampled_from([X, Y, Number(2.0), Number(-3.0), Number(0.1)]),
    lambda inner: st.one_of(
        st.builds(apply, st.sampled_from(["add", "sub", "mul", "div", "pow", "lt"]), inner, inner),
        st.builds(apply, st.just("neg"), inner),
    ),
    max_leaves=8,
)


@given(arithmetic)
@settings(max_examples=300, deadline=None)
def test_brackets_stand_where_they_are_needed(expression: Expression) -> None:
    """Python, whose signs have the same ranks, reads what is written and comes to the same number."""
    values = {"x": 1.5, "y": 0.75}
    try:
        result = float(eval(written(expression).replace("^", "**"), {"__builtins__": {}}, values))
    except (ArithmeticError, TypeError):  # a division by zero, a number that is too large or complex
        return
    assert result == pytest.approx(value_of(expression, values, {}), rel=1e-12)


POINTS = {"x": (0.0, 1.0, 3.0), "y": (2.0, 4.0, 0.0)}
TABLES = [
    (Table("held", **POINTS), [2, 2, 3, 4, 2, 0, 0]),
    (Table("on", **POINTS, outside="extrapolate"), [0, 2, 3, 4, 2, 0, -4]),
    (Table("stairs", **POINTS, stepped=True), [2, 2, 2, 4, 4, 0, 0]),
]


@pytest.mark.parametrize(("table", "expected"), TABLES)
def test_tables(table: Table, expected: list[float]) -> None:
    at = np.array([-1, 0, 0.5, 1, 2, 3, 5])
    np.testing.assert_allclose(read_table(table, at), expected)
    assert [float(read_table(table, x)) for x in at] == expected
    assert math.isnan(float(read_table(table, np.float64("nan"))))


def runs_of(*values: float) -> Runs:
    return Runs(np.array(values).reshape(1, -1, 1), np.arange(len(values), dtype=float), ("v",), ("",))


def test_disagreement_is_relative_to_the_running_size() -> None:
    assert disagreement(runs_of(1, 100, 2e-7), runs_of(1, 100, 1e-7)).relative == pytest.approx(1e-9)
    assert disagreement(runs_of(1e-7, 100), runs_of(2e-7, 100)).relative == pytest.approx(0.5)
    assert disagreement(runs_of(math.nan, math.inf), runs_of(math.nan, math.inf)).relative == 0
    assert disagreement(runs_of(1, 2), runs_of(1, math.nan)).relative == math.inf
    assert disagreement(runs_of(1, 2, 3), runs_of(1.1, 2.1, 3.1), np.full(3, 0.06)).relative == 0  # a late clock
    assert disagreement(runs_of(1, 2, 3), runs_of(1.1, 2.1, 3.1), np.full(3, 0.04)).relative == pytest.approx(
        0.02 / 1.1
    )
    worst = disagreement(runs_of(1, 2, 5), runs_of(1, 2, 4))
    assert (worst.output, worst.time, worst.relative) == ("v", 2, 0.25)


def test_a_clock_that_adds_up_steps_is_late_where_binary_numbers_have_no_such_step() -> None:
    assert Clock(2015, 2050, 0.03125, 0.25).late([2015, 2030, 2050]) == [0, 0, 0]
    first, later = Clock(2015, 2050, 0.025, 0.25).late([2016, 2050])
    assert 0 < first < later < 1e-9
