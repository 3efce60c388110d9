"""Bands are made in single precision only where that can tell what levers change."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_lab import load_model
from policy_lab.app.resolution import check_resolution
from policy_lab.compiler.target import TooFine
from policy_lab.errors import PolicyLabError

EQUATIONS = """{{UTF-8}}
people = INTEG(births - deaths + saved, {size}) ~ person ~ |
births = 0.01*people ~ person/Year ~ |
deaths = 0.01*people ~ person/Year ~ |
saved = 100*programme ~ person/Year ~ |
programme = 0 ~ million/Year [0,100] ~ |
FINAL TIME = 2050 ~ Year ~|
INITIAL TIME = 2015 ~~|
TIME STEP = 0.03125 ~~|
SAVEPER = 0.25 ~~|
"""


def _folder(place: Path, size: str, default: str = "0") -> Path:
    folder = place / "town"
    folder.mkdir()
    (folder / "town.mdl").write_text(EQUATIONS.format(size=size), encoding="utf-8")
    (folder / "levers.csv").write_text(f"name,low,default,high\nprogramme,0,{default},100\n", encoding="utf-8")
    (folder / "outcomes.csv").write_text("name\npeople\nsaved\n", encoding="utf-8")
    return folder


def test_a_stock_that_swallows_its_changes_is_run_in_double_precision(tmp_path: Path) -> None:
    """In single precision a stock of 8e9 moves by 512 or not at all, and the lever moves it by 312 a step."""
    with pytest.raises(TooFine, match="what levers change of people"):
        check_resolution(load_model(_folder(tmp_path, "8e+09")))


@pytest.mark.parametrize("model", ["core", "big_science", "small"])
def test_a_model_whose_changes_are_clear_keeps_it(model: str, tmp_path: Path) -> None:
    check_resolution(load_model(_folder(tmp_path, "8e+05") if model == "small" else model))


def test_a_season_of_a_calendar_year_is_run_in_double_precision(tmp_path: Path) -> None:
    """An angle of 2 pi times 2050 is too far for a sine in single precision, which has no digits left for it."""
    folder = _folder(tmp_path, "8e+05")
    file = folder / "town.mdl"
    file.write_text(file.read_text(encoding="utf-8").replace("0.01*people", "(0.01+0.002*SIN(6.2832*Time))*people", 1))
    with pytest.raises(TooFine, match="people is no number in single precision"):
        check_resolution(load_model(folder))


def test_a_default_that_is_not_the_model_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyLabError, match="5 is not what the model file says"):
        load_model(_folder(tmp_path, "8e+05", "5"))
