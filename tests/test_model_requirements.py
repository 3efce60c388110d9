"""What must hold of the model: each measure against a formula, and nothing near or failing without a reason."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import documents, model_requirements, requirement_measures
from analysis.headline_differences import BITES, NEAR, Headlines, Pair, outdated, reasons, unexplained
from analysis.model_requirements import HEADER, NAME, WHY, deciding_levers, most_influential, row_of
from analysis.requirement_measures import (
    LEADER,
    MANHATTAN,
    PAID_BY_GRANTS,
    POWER,
    SEIZED,
    Measure,
    bounds,
    grants,
    largest_fall,
    nothing_left,
    partial_correlation,
    power,
    recomputed,
    strength,
)
from analysis.requirements_page import FOLDER, HEADINGS, PAGE, page
from analysis.results_folder import RESULTS
from policy_lab.model import Model, load_model
from policy_lab.simulation import simulate
from policy_lab.studies import Findings


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("big_science")


@pytest.fixture(scope="module")
def headlines(model: Model) -> Headlines:
    return Headlines(model)


@pytest.fixture(scope="module")
def pairs(headlines: Headlines) -> list[Pair]:
    return headlines.pairs()


def stored(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


# ---- scenarios and levers -------------------------------------------------------------------------------------------


def test_no_two_scenarios_are_near_without_a_reason(model: Model, pairs: list[Pair]) -> None:
    assert [(pair.one, pair.other, round(pair.distance, 3)) for pair in unexplained(pairs)] == []
    assert list(outdated(model, pairs)) == [], f"rows of near_scenarios.csv that are {NEAR} or farther apart"
    assert all(len(why.split()) >= 10 for why in reasons(model).values())
    named = {scenario for pair in reasons(model) for scenario in pair}
    assert named <= set(model.scenarios) and all(len(pair) == 2 for pair in reasons(model))


def test_a_near_pair_without_a_reason_is_found(model: Model, pairs: list[Pair]) -> None:
    bare = [replace(pair, why=" ") for pair in pairs]
    assert len(list(unexplained(bare))) == len(reasons(model)) > 0
    far = [replace(pair, distance=1.0) for pair in pairs]
    assert len(list(outdated(model, far))) == len(reasons(model)) and not list(unexplained(far))


def test_a_distance_is_the_root_mean_square_over_outcomes_and_years(small_field: Path) -> None:
    """By single runs of a small model, every outcome by its own range."""
    small = load_model(small_field)
    headlines = Headlines(small)
    assert not small.conditions
    runs = {s: simulate(small, scenario=s, outputs=headlines.outcomes, times=headlines.years) for s in small.scenarios}
    every = np.array([[run.of(o)[0] for o in headlines.outcomes] for run in runs.values()])
    spans = every.max(axis=(0, 2)) - every.min(axis=(0, 2))
    moving = spans > 0
    for pair in headlines.pairs():
        one, other = (np.array([runs[s].of(o)[0] for o in headlines.outcomes]) for s in (pair.one, pair.other))
        apart = np.zeros_like(one)
        apart[moving] = ((one - other)[moving].T / spans[moving]).T
        assert pair.distance == pytest.approx(np.sqrt((apart**2).mean()))
        assert pair.apart[0].share == pytest.approx(np.abs(apart).max())


def test_scenarios_do_not_differ_in_what_does_not_exist(model: Model, pairs: list[Pair]) -> None:
    """In 2030 no scenario has a big science, so none is on a pathway."""
    assert all(change.year > 2030 for pair in pairs for change in pair.apart if change.outcome == "pathway index")


def test_every_lever_bites(model: Model, headlines: Headlines) -> None:
    bites = headlines.bites()
    assert {bite.lever for bite in bites} == set(model.levers)
    assert [bite.lever for bite in bites if bite.change.share < BITES] == []
    one = bites[-1]
    lever, at = model.levers[one.lever], [one.change.year]
    low, high = (
        simulate(
            model, {lever.name: value}, scenario=one.scenario, outputs=[one.change.outcome], times=at
        ).values.item()
        for value in (lever.low, lever.high)
    )
    every = [simulate(model, scenario=s, outputs=[one.change.outcome], times=headlines.years).values
             for s in model.scenarios]  # fmt: skip
    assert one.change.share == pytest.approx(abs(high - low) / (np.max(every) - np.min(every)))


# ---- measures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sign", "limit", "verdict"), [("<", 2.0, "holds"), ("<", 1.0, "fails"), (">", 0.5, "holds"),
                                                        (">", 1.0, "fails"), ("", float("nan"), "told")])  # fmt: skip
def test_a_measure_keeps_its_limit_or_not(sign: str, limit: float, verdict: str) -> None:
    assert Measure("", "", 1.0, sign, limit).verdict == verdict


def test_only_what_is_known_to_fail_fails(model: Model) -> None:
    """And what does not fail any more needs no reason."""
    found = [*strength(model), *requirement_measures.correlations(model), *grants(model), *power(model),
             *bounds(model, 200)]  # fmt: skip
    assert {(m.requirement, m.what) for m in found if m.verdict == "fails"} == set(WHY)
    assert {m.requirement for m in found} < set(HEADINGS)
    assert all(row_of(m)[-1] for m in found if m.verdict == "fails")


def test_a_wrong_model_is_found(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits are no decoration: with none of them in place the same runs fail."""
    monkeypatch.setitem(requirement_measures.BOUNDS, "Incident Memory", "memory half")
    assert [m.what for m in bounds(model, 20) if m.verdict == "fails"] == [
        "Incident Memory: what is left of memory half, least share"
    ]
    monkeypatch.setattr(requirement_measures, "PAID_BY_GRANTS", ())
    assert {m.verdict for m in grants(model)} == {"holds", "fails"}


def test_power_rises_as_the_state_seizes_and_as_the_leader_does(model: Model) -> None:
    """By the formula: the state's control adds pairs of units under one command, and nothing else changes."""
    runs = simulate(model, scenario=MANHATTAN, times=[2035.0])
    known = dict(zip(runs.outputs, runs.values[0, 0], strict=True))
    concentration, advantage = POWER
    assert recomputed(model.program, concentration, known, {}) == known[concentration]
    half, whole = (recomputed(model.program, concentration, known, {SEIZED: share}) for share in (0.5, 1.0))
    labs, state, unity = known["lab holding"], known["own share[state holder]"], known["unity of labs"]
    assert whole - half == pytest.approx(0.75 * labs**2 * (1 - unity) + state * labs)
    assert recomputed(model.program, advantage, known, {SEIZED: 1.0}) == pytest.approx(state + labs)
    assert recomputed(model.program, advantage, known, {LEADER: 1.0}) == pytest.approx(labs)
    assert known["Nationalised Share"] != 1.0 and known[LEADER] != 1.0


def test_a_fall_is_the_largest_step_down() -> None:
    assert largest_fall(np.array([0.0, 1.0, 0.4, 0.7, 0.5])) == pytest.approx(0.6)
    assert largest_fall(np.array([0.0, 0.0, 2.0])) == 0
    assert largest_fall(np.array([[0.0, 1.0], [1.0, 0.9]])) == pytest.approx(0.1)


def test_a_common_cause_leaves_no_partial_correlation() -> None:
    cause, one, other = np.random.default_rng(1).standard_normal((3, 4000))
    assert np.corrcoef(cause + 0.5 * one, cause + 0.5 * other)[0, 1] > 0.7
    assert abs(partial_correlation(cause + 0.5 * one, cause + 0.5 * other, cause)) < 0.05
    assert partial_correlation(one, cause + one, cause) == pytest.approx(1.0)


def test_without_grants_for_basic_work_only_what_they_pay_is_gone(model: Model) -> None:
    gone = nothing_left(model)
    assert set(gone) == set(PAID_BY_GRANTS), "what is listed as paid by grants alone has changed"
    assert not {"engagement", "Engaged Scientists", "people[basic]", "basic staff[labs]"} & set(gone)


def test_a_lever_that_decides_two_headlines_is_named(model: Model) -> None:
    lever, (one, other, *_) = next(iter(model.levers)), [o.name for o in model.outcomes.values() if o.headline]

    def table(*shares: float) -> Findings:
        rows = [("sobol", o, np.nan, lever, "ST", s, s, s) for o, s in zip((one, other), shares, strict=True)]
        return Findings(
            pd.DataFrame(rows, columns=["method", "outcome", "time", "factor", "index", "value", "low", "high"])
        )

    assert [(m.value, m.verdict) for m in deciding_levers(model, table(0.7, 0.61))] == [(2, "fails")]
    assert [(m.value, m.verdict) for m in deciding_levers(model, table(0.7, 0.59))] == [(1, "holds")]
    assert list(deciding_levers(model, table(0.1, 0.2))) == []


def test_definitions_are_not_among_the_most_influential_constants() -> None:
    row = {"constant": "a", "grade": "A", "source": "s", "influence": "2", "outcome": "o", "world": "w", "year": "2050"}
    rows = [row | {"grade": "D", "constant": "unit"}, row | {"influence": "nan"}, *([row] * 12)]
    assert most_influential(rows) == [("a", "A", "s", 2.0, "o", "w", 2050)] * 10


# ---- what is stored -------------------------------------------------------------------------------------------------


def test_the_stored_table_is_of_this_model(model: Model, pairs: list[Pair]) -> None:
    made = json.loads((FOLDER / "made_from.json").read_text(encoding="utf-8"))
    assert made["hash"] == model.hash, f"python -m analysis.{NAME}"
    assert made["futures"] >= 10_000
    rows = stored("requirements")
    assert tuple(rows[0]) == HEADER and {row["requirement"] for row in rows} <= set(HEADINGS)
    for row in rows:
        limit = float(row["limit"]) if row["sign"] else float("nan")
        assert row["verdict"] in ("holds", "fails", "told")
        if row["value"] != row["limit"]:  # rounding may hide which is larger
            assert Measure("", "", float(row["value"]), row["sign"], limit).verdict == row["verdict"]
        assert bool(row["why"]) == (row["verdict"] == "fails"), row
    assert {(r["one"], r["other"]) for r in stored("scenarios")} == {(pair.one, pair.other) for pair in pairs}
    assert {row["lever"] for row in stored("levers")} == set(model.levers)
    assert set(HEADINGS) == {row["requirement"] for row in rows}


def test_the_page_is_of_the_stored_table() -> None:
    text = (documents.DOCS / PAGE).read_text(encoding="utf-8")
    assert text == documents.text(page()), "python -m analysis.requirements_page"
    assert text.count("**fails**") == sum(row["verdict"] == "fails" for row in stored("requirements"))
    assert all(why in text for why in (row["why"] for row in stored("scenarios") if float(row["distance"]) < NEAR))


def test_a_result_of_other_equations_is_refused(model: Model) -> None:
    with pytest.raises(SystemExit, match="make refresh TASK=conclusions"):
        model_requirements._current("conclusions", "0" * 64, model)
    assert (RESULTS / NAME).is_dir()
