"""Random equations with extreme arguments: no NaN and no infinity chooses a branch that NumPy would not choose.

Each model is an equation of its own in a file of 25, run with 32 draws of its constants, among them zeros, tiny and
huge numbers. ``POLICY_LAB_DEEP=1`` makes 5,000 of them. What hangs on the last digit is left out: a draw whose result
moves when its constants move by a rounding error. (The root of minus infinity is infinite by C and not a number by
NumPy: no power of a half is drawn.)
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policy_lab.compiler.target import TooFine
from policy_lab.errors import UnsupportedConstruct
from policy_lab.model import Model, load_model
from policy_lab.runs import Floats
from policy_lab.simulation import simulate
from tests.test_readers import mdl
from tests.wasm.runs import in_node

FILES = 200 if os.environ.get("POLICY_LAB_DEEP") else 6
EACH, LANES = 25, 32
EXTREME = [
    0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    1e-300,
    -1e-300,
    1e-160,
    1e160,
    1e200,
    -1e200,
    1e308,
    -1e308,
    5e-324,
    1e15,
    1e10,
    3.0,
]
#: What single precision has numbers for.
LARGE = [0.0, 1.0, -1.0, 0.5, 2.0, 1e-6, -1e-6, 1e6, -1e6, 1e4, -3.0, 7.0]
LEAVES = ["a", "b", "c", "2", "0", "1e-5", "1e5"]
FORMS = ["({0} + {1})", "({0} - {1})", "({0} * {1})", "({0} / {1})", "({0} ^ 2)", "({0} ^ 1.5)", "MIN({0}, {1})",
         "MAX({0}, {1})", "ABS({0})", "SQRT({0})", "LN({0})", "EXP({0})", "INTEGER({0} / 3)", "TANH({0})",
         "SIN(MIN(1e14, MAX(-1e14, {0})))", "COS(MIN(1e14, MAX(-1e14, {0})))", "ARCTAN({0})", "ZIDZ({0}, {1})",
         "XIDZ({0}, {1}, 4)", "({0} / 1e200)", "({0} / 3e-200)", "MODULO({0}, 7)"]  # fmt: skip
CHOICES = ["IF THEN ELSE({0} {s} {1}, {2}, {3})", "IF THEN ELSE({0} {s} {1} :AND: {2} {s} {3}, 1, 2)",
           "IF THEN ELSE(:NOT: {0} {s} {1}, {2}, {3})"]  # fmt: skip


def expression(chance: random.Random, depth: int, forms: list[str]) -> str:
    if depth == 0:
        return chance.choice(LEAVES)
    parts = [expression(chance, chance.randint(0, depth - 1), forms) for _ in range(4)]
    form = chance.choice(CHOICES) if chance.random() < 0.3 else chance.choice(forms)
    text = form.format(*parts, s=chance.choice(["<", "<=", ">", ">=", "=", "<>"]))
    return text if re.search(r"\b[abc]\b", text) else expression(chance, depth, forms)


def drawn(seed: int, folder: Path, numbers: list[float], single: bool) -> tuple[Model, dict[str, Floats]]:
    """A file of equations, and its constants in every run."""
    chance = random.Random(seed)
    forms = [f for f in FORMS if "e200" not in f and "e-200" not in f] if single else FORMS
    lines = [f"x{i} = IF THEN ELSE({expression(chance, 3, forms)} > 1, 1, 2) ~~|" for i in range(EACH // 2)]
    lines += [f"x{i} = {expression(chance, 3, forms)} ~~|" for i in range(EACH // 2, EACH)]
    path = mdl(folder, "a = 1 ~~|\nb = 2 ~~|\nc = 3 ~~|\n" + "\n".join(lines) + "\n", final="1", name=f"x{seed}.mdl")
    return load_model(path), {n: np.array([chance.choice(numbers) for _ in range(LANES)]) for n in "abc"}


def outcomes(model: Model, values: dict[str, Any], backend: str) -> Floats:
    names = [n for n in model.program.visible if n.startswith("x")]
    return simulate(model, values, outputs=names, times=[0], backend=backend, allow_nan=True).values[:, 0]


def steady(model: Model, values: dict[str, Floats], nudge: float) -> tuple[Floats, Any]:
    """NumPy's values, and for which runs and equations they do not hang on the last digits."""
    want = outcomes(model, values, "numpy")
    firm = np.ones(want.shape, dtype=bool)
    for seed in range(4):
        moved = np.random.default_rng(seed)
        other = {n: v * (1 + nudge * moved.uniform(-1, 1, LANES)) for n, v in values.items()}
        other = {n: np.clip(v, -1.7e308, 1.7e308) for n, v in other.items()}
        firm &= near(outcomes(model, other, "numpy"), want, 1e3 * nudge)
    return want, firm


def near(got: Floats, want: Floats, share: float) -> Any:
    """The same NaN, the same infinity, or a number as large."""
    with np.errstate(all="ignore"):
        close = np.abs(got - want) <= share * np.maximum(np.abs(want), 1e-300)
    return (np.isnan(got) & np.isnan(want)) | (got == want) | close


def compared(seed: int, folder: Path) -> int:
    model, values = drawn(seed, folder, EXTREME, single=False)
    want, firm = steady(model, values, 1e-14)
    good = near(outcomes(model, values, "llvm"), want, 1e-9) | ~firm
    assert good.all(), (seed, np.argwhere(~good)[:3], [(n, v[np.argwhere(~good)[0][0]]) for n, v in values.items()])
    return int(firm.sum())


def test_machine_code_branches_as_numpy(tmp_path: Path) -> None:
    firm = sum(compared(seed, tmp_path) for seed in range(FILES))
    assert firm > 0.9 * FILES * EACH * LANES


def test_webassembly_branches_as_numpy(tmp_path: Path) -> None:
    jobs, wanted = [], []
    for seed in range(FILES):
        model, values = drawn(1000 + seed, tmp_path, EXTREME, single=False)
        names = [n for n in model.program.visible if n.startswith("x")]
        wanted.append(steady(model, values, 1e-14))
        jobs.append((model, {"values": values, "outputs": names, "times": [0]}))
    for answer, (want, firm) in zip(in_node(tmp_path, jobs), wanted, strict=True):
        assert not isinstance(answer, str), answer
        good = near(answer.values[:, 0], want, 1e-9) | ~firm
        assert good.all(), np.argwhere(~good)[:3]


def test_single_precision_branches_as_double(tmp_path: Path) -> None:
    made = 0
    for seed in range(2000, 2000 + FILES):
        model, values = drawn(seed, tmp_path, LARGE, single=True)
        want, firm = steady(model, values, 1e-6)
        try:
            got = outcomes(model, values, "llvm-single")
        except (UnsupportedConstruct, TooFine):
            continue  # which is said
        made += 1
        told = ~np.isfinite(got)  # a run that fails is made again in double precision
        good = near(got, want, 1e-2) | told | ~firm
        assert good.all(), (seed, np.argwhere(~good)[:3])
    assert made or FILES < 50


@pytest.mark.deep
def test_five_thousand_models(tmp_path: Path) -> None:
    for seed in range(10_000, 10_000 + 5000 // EACH):
        compared(seed, tmp_path)
