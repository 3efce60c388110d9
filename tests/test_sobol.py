"""The vectorised estimator against SALib and against indices known by formula."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy
from numpy.typing import NDArray
from SALib.analyze import sobol as salib_analyze
from SALib.sample import sobol as salib_sample

from policy_lab.ensemble.designs import Saltelli, sobol_points
from policy_lab.estimators import ranking, sobol_intervals
from policy_lab.estimators import sobol as sobol_indices

Array = NDArray[np.float64]


def ishigami(unit: Array) -> Array:
    x = np.pi * (2 * unit - 1)
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def ishigami_exact() -> tuple[Array, Array]:
    """S1 and ST of Ishigami with a = 7, b = 0.1 (Ishigami and Homma 1990)."""
    a, b, pi = 7.0, 0.1, np.pi
    v1, v2 = 0.5 * (1 + b * pi**4 / 5) ** 2, a**2 / 8
    v13 = b**2 * pi**8 * 8 / 225
    v = v1 + v2 + v13
    return np.array([v1, v2, 0]) / v, np.array([v1 + v13, v2, v13]) / v


G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def sobol_g(unit: Array) -> Array:
    return np.asarray(((np.abs(4 * unit - 2) + G) / (1 + G)).prod(axis=1))


def sobol_g_exact() -> tuple[Array, Array]:
    """S1 and ST of the Sobol' G function (Saltelli and Sobol' 1995)."""
    part = 1 / (3 * (1 + G) ** 2)
    v = (1 + part).prod() - 1
    return part / v, part * (1 + part).prod() / (1 + part) / v


def analyse(y: Array, size: int, groups: int, second_order: bool = False) -> sobol_indices.Indices:
    table = y.reshape(len(y), -1)
    layout = sobol_indices.Layout(size, groups, second_order)
    return sobol_indices.estimate(lambda a, b: table[a:b], layout, table.shape[1])


def alone(count: int) -> NDArray[np.bool_]:
    return np.eye(count, dtype=bool)


@pytest.mark.parametrize(("function", "exact"), [(ishigami, ishigami_exact), (sobol_g, sobol_g_exact)])
def test_indices_of_known_functions(function, exact) -> None:  # type: ignore[no-untyped-def]
    first, total = exact()
    design = Saltelli(2**14, alone(len(first)), seed=3)
    found = analyse(function(design.rows(0, design.runs)), 2**14, len(first))
    assert np.abs(found.first[:, 0] - first).max() < 0.01
    assert np.abs(found.total[:, 0] - total).max() < 0.01


def salib_problem(factors: int, groups: list[str] | None = None) -> dict[str, object]:
    problem: dict[str, object] = {
        "num_vars": factors,
        "names": [f"x{i}" for i in range(factors)],
        "bounds": [[0.0, 1.0]] * factors,
    }
    return problem | ({"groups": groups} if groups else {})


@pytest.mark.parametrize("second_order", [False, True])
@pytest.mark.parametrize("groups", [None, ["a", "b", "a", "c", "b", "a"]])
def test_design_and_indices_equal_those_of_salib(second_order: bool, groups: list[str] | None) -> None:
    problem = salib_problem(6, groups)
    names = list(dict.fromkeys(groups)) if groups else []
    member = np.array([[g == name for g in groups] for name in names]) if groups else alone(6)
    for seed in (0, 5):
        design = Saltelli(256, member, seed, second_order)
        unit = design.rows(0, design.runs)
        theirs = salib_sample.sample(problem, 256, calc_second_order=second_order, seed=np.random.default_rng(seed))
        assert np.array_equal(unit, theirs)
        # outputs of several sizes and offsets at once: none may disturb another
        y = np.column_stack([sobol_g(unit), 1e6 + 1e-2 * ishigami(unit[:, :3]), unit @ np.arange(6.0)])
        found = analyse(y, 256, len(member), second_order)
        for column in range(3):
            assert_equals_salib(found, column, problem, y[:, column], second_order)


def assert_equals_salib(
    found: sobol_indices.Indices, column: int, problem: dict[str, object], y: Array, second_order: bool
) -> None:
    theirs = salib_analyze.analyze(problem, y, calc_second_order=second_order, num_resamples=2, seed=1)
    # SALib itself loses digits where an output's offset is large against its spread
    scale = max(1.0, abs(y.mean()) / y.std() * 1e-3)
    assert np.abs(found.first[:, column] - theirs["S1"]).max() < 1e-12 * scale
    assert np.abs(found.total[:, column] - theirs["ST"]).max() < 1e-12 * scale
    if second_order:
        assert found.second is not None
        pairs = sobol_indices.pairs(len(theirs["S1"]))
        s2 = np.array([theirs["S2"][j, k] for j, k in pairs])
        assert np.abs(found.second[:, column] - s2).max() < 1e-12 * scale


def test_rows_of_a_design_are_the_same_however_they_are_asked_for() -> None:
    design = Saltelli(64, alone(5), seed=9, second_order=True)
    whole = design.rows(0, design.runs)
    pieces = [design.rows(a, min(a + 37, design.runs)) for a in range(0, design.runs, 37)]
    assert np.array_equal(np.concatenate(pieces), whole)


def test_doubling_the_size_keeps_the_runs() -> None:
    small, rest = Saltelli(64, alone(3), 4), Saltelli(128, alone(3), 4, first=64)
    large = Saltelli(128, alone(3), 4)
    together = np.concatenate([small.rows(0, small.runs), rest.rows(0, rest.runs)])
    assert np.array_equal(together, large.rows(0, large.runs))


def test_one_seed_is_one_sample_and_zero_is_a_seed() -> None:
    assert np.array_equal(sobol_points(64, 4, 0), sobol_points(64, 4, 0))
    assert not np.array_equal(sobol_points(64, 4, 0), sobol_points(64, 4, 1))


def test_blocks_do_not_change_the_indices(monkeypatch: pytest.MonkeyPatch) -> None:
    design = Saltelli(256, alone(3), 1)
    y = ishigami(design.rows(0, design.runs))
    whole = analyse(y, 256, 3)
    monkeypatch.setattr(sobol_indices, "BLOCK_NUMBERS", 40)
    pieces = analyse(y, 256, 3)
    assert np.abs(whole.total - pieces.total).max() < 1e-13
    assert np.abs(whole.first - pieces.first).max() < 1e-13


def failing(size: int, failed: list[int]) -> tuple[Array, Array]:
    """Ishigami in two columns: clean, and with some runs failed."""
    design = Saltelli(size, alone(3), 1)
    clean = ishigami(design.rows(0, design.runs))
    broken = clean.copy()
    broken[failed] = np.nan
    return clean, np.column_stack([clean, broken, np.full(len(clean), 7.25)])


def test_a_failed_run_costs_its_base_point_and_poisons_nothing() -> None:
    clean, table = failing(1024, [17])
    found = analyse(table, 1024, 3)
    assert np.array_equal(found.total[:, 0], analyse(failing(1024, [])[1], 1024, 3).total[:, 0])
    kept = np.delete(clean.reshape(1024, 5), 17 // 5, axis=0).ravel()
    without = analyse(kept, 1023, 3)
    assert np.abs(found.total[:, 1] - without.total[:, 0]).max() < 1e-12
    assert np.abs(found.first[:, 1] - without.first[:, 0]).max() < 1e-12


def test_a_constant_output_has_no_indices() -> None:
    found = analyse(failing(64, [])[1], 64, 3)
    assert np.isnan(found.total[:, 2]).all() and np.isnan(found.first[:, 2]).all()
    assert np.isfinite(found.total[:, :2]).all()


def replicates(y: Array, size: int, groups: int, resamples: int = 400) -> sobol_indices.Indices:
    table = y.reshape(len(y), -1)
    layout = sobol_indices.Layout(size, groups, False)

    def read(a: int, b: int) -> Array:
        return table[a:b]

    m = sobol_indices.moments(read, layout, table.shape[1])
    counts = sobol_intervals.resample_counts(size, resamples, seed=2)
    (found,) = sobol_intervals.bootstrap(read, layout, m, counts, lambda _, found: found)
    return found


def test_a_resample_is_the_estimate_of_the_drawn_base_points() -> None:
    clean, table = failing(256, [40, 700])
    found = replicates(table, 256, 3)
    draw = np.repeat(np.arange(256), sobol_intervals.resample_counts(256, 400, seed=2)[11])
    assert len(draw) == 256
    y = clean.reshape(256, 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = (y - y.mean()) / y.std()
        first = salib_analyze.first_order(y[draw, 0], y[draw, 2], y[draw, 4])
        total = salib_analyze.total_order(y[draw, 0], y[draw, 2], y[draw, 4])
    assert found.first[11, 1, 0] == pytest.approx(first, abs=1e-9)
    assert found.total[11, 1, 0] == pytest.approx(total, abs=1e-9)


def test_bootstrap_intervals_have_the_width_salib_gives_them() -> None:
    design = Saltelli(512, alone(6), 1)
    y = sobol_g(design.rows(0, design.runs))
    theirs = salib_analyze.analyze(salib_problem(6), y, calc_second_order=False, num_resamples=400, seed=1)
    ours = 1.96 * replicates(y, 512, 6).total[:, :, 0].std(axis=0, ddof=1)
    assert np.allclose(ours, theirs["ST_conf"], rtol=0.25, atol=1e-4)


def test_the_bootstraps_sums_are_exact_so_that_threads_cannot_change_them() -> None:
    design = Saltelli(256, alone(3), 1)
    y = 1e3 * np.exp(2 * ishigami(design.rows(0, design.runs)) / 5)
    whole = replicates(y, 256, 3)
    # the same base points read in another order: other partial sums, the same bits
    layout = sobol_indices.Layout(256, 3, False)
    shuffled = np.random.default_rng(0).permutation(256)
    table = y.reshape(256, 5)[shuffled].reshape(-1, 1)
    m = sobol_indices.moments(lambda a, b: y.reshape(-1, 1)[a:b], layout, 1)
    counts = sobol_intervals.resample_counts(256, 400, seed=2)[:, shuffled]
    (other,) = sobol_intervals.bootstrap(lambda a, b: table[a:b], layout, m, counts, lambda _, found: found)
    assert np.array_equal(whole.total, other.total)
    assert np.array_equal(whole.first, other.first)


@pytest.mark.parametrize("resamples", [2, 3, 100, 1000])
def test_percentiles_are_those_of_numpy(resamples: int) -> None:
    values = np.random.default_rng(1).standard_normal((resamples, 5, 4))
    values[-1, 0, 0] = np.nan
    for confidence in (0.5, 0.9, 0.95):
        tail = (1 - confidence) / 2
        theirs = np.quantile(values, [tail, 1 - tail], axis=0)
        assert np.array_equal(sobol_intervals.percentiles(values, confidence), theirs, equal_nan=True)


def test_the_dummy_has_no_effect() -> None:
    design = Saltelli(4096, alone(3), 1)
    found = analyse(ishigami(design.rows(0, design.runs)), 4096, 3)
    assert abs(found.dummy_first[0]) < 0.02
    assert abs(found.dummy_total[0]) < 0.02


def test_ranks_and_their_probabilities() -> None:
    total = np.array([[[0.5], [0.3], [0.1]], [[0.2], [0.6], [0.1]]])
    assert ranking.ranks(total)[:, :, 0].tolist() == [[1, 2, 3], [2, 1, 3]]
    first, second, third = ranking.probabilities(total, 10)
    assert first[:, 0].tolist() == [0.5, 0.5, 0]
    assert second[:, 0].tolist() == [0.5, 0.5, 0]
    assert third[:, 0].tolist() == [0, 0, 1]


def test_a_settled_ranking_is_told_from_an_unsettled_one() -> None:
    rng = np.random.default_rng(0)
    settled = np.array([0.6, 0.3, 0.1])[None, :, None] + 0.01 * rng.standard_normal((200, 3, 1))
    unsettled = 0.4 + 0.2 * rng.standard_normal((200, 3, 1))
    assert ranking.instability(settled) < 0.1
    assert ranking.instability(unsettled) > 1


def test_ranks_are_scipys_with_ties_in_order_and_what_is_missing_left_out() -> None:
    rng = np.random.default_rng(5)
    index = rng.normal(size=(7, 45, 6)).round(2)  # rounded, so that some are equal
    index[rng.random(index.shape) < 0.1] = np.nan
    index[0, :, 0] = np.nan
    found = ranking.ranks(index)
    columns, places = (np.moveaxis(one, 1, -1).reshape(-1, 45) for one in (index, found))
    for column, got in zip(columns, places, strict=True):
        there = ~np.isnan(column)
        np.testing.assert_array_equal(got[there], scipy.stats.rankdata(-column[there], method="ordinal"))
        assert np.isnan(got[~there]).all()
