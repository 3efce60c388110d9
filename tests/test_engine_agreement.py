"""Three engines on one model: what the comparison finds, and what the published one says."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from analysis import agreement_page, documents, mixes_against_pysd, mixes_between_engines
from analysis import engine_agreement as agree
from analysis.golden_runs import worlds, years
from analysis.random_mixes import draw
from analysis.results_folder import RESULTS
from policy_lab.errors import ModelError
from policy_lab.model import Model, load_model
from policy_lab.simulation import simulate

STORED = RESULTS / agree.NAME / "agreement.csv"


@pytest.fixture(scope="module")
def model(small_field: Path) -> Model:
    return load_model(small_field)


def test_all_pairs_agree_in_every_world(model: Model) -> None:
    rows = agree.agreement(model)
    assert [r.world for r in rows] == [world for world in worlds(model) for _ in range(6)]
    assert max(r.apart for r in rows) < agree.BOUND
    assert {r.beyond for r in rows} == {0}
    # pysimlin leaves out TIME STEP and SAVEPER and nothing else.
    assert {r.variables for r in rows if r.other == "pysimlin"} == {len(model.program.visible) - 2}
    assert {r.variables for r in rows if r.other != "pysimlin"} == {len(model.program.visible)}


def test_pysimlin_is_given_the_world(model: Model) -> None:
    quo, opened = (agree.run_simlin(model, world) for world in worlds(model)[:2])
    assert next(agree.compare("both", {"pysd": quo, "pysimlin": opened}, model.program.clock)).apart > 0.01


def test_a_wrong_number_is_found_and_named(model: Model) -> None:
    world = worlds(model)[0]
    right = simulate(model, scenario=world, times=years(model))
    name = next(n for n in model.program.stocks if n in right.outputs)
    values = right.values.copy()
    values[0, 3, right.column(name)] *= 1 + 1e-7
    [row] = agree.compare(
        world, {"compiled": dataclasses.replace(right, values=values), "pysd": right}, model.program.clock
    )
    assert (row.variable, row.year, row.beyond) == (name, right.time[3], 1)
    np.testing.assert_allclose(row.apart, 1e-7, rtol=1e-3)


def test_engines_without_a_common_variable_are_no_agreement(model: Model) -> None:
    runs = simulate(model, times=years(model))
    one, other = (agree.only(runs, [name]) for name in runs.outputs[:2])
    with pytest.raises(ModelError, match="no variable in common"):
        list(agree.compare("status_quo", {"compiled": one, "pysd": other}, model.program.clock))


def test_the_page_is_made_from_the_stored_tables() -> None:
    stored = (documents.DOCS / agreement_page.PAGE).read_text(encoding="utf-8")
    assert stored == documents.text(agreement_page.page())


def test_the_published_comparison_has_every_world_and_variable_within_the_bound() -> None:
    rows, published = agree.read_rows(STORED), load_model(agree.DEFAULT_MODEL)
    assert [r.world for r in rows] == [world for world in worlds(published) for _ in range(6)]
    assert max(r.apart for r in rows) < agree.BOUND
    assert min(r.variables for r in rows) >= len(published.program.visible) - 2


def test_a_mix_is_the_same_whenever_it_is_drawn_and_within_the_ranges(model: Model) -> None:
    mixes = [draw(model, number) for number in range(20)]
    assert [m.constants(model) for m in mixes] == [draw(model, n).constants(model) for n in range(20)]
    assert {m.world for m in mixes} == set(model.scenarios)
    for name, lever in model.levers.items():
        drawn = [m.levers[name].value for m in mixes]
        assert lever.low <= min(drawn) < lever.low + (lever.high - lever.low) / 3
        assert lever.high >= max(drawn) > lever.high - (lever.high - lever.low) / 3


def test_pysd_with_short_cuts_gives_the_same_bits_and_its_runs_are_kept(model: Model, tmp_path: Path) -> None:
    mixes_against_pysd.check_quick_is_the_same(model, tmp_path)
    rows = list(mixes_against_pysd.agreement(model, 2, tmp_path))
    assert max(max(r.compiled, r.numpy) for r in rows) < 1e-12
    kept = sorted(tmp_path.iterdir())
    assert [p.suffix for p in kept] == [".npz"] * 3  # two mixes, the first of them as shipped as well
    for path in kept:
        np.savez_compressed(path, values=np.load(path)["values"] * (1 + 1e-6))
    again = list(mixes_against_pysd.agreement(model, 2, tmp_path))
    assert all(5e-7 < r.compiled < 2e-6 for r in again)  # what is kept is what is compared with


def test_published_mixes_are_within_the_bound() -> None:
    published = load_model(agree.DEFAULT_MODEL)
    by_pysd = agreement_page.read_rows(RESULTS / mixes_against_pysd.NAME / "mixes.csv")
    assert [int(r["mix"]) for r in by_pysd] == list(range(30))
    assert max(float(r[e]) for r in by_pysd for e in ("compiled", "numpy")) < agree.BOUND
    between = agreement_page.read_rows(RESULTS / mixes_between_engines.NAME / "mixes.csv")
    assert [int(r["runs"]) for r in between] == [2 * len(published.levers) * len(published.scenarios), 1000]
    assert max(float(r["apart"]) for r in between) < agree.BOUND
    assert {int(r["variables"]) for r in between} == {len(published.program.visible)}
