"""Intervals from replicates of a design, against the jackknife done by hand with SALib's estimators."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from SALib.analyze import sobol as salib
from scipy import stats

from policy_lab.catalogue import english
from policy_lab.ensemble.designs import Saltelli, sobol_points
from policy_lab.ensemble.findings import DUMMY, Findings
from policy_lab.errors import StudyError
from policy_lab.estimators import sobol as sobol_indices
from policy_lab.estimators import sobol_intervals
from policy_lab.estimators.ranking import ordered
from policy_lab.studies import Study, load_study, plan_of, run_study

Array = NDArray[np.float64]
ISHIGAMI = Study(
    str(Path(__file__).parent / "studies_models" / "ishigami.mdl"),
    factors={f"x{i}": {"low": -math.pi, "high": math.pi} for i in (1, 2, 3)},
    size=256,
    outcomes=("ishigami",),
    times=(1.0,),
    options={"resamples": 400, "intervals": "replicates"},
)


def ishigami(unit: Array) -> Array:
    x = np.pi * (2 * unit - 1)
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def design(size: int = 256, replicates: int = 8, first: int = 0) -> Saltelli:
    return Saltelli(size, np.eye(3, dtype=bool), seed=4, first=first, replicates=replicates)


def drawn(y: Array, replicates: int, draws: int, seed: int = 1) -> sobol_indices.Indices:
    layout = sobol_indices.Layout(len(y) // 5, 3, False)
    table = y.reshape(len(y), -1)

    def read(a: int, b: int) -> Array:
        return table[a:b]

    m = sobol_indices.moments(read, layout, table.shape[1])
    (found,) = sobol_intervals.replicated(read, layout, m, replicates, draws, seed, lambda _, found: found)
    return found


def test_every_replicate_is_a_scrambled_net_of_its_own() -> None:
    base = design(256).rows(0, 256 * 5)[::5]  # the A points
    for r in range(8):
        mine = base[r::8]
        for column in mine.T:  # one point in each of 32 slices
            assert sorted((column * 32).astype(int)) == list(range(32))
        for other in range(r):
            assert np.abs(mine - base[other::8]).min() > 0


def test_one_replicate_is_the_usual_design() -> None:
    one = design(replicates=1)
    assert np.array_equal(one.rows(0, one.runs)[::5], sobol_points(256, 6, 4)[:, :3])


def test_doubling_the_size_keeps_the_runs_of_every_replicate() -> None:
    small, rest, large = design(64), design(128, first=64), design(128)
    together = np.concatenate([small.rows(0, small.runs), rest.rows(0, rest.runs)])
    assert np.array_equal(together, large.rows(0, large.runs))


def test_intervals_are_those_of_the_jackknife_done_by_hand() -> None:
    sample = design()
    y = ishigami(sample.rows(0, sample.runs))
    points = ((y - y.mean()) / y.std()).reshape(256, 5)

    def total(kept: Array, factor: int) -> float:
        return float(salib.total_order(kept[:, 0], kept[:, 1 + factor], kept[:, 4]))

    found = drawn(y, 8, 20_000)
    low, high = sobol_intervals.percentiles(found.total[:, :, 0], 0.95)
    for factor in range(3):
        whole = total(points, factor)
        without = np.array([total(np.delete(points, slice(r, None, 8), axis=0), factor) for r in range(8)])
        error = math.sqrt(7 / 8 * ((without - without.mean()) ** 2).sum())
        reach = stats.t.ppf(0.975, 7) * error
        assert low[factor] == pytest.approx(whole - reach, abs=0.05 * reach)
        assert high[factor] == pytest.approx(whole + reach, abs=0.05 * reach)


def test_what_moves_together_in_the_replicates_moves_together_in_the_draws() -> None:
    sample = design()
    y = ishigami(sample.rows(0, sample.runs))
    found = drawn(np.column_stack([y, 3 - 2 * y]), 8, 50)
    assert np.allclose(found.total[..., 0], found.total[..., 1], atol=1e-12)  # a straight line changes no index


def test_the_draws_have_the_same_bits_however_the_outputs_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = design()
    unit = sample.rows(0, sample.runs)
    table = np.column_stack([ishigami(unit), ishigami(unit) ** 2, unit @ np.arange(3.0)])
    layout = sobol_indices.Layout(256, 3, False)

    def pieces() -> list[Array]:
        m = sobol_indices.moments(lambda a, b: table[a:b], layout, 3)
        found = sobol_intervals.replicated(lambda a, b: table[a:b], layout, m, 8, 100, 1, lambda _, x: x.total)
        return list(found)

    monkeypatch.setenv("POLICY_LAB_THREADS", "1")
    whole = pieces()
    monkeypatch.setenv("POLICY_LAB_THREADS", "2")
    monkeypatch.setattr(sobol_intervals, "BOOTSTRAP_NUMBERS", 1)
    cut = pieces()
    assert (len(whole), len(cut)) == (1, 3)
    assert np.array_equal(np.concatenate(whole, axis=-1), np.concatenate(cut, axis=-1))


def test_a_failed_run_costs_its_point_and_a_constant_output_has_no_interval() -> None:
    sample = design()
    y = ishigami(sample.rows(0, sample.runs))
    broken = y.copy()
    broken[17] = np.nan
    found = drawn(np.column_stack([y, broken, np.full(len(y), 3.0)]), 8, 200)
    clean, lame = (sobol_intervals.percentiles(found.total[..., k], 0.95) for k in (0, 1))
    assert np.allclose(clean, lame, atol=0.02)
    assert np.isnan(found.total[..., 2]).all()


def test_a_study_with_replicates_says_so_and_grows_as_any_other(tmp_path: Path) -> None:
    options = {**ISHIGAMI.options, "purpose": "indices", "max_size": 512}
    grown = run_study(replace(ISHIGAMI, options=options), tmp_path / "grown")
    direct = run_study(replace(ISHIGAMI, size=512), tmp_path / "direct")
    assert grown.table.equals(direct.table)
    assert any("8 independent scramblings" in english().in_words(note) for note in direct.notes)
    rows = direct.of("ST", "ishigami", 1.0).set_index("factor")
    for factor, truth in (("x1", 0.5576), ("x2", 0.4424), ("x3", 0.2437)):
        assert rows.loc[factor, "low"] <= rows.loc[factor, "value"] <= rows.loc[factor, "high"]
        assert rows.loc[factor, "value"] == pytest.approx(truth, abs=0.1)
    places = direct.table[direct.table["index"].str.startswith("P(rank")].groupby("index")["value"].sum()
    assert places.to_numpy() == pytest.approx(1.0)


def test_a_study_with_the_bootstrap_says_that_its_intervals_are_cautious(tmp_path: Path) -> None:
    found = run_study(replace(ISHIGAMI, options={"resamples": 20}), tmp_path / "out")
    assert any("intervals are cautious" in english().in_words(note) for note in found.notes)
    assert "intervals are cautious" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize(
    ("size", "intervals", "says"),
    [(128, "replicates", "a size of 256 or more, not 128"), (256, "wide", "take bootstrap or replicates")],
)
def test_what_replicates_cannot_do(tmp_path: Path, size: int, intervals: str, says: str) -> None:
    with pytest.raises(StudyError, match=says):
        plan_of(replace(ISHIGAMI, size=size, options={"intervals": intervals}))
    file = tmp_path / "study.toml"
    file.write_text(
        f'model = "{ISHIGAMI.model}"\nsize = {size}\nintervals = "{intervals}"\noutcomes = ["ishigami"]\n'
        "[factors]\nx1 = { low = -3, high = 3 }\nx2 = { low = -3, high = 3 }\n"
    )
    with pytest.raises(StudyError, match=says):
        load_study(file)


SEEDS = range(1, 9)
FIRST = re.compile(r"First place is clear between independent samples: (.+) takes it")


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> list[Findings]:
    """The published study of levers in small, with several seeds."""
    published = load_study(Path(__file__).parents[1] / "analysis" / "lever_ranking.toml")
    study = replace(published, model="core", size=256, outcomes=(), times=(2035.0, 2050.0))
    folder = tmp_path_factory.mktemp("repeated")
    return [run_study(study, folder / f"{seed}", seed=seed, pictures=False) for seed in SEEDS]


def test_intervals_hold_what_other_seeds_estimate(repeated: list[Findings]) -> None:
    """Two estimates differ by the root of two times their error: 95% intervals hold 86% of the others (7 degrees)."""
    tables = [f.table[(f.table["index"] == "ST") & (f.table["factor"] != DUMMY)].reset_index() for f in repeated]
    held = [
        ((one["low"] <= other["value"] + 1e-12) & (other["value"] <= one["high"] + 1e-12))[one["value"] > 0.01].mean()
        for one, other in permutations(tables, 2)
    ]
    assert float(np.mean(held)) > 0.8
    assert min(held) > 0.5


def test_what_is_called_clear_comes_first_with_every_seed(repeated: list[Findings]) -> None:
    words, clear = english(), 0
    for one in repeated:
        for told in one.statements:
            for leader in FIRST.findall(words.in_words(told.message)):
                clear += 1
                for other in repeated:
                    first = words.shown(other.factor(str(ordered(other, told.about).iloc[0]["factor"])))
                    assert first == leader, (told.about, first, leader)
    assert clear > len(repeated)


def test_a_bootstrap_calls_nothing_clear_or_sure(tmp_path: Path) -> None:
    found = run_study(replace(ISHIGAMI, options={"resamples": 50}), tmp_path / "out")
    said = " ".join(english().in_words(told.message) for told in found.statements)
    assert "In this one sample x1 ranks first" in said
    assert not re.search(r"\b(clear|sure)\b", said)
