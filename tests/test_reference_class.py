"""The reference class and the reference points: what is drawn, what is compared, and what the strength is made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis import reference_class, reference_points
from analysis.reference_class import COMPLETED, DECIDED, GOING_ON, TERMINATED, Portfolio
from policy_lab.errors import ModelError
from policy_lab.model import Model, load_model

SMALL_FIELD = Path(__file__).parent / "models" / "small_field"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("big_science")


@pytest.fixture(scope="module")
def drawn(model: Model) -> Portfolio:
    stream = np.random.default_rng(1)
    rows = reference_class.table(model, "drawn")
    return reference_class.portfolio(model, reference_class.draws(rows, 300, stream), stream)


def test_what_is_drawn_has_the_published_spread(model: Model) -> None:
    """The least and the most of a sample as large as the auditors' are theirs, about."""
    rows = reference_class.table(model, "drawn")
    ratio = reference_class.draws(rows, 29 * 2000, np.random.default_rng(2))["final_cost_growth"].reshape(2000, 29)
    assert np.median(ratio) == pytest.approx(1.77, rel=0.02)
    assert np.median(ratio.max(axis=1)) == pytest.approx(5.26, rel=0.1)
    assert np.median(ratio.min(axis=1)) == pytest.approx(0.56, rel=0.1)


def test_every_draw_is_inside_its_range(model: Model) -> None:
    rows = reference_class.table(model, "drawn")
    draws = reference_class.draws(rows, 1000, np.random.default_rng(3))
    for row in rows:
        values = draws[row["quantity"]]
        if row["distribution"] != "log normal":
            kept = values[values != 0] if float(row["zero"]) else values
            assert kept.min() >= float(row["low"]) and kept.max() <= float(row["high"]), row["quantity"]
    assert np.mean(draws["treaty_members"] == 0) == pytest.approx(0.7, abs=0.05)


def test_the_dearer_are_cancelled_and_partners_protect(drawn: Portfolio) -> None:
    cheap, dear = (drawn.ever[chosen].mean() for chosen in (drawn.ratio < 1.5, drawn.ratio > 3))
    assert cheap < 0.1 < 0.5 < dear
    assert np.all(drawn.known <= drawn.ratio + 0.02)  # the equations round the corner where nothing is hidden
    dear_and_shared = (drawn.ratio > 2) & (drawn.partners > 0)
    assert drawn.ever[dear_and_shared].mean() < drawn.ever[(drawn.ratio > 2) & (drawn.partners == 0)].mean()


def test_shares_of_a_portfolio_whose_answer_is_known() -> None:
    fates = np.array([TERMINATED, TERMINATED, COMPLETED, GOING_ON, TERMINATED])
    seen = np.array([True, True, True, True, False])
    ones = np.ones(5)
    known = np.array([2.0, 3.0, 1.2, 1.1, 9.0])
    small = Portfolio(known, known, 0 * ones, fates == TERMINATED, fates, seen)
    assert [small.share(what) for what in (TERMINATED, COMPLETED, GOING_ON)] == [0.5, 0.25, 0.25]
    assert small.share(DECIDED) == pytest.approx(2 / 3)
    assert reference_class.measure("median cost growth", small) == pytest.approx(0.15)
    assert reference_class.measure("cost ratio of the terminated", small) == 2.5
    row = {"quantity": TERMINATED, "value": "0.4", "low": "0.3", "high": "0.45"}
    assert reference_class.compare(row, small, [small])[-1] == "no"
    assert reference_class.compare({**row, "high": "0.6"}, small, [small])[-1] == "yes"


def test_a_model_without_a_reference_class() -> None:
    with pytest.raises(ModelError, match=r"reference_class/drawn\.csv is missing"):
        reference_class.table(load_model(SMALL_FIELD), "drawn")


def test_the_strength_is_nothing_without_one_of_its_parts(model: Model) -> None:
    halves = [float(model.program.constants.get(name, value)) for name, value in reference_points.HALVES.items()]
    assert reference_points.strength(model, halves[0], 1.0, halves[1]) == pytest.approx(0.25 ** (1 / 3))
    assert reference_points.strength(model, 0, 1, 1e4) == reference_points.strength(model, 1e4, 1, 0) == 0
    assert reference_points.strength(model, 1e4, 0, 1e4) == 0


def test_the_stored_reference_points_are_what_the_facts_give(model: Model) -> None:
    assert model.folder is not None
    rows = reference_points.points(model)
    stored = reference_points._read(model.folder / reference_points.FILE)
    assert [row["label"] for row in stored] == [row[1] for row in rows]
    at = reference_points.HEADER.index("strength")
    for row, kept in zip(rows, stored, strict=True):
        low, middle, high = float(kept["strength low"]), float(kept["strength"]), float(kept["strength high"])
        assert middle == pytest.approx(row[at], rel=1e-3) and 0 <= low <= middle <= high <= 1


def test_shares_of_product_are_those_published(model: Model) -> None:
    """Manhattan and Apollo at their peaks: 0.4% of national product each (Stine 2009, RL34645)."""
    share = {row[1]: row[reference_points.HEADER.index("share of product")] for row in reference_points.points(model)}
    assert share["Manhattan 1944"] == pytest.approx(0.004, rel=0.15)
    assert share["Apollo 1966"] == pytest.approx(0.004, rel=0.15)


def test_every_fact_has_a_range_a_grade_and_a_source(model: Model) -> None:
    assert model.folder is not None
    for fact in reference_points._read(model.folder / reference_points.WHERE / "facts.csv"):
        assert float(fact["low"]) <= float(fact["value"]) <= float(fact["high"]), fact
        assert fact["grade"] in tuple("ABCJ") and fact["status"] in ("CONFIRMED", "RECALLED"), fact
        assert fact["source"] in model.sources and fact["case"] in model.cases, fact
        assert fact["grade"] != "J" or fact["why"], fact
