"""Feedback loops as the page tells them: where each acts, and that cutting one is an assumption like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_lab import catalogue
from policy_lab.app.language import names_of, translated
from policy_lab.app.loops import assumption_keys, gates, loop_facts, loops_of, switched
from policy_lab.model import Model, load_model
from policy_lab.model.loops import Shown

VIRTUOUS = """{UTF-8}
fever = INTEG(catching - recovery, 10)
	~	person
	~	|
catching = fever * contact * ( 1 + loop active[talk loop] * worry )
	~	person/year
	~	Who is ill makes others ill.|
recovery = fever / ( duration * EXP( - awake * boost ) )
	~	person/year
	~	|
awake = loop active[rest loop] * strength
	~	Dmnl
	~	|
strength = 1 ~ Dmnl ~ |
boost = fever / limit ~ Dmnl ~ |
limit = 100 ~ person ~ |
worry = fever / limit ~ Dmnl ~ |
contact = 0.5 ~ 1/year ~ |
duration = 4 ~ year ~ |
Loop: talk loop, rest loop ~ ~ |
loop active[Loop] = 1 ~ Dmnl [0,1] ~ |
INITIAL TIME = 0 ~ year ~ |
FINAL TIME = 4 ~ year ~ |
TIME STEP = 0.25 ~ year ~ |
SAVEPER = 1 ~ year ~ |
"""
ROWS = (
    "name,kind,switch,path,world,outcome,year,when_cut\n"
    "Talk,R,loop active[talk loop],fever > talk > fever,,,,\n"
    "Rest,B,loop active[rest loop],fever > rest > fever,,,never,\n"
    "No switch,B,loop active[gone loop],a > b,,,,\n"
)


@pytest.fixture(scope="module")
def fever(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("fever")
    (folder / "fever.mdl").write_text(VIRTUOUS, encoding="utf-8")
    (folder / "loops.csv").write_text(ROWS, encoding="utf-8")
    return load_model(folder)


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


def test_what_acts_through_a_switch_is_what_stops_mattering_without_it(fever: Model) -> None:
    assert gates(fever.program, "loop active[talk loop]") == {"catching": ("worry",)}


def test_a_switch_acts_through_a_variable_that_holds_nothing_but_constants(fever: Model) -> None:
    assert gates(fever.program, "loop active[rest loop]") == {"recovery": ("boost",)}


def test_a_loop_without_a_switch_cannot_be_cut(fever: Model) -> None:
    assert [loop.name for loop in loops_of(fever)] == ["Talk", "Rest", "No switch"]
    assert [loop.name for loop in switched(fever)] == ["Talk", "Rest"]


def test_every_loop_of_the_model_acts_somewhere(big: Model) -> None:
    facts = loop_facts(big)
    assert len(facts) == 19
    for known in facts.values():
        assert known["loop"]["acts"], known["label"]
        assert all(act["behind"] and act["about"] for act in known["loop"]["acts"]), known["label"]
        assert known["default"] == 1


def test_the_race_loop_is_told_by_the_equations(big: Model) -> None:
    """401 and 2751 of the model file: secrecy adds to the race, the race to secrecy."""
    loop = loop_facts(big)["loop active[race secrecy loop]"]["loop"]
    told = {act["name"]: [one["name"] for one in act["behind"]] for act in loop["acts"]}
    assert told == {"effect of secrecy on race": ["Lab Secrecy"], "lab secrecy odds": ["Race Intensity"]}
    assert loop["shown"] == {
        "world": "manhattan_for_ai",
        "outcome": "Race Intensity",
        "year": 2050,
        "when_cut": "lower",
    }
    assert all(step["found"] for step in loop["path"])


def test_arrays_are_told_once(big: Model) -> None:
    acts = loop_facts(big)["loop active[brain drain loop]"]["loop"]["acts"]
    assert [act["name"] for act in acts] == ["grants that follow labs", "attractiveness"]
    assert [one["name"] for one in acts[1]["behind"]] == ["pay", "access gap"]


def test_loops_are_told_in_german(big: Model) -> None:
    catalogue.speak("de", names_of(big, "de"))
    try:
        loop = loop_facts(translated(big, "de"))["loop active[race secrecy loop]"]
    finally:
        catalogue.speak("en")
    assert loop["label"] == "Schleife „Wettlauf und Geheimhaltung“"
    assert loop["loop"]["path"][1]["step"] == "Geheimhaltung der Labore"
    assert loop["loop"]["acts"][0]["behind"] == [{"name": "Lab Secrecy", "label": "Geheimhaltung der Labore"}]


def test_where_a_loop_is_seen_at_work_comes_from_its_row(big: Model, fever: Model) -> None:
    dilution = next(loop for loop in loops_of(big) if loop.name == "Dilution")
    assert dilution.shown == Shown("status_quo", "Coherence[local]", 2035, "higher")
    assert [loop.shown for loop in loops_of(fever)] == [None, None, None]


def test_keys_of_loops_can_be_read_and_are_no_others(big: Model) -> None:
    keys = assumption_keys(big)
    assert keys["loop active[race secrecy loop]"] == "race-secrecy"
    assert len(set(keys.values())) == len(keys) == len(big.uncertainties) + 19


def test_a_model_in_the_folder_without_loops_has_none(tmp_path: Path) -> None:
    (tmp_path / "fever.mdl").write_text(VIRTUOUS, encoding="utf-8")
    model = load_model(tmp_path)
    assert loops_of(model) == ()
    assert loop_facts(model) == {}
