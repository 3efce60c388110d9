"""Three engines on one model: what the comparison finds, and what the published one says."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from analysis import do_three_engines_agree as agree
from analysis.golden_runs import worlds, years
from policy_lab.errors import ModelError
from policy_lab.model import Model, load_model
from policy_lab.simulate import simulate

STORED = agree.RESULTS / agree.NAME / "agreement.csv"


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
    assert next(agree.compare("both", {"pysd": quo, "pysimlin": opened})).apart > 0.01


def test_a_wrong_number_is_found_and_named(model: Model) -> None:
    world = worlds(model)[0]
    right = simulate(model, scenario=world, times=years(model))
    name = next(n for n in model.program.stocks if n in right.outputs)
    values = right.values.copy()
    values[0, 3, right.column(name)] *= 1 + 1e-7
    [row] = agree.compare(world, {"compiled": dataclasses.replace(right, values=values), "pysd": right})
    assert (row.variable, row.year, row.beyond) == (name, right.time[3], 1)
    np.testing.assert_allclose(row.apart, 1e-7, rtol=1e-3)


def test_engines_without_a_common_variable_are_no_agreement(model: Model) -> None:
    runs = simulate(model, times=years(model))
    one, other = (agree.only(runs, [name]) for name in runs.outputs[:2])
    with pytest.raises(ModelError, match="no variable in common"):
        list(agree.compare("status_quo", {"compiled": one, "pysd": other}))


def test_the_page_is_made_from_the_stored_table() -> None:
    assert agree.PAGE.read_text(encoding="utf-8") == agree.page(agree.read_rows(STORED))


def test_the_published_comparison_has_every_world_and_variable_within_the_bound() -> None:
    rows, published = agree.read_rows(STORED), load_model(agree.DEFAULT_MODEL)
    assert [r.world for r in rows] == [world for world in worlds(published) for _ in range(6)]
    assert max(r.apart for r in rows) < agree.BOUND
    assert min(r.variables for r in rows) >= len(published.program.visible) - 2
