"""Kernels made for the constants that a batch varies: the results of the general kernel, faster.

The witness is the general kernel, which other tests hold against NumPy and PySD.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict

import numpy as np
import pytest

from policy_lab import load_model
from policy_lab.backends import llvm
from policy_lab.compiler.specialise import specialised
from policy_lab.model import Model
from policy_lab.program import FUNCTIONS, Apply, Clock, Equation, Name, Number, Program
from policy_lab.runs import Floats
from policy_lab.simulation import simulate

ODD = (0.0, -0.0, 0.5, 1.0, 2.0, 3.0, -1.0, 1e300, float("inf"), -float("inf"), float("nan"))
MANY = 10**9


def values_of(model: Model, runs: int) -> dict[str, Floats]:
    random = np.random.default_rng(11)
    rows = [*model.levers.values(), *model.uncertainties.values()][:40:2]
    return {row.name: random.uniform(row.low, row.high, runs) for row in rows}


@pytest.mark.parametrize("name", ["big_science", "core"])
def test_a_specialised_kernel_gives_the_general_ones_results(name: str) -> None:
    model = load_model(name)
    values = values_of(model, 40)
    for scenario in (None, *list(model.scenarios)[:3]):
        general = simulate(model, values, scenario=scenario)
        special = simulate(model, values, scenario=scenario, of=MANY)
        size = np.maximum(np.abs(general.values), 1e-3 * np.abs(general.values).max(axis=1, keepdims=True))
        difference = np.abs(special.values - general.values)
        assert (difference <= 1e-10 * size).all()
        assert special.values.tobytes() != general.values.tobytes() or name != "big_science"  # another kernel indeed


def test_its_bits_do_not_depend_on_chunks() -> None:
    model = load_model("core")
    values, runs = values_of(model, 50), 50
    whole = simulate(model, values, of=MANY)
    pieces = [simulate(model, {n: v[i : i + 7] for n, v in values.items()}, of=MANY) for i in range(0, runs, 7)]
    assert np.concatenate([p.values for p in pieces]).tobytes() == whole.values.tobytes()


def test_few_runs_are_not_worth_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    model, asked = load_model("core"), []
    monkeypatch.setattr(llvm, "_specialised", OrderedDict())
    monkeypatch.setattr(llvm, "specialised", lambda program, fixed: asked.append(fixed) or program)
    simulate(model, values_of(model, 50))
    assert asked == []
    simulate(model, values_of(model, 50), of=MANY)
    assert len(asked) == 1 and not set(asked[0]) & set(values_of(model, 1))


def test_only_so_many_are_kept() -> None:
    model = load_model("core")
    name = next(iter(model.uncertainties))
    row = model.uncertainties[name]
    lever = next(iter(model.levers.values()))
    for value in np.linspace(row.low, row.high, llvm.MOST_SPECIALISED + 3):
        simulate(model, {lever.name: np.array([lever.low, lever.high]), name: float(value)}, of=MANY)
    assert len(llvm._specialised) <= llvm.MOST_SPECIALISED


def every_pair() -> Program:
    """Each function of ``x``, which varies, and of fixed numbers, in every place: one variable each."""
    fixed = {f"y{i}": number for i, number in enumerate(ODD)}
    equations = {name: Equation(name, "constant", Number(value)) for name, value in {"x": 0.0, **fixed}.items()}
    equations["TIME STEP"] = Equation("TIME STEP", "control", Number(1.0))
    once = {f"once {name}": Apply("mul", (Name(name), Number(1.0))) for name in fixed}
    places = ("x", *once)
    shapes = [
        Apply(function, tuple(map(Name, names)))
        for function in sorted(FUNCTIONS.keys() - {"lookup"})
        for names in itertools.product(places, repeat=FUNCTIONS[function][0])
        if len(names) < 3 or names[0] != names[1]
    ]
    answers = {f"answer {i}": shape for i, shape in enumerate(shapes)}
    equations |= {name: Equation(name, "auxiliary", what) for name, what in {**once, **answers}.items()}
    clock = Clock(0, 1, 1, 1)
    return Program("pairs", equations, {}, clock, {"x": 0.0, **fixed}, tuple(once), (), tuple(answers))


def test_odd_numbers_take_the_same_way() -> None:
    """Zeros of either sign, infinity and NaN, as what is fixed and as what varies."""
    program, x = every_pair(), np.array(ODD)
    fixed = {**program.constants, "TIME STEP": 1.0}
    del fixed["x"]
    both = [
        llvm.BACKEND.run(which, {"x": x}, len(x), list(program.step), np.array([0.0]), 1.0, "euler")[:, 0]
        for which in (program, specialised(program, fixed))
    ]
    np.testing.assert_allclose(both[1], both[0], rtol=1e-14)
