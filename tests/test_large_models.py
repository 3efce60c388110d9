"""Models of five thousand variables: compiled, and the same as NumPy. On request: pytest -m deep."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_lab.model import load_model
from policy_lab.runs import disagreement
from policy_lab.simulation import simulate
from tests.test_readers import mdl

SIZE = 5000


def arrays() -> str:
    """Nine variables over 556 elements: stocks, smooths, powers, functions, and a sum over all."""
    elements = ", ".join(f"e{i}" for i in range(SIZE // 9 + 1))
    return f"""dim: {elements} ~~|
k[dim] = 0.5 ~~|
s[dim] = INTEG(f[dim] - g[dim], 1) ~~|
f[dim] = k[dim]*a[dim] ~~|
g[dim] = s[dim]/4 ~~|
a[dim] = SMOOTH(b[dim], 2) ~~|
b[dim] = MAX(c[dim], 0.1)^0.5 ~~|
c[dim] = EXP(-s[dim]/10) + total/1000 ~~|
d[dim] = IF THEN ELSE(a[dim] > b[dim], LN(b[dim]), SQRT(a[dim])) ~~|
total = SUM(s[dim!]) ~~|
e[dim] = s[dim]*g[dim] - a[dim] + d[dim] ~~|
"""


def chain() -> str:
    """Five thousand scalars, each of which reads the one before it; every tenth is a stock."""
    lines = []
    for i in range(SIZE):
        before = f"v{i - 1}" if i else "Time"
        right = f"MAX({before}, 0.1)^0.5*EXP(-{before}/10) + SIN({before})"
        lines.append(f"v{i} = INTEG({right} - v{i}, 1) ~~|" if i % 10 == 0 else f"v{i} = {right} ~~|")
    return "\n".join(lines) + "\n"


@pytest.mark.deep
@pytest.mark.parametrize("shape", [arrays, chain])
def test_five_thousand_variables(shape: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_LAB_CACHE", str(tmp_path / "cache"))
    assert callable(shape)
    model = load_model(mdl(tmp_path, shape(), step="0.25"))
    size = len(model.program.visible)
    assert size >= SIZE
    ours, theirs = (simulate(model, backend=backend) for backend in ("llvm", "numpy"))
    assert disagreement(ours, theirs).relative < 1e-9
