"""A model folder is read strictly: every slip is found where it stands."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from policy_lab.errors import BadValue, ModelError, UnknownName
from policy_lab.model import Model, Setting, load_model, model_names

FIELD = Path("tests/models/small_field")


@pytest.fixture
def field() -> Model:
    return load_model(FIELD)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "small_field"
    shutil.copytree(FIELD, folder)
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_comes_with_its_tables(field: Model) -> None:
    lever = field.levers["shared funding"]
    assert (lever.low, lever.default, lever.high, lever.unit) == (0, 0, 100, "million USD/Year")
    assert (lever.start, lever.ramp) == ("lever start[public lab]", "lever ramp[public lab]")
    assert field.uncertainties["company growth"].default == 0.25
    assert field.outcomes["knowledge"].headline and not field.outcomes["reputation"].headline
    assert list(field.scenarios) == ["status_quo", "open_laboratory"]
    assert field.sources["judgement"].grade == "J"


def test_a_file_alone_comes_without_tables() -> None:
    model = load_model(FIELD / "small_field.mdl")
    assert model.folder is None and not model.levers and model.name == "small_field"


def test_every_shipped_model_loads() -> None:
    assert model_names()
    for name in model_names():
        assert load_model(name).levers


def test_the_same_folder_is_read_once_until_a_file_changes(copy: Path) -> None:
    first = load_model(copy)
    assert load_model(copy) is first
    change(copy / "outcomes.csv", "Public knowledge", "What is known")
    os.utime(copy / "outcomes.csv", ns=(1, 1))
    assert load_model(copy).outcomes["knowledge"].label == "What is known"


def test_names_are_found_as_vensim_finds_them(field: Model) -> None:
    assert field.find("Total_Researchers") == "total researchers"
    assert field.find("LEVER START [ Public_lab ]") == "lever start[public lab]"
    assert field.find('"hiring delay"') == "hiring delay"


@pytest.mark.parametrize("name", ["researcher", "", "lever start", "perceived funding: delay stage 1"])
def test_a_name_that_is_not_there(field: Model, name: str) -> None:
    with pytest.raises(UnknownName):
        field.find(name)


def test_an_unknown_name_says_which_are_near(field: Model) -> None:
    with pytest.raises(UnknownName, match="total researchers"):
        field.find("total researcher")


def test_constants_of_a_scenario(field: Model) -> None:
    assert field.constants_of("open_laboratory") == {
        "shared funding": 60,
        "lever start[public lab]": 2029,
        "lever ramp[public lab]": 5,
        "openness requirement": 0.8,
        "shock year": 2034,
        "results per person": 0.6,
    }
    assert field.constants_of() == {} == field.constants_of("status_quo")


def test_settings_stand_on_top_of_a_scenario(field: Model) -> None:
    constants = field.constants_of("open_laboratory", {"Shared Funding": Setting(20, ramp=2), "leaving rate": 0.1})
    assert constants["shared funding"] == 20
    assert constants["lever start[public lab]"] == 2029
    assert constants["lever ramp[public lab]"] == 2
    assert constants["leaving rate"] == 0.1


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, 101])
def test_a_value_out_of_range(field: Model, value: float) -> None:
    with pytest.raises(BadValue, match="shared funding"):
        field.constants_of(None, {"shared funding": value})


def test_a_constant_that_is_no_lever_keeps_to_its_limits(field: Model) -> None:
    with pytest.raises(BadValue, match=r"0\.5 to 6 Year"):
        field.constants_of(None, {"hiring delay": 7})


def test_what_has_an_equation_cannot_be_set(field: Model) -> None:
    with pytest.raises(UnknownName, match="constant"):
        field.constants_of(None, {"knowledge": 7})


@pytest.mark.parametrize("name", ["no_such_model", "tests/models/none", "", "..", "tests/models/small_field/x.mdl"])
def test_a_model_that_is_not_there(name: str) -> None:
    with pytest.raises((UnknownName, ModelError)):
        load_model(name)


#: (file, what stands there, what it is changed to, what the error must say)
SLIPS = [
    ("levers.csv", "shared funding,Money", "shared fundings,Money", r"levers\.csv, row 2, column 'name'.*shared fund"),
    ("levers.csv", "shared funding,Money", "knowledge,Money", r"row 2, column 'name': 'knowledge' is not a constant"),
    ("levers.csv", ",low,", ",low,usual,", r"levers\.csv, row 1: the header has the extra column 'usual'"),
    ("levers.csv", "0,100,5", "0,0,5", r"row 2, column 'low': 0 is not below high"),
    ("levers.csv", "0,100,5", "0,200,5", r"row 2, column 'high': 200 is outside the limits"),
    ("levers.csv", "0,100,5", "0,100,0", r"row 2, column 'step'"),
    ("levers.csv", "0,100,5", "zero,100,5", r"row 2, column 'low': 'zero' is not a number"),
    ("levers.csv", "0,100,5", "0,inf,5", r"row 2, column 'high': 'inf' is not a finite number"),
    ("levers.csv", "0,100,5", "1,100,5", r"row 2, column 'low': the range 1 to 100 leaves out 0"),
    ("levers.csv", "lever start[public lab]", "lever start[nobody]", r"row 2, column 'start'"),
    ("levers.csv", "lever ramp[public lab]", "total researchers", r"row 2, column 'ramp'.*is not a constant"),
    ("levers.csv", "openness requirement,Rules,0,1,0.05", "Shared_Funding,Rules,0,100,5", "row 3.*row 2 already"),
    ("levers.csv", ",low,", ",least,", r"levers\.csv, row 1: the header lacks the column 'low'"),
    ("levers.csv", ",step,", ",move,", r"levers\.csv, row 1: the header has the extra column 'move'"),
    ("levers.csv", ",why\n", ",why,who\n", "row 1: the header has the extra column 'who'"),
    ("levers.csv", "Pays for people who publish.", "Pays, for people.", "row 2: has 13 cells where the header has 12"),
    (
        "uncertainties.csv",
        "uniform,judgement",
        "uniform,guess",
        r"row 2, column 'source': 'guess' is not in sources.csv",
    ),
    ("uncertainties.csv", "uniform", "flat", r"row 2, column 'distribution': 'flat' is not one of"),
    ("uncertainties.csv", "0.05,0.2,uniform", "0.2,0.05,uniform", r"row 2, column 'low'"),
    ("uncertainties.csv", "judgement,J", "judgement,X", r"row 2, column 'grade'"),
    ("uncertainties.csv", "leaving rate,People,0.05,0.2", "cost of a researcher,People,0.2,0.6", "is a lever already"),
    ("outcomes.csv", "yes,higher", "yes,more", r"outcomes\.csv, row 2, column 'better'"),
    ("outcomes.csv", "yes,higher", "maybe,higher", r"row 2, column 'headline'"),
    ("outcomes.csv", "higher,0", "higher,half", r"row 2, column 'decimals'"),
    ("outcomes.csv", "knowledge,Public", "crowding,Public", "lookup"),
    ("sources.csv", "judgement,J", "judgement,Z", r"sources\.csv, row 2, column 'grade'"),
    ("sources.csv", "fixture,B", "judgement,B", "is in row 2 already"),
    ("scenarios/open_laboratory.toml", "value = 60", "value = 600", r"scenarios/open_laboratory\.toml.*outside"),
    ("scenarios/open_laboratory.toml", "value = 60", "value = nan", "must be a finite number"),
    ("scenarios/open_laboratory.toml", "value = 60", 'value = "60"', "must be a finite number"),
    ("scenarios/open_laboratory.toml", "value = 60, ", "", "'shared funding' has no value"),
    ("scenarios/open_laboratory.toml", "start = 2029", "begin = 2029", "unknown key 'begin'"),
    ("scenarios/open_laboratory.toml", "start = 2029", "start = 1900", "outside its range 2020 to 2050"),
    ("scenarios/open_laboratory.toml", '"shared funding"', '"shared fun"', "shared funding"),
    ("scenarios/open_laboratory.toml", '"shared funding"', '"leaving rate"', "is not in levers.csv"),
    ("scenarios/open_laboratory.toml", "[events]", "[happenings]", "unknown key 'happenings'"),
    ("scenarios/open_laboratory.toml", "[events]", "[events", "cannot be read"),
    ("scenarios/open_laboratory.toml", '"shock year"', '"knowledge"', r"\[events\]"),
    ("scenarios/open_laboratory.toml", '"results per person"', '"shared funding"', "set it under"),
    ("scenarios/open_laboratory.toml", 'title = "An open laboratory"', "title = 3", "'title' is missing"),
    ("small_field.mdl", "company growth=", "company growths=", "company growth"),
]


@pytest.mark.parametrize(("file", "old", "new", "says"), SLIPS)
def test_a_slip_is_named_where_it_stands(copy: Path, file: str, old: str, new: str, says: str) -> None:
    change(copy / file, old, new)
    with pytest.raises(ModelError, match=says) as caught:
        load_model(copy)
    assert "\n" not in str(caught.value)


DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (lambda f: (f / "small_field.mdl").unlink(), "contains no model file"),
    (lambda f: (f / "small_field.mdl").write_bytes(b""), "small_field.mdl"),
    (lambda f: (f / "small_field.mdl").write_text("no equation here", encoding="utf-8"), "small_field.mdl"),
    (lambda f: (f / "levers.csv").write_bytes(b"\xff\xfe\x00"), r"levers\.csv cannot be read"),
    (lambda f: (f / "levers.csv").write_text("", encoding="utf-8"), r"levers\.csv, row 1"),
    (lambda f: (f / "other.mdl").write_text("x", encoding="utf-8") and (f / "small_field.mdl").rename(f / "b.mdl"),
     "holds 2 model files"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "says"), DAMAGES)
def test_a_damaged_folder(copy: Path, damage: Callable[[Path], object], says: str) -> None:
    damage(copy)
    with pytest.raises(ModelError, match=says):
        load_model(copy)


def test_a_table_from_a_spreadsheet_program(copy: Path) -> None:
    """Byte order mark, carriage returns and an empty last row, as spreadsheets write them."""
    file = copy / "levers.csv"
    text = file.read_text(encoding="utf-8").replace("\n", "\r\n") + "," * 11 + "\r\n"
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert len(load_model(copy).levers) == 3
