"""Figures in the README of big_science are those of the stored results, which are of this version of the equations."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policy_lab.catalogue import english
from policy_lab.checks.validation_tests import in_words, read_test
from policy_lab.model import load_model

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "analysis" / "results"
README = " ".join((ROOT / "models" / "big_science" / "README.md").read_text(encoding="utf-8").split())
QUO, CERN, ZONES, MANHATTAN = "status_quo", "cern_for_ai", "trading_zones_first", "manhattan_for_ai"


@cache
def worlds() -> dict[tuple[str, str], dict[str, str]]:
    with (RESULTS / "scenario_runs" / "scenarios.csv").open(encoding="utf-8", newline="") as opened:
        return {(row["world"], row["variable"]): row for row in csv.DictReader(opened)}


@cache
def claims() -> dict[str, dict[str, str]]:
    with (RESULTS / "conclusions" / "claims.csv").open(encoding="utf-8", newline="") as opened:
        return {row["claim"]: row for row in csv.DictReader(opened)}


@cache
def validated() -> dict[str, Any]:
    data = json.loads((RESULTS / "validation" / "big_science.json").read_text(encoding="utf-8"))
    return {test["key"]: asdict(in_words(read_test(test), english())) for test in data["tests"]}


def at(world: str, variable: str, year: int) -> float:
    return float(worlds()[world, variable][str(year)])


def against(world: str, variable: str, year: int, other: str = QUO) -> float:
    return at(world, variable, year) / at(other, variable, year)


def share(claim: str) -> float:
    """In percent."""
    return 100 * float(claims()[claim]["share of futures"])


def gain(world: str) -> float:
    return at(world, "assurance margin", 2050) - at(QUO, "assurance margin", 2050)


def no_post(year: int) -> float:
    left = at(QUO, "candidates leaving", year)
    return 100 * left / (left + at(QUO, "hires from pool", year))


def lead(world: str, year: int) -> float:
    """Years by which assurance is ahead of status quo's."""
    return at(world, "assurance lead", year) - at(QUO, "assurance lead", year)


def sooner(world: str, event: str = "year of transformation") -> float:
    return at(QUO, event, 2050) - at(world, event, 2050)


@cache
def calibration() -> str:
    return (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")


def named_in(page: str, beginning: str) -> float:
    """How many names in backquotes the one line of a page has that begins so."""
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    [line] = [line for line in lines if line.startswith(beginning)]
    return line.count("`") / 2


def moved(loop: str) -> float:
    return float(next(row[7] for row in validated()["anomaly"]["rows"] if row[0] == loop))


#: Words of the README with one figure, and what the results say it is.
FIGURES: dict[str, Callable[[], float]] = {
    r"grows (\d+)-fold from 2025 to 2040": lambda: at(QUO, "field size", 2040) / at(QUO, "field size", 2025),
    r"critical mass only about (\d+) ": lambda: int(at(QUO, "year of critical mass", 2050)),
    r"critical mass only about \d+ \(([\d.]+) in 2050\)": lambda: at(QUO, "Coherence[field]", 2050),
    r"critical mass about (\d+), [\d.]+ of 5 bn": lambda: at(CERN, "year of critical mass", 2050),
    r", ([\d.]+) of 5 bn\$ a year drawn in 2035": lambda: at(CERN, "disbursement[science]", 2035) / 1000,
    r"the most agendas \(([\d.]+) in 2050\)": lambda: at(CERN, "Effective Agendas", 2050),
    r"the best assurance \(([\d.]+) years ahead": lambda: lead(CERN, 2050),
    r"status quo\); ([\d.]+) times the public cost": lambda: against(CERN, "Cumulative Public Cost", 2050),
    r"fewest agendas \(([\d.]+) in 2040\)": lambda: at(MANHATTAN, "Effective Agendas", 2040),
    r"a rival's programme of ([\d.]+) bn": lambda: at(MANHATTAN, "Rival Programme", 2040) / 1000,
    r"transformative AI ([\d.]+) years earlier": lambda: sooner(MANHATTAN),
    r"leave it ([\d.]+) of its standing in 2040": lambda: at(MANHATTAN, "Standing[top down]", 2040),
    r"standing in 2040; ([\d.]+) times the public cost": lambda: against(MANHATTAN, "Cumulative Public Cost", 2050),
    r"(\d+)% of the labs under": lambda: 100 * at("soft_nationalisation", "Nationalised Share", 2034),
    r"in 2040 they are ([\d.]+) times as large": lambda: against("soft_nationalisation", "Standing Institutions", 2040),
    r"one another: ([\d.]+) bn\$ a year of mission": lambda: at("escalation", "disbursement[mission]", 2040) / 1000,
    r"of mission and ([\d.]+) of a rival's": lambda: at("escalation", "Rival Programme", 2040) / 1000,
    r"critical mass ([\d.]+) years later": lambda: -sooner("escalation", "year of critical mass"),
    r"widens less and is ([\d.]+) orders": lambda: at(QUO, "access gap", 2035) - at("aisi_style", "access gap", 2035),
    r"assurance leads status quo by ([\d.]+) years": lambda: lead("aisi_style", 2040),
    r"(\d+)% more people in basic science": lambda: 100 * (against("aisi_style", "people[basic]", 2040) - 1),
    r"rises less and is (\d+)% lower": lambda: 100 * (1 - against("open_state_programme", "secrecy index", 2040)),
    r"status quo in 2040; critical mass about (\d+), with fewer": lambda: at(
        "open_state_programme", "year of critical mass", 2050
    ),
    r"than status quo \(([\d.]+) against": lambda: at("open_state_programme", "Effective Agendas", 2040),
    r"than status quo \([\d.]+ against ([\d.]+) in 2040\)": lambda: at(QUO, "Effective Agendas", 2040),
    r"critical mass about (\d+) at [\d.]+ times": lambda: int(at("open_rules", "year of critical mass", 2050)),
    r"at ([\d.]+) times the public cost of status quo": lambda: against("open_rules", "Cumulative Public Cost", 2050),
    r"with (\d+)% of the gain in assurance": lambda: 100 * gain("open_rules") / gain(CERN),
    r"critical mass about (\d+) at \d+%": lambda: at(ZONES, "year of critical mass", 2050),
    r"at (\d+)% of the public cost of CERN": lambda: 100 * against(ZONES, "Cumulative Public Cost", 2050, CERN),
    r"with (\d+)% of its gain": lambda: 100 * gain(ZONES) / gain(CERN),
    r"critical mass about (\d+), two years after": lambda: at("push_and_let_go", "year of critical mass", 2050),
    r"transformative AI ([\d.]+) years sooner": lambda: sooner("engineering_breakthrough"),
    r"one lab holds (\d+)% of": lambda: 100 * at("engineering_breakthrough", "strategic advantage", 2030),
    r"agendas are ([\d.]+) times": lambda: against("basic_breakthrough", "Effective Agendas", 2035),
    r"\(([\d.]+) times in 2050\)": lambda: against("basic_breakthrough", "Effective Agendas", 2050),
    r"knowledge is (\d+)% lower": lambda: 100 * (1 - against("leads_run_dry", "usable applied knowledge", 2035)),
    r"\((\d+)% more of them in basic science\)": lambda: 100 * (against("leads_run_dry", "people[basic]", 2035) - 1),
    r"transformative AI comes ([\d.]+) years later": lambda: -sooner("leads_run_dry"),
    r"in 2040 status quo has ([\d.]+), less than half": lambda: at(QUO, "big science strength", 2040),
    r"less than half of CERN for AI \(([\d.]+)\)": lambda: at(CERN, "big science strength", 2040),
    r"pull apart counted as unity \| ([\d.]+) ": lambda: at(QUO, "unifying focus", 2050),
    r"of labs from ([\d.]+) to \d+ bn\$ a year in ten": lambda: at(QUO, "disbursement[industry]", 2025) / 1000,
    r"of labs from [\d.]+ to (\d+) bn\$ a year in ten": lambda: at(QUO, "disbursement[industry]", 2035) / 1000,
    r"find no post\*\*: (\d+)%": lambda: no_post(2030),
    r"pool of candidates in 2030, (\d+)% in 2035": lambda: no_post(2035),
    r"(\d+)% in 2050 leave it without": lambda: no_post(2050),
    r"reaches ([\d.]+) by 2050 in nearly": lambda: at(QUO, "Coherence within Applied Safety", 2050),
    r"much of the constants\*\* \((\d+)%": lambda: 100 * next(
        row[2] for row in validated()["parameters"]["rows"] if row[0] == "grade J"
    ),
    r"holds (\d+) predicates": lambda: len(load_model("big_science").checks),
    r"lowers coherence\*: in (\d+)%": lambda: share("More industry money for safety lowers coherence (status quo)"),
    r"raises assurance in (\d+)%": lambda: share("More industry money for safety raises assurance (status quo)"),
    r"leads run dry\*: in (\d+)%": lambda: share(
        "Basic science matters more when leads run dry (gain dry minus gain wet)"
    ),
    r"status quo when transformative AI comes\*: in (\d+)%": lambda: share(
        "A Manhattan Project assures more than status quo when transformative AI comes"
    ),
    r"more top-down than bottom-up\*: in (\d+)%": lambda: share(
        "If nothing is decided, what arises is more top-down than bottom-up"
    ),
    r"by 2050\*: (\d+)% in status quo": lambda: share("The field reaches critical mass by 2050 if nothing is decided"),
    r"status quo, (\d+)% with CERN": lambda: share("The field reaches critical mass by 2050 under CERN for AI"),
    r"CERN for AI, (\d+)% with trading": lambda: share(
        "The field reaches critical mass by 2050 with trading zones first"
    ),
    r"labs in the staff\*: in (\d+)%": lambda: share("Pay parity lowers the share of labs in the staff"),
    r"budget it still coheres in (\d+)%": lambda: share("CERN for AI coheres without its programme's budget"),
    r"2015-2025, (\d+) keep an interval": lambda: named_in("calibration.md", "Not identified, the interval"),
    r"range and (\d+) more are open": lambda: named_in("calibration.md", "Open on one side"),
    r"nearer than a straight trend in (\d+) of": lambda: float(
        re.findall(r"nearer than the trend in (\d+) of 20", calibration())[0]
    ),
    r"moves (\d+) of the outcomes by a twentieth": lambda: moved("Coherence remembers"),
}  # fmt: skip


#: What a scenario is said to do over the years, and a variable whose own course must do that, up to a year.
TRENDS: dict[tuple[str, str], tuple[str, int, int]] = {
    ("status_quo", "the field grows"): ("field size", +1, 2040),
    ("aisi_style", "the access gap widens less"): ("access gap", +1, 2035),
    ("open_state_programme", "secrecy rises less"): ("secrecy index", +1, 2040),
    ("engineering_breakthrough", "assurance falls furthest"): ("assurance lead", -1, 2050),
}
TREND = re.compile(r"[^;,:|]*?\b(?:grows|falls|rises|closes|widens|shrinks|drops|declines|narrows)\b[^;,:|]*")


def scenario_rows() -> dict[str, str]:
    _, _, rest = (ROOT / "models" / "big_science" / "README.md").read_text(encoding="utf-8").partition("## Scenarios")
    rows = [line.split("|") for line in rest.partition("\nThree choices")[0].splitlines() if line.count("|") == 4]
    return {row[1].strip(" `"): row[3] for row in rows if row[1].strip().startswith("`")}


def test_what_is_worded_as_a_trend_is_one_and_no_difference_from_status_quo() -> None:
    said = [(world, words.strip()) for world, text in scenario_rows().items() for words in TREND.findall(text)]
    known = [(world, words) for world, words in said if any(w == world and t in words for w, t in TRENDS)]
    assert [(world, words) for world, words in said if (world, words) not in known and "growth" not in words] == []
    for (world, words), (variable, way, year) in TRENDS.items():
        assert words in scenario_rows()[world]
        assert way * (at(world, variable, year) - at(world, variable, 2025)) > 0, (world, words)
        if words.endswith("less"):
            assert way * (at(QUO, variable, year) - at(world, variable, year)) > 0, (world, words)


@pytest.mark.parametrize("words", FIGURES)
def test_a_figure_is_that_of_the_results(words: str) -> None:
    [told] = re.findall(words, README)
    places = len(told.partition(".")[2])
    assert abs(float(told) - FIGURES[words]()) <= 0.5000001 * 10**-places, f"results: {FIGURES[words]():.4g}"


def test_the_cases_that_end_wrong_are_named() -> None:
    rows = validated()["family"]["rows"]
    wrong = [
        row[0].removeprefix("International ").lower() for row in rows if row[4] != "as it was" and "canc" in row[3]
    ]
    told = re.search(r"run on these equations; (.+?) are cancelled in the model and were not in the world", README)
    assert told is not None
    early = [row[0] for row in rows if row[4] != "as it was" and row[3].startswith("finished")]
    assert [re.search(r"and (\w+), still under construction, is finished there", README)[1]] == early  # type: ignore[index]
    assert told[1].lower().removeprefix("the ").replace(" and the ", " and ") == " and ".join(wrong)
    assert re.findall(r"\[(\w+) historical cases\]", README) == [{11: "Eleven"}[len(rows)]]


def test_the_results_are_of_this_version() -> None:
    now = load_model("big_science").hash
    for name in ("scenario_runs", "conclusions"):
        assert json.loads((RESULTS / name / "made_from.json").read_text(encoding="utf-8"))["hash"] == now, name


def test_a_lever_that_does_nothing_in_the_screening_is_a_listed_weakness() -> None:
    with (RESULTS / "lever_screening" / "levers.csv").open(encoding="utf-8", newline="") as opened:
        inert = [row["lever"] for row in csv.DictReader(opened) if row["verdict"].startswith("inert")]
    listed = " ".join(item.text for item in load_model("big_science").readme.weaknesses).lower()
    assert not [lever for lever in inert if lever not in listed]
