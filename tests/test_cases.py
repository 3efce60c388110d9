"""Historical cases on the model's equations: what their fates rest on, how they are read, what the table says."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import documents, precedents
from policy_lab.cases import examine, fitted_of, overview, pages
from policy_lab.cases.against_record import errors, fate_right, judged
from policy_lab.cases.causes import cancelled_above
from policy_lab.cases.drivers import drivers_of
from policy_lab.cases.examine import examine_case
from policy_lab.cases.fit import fit_case, misses, yearly
from policy_lab.cases.leave_one_out import leave_one_out
from policy_lab.cases.run_case import Trial, run_case
from policy_lab.catalogue import in_language
from policy_lab.cli import main
from policy_lab.errors import ModelError, UnknownName
from policy_lab.model import Model, load_model
from policy_lab.model.case_roles import Fate
from policy_lab.model.cases import MOST_FACTS, MOST_FITTED, Case, one_case, read_cases
from policy_lab.paths import models_folder

SIX = ("manhattan", "human_genome", "cern", "ligo", "james_webb", "ssc")


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("big_science")


@pytest.fixture(scope="module")
def cases(model: Model) -> dict[str, Case]:
    return read_cases(model)


@pytest.fixture(scope="module")
def kept(model: Model) -> dict[str, dict]:
    data = model.case_results
    assert data is not None
    return {case["key"]: case for case in data["cases"]}


@pytest.fixture(scope="module")
def own(model: Model) -> dict[str, dict[str, float]]:
    return fitted_of(model.case_results)


def fate(model: Model, case: Case, own: dict[str, dict[str, float]], **changes: float) -> str:
    named = {name.replace("_", " "): value for name, value in changes.items()}
    return judged(run_case(model, case, own[case.key], named), case)[0].fate


# What the equations do with history


def test_the_collider_is_cancelled_when_it_was(model: Model, cases: dict[str, Case], own: dict) -> None:
    trial = run_case(model, cases["ssc"], own["ssc"])
    assert 1992 <= trial.cancelled()[0] <= 1995
    votes = [p for _, p in cases["ssc"].points("votes")]
    against = np.interp([p.year for p in votes], trial.years, trial.curves["opposition"][0])
    assert np.abs(against - [p.value for p in votes]).max() < 0.06


def test_cost_growth_and_rival_fields_cancel_the_collider(model: Model, cases: dict[str, Case], own: dict) -> None:
    ssc = cases["ssc"]
    why = examine_case(model, ssc, own["ssc"])["why"]
    by_cause = {term["name"]: term["log_odds"] for term in why["terms"]}
    assert by_cause["cost growth"] > by_cause["rival fields"] > 0.2
    assert by_cause["urgency"] == by_cause["treaty members"] == 0
    # The terms are all there is: together they are the votes.
    assert 1 / (1 + np.exp(-sum(by_cause.values()))) == pytest.approx(why["opposition"], abs=1e-3)
    assert fate(model, ssc, own, case_final_cost_growth=1.0) == "finished"
    # Without rivals opposition is weaker, and the project stands longer.
    assert np.all(
        run_case(model, ssc, own["ssc"], {"case rival budget": 200000.0}).curves["opposition"][0][8:60]
        < run_case(model, ssc, own["ssc"]).curves["opposition"][0][8:60]
    )


def test_a_treaty_would_have_saved_the_collider(model: Model, cases: dict[str, Case], own: dict) -> None:
    assert fate(model, cases["ssc"], own, case_treaty_members=1.0) == "finished"


@pytest.mark.parametrize("key", ["ligo", "cern", "human_genome", "manhattan"])
def test_survivors_survive_on_the_same_numbers(model: Model, cases: dict[str, Case], own: dict, key: str) -> None:
    trial = run_case(model, cases[key], own[key])
    assert judged(trial, cases[key])[0].right
    # With the collider's cost growth and no shield, the same equations cancel the observatory.
    if key == "ligo":
        assert fate(model, cases[key], own, case_final_cost_growth=3.0) == "cancelled"


def test_only_the_treaty_keeps_the_fusion_reactor(model: Model, cases: dict[str, Case], own: dict) -> None:
    own = {**own, "iter": {}}
    assert fate(model, cases["iter"], own) != "cancelled"
    assert fate(model, cases["iter"], own, case_treaty_members=0.0) == "cancelled"


@pytest.mark.parametrize("part", [0.5, 0.3])
def test_less_secrecy_changes_no_fate(model: Model, cases: dict[str, Case], own: dict, part: float) -> None:
    """Classified programmes overrun as open ones do, so all that secrecy may do is hide; a part of it is enough."""
    stating = [case for case in cases.values() if "secrecy" in case.facts]
    assert stating
    for case in stating:
        less = part * float(case.facts["secrecy"].value)
        assert judged(run_case(model, case, own[case.key], {"case secrecy": less}), case)[0].right


def test_the_telescope_set_aside_is_built(kept: dict[str, dict]) -> None:
    alma = kept["alma"]
    assert alma["held_out"] and alma["outcome"]["right"] and alma["errors"]["spending_good"] <= 0.3


def test_at_least_five_of_the_six_fates_are_right(kept: dict[str, dict]) -> None:
    assert sum(kept[key]["outcome"]["right"] for key in SIX) >= 5


def test_spending_is_near_figures_that_were_read(kept: dict[str, dict]) -> None:
    known = {key: case["errors"]["spending_good"] for key, case in kept.items() if case["errors"].get("spending_good")}
    assert {"ligo", "ssc", "human_genome", "cern"} <= set(known)
    assert max(known[key] for key in SIX if key in known) <= 0.3


# The table and what it rests on


def test_cases_state_few_facts_and_fit_few_numbers(cases: dict[str, Case]) -> None:
    assert {*SIX, "apollo", "iter", "space_station"} <= set(cases)
    for case in cases.values():
        assert len(case.facts) <= MOST_FACTS == 7
        assert len(case.bounds) <= MOST_FITTED == 3
    assert {key for key, case in cases.items() if case.held_out} == {"alma", "james_webb", "clinch_river"}


def test_the_stored_table_is_what_a_fresh_run_gives(model: Model, kept: dict[str, dict], own: dict) -> None:
    assert model.case_results["hash"] == model.hash  # type: ignore[index]
    fresh = {case["key"]: case for case in examine(model, own, sets=0)["cases"]}
    assert set(fresh) == set(kept)
    for key, case in fresh.items():
        assert case["outcome"]["fate"] == kept[key]["outcome"]["fate"]
        assert case["outcome"]["year"] == pytest.approx(kept[key]["outcome"]["year"], rel=1e-5)
        if case["errors"]["points"]:
            assert case["errors"]["spending"] == pytest.approx(kept[key]["errors"]["spending"], rel=1e-3)
        assert case["runs"]["opposition"] == pytest.approx(kept[key]["runs"]["opposition"], rel=1e-3, abs=1e-6)
        assert [w["fate"] for w in case["without"]] == [w["fate"] for w in kept[key]["without"]]


def test_the_page_is_made_from_the_stored_table(model: Model) -> None:
    data = model.case_results
    assert data is not None
    text = (documents.DOCS / "precedents.md").read_text(encoding="utf-8")
    assert text == documents.text(precedents.page(data)), "python -m analysis.precedents"


def test_a_fit_finds_the_numbers_that_made_the_figures(model: Model, cases: dict[str, Case]) -> None:
    """Figures made by the model with known numbers: the fit has to give these numbers back."""
    ligo = cases["ligo"]
    truth = {"schedule_factor": 1.1, "build_up": 1.4, "operating_share": 0.12}
    trial = run_case(model, ligo, truth)
    (name,) = ligo.record["spending"]
    years = [p.year for p in ligo.series[name].points]
    made = yearly(trial, trial.curves["spending"], years, ligo.window)[0]
    points = tuple(
        replace(p, value=v, low=v, high=v) for p, v in zip(ligo.series[name].points, map(float, made), strict=True)
    )
    series = {**ligo.series, name: replace(ligo.series[name], points=points)}
    mirror = replace(ligo, series=series, year=float(trial.completion()[0]))
    found = fit_case(model, mirror)
    assert found == pytest.approx(truth, rel=0.02)
    assert np.abs(misses(run_case(model, mirror, found), mirror)).max() < 1e-2


def test_a_project_that_never_ends_cannot_hide_in_its_spending(model: Model, cases: dict[str, Case], own: dict) -> None:
    genome = cases["human_genome"]
    slow = {**own["human_genome"], "schedule_factor": 3.5}
    assert np.abs(misses(run_case(model, genome, slow), genome)[0, -1]) > 0.5


def test_drivers_are_taken_by_one_rule(cases: dict[str, Case]) -> None:
    for case in cases.values():
        incomes = case.series[case.drivers["income_per_head"]].points
        drivers = drivers_of(case)
        at_last = drivers.values["income_per_head"] * np.exp(drivers.growth * (incomes[-1].year - case.first_year))
        assert at_last == pytest.approx(incomes[-1].value, rel=0.12)
        rivals = case.series[case.drivers["rival_budget"]].points
        modelled = [
            drivers.values["rival_budget"] * np.exp(drivers.growth * (p.year - case.first_year)) for p in rivals
        ]
        assert np.mean(np.array([p.value for p in rivals]) / modelled) == pytest.approx(1)


def test_leaving_one_out_uses_nothing_of_it(model: Model, cases: dict[str, Case], own: dict) -> None:
    few = [cases[key] for key in ("ligo", "ssc", "cern")]
    found = leave_one_out(model, few, own, sets=60)
    assert set(found) == {"ligo", "ssc", "cern"}
    assert all(0 <= row["right"] <= 1 and 0.999 <= row["sets"] <= 60.001 for row in found.values())
    # Another fate in the record of the case left out changes what is right, not the weights.
    spared = replace(cases["ssc"], fate="finished")
    turned = leave_one_out(model, [cases["ligo"], spared, cases["cern"]], own, sets=60)
    assert turned["ssc"]["sets"] == pytest.approx(found["ssc"]["sets"])


# Readings of one record


def test_a_record_is_read_in_both_ways(model: Model, cases: dict[str, Case], kept: dict[str, dict], own: dict) -> None:
    case = cases["human_genome"]
    (other,) = case.readings
    assert (case.words["pathway"], other.words["pathway"]) == ("bottom up", "top down")
    assert other.series is case.series and other.key in own and case.reading != other.reading
    (stored,) = kept["human_genome"]["readings"]
    assert [fact["name"] for fact in stored["facts"]] == ["pathway"] and "series" not in stored
    fresh = judged(run_case(model, other, own[other.key]), other)[0]
    assert (stored["outcome"]["fate"], stored["outcome"]["year"]) == (fresh.fate, pytest.approx(fresh.year, rel=1e-5))
    assert not [key for key, one in cases.items() if one.readings and key != "human_genome"]


def test_readings_stand_side_by_side(kept: dict[str, dict]) -> None:
    stated, other = overview.readings(kept["human_genome"])
    assert stated[-1] == "" and other[-1] != ""
    assert overview.readings(kept["ssc"]) == []


READING = """
[[readings]]
title = "Set by the state"

[readings.facts.pathway]
value = "top down"
source = "ssc_record"
grade = "J"
hindsight = false
why = "so"
"""


def read(copy: Path, name: str, more: str) -> Case:
    path = copy / TOML
    text = path.read_text(encoding="utf-8").replace("[facts.start]", f"{name}\n[facts.start]", 1)
    path.write_text(text + more, encoding="utf-8")
    return read_cases(load_model(copy))["ssc"]


def test_another_reading_takes_three_lines_and_a_fact(copy: Path) -> None:
    case = read(copy, 'reading = "Put first by physicists"', READING)
    (other,) = case.readings
    assert other.key == "ssc/Set by the state" and other.bounds == case.bounds
    assert {n for n, fact in other.facts.items() if fact != case.facts[n]} == {"pathway"}


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("", READING, r"'reading'"),
        ('reading = "one"', READING.replace("pathway]", "path]"), r"reading 'Set by the state'.*unknown key 'path'"),
        ('reading = "one"', READING.replace('title = "Set by the state"', "fate = 1"), r"unknown key 'fate'"),
        ('reading = "one"\nreadings = 3', "", r"every reading is a table \[\[readings\]\]"),
    ],
)
def test_a_reading_that_cannot_be_used_is_told_where(copy: Path, name: str, more: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        read(copy, name, more)


# Small things whose answer is known


BUILT, STANDS = 0.95, 0.5
FATE = Fate("works", BUILT, "standing", STANDS, 0.1, 0.15, "planned_duration")


def made_up(works: list[float], standing: list[float]) -> Trial:
    years = np.arange(2000.0, 2000.0 + len(works))
    return Trial(years, {"works": np.array([works]), "standing": np.array([standing])}, FATE, {})


def test_fates_are_read_from_works_and_standing() -> None:
    done = made_up([0, 0.5, 1.0, 1.0, 1.0, 1.0], [1, 0.9, 0.8, 0.4, 0.3, 0.3])
    assert done.completion()[0] == pytest.approx(2001 + (BUILT - 0.5) / 0.5)
    # Standing lost after it was built cancels nothing.
    assert done.fates() == ["finished"]
    gone = made_up([0, 0.1, 0.2, 0.25, 0.3, 0.3], [1, 0.8, 0.6, 0.4, 0.2, 0.1])
    assert gone.cancelled()[0] == pytest.approx(2002 + (0.6 - STANDS) / 0.2)
    assert gone.fates() == ["cancelled"]
    assert gone.fates(by=2002.0) == ["unfinished"]
    slow = made_up([0, 0.1, 0.2, 0.3, 0.4, 0.5], [1.0] * 6)
    assert slow.fates() == ["unfinished"]
    assert slow.completion()[0] == pytest.approx(2005 + (BUILT - 0.5) / 0.1)


VECTORS = json.loads((Path(__file__).parent / "vectors" / "fates.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_fate_is_read_as_the_page_reads_it(vector: dict[str, Any]) -> None:
    """``web/core/fates.test.js`` reads the same file."""
    rule = replace(FATE, built=vector["built"], stands=vector["stands"])
    curves = {"works": np.array([vector["finished"]]), "standing": np.array([vector["cancelled"]])}
    trial = Trial(np.array(vector["years"]), curves, rule, {})
    (fate,) = trial.fates(vector["by"] or math.inf)
    done, gone = float(trial.completion()[0]), float(trial.cancelled()[0])
    assert fate == vector["fate"]
    year = gone if fate == "cancelled" else done
    for found, wanted in ((year, vector["year"]), (done, vector["done"])):
        assert found == pytest.approx(math.inf if wanted is None else wanted, abs=1e-9)


def test_what_counts_as_a_right_fate(cases: dict[str, Case]) -> None:
    assert fate_right("cancelled", cases["ssc"])
    assert not fate_right("unfinished", cases["ssc"])
    assert not fate_right("unfinished", cases["ligo"])
    assert fate_right("unfinished", cases["iter"])
    assert not fate_right("finished", cases["iter"])  # its record is under construction


def test_a_year_of_a_budget_is_the_mean_of_its_twelve_months(cases: dict[str, Case]) -> None:
    years = np.arange(2000.0, 2004.01, 0.25)
    rising = (years - 2000)[None, :]
    trial = Trial(years, {}, FATE, {})
    assert yearly(trial, rising, [2002.0], (0.0, 1.0))[0, 0] == pytest.approx(2.5)
    assert yearly(trial, rising, [2002.0], (-0.25, 0.75))[0, 0] == pytest.approx(2.25)
    assert yearly(trial, rising, [1998.0], (0.0, 1.0))[0, 0] == 0


def test_the_least_cost_growth_that_cancels_is_a_border(model: Model, cases: dict[str, Case], own: dict) -> None:
    border = cancelled_above(model, cases["ssc"], own["ssc"])["cancelled_above"]
    assert border is not None and 1.2 < border < 2.5
    assert fate(model, cases["ssc"], own, case_final_cost_growth=border) == "cancelled"
    assert fate(model, cases["ssc"], own, case_final_cost_growth=border - 0.1) != "cancelled"


def test_errors_count_read_figures_apart(model: Model, cases: dict[str, Case], own: dict) -> None:
    found = errors(run_case(model, cases["manhattan"], own["manhattan"]), cases["manhattan"])
    assert found["grade"] == {"read": [], "recalled": ["B"]} and found["good_points"] == 0
    assert found["spending_good"] is None
    assert found["bias"] + found["variance"] + found["covariance"] == pytest.approx(1)


# Files that cannot be used


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with the model and one case, to be spoilt."""
    source, folder = models_folder() / "big_science", tmp_path / "big_science"
    (folder / "cases").mkdir(parents=True)
    for file in ("big_science.mdl", "sources.csv", "cases/roles.toml", "cases/ssc.toml", "cases/ssc.csv"):
        shutil.copy(source / file, folder / file)
    return folder


def spoil(copy: Path, file: str, old: str, new: str) -> Model:
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_model(copy)


TOML, CSV = "cases/ssc.toml", "cases/ssc.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (TOML, "title =", "titel =", r"unknown key 'titel'"),
        (TOML, "[facts.start]", "[facts.strat]", r"unknown key 'strat'. Possible: start, pathway"),
        (TOML, "value = 4400", 'value = "much"', r"first_approved_cost\]: 'value' is missing or not a number"),
        (TOML, "value = 4400", "value = 9400", r"9400 is outside its own range 2850 to 5900"),
        (TOML, 'value = "bottom up"', 'value = "sideways"', r"must be one of top down, bottom up"),
        (TOML, 'source = "ssc_record"', 'source = "hearsay"', r"'hearsay' is not in sources.csv"),
        (TOML, "hindsight = false", 'hindsight = "no"', r"was this known only afterwards"),
        (TOML, 'fate = "cancelled"', 'fate = "sad"', r"'fate' is 'sad'; it must be one of finished"),
        (TOML, "build_up = { low = 0, high = 4 }", "build_up = { low = 4, high = 0 }", r"low must be below high"),
        (TOML, "build_up = { low = 0, high = 4 }", "build_up = { low = 0, high = 9 }", r"outside the range 0 to 4"),
        (TOML, 'spending = ["appropriations"]', 'spending = ["appropriation"]', r"Did you mean 'appropriations'"),
        (TOML, 'spending = ["appropriations"]', 'spending = ["share built"]', r"is a series of 'project works share'"),
        (TOML, "[drivers]", "[driver]", r"unknown key 'driver'"),
        (TOML, "currency", "= currency", r"cases/ssc.toml cannot be read"),
        (CSV, "appropriations,project spending,1988,25", "appropriations,project spending,1988,many",
         r"row 2, column 'value': 'many' is not a number"),
        (CSV, "appropriations,project spending,1988,25,20", "appropriations,project spending,1988,25,26",
         r"25 is outside its own range 26 to 33"),
        (CSV, "RECALLED", "GUESSED", r"'GUESSED' is not one of CONFIRMED, RECALLED"),
        (CSV, "series,variable", "series,name", r"row 1: the header must be series,variable"),
        (CSV, "ssc_recalled", "somebody", r"'somebody' is not in sources.csv"),
        (CSV, "appropriations,project spending", "appropriations,project staff", r"stands for two variables or units"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_told_where(copy: Path, file: str, old: str, new: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        read_cases(spoil(copy, file, old, new))


def test_too_many_facts_are_refused(copy: Path) -> None:
    extra = "".join(
        f'[facts.{name}]\nvalue = 0.5\nsource = "judgement"\ngrade = "J"\nhindsight = false\nwhy = "so"\n\n'
        for name in ("treaty_members", "secrecy", "urgency")
    )
    with pytest.raises(ModelError, match="states 8 facts, at most 7 are possible"):
        read_cases(spoil(copy, TOML, "# From the record", extra + "# From the record"))


def test_a_case_without_figures_and_a_model_without_cases(copy: Path) -> None:
    (copy / CSV).unlink()
    with pytest.raises(ModelError, match="every case has a table of figures"):
        read_cases(load_model(copy))
    shutil.rmtree(copy / "cases")
    with pytest.raises(ModelError, match="has no historical cases"):
        read_cases(load_model(copy))


def test_a_case_that_does_not_exist(model: Model) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'ssc'"):
        one_case(model, "sscc")


def test_results_that_were_damaged(copy: Path) -> None:
    (copy / "cases" / "results.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="make it again"):
        _ = load_model(copy).case_results


# The command line


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out, html = tmp_path / "out.json", tmp_path / "out.html"
    assert main(["precedents", "--case", "ssc", "--json", str(out), "--html", str(html)]) == 0
    told = capsys.readouterr().out
    assert "cost growth" in told and "cancelled" in told and "no cost growth: finished (other outcome)" in told
    data = json.loads(out.read_text(encoding="utf-8"))
    assert [case["key"] for case in data["cases"]] == ["ssc"]
    assert data["cases"][0]["leave_one_out"]["sets"] > 1
    assert "<table>" in html.read_text(encoding="utf-8")
    german = pages.html(data, in_language("de", {}))
    assert "<h1>Präzedenzfälle zu big_science</h1>" in german and "entscheidendes Jahr" in german


def test_the_command_prints_both_readings(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    assert main(["precedents", "--case", "human_genome"]) == 0
    told = capsys.readouterr().out
    assert "Reshaped by scientists" in told and "Pushed by an agency" in told


def test_the_command_complains_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["precedents", "--case", "concorde"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "There is no case 'concorde'" in told


def test_fitting_from_the_command_line_keeps_the_numbers(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["precedents", str(copy)]) == 0
    assert "nothing has been fitted yet" in capsys.readouterr().err
    assert not (copy / "cases" / "results.json").exists()
