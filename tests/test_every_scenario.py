"""Loops and weaknesses are asked in every scenario, and documents say where a claim stops."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policy_lab.catalogue import english, in_language
from policy_lab.checks.every_scenario import LOOP_MOVES, Elsewhere, loops_everywhere, told, weaknesses_everywhere
from policy_lab.messages import Name
from policy_lab.model import Model, load_model
from policy_lab.model.checks import read_checks
from policy_lab.simulation import simulate

SMALL = Path(__file__).parent / "models" / "small_field"


@pytest.fixture(scope="module", params=["core", "big_science"])
def model(request: pytest.FixtureRequest) -> Model:
    return load_model(request.param)


def test_each_loop_is_cut_in_each_scenario(model: Model) -> None:
    found = {one.claim.key: one for one in loops_everywhere(model)}
    loops = [loop for loop in model.loops if loop.switch and loop.shown]
    assert set(found) == {loop.name for loop in loops}
    for loop in loops:
        assert loop.shown is not None
        outcome, asked = model.find(loop.shown.outcome), found[loop.name]
        assert sorted([*asked.right, *asked.opposite, *asked.still]) == sorted(model.scenarios)
        assert loop.shown.world in asked.right, "its own scenario"
        for key in [*asked.opposite, *asked.still, asked.right[-1]]:
            runs = simulate(model, {loop.switch: [model.constants_of(key).get(loop.switch, 1.0), 0.0]}, scenario=key,
                            outputs=[outcome], times=[loop.shown.year])  # fmt: skip
            whole, cut = runs.values[:, 0, 0]
            change = (cut - whole) / abs(whole)
            way = "" if abs(change) <= LOOP_MOVES else "higher" if change > 0 else "lower"
            said = (key in asked.right, key in asked.opposite, key in asked.still)
            assert said == (way == loop.shown.when_cut, bool(way) and way != loop.shown.when_cut, not way), (loop, key)


def test_the_validation_page_says_it(model: Model, repository: Path) -> None:
    page = (repository / "docs" / "validation" / f"{model.name}.md").read_text(encoding="utf-8")
    for sentence in map(english().in_words, told(loops_everywhere(model))):
        assert sentence in page
    stored = json.loads((repository / "analysis" / "results" / "validation" / f"{model.name}.json").read_text())
    assert stored["hash"] == model.hash


def test_weaknesses_are_asked_too(model: Model) -> None:
    checks = [check for check in read_checks(model) if check.known]
    found = weaknesses_everywhere(model, checks)
    assert [one.claim.key for one in found] == [check.key for check in checks]
    for check, one in zip(checks, found, strict=True):
        assert one.asked == len(model.scenarios)
        assert all(world.key in one.right for world in check.worlds[:1] if world.key), "it fails where it is known to"


def test_what_is_said_of_a_loop() -> None:
    found = [
        Elsewhere(Name("A"), ("x", "y"), ()),
        Elsewhere(Name("B"), ("x",), (), ("y",)),
        Elsewhere(Name("C"), ("x",), ("y",)),
    ]
    assert [*map(english().in_words, told(found))] == [
        "Asked in every one of 2 scenarios, cutting them does as claimed in all: A.",
        "B: as claimed in 1 of 2 scenarios; in the others cutting it moves next to nothing.",
        "C: as claimed in 1 of 2 scenarios, the opposite in y; almost nothing changes in 0.",
    ]
    assert "in 1 von 2 Szenarien wie behauptet, umgekehrt in y" in in_language("de").in_words(told(found)[2])
    assert told([]) == []


def test_a_model_without_loops_says_nothing() -> None:
    assert loops_everywhere(load_model(SMALL)) == [] or load_model(SMALL).loops
