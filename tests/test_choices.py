"""Choices of a model: what a point among them sets, how scenarios name one, and what is refused."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

import pytest

from policy_lab.cli.describe import choices_text, scenarios_text
from policy_lab.errors import ModelError, UnknownName
from policy_lab.model import Model, Setting, load_model
from policy_lab.model.faults import read_each_part
from policy_lab.model.texts import names_in

SMALL = Path(__file__).parent / "models" / "small_field"
#: Money that either of two levers gets, whole or in halves, and rules beside it.
CHOICES = """
[lead]
label = "Who leads"
words = "Who gets the money."
[lead.levels.laboratory]
label = "a laboratory"
words = "All of it goes there."
carries.money = "shared funding"
[lead.levels.both]
label = "both"
words = "Half each."
carries.money = { "shared funding" = 0.5, "cost of a researcher" = 0.5 }
[rules]
label = "Openness"
words = "What is published."
[rules.levels.as_today]
label = "as today"
words = "Nothing changes."
[rules.levels.open]
label = "open"
words = "Everything is published."
levers = { "Openness_Requirement" = { value = 0.8, start = 2026 } }
[money]
label = "Money"
words = "How much."
[money.levels.none]
label = "none"
words = "Nothing."
[money.levels.some]
label = "some"
words = "A little."
amount = { value = 3 }
"""
POINT = '[point]\nlead = "laboratory"\nrules = "open"\nmoney = "some"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "small_field"
    shutil.copytree(SMALL, place)
    (place / "choices.toml").write_text(CHOICES, encoding="utf-8")
    return place


def test_a_point_sets_what_its_levels_set_together(folder: Path) -> None:
    model = load_model(folder)
    assert list(model.choices) == ["lead", "rules", "money"]
    opened = {"openness requirement": Setting(0.8, 2026.0)}
    at = {
        ("laboratory", "as_today", "none"): {},
        ("laboratory", "open", "some"): {"shared funding": Setting(3.0), **opened},
        ("both", "as_today", "some"): {"shared funding": Setting(1.5), "cost of a researcher": Setting(1.5)},
        ("both", "open", "none"): opened,
    }
    for levels, wanted in at.items():
        found = model.at_point(dict(zip(model.choices, levels, strict=True)))
        assert {n: (s.value, str(s.start)) for n, s in found.items()} == {
            n: (s.value, str(s.start)) for n, s in wanted.items()
        }
    for levels in product(*(choice.levels for choice in model.choices.values())):
        model.constants_of(None, model.at_point(dict(zip(model.choices, levels, strict=True))))


def test_an_amount_is_paid_only_where_somebody_carries_it(folder: Path) -> None:
    model = load_model(folder)
    assert model.at_point({"money": "some"}) == {}
    with pytest.raises(UnknownName, match=r"choice 'route'"):
        model.at_point({"route": "state"})
    with pytest.raises(UnknownName, match=r"level 'much'.*in lead|level 'much'"):
        model.at_point({"money": "much"})


def test_a_scenario_names_its_point_and_adds_to_it(folder: Path) -> None:
    (folder / "scenarios" / "at_a_point.toml").write_text(
        f'title = "A"\nrationale = "B"\n{POINT}[events]\n"shock year" = 2034\n', encoding="utf-8"
    )
    model = load_model(folder)
    world = model.scenarios["at_a_point"]
    assert world.point == {"lead": "laboratory", "rules": "open", "money": "some"}
    assert set(world.levers) == {"shared funding", "openness requirement"}
    constants = model.constants_of("at_a_point")
    assert constants == {
        **model.constants_of(None, model.at_point(world.point)),
        "shock year": 2034,
    }
    assert "point: lead = laboratory, rules = open, money = some" in " ".join(scenarios_text(model).split())
    assert model.scenarios["open_laboratory"].point == {}


SCENARIOS = [
    (POINT.replace('"open"', '"wide"'), r"\[point\].*'wide'"),
    (POINT.replace("rules", "rule"), r"names no level of 'rules'"),
    (POINT + '"weather" = "fine"\n', r"\[point\].*'weather'"),
    (POINT + '[levers]\n"shared funding" = 50\n', r"sets 'shared funding', which its \[point\] sets already"),
]


@pytest.mark.parametrize(("text", "says"), SCENARIOS)
def test_a_scenario_that_contradicts_its_point_is_refused(folder: Path, text: str, says: str) -> None:
    (folder / "scenarios" / "at_a_point.toml").write_text(f'title = "A"\nrationale = "B"\n{text}', encoding="utf-8")
    with pytest.raises(ModelError, match=rf"scenarios/at_a_point\.toml.*{says}"):
        load_model(folder)


SLIPS = [
    ('"Openness_Requirement"', '"openness law"', r"\[rules\.levels\.open\].*openness law"),
    ('"Openness_Requirement"', '"leaving rate"', r"not in levers\.csv"),
    ("value = 0.8", "value = 8", r"outside its range"),
    ("value = 3", "value = 300", r"\[money\.levels\.some\] amount.*outside its range"),
    ("value = 3", 'value = "3"', r"amount.*'value' is missing or not a number"),
    ("value = 3 }", "value = 3, start = 2026 }", r"'cost of a researcher' is given a start"),
    ('"cost of a researcher" = 0.5 }', '"cost of a researcher" = 0.6 }', r"add up to 1\.1"),
    ('carries.money = "shared funding"', 'carries.funds = "shared funding"', r"carries 'funds', which is not another"),
    ('carries.money = "shared funding"', "", r"\[lead\.levels\.laboratory\].*where the amounts of 'money' go"),
    ("amount = { value = 3 }", "", r"\[money\].*no amount to pay"),
    ('levers = { "Openness_Requirement"', 'levers = { "shared funding" = 1, "Openness_Requirement"',
     r"'shared funding' is set by two choices, 'money' and 'rules'"),
    ("[rules.levels.open]", "[rules.levels.Open]", r"'Open' must be a table, its key of small letters"),
    ("[rules.levels.as_today]", "[rules.others]", r"unknown key 'others'"),
    ('words = "Nothing changes."', "", r"'words' is missing"),
    ('words = "Nothing changes."', 'words = "Nothing"\nstyle = 1', r"unknown key 'style'"),
    ("[lead]", "[lead", r"choices\.toml cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), SLIPS)
def test_a_slip_is_named_where_it_stands(folder: Path, old: str, new: str, says: str) -> None:
    assert old in CHOICES
    (folder / "choices.toml").write_text(CHOICES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ModelError, match=rf"choices\.toml.*{says}|{says}") as caught:
        load_model(folder)
    assert "choices.toml" in str(caught.value) and "\n" not in str(caught.value)
    bare = load_model(folder / "small_field.mdl")
    assert "choices.toml" in [fault.file for fault in read_each_part(bare, folder).faults]


def test_one_level_is_no_choice(folder: Path) -> None:
    text = '[rules]\nlabel = "R"\nwords = "W"\n[rules.levels.open]\nlabel = "L"\nwords = "W"\n'
    (folder / "choices.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="has 1 levels; a choice needs at least two"):
        load_model(folder)


def test_choices_are_described_and_named(folder: Path) -> None:
    model = load_model(folder)
    told = " ".join(choices_text(model).split())
    for words in ("lead: Who leads", "50% of money goes into shared funding", "openness requirement = 0.8, from 2026"):
        assert words in told
    german = {"choices": {"lead": {"label": "Wer führt", "levels": {"both": {"label": "beide"}}}}}
    names = names_in(model, german)
    assert names["choice", "lead"] == "Wer führt" and names["choice", "rules"] == "Openness"
    assert names["level", "lead.both"] == "beide" and names["level", "lead.laboratory"] == "a laboratory"


def test_equal_money_is_the_same_amount_start_and_ramp_for_everybody(big: Model) -> None:
    """The route compares who leads: what is offered does not depend on it."""
    paid = {lever for level in big.choices["route"].levels.values() for lever in level.carries["money"]}
    for money in big.choices["money"].levels:
        offers = []
        for route in big.choices["route"].levels:
            settings = big.at_point({"route": route, "rules": "as_today", "money": money})
            offers.append([s for name, s in settings.items() if name in paid])
        assert len({sum(s.value for s in offer) for offer in offers}) == 1
        assert len({(str(s.start), str(s.ramp)) for offer in offers for s in offer}) <= 1
    assert big.constants_of("status_quo") == {} and big.scenarios["status_quo"].point["route"] == "nobody"


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")
