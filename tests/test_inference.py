"""A bare model file: the levers and outcomes it suggests, the folder that ``policy-lab new`` writes, and its pages."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from policy_lab import inference
from policy_lab.app import create_app
from policy_lab.cli import main
from policy_lab.inference import guesses, opened
from policy_lab.model import load_model
from policy_lab.model.tables import COLUMNS, OPTIONAL, round_step
from policy_lab.simulation import simulate
from policy_lab.studies import Study, run_study

DOCS = Path(__file__).parent.parent / "docs" / "models.md"
EPIDEMIC = """{UTF-8}
Susceptible = INTEG(-infection, 990) ~ person ~ |
Infected = INTEG(infection - recovery, 10) ~ person ~ Who is ill |
Recovered = INTEG(recovery, 0) ~ person ~ |
infection = contacts * infectivity * Susceptible * Infected / 1000 ~ person/Day ~ |
recovery = Infected / duration ~ person/Day ~ |
peak share = Infected / 1000 ~ Dmnl ~ |
contacts = 6 ~ 1/Day [0,20] ~ Meetings a day. |
infectivity = 0.05 ~ Dmnl ~ |
duration = 10 ~ Day [0.5,?] ~ |
unused = 7 ~ Dmnl ~ |
cold = -3 ~ Dmnl ~ |
INITIAL TIME = 0 ~ Day ~ |
FINAL TIME = 100 ~ Day ~ |
TIME STEP = 0.5 ~ Day ~ |
SAVEPER = 1 ~ Day ~ |
\\\\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*View 1
$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0
///---\\\\\\
:L<%^E!@
:GRAPH ILL
:TITLE Who is ill
:VAR peak share
:VAR Infected
"""


@pytest.fixture
def epidemic(tmp_path: Path) -> Path:
    file = tmp_path / "epidemic.mdl"
    file.write_text(EPIDEMIC, encoding="utf-8")
    return file


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLICY_LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_levers_are_stated_ranges_and_what_moves_something(epidemic: Path) -> None:
    found = {g.name: (g.low, g.high, g.how) for g in guesses(load_model(epidemic)).levers}
    assert found == {
        "contacts": (0.0, 20.0, "stated"),
        "infectivity": (0.0, 0.1, "twice"),
        "duration": (0.5, 20.0, "twice"),  # the file's lower limit holds
    }


def test_outcomes_are_what_graphs_draw_then_stocks_then_flows(epidemic: Path) -> None:
    found = guesses(load_model(epidemic)).outcomes
    names = [g.name for g in found]
    assert names == ["peak share", "Infected", "Susceptible", "Recovered", "infection", "recovery"]
    assert all(g.headline for g in found)
    assert [g.decimals for g in found][:3] == [3, 0, 0]


def written(folder: Path, equations: str, unit: str, first: int, last: int) -> Path:
    moments = {"INITIAL TIME": first, "FINAL TIME": last, "TIME STEP": 1, "SAVEPER": 1}
    clock = "".join(f"{name} = {value} ~ {unit} ~ |\n" for name, value in moments.items())
    file = folder / "written.mdl"
    file.write_text("{UTF-8}\n" + equations + clock, encoding="utf-8")
    return file


def test_a_constant_in_calendar_years_may_be_any_year_of_the_run(tmp_path: Path) -> None:
    text = "level = INTEG(IF THEN ELSE(Time > begin, 1, 0), 0) ~ x ~ |\nbegin = 2030 ~ Year ~ |\n"
    [lever] = guesses(load_model(written(tmp_path, text, "Year", 2020, 2040))).levers
    assert (lever.low, lever.high, lever.how) == (2020, 2040, "date")


def test_of_many_constants_those_that_move_most_are_kept(tmp_path: Path) -> None:
    weights = "".join(f"w{n} = {n + 1} ~ Dmnl ~ |\n" for n in range(20))
    rate = " + ".join(f"w{n}" for n in range(20))
    file = written(tmp_path, f"level = INTEG({rate}, 0) ~ x ~ |\n{weights}", "Day", 0, 9)
    kept = [g.name for g in guesses(load_model(file)).levers]
    assert kept == [f"w{n}" for n in range(8, 20)]


def test_a_slider_moves_by_round_steps() -> None:
    assert [round_step(0, high) for high in (1, 20, 3, 0.4, 15000, 100)] == [0.01, 0.2, 0.05, 0.005, 200, 1]
    for high in np.geomspace(1e-9, 1e12, 300):
        step = round_step(0, high)
        assert high / 100 * (1 - 1e-6) <= step <= high / 39
        assert re.fullmatch(r"[125]e[+-]\d\d", f"{step:.0e}")


def test_the_folder_that_new_writes_is_a_model(
    epidemic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    assert main(["new", str(epidemic), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Levers found in the file: 3, 1 with a range that it states, 2 with an inferred one. Outcomes: 6." in said
    model = load_model(out)
    assert [*model.levers] == ["contacts", "infectivity", "duration"]
    assert model.levers["contacts"].why == "Meetings a day. The range is the file's."
    assert model.levers["duration"].why == "The range is inferred: from nothing to twice its value."
    assert model.outcomes["Infected"].why == "Who is ill."
    assert [*model.scenarios] == ["status_quo"]
    np.testing.assert_array_equal(simulate(model).values, simulate(load_model(epidemic)).values)
    assert main(["check", str(out)]) in (0, 1)
    assert main(["new", str(epidemic), "--out", str(out)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert main(["new", str(out)]) == 2
    assert "has its tables already" in capsys.readouterr().err


def test_a_bare_file_opens_with_what_was_inferred_once(
    epidemic: Path, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, said = opened(epidemic)
    assert said is not None
    assert model.name == "epidemic"
    assert model.hash == load_model(epidemic).hash
    assert [*model.levers] == ["contacts", "infectivity", "duration"]
    monkeypatch.setattr(inference, "write_folder", None)  # it lies in the cache
    assert opened(epidemic)[0].folder == model.folder
    shown = create_app(model).server.test_client().get("/").text
    assert "Levers found in the file" in shown
    assert "infectivity" in shown


def test_a_bare_file_opens_without_a_cache(epidemic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_LAB_CACHE", "/dev/null")
    assert [*opened(epidemic)[0].levers] == ["contacts", "infectivity", "duration"]


def test_a_folder_opens_as_it_is() -> None:
    model, said = opened("core")
    assert said is None
    assert model is load_model("core")


def test_levers_that_were_inferred_can_be_ranked(epidemic: Path, cached: Path, tmp_path: Path) -> None:
    model, _ = opened(epidemic)
    study = Study(model=str(model.folder), factors="levers", size=64, outcomes=("Recovered",), times=(100,))
    found = run_study(study, tmp_path / "out")
    total = found.of("ST", "Recovered", 100).set_index("factor")["value"]
    assert total[["contacts", "infectivity", "duration"]].min() > 0.05


def test_the_page_on_models_explains_every_column() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for file, columns in COLUMNS.items():
        at = text.index("### `sources.csv`" if file == "references.csv" else f"### `{file}`")
        part = text[at : text.find("\n### ", at + 1)]
        for column in columns:
            name = f"`{column}`"
            assert name in part, (file, column)
            if column in OPTIONAL.get(file, {}):
                assert f"*{name}*" in part, (file, column)
            elif file in OPTIONAL:
                assert f"*{name}*" not in part, (file, column)
