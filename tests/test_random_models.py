"""Random small models against PySD: arithmetic, functions, lookups, delays, stocks, arrays, as Hypothesis draws them.

Each case is an equation; a model holds many of them, because PySD needs most of a second for each model it
translates. A longer run, of three thousand: ``POLICY_LAB_RANDOM_MODELS=125 pytest tests/test_random_models.py``. A
mistake found here becomes a construct (``smooth_from_whole_number`` is one, and was PySD's).
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy, composite

from policy_lab import backends
from policy_lab.errors import SimulationError
from policy_lab.model import load_model
from policy_lab.runs import disagreement
from policy_lab.simulation import simulate

MODELS = int(os.environ.get("POLICY_LAB_RANDOM_MODELS", "15"))
EQUATIONS = 24
FAST = [name for name in backends.available() if name != backends.REFERENCE]

numbers = st.sampled_from(["0.5", "1.5", "2.25", "3.1", "-0.7", "-2.5", "0.1", "10.2", "2", "-3"])
comparisons = st.sampled_from(["<", "<=", ">", ">=", "=", "<>"])
#: Written so that no operand leads to overflow or to a complex number, which PySD would take for one.
FUNCTIONS = ["ABS({0})", "SIN({0})", "COS({0})", "ARCTAN({0})", "TANH({0})", "EXP(MIN({0}, 5))", "LN(ABS({0}) + 0.1)",
             "SQRT(ABS({0}))", "INTEGER({0}/2)", "MIN({0}, {1})", "MAX({0}, {1})", "MODULO({0}, 1.7)", "ZIDZ({0}, {1})",
             "XIDZ({0}, {1}, 3.3)", "QUANTUM({0}, 0.4)", "(ABS({0}) + 0.5)^MIN(2, {1}/10)", "ABS({0})^1.5^0.5",
             "table(MIN(9, {0}))", "WITH LOOKUP({0}, ((-3,2),(0,-1),(4,5)))", "STEP({0}, 2.3)",
             "RAMP({0}, 1, 4)", "PULSE(1, 2)*{0}", "PULSE TRAIN(1, 0.5, 2, 6)*{0}"]  # fmt: skip
STATEFUL = ["SMOOTH({0}, 2)", "SMOOTHI({0}, 3, {1})", "SMOOTH3({0}, 2.5)", "DELAY1({0}, 2)", "DELAY1I({0}, 3, 1.5)",
            "DELAY3({0}, 2.5)", "DELAY3({0}, 0.6)", "DELAY FIXED({0}, 1.25, 0.5)", "INITIAL({0} + 1)",
            "TREND({0}, 2, 0.1)",
            "FORECAST({0}, 2, 3)", "SMOOTH N({0}, 4, 0.75, 5)", "SAMPLE IF TRUE(Time > 2, {0}, 0.5)",
            "ACTIVE INITIAL({0}, 2.5)"]  # fmt: skip


#: Definitions over arrays, each with the scalar that stands for it; ``{i}`` numbers them, {0} and {1} are expressions.
ARRAYS = ["a{i}[dim] = k[dim]*({0}) + MODULO(k[dim], 0.4) ~~|\nv{i} = a{i}[two] ~~|",
          "a{i}[dim,side] = k[dim]*({0}) - w[side]*({1}) ~~|\nv{i} = SUM(a{i}[dim!,right]) + a{i}[three,left] ~~|",
          "a{i}[dim] :EXCEPT: [two] = k[dim] + {0} ~~|\na{i}[two] = {1} ~~|\nv{i} = SUM(a{i}[dim!]) ~~|",
          "a{i}[dim] = SMOOTH3I(k[dim]*({0}), 2, w[right]) ~~|\nv{i} = a{i}[one] - a{i}[three] ~~|",
          "a{i}[dim] = INTEG(MIN(3, MAX(-3, {0})) - a{i}[dim]/3, k[dim]) ~~|\nv{i} = VMIN(a{i}[dim!]) ~~|",
          "a{i}[pair] = DELAY1(k[pair] + {0}, 1.5) ~~|\nv{i} = a{i}[two]*2 ~~|",
          "a{i}[side] = IF THEN ELSE(w[side] > {0}, k[one], {1}) ~~|\nv{i} = a{i}[left] ~~|"]  # fmt: skip


def expressions(names: list[str]) -> SearchStrategy[str]:
    """Expressions over names that exist already, so that no circle can arise."""
    leaves = st.one_of(numbers.map(lambda n: f"({n})"), st.sampled_from([*names, "Time"]))

    def larger(inner: SearchStrategy[str]) -> SearchStrategy[str]:
        pairs = st.tuples(inner, inner)
        return st.one_of(
            st.tuples(st.sampled_from("+-*"), pairs).map(lambda t: f"{t[1][0]} {t[0]} {t[1][1]}"),
            pairs.map(lambda p: f"({p[0]})/(ABS({p[1]}) + 0.3)"),
            pairs.map(lambda p: f"-({p[0]} - ({p[1]}))"),
            st.tuples(st.sampled_from(FUNCTIONS), pairs).map(lambda t: t[0].format(*t[1])),
            st.tuples(comparisons, pairs, pairs).map(
                lambda t: f"IF THEN ELSE({t[1][0]} {t[0]} {t[1][1]} :AND: Time < 4, {t[2][0]}, {t[2][1]})"
            ),
        )

    return st.recursive(leaves, larger, max_leaves=5)


@composite
def models(draw: DrawFn) -> str:
    """A model of constants, auxiliaries, stocks, delays and arrays, each drawn from what stands before it."""
    lines = [
        "dim: one, two, three ~~|",
        "pair: two, three ~~|",
        "side: left, right ~~|",
        "w[side] = 2, -1.5 ~~|",
        "table((-3,1),(0,2),(2,-1),(9,4)) ~~|",
        "k[dim] = 1.5, -2, 0.5 ~~|",
    ]
    names = ["c0"]
    lines.append(f"c0 = {draw(numbers)} ~~|")
    for i in range(EQUATIONS):
        kind = draw(st.sampled_from(["auxiliary", "auxiliary", "stock", "stateful", "array", "sum"]))
        expression = draw(expressions(names))
        if kind == "stock":
            lines.append(f"v{i} = INTEG(MAX(-5, MIN(5, {expression})) - v{i}/4, {draw(numbers)}) ~~|")
        elif kind == "stateful":
            other = draw(st.sampled_from(names))
            lines.append(f"v{i} = {draw(st.sampled_from(STATEFUL)).format(f'({expression})', other)} ~~|")
        elif kind == "array":
            lines.append(draw(st.sampled_from(ARRAYS)).format(expression, draw(expressions(names)), i=i))
        elif kind == "sum":
            lines.append(f"v{i} = SUM(k[dim!]*({expression})) - VMAX(k[dim!]) ~~|")
        else:
            lines.append(f"v{i} = {expression} ~~|")
        names.append(f"v{i}")
    step, saveper = draw(st.sampled_from([("0.5", "0.5"), ("0.25", "1"), ("0.3", "0.9"), ("0.125", "0.5")]))
    start = draw(st.sampled_from(["0", "-1.5"]))
    lines += [
        f"INITIAL TIME = {start} ~~|",
        "FINAL TIME = 6 ~~|",
        f"TIME STEP = {step} ~~|",
        f"SAVEPER = {saveper} ~~|",
    ]
    return "{UTF-8}\n" + "\n".join(lines) + "\n"


def steady(text: str, folder: Path) -> list[str]:
    """Variables whose value does not hang on the last bit: when every number moves a little, they move a little."""
    random = np.random.default_rng(1)
    body, _, clock = text.partition("INITIAL TIME")
    nudged = re.sub(r"\d+\.\d+", lambda m: repr(float(m[0]) * (1 + 1e-13 * random.uniform(-1, 1))), body)
    values = []
    for name, equations in (("plain", body), ("nudged", nudged)):
        file = folder / f"{name}.mdl"
        file.write_text(equations + "INITIAL TIME" + clock, encoding="utf-8")
        runs = simulate(load_model(file), backend="numpy", allow_nan=True)
        values.append(runs.values)
    size = np.fmax.accumulate(np.abs(values[0]), axis=1)
    moved = np.abs(values[0] - values[1]) / np.where(size > 0, size, 1)
    return [n for i, n in enumerate(runs.outputs) if (moved[:, :, i] < 1e-10).all()]


def test_random_models_agree_with_pysd() -> None:
    compared = []

    @seed(20260731)
    @settings(max_examples=MODELS, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(text=models())
    def compare(text: str) -> None:
        note(text)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "random.mdl"
            file.write_text(text, encoding="utf-8")
            model = load_model(file)
            assert not model.program.refused
            names = steady(text, Path(folder))
            assert len(names) >= EQUATIONS / 2
            try:
                judge = simulate(model, outputs=names, backend="pysd", allow_nan=True)
            except SimulationError:  # PySD stops where a float becomes complex or an integer is made of an infinity
                return
            for backend in FAST:
                apart = disagreement(simulate(model, outputs=names, backend=backend, allow_nan=True), judge)
                assert apart.relative < 1e-9, f"{backend}: {apart}"
            compared.append(len(names))

    compare()
    assert len(compared) >= MODELS * 0.8
    assert sum(compared) >= MODELS * EQUATIONS * 0.8


def test_the_draws_hold_what_they_promise() -> None:
    """Over some models, every function and every delay is drawn."""
    seen: list[str] = []

    @seed(1)
    @settings(max_examples=40, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(text=models())
    def look(text: str) -> None:
        seen.append(text)

    look()
    together = "\n".join(seen)
    missing = [f for f in (*FUNCTIONS, *STATEFUL) if f.split("(")[0] + "(" not in together]
    missing += [f for f in ("dim,side]", ":EXCEPT:", "SMOOTH3I(k[dim]", "[pair] = DELAY1(") if f not in together]
    assert not missing and together.count("INTEG(") > 20
