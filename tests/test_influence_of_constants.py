"""Influence of constants on a small model: what is missing from the table of uncertainties is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.influence_of_constants import LIMIT, examined, influences, shares_of_one
from policy_lab.model import Model, load_model

POND = """{UTF-8}
Side: left, right
	~
	~	Two banks.
	|
Water = INTEG(inflow-Water/time constant, 0)
	~	litre
	~	Water in the pond.
	|
inflow = 10*strength*(split[left]+split[right])
	~	litre/year
	~	What runs in.
	|
strength = 1
	~	Dmnl [0.5,2]
	~	Strength of the spring. Source: guess.
	|
time constant = 4
	~	year [3,6]
	~	Time in which it runs out. Source: guess.
	|
scale = 1
	~	Dmnl [0.1,10]
	~	Unit of what is shown. Source: definition.
	|
split[Side] = 0.4,0.6
	~	Dmnl [0,1]
	~	Share of each bank. Source: guess.
	|
tint = 3
	~	Dmnl [1,5]
	~	Colour, which moves nothing. Source: guess.
	|
shown = Water*scale
	~	litre
	~	What people see.
	|
FINAL TIME = 2040
	~	year
	~	Last.
	|
INITIAL TIME = 2020
	~	year
	~	First.
	|
TIME STEP = 0.25
	~	year
	~	Step.
	|
SAVEPER = 1
	~	year
	~	Saved.
	|
"""
SOURCES = "key,grade,citation,note\ndefinition,D,Unit of this model,No claim.\nguess,J,Guess of the authors,Made up.\n"
OUTCOMES = (
    "name,label,group,headline,better,decimals,why\nshown,Shown,g,yes,higher,1,w\ninflow,Inflow,g,no,higher,1,w\n"
)
UNCERTAIN = (
    "name,group,low,high,distribution,source,grade,why\nstrength,g,0.5,1.5,uniform,guess,J,Nobody measured it.\n"
)


@pytest.fixture
def pond(tmp_path: Path) -> Model:
    folder = tmp_path / "pond"
    (folder / "scenarios").mkdir(parents=True)
    files = {"pond.mdl": POND, "sources.csv": SOURCES, "outcomes.csv": OUTCOMES, "uncertainties.csv": UNCERTAIN}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    for world, value in (("status_quo", 1), ("spring", 1.5)):
        text = f'title = "{world}"\nrationale = "r"\n[assumptions]\nstrength = {value}\n'
        (folder / "scenarios" / f"{world}.toml").write_text(text, encoding="utf-8")
    return load_model(folder)


def test_each_constant_has_its_largest_influence_and_a_verdict(pond: Model) -> None:
    rows = influences(pond, ["status_quo", "spring"])
    assert [row.influence for row in rows] == sorted((row.influence for row in rows), reverse=True)
    assert {row.constant: row.verdict for row in rows} == {
        "scale": "defined",
        "strength": "listed",
        "time constant": "missing",
        "split[left]": "share",
        "split[right]": "share",
        "tint": "small",
    }
    assert all((row.influence > LIMIT) == (row.verdict != "small") for row in rows)
    assert all(row.outcome == "shown" for row in rows)


def test_an_influence_is_the_change_over_the_span_of_all_scenarios(pond: Model) -> None:
    """Water follows strength in proportion: from 1 to 1.5, the span's end in the last year, so from 1 to 0.5 as far."""
    row = next(r for r in influences(pond, ["status_quo"]) if r.constant == "strength")
    assert (row.low, row.high, row.value, row.year) == (0.5, 1.5, 0.5, 2040)
    first, last = 1 - (1 - 0.25 / 4) ** 40, 1 - (1 - 0.25 / 4) ** 80
    assert row.influence == pytest.approx(0.5 * last / (1.5 * last - first))


def test_what_a_lever_sets_and_what_has_no_range_is_left_out(pond: Model) -> None:
    assert "TIME STEP" not in examined(pond)
    assert shares_of_one(pond) == {"split[left]", "split[right]"}
