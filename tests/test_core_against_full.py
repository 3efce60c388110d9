"""How a small model ranks scenarios beside the full one: by hand-made rankings; the stored table is current."""

from __future__ import annotations

import csv
import json

import pytest

from analysis.core_against_full import HEADER, SMALL, YEARS, compared, ranks, spearman
from analysis.results_folder import DEFAULT_MODEL, RESULTS
from policy_lab.model import load_model
from policy_lab.simulation import simulate

FOLDER = RESULTS / "core_against_full"


def test_ranks_are_those_of_a_textbook() -> None:
    assert ranks({"a": 30, "b": 10, "c": 20}) == {"b": 1, "c": 2, "a": 3}
    assert ranks({"a": 1, "b": 2, "c": 2, "d": 9}) == {"a": 1, "b": 2.5, "c": 2.5, "d": 4}
    assert ranks({"a": 0, "b": 0.0005, "c": 1}) == {"a": 1.5, "b": 1.5, "c": 3}, "nobody sees half a thousandth"


def test_the_correlation_is_spearmans() -> None:
    # Spearman 1904 by the formula without ties, 1 - 6 sum(d^2) / (n (n^2 - 1)).
    one = dict(zip("abcde", (1.0, 2.0, 3.0, 4.0, 5.0), strict=True))
    other = dict(zip("abcde", (2.0, 1.0, 4.0, 3.0, 5.0), strict=True))
    assert spearman(one, other) == pytest.approx(1 - 6 * 4 / (5 * 24))
    assert spearman(one, one) == pytest.approx(1)
    assert spearman(one, dict.fromkeys("abcde", 3.0)) is None


def test_a_model_ranks_as_itself() -> None:
    model = load_model("tests/models/small_field")
    found = list(compared(model, model, years=(model.program.clock.final,)))
    assert found
    assert all(c.spearman in (None, pytest.approx(1)) for c in found)
    assert all(c.small == c.full for c in found)


def test_scenarios_in_which_an_outcome_is_not_shown_have_no_rank() -> None:
    """The pathway exists only where big science does, in both models each by its own measure."""
    small, full = load_model(SMALL), load_model(DEFAULT_MODEL)
    both = small.outcomes["pathway"], full.outcomes["pathway index"]
    assert both[0].label == both[1].label and all(outcome.where for outcome in both)
    year = 2035.0
    strong = {
        model.name: {
            world
            for world in model.scenarios
            if outcome.where
            and outcome.where.holds(
                simulate(model, scenario=world, outputs=[outcome.where.variable], times=[year]).values[0, 0, 0]
            )
        }
        for model, outcome in zip((small, full), both, strict=True)
    }
    (found,) = (c for c in compared(small, full, years=(year,)) if c.label == both[0].label)
    assert set(found.small) == set(found.full) == strong[small.name] & strong[full.name]
    assert ranks({}) == {}


def test_the_stored_ranks_are_of_the_models_that_are_here() -> None:
    made = json.loads((FOLDER / "made_from.json").read_text(encoding="utf-8"))
    small, full = load_model(SMALL), load_model(DEFAULT_MODEL)
    assert made == {"small": small.hash, "full": full.hash}, "python -m analysis.core_against_full"
    with (FOLDER / "ranks.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert tuple(rows[0]) == HEADER
    labels = {o.label for o in small.outcomes.values()} & {o.label for o in full.outcomes.values()}
    assert {(r["outcome"], float(r["year"])) for r in rows} == {(label, year) for label in labels for year in YEARS}
    assert {r["scenario"] for r in rows} == set(small.scenarios) & set(full.scenarios)
