"""Single precision of the native engine: near the double one, and taken for a study only where its figures bear it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policy_lab.backends import SINGLE
from policy_lab.compiler.target import TooFine
from policy_lab.ensemble import precision
from policy_lab.ensemble.findings import ALL_TIMES
from policy_lab.ensemble.runner import Chunk, run_chunk
from policy_lab.model import load_model
from policy_lab.runs import disagreement
from policy_lab.simulation import simulate
from policy_lab.studies import Study, run_study
from tests.constructs.regenerate import model_file
from tests.test_readers import mdl
from tests.wasm.runs import CONSTRUCTS
from tests.wasm.runs import SINGLE as NEAR

#: What a rounded number turns over: the sine of e**9 is another angle's.
TURNED = {"vensim_sample_if_true"}
REFUSED = {
    "hyperbolic": "it uses sinh",
    "small_numbers": "it has the number 1e-300",
    "step_with_inexact_time": "it has the moment 0.1",
}
FEW = {"mission programme": {"low": 0, "high": 5000}, "structured access": {}, "basic share of grants": {}}


def test_every_construct_is_near_or_refused() -> None:
    apart, refused = {}, {}
    for name in CONSTRUCTS:
        model = load_model(model_file(name))
        asked: dict[str, Any] = {"outputs": model.program.visible, "allow_nan": True}
        try:
            single = simulate(model, backend=SINGLE, **asked)
        except TooFine as error:
            refused[name] = str(error)
            continue
        worst = disagreement(single, simulate(model, backend="llvm", **asked))
        if not worst.relative <= NEAR:
            apart[name] = worst
    assert apart.keys() == TURNED, apart
    assert {name: refused.get(name) for name in REFUSED} == REFUSED
    assert len(refused) < len(CONSTRUCTS) / 4


def test_a_run_has_the_same_bits_wherever_it_is_in_a_batch() -> None:
    model = load_model("big_science")
    values = np.linspace(0, 5000, 37)
    many = simulate(model, {"mission programme": values}, outputs=["Tension"], backend=SINGLE).values
    for run in (0, 17, 36):
        alone = simulate(model, {"mission programme": values[run]}, outputs=["Tension"], backend=SINGLE).values
        np.testing.assert_array_equal(many[run], alone[0])


def test_deviation_is_a_share_of_the_standard_deviation() -> None:
    rng = np.random.default_rng(1)
    double = rng.normal(5.0, 2.0, size=(4000, 3, 2))
    off = double + 1e-3 * rng.choice([-1, 1], size=double.shape)
    assert precision.deviation(off, double) == pytest.approx(1e-3 / 2.0, rel=0.05)
    assert precision.deviation(double, double) == 0.0


def test_deviation_knows_what_must_not_pass() -> None:
    double = np.random.default_rng(2).normal(size=(50, 2, 1))
    double[:, 0] = 3.0  # constant, which rounding must not make vary
    noisy = double.copy()
    noisy[::2, 0] += 1e-7
    assert precision.deviation(noisy, double) == np.inf
    failed = double.copy()
    failed[7] = np.nan
    assert precision.deviation(failed, double) == np.inf
    assert precision.deviation(failed, failed) == 0.0


def test_what_hardly_varies_is_not_asked_to_be_near() -> None:
    double = np.random.default_rng(3).normal(size=(500, 2, 1))
    double[:, 0] *= precision.HARDLY / 2
    off = double.copy()
    off[:, 0] *= 1.5
    assert precision.deviation(off, double) == 0.0
    np.testing.assert_array_equal(precision.resolved(double.std(axis=0)), [[False], [True]])


def study(**more: Any) -> Study:
    return Study(model="big_science", factors=FEW, size=64, times=(2016, 2030, 2050), **more)


def test_a_study_in_single_precision_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = ("Tension", "engagement of cultures", "Cumulative Public Cost")
    double = run_study(study(outcomes=outcomes), tmp_path / "double")
    assert double.provenance["precision"] == {"numbers": "double", "why": "the study is short"}
    monkeypatch.setattr(precision, "TRIED_FROM", 0)
    single = run_study(study(outcomes=outcomes), tmp_path / "single")
    told = single.provenance["precision"]
    assert told["numbers"] == "single"
    assert 0 < told["off"] <= told["limit"] == 0.01 / 8
    assert "single precision" in (tmp_path / "single" / "report.html").read_text(encoding="utf-8")
    for index in ("S1", "ST"):
        for outcome in outcomes:
            a, b = (f.of(index, outcome, ALL_TIMES)["value"].to_numpy() for f in (single, double))
            np.testing.assert_allclose(a, b, atol=2 * told["off"])
            assert (a != b).any(), "these are runs in double precision"


def test_a_study_that_single_precision_is_too_coarse_for_is_in_double(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outcome's spread is the sixth digit of its size."""
    monkeypatch.setattr(precision, "TRIED_FROM", 0)
    equations = "level = INTEG(rate * 1e-6, 1e4)~~|\nrate = a + b * b~~|\na = 1~~|\nb = 1~~|\n"
    file = mdl(tmp_path, equations, step="0.125")
    factors = {name: {"low": 0, "high": 2} for name in ("a", "b")}
    found = run_study(Study(model=str(file), factors=factors, size=64, outcomes=("level",)), tmp_path / "out")
    told = found.provenance["precision"]
    assert told["numbers"] == "double"
    assert told["off"] > told["limit"] > 0
    assert "single precision" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_runs_that_are_too_large_for_single_precision_are_made_in_double(tmp_path: Path) -> None:
    file = mdl(tmp_path, "level = INTEG(1, 0)~~|\nsize = EXP(power)~~|\npower = 1~~|\n", step="0.125")
    powers = np.array([1.0, 20.0, 100.0])  # e**100 is more than the largest float, 3.4e38
    chunk = Chunk(0, str(file), None, {"power": powers}, ("size", "level"), np.array([0.0, 10.0]), backend=SINGLE)
    values = run_chunk(chunk).values
    np.testing.assert_allclose(values[:, 1, 0], np.exp(powers), rtol=1e-6)
    np.testing.assert_allclose(values[2, 1, 0], np.exp(100.0), rtol=1e-14)
    assert values[1, 1, 0] != np.exp(20.0)
