"""A lever that ends, a run beyond FINAL TIME, an outcome that is empty: API, command line, page and links."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest

from policy_lab.app import policy as page
from policy_lab.app.app import create_app
from policy_lab.backends import available
from policy_lab.cli import main
from policy_lab.cli.run import settings
from policy_lab.errors import BadValue, ModelError, UnknownName
from policy_lab.model import Model, Setting, load_model
from policy_lab.model.conditions import Condition
from policy_lab.simulation import simulate
from policy_lab.studies import Study, run_study

PUSH = Path(__file__).parent / "models" / "push"


@pytest.fixture(scope="module")
def push() -> Model:
    return load_model(PUSH)


def changed(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """A copy of the model with a passage of one of its files replaced."""
    folder = tmp_path / "push"
    shutil.copytree(PUSH, folder, dirs_exist_ok=True)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    return folder


# ---- levers that end


@pytest.mark.parametrize("backend", available())
def test_a_lever_is_phased_out_as_it_was_phased_in(push: Model, backend: str) -> None:
    given = {"grant": Setting(1.0, start=2026, ramp=2, end=2032)}
    runs = simulate(push, given, outputs=["lever progress"], backend=backend)
    years = (2026, 2027, 2028, 2032, 2033, 2034, 2050)
    assert [runs.at("lever progress", year)[0] for year in years] == [0, 0.5, 1, 1, 0.5, 0, 0]


def test_a_push_is_let_go_and_the_field_stays(push: Model) -> None:
    runs = simulate(push, scenario="push")
    assert runs.at("lever progress", 2034)[0] == 0
    assert runs.at("Field", 2060)[0] > 0.3 > simulate(push).at("Field", 2050)[0]


def test_no_end_is_the_year_of_the_model_file(push: Model) -> None:
    lever = push.levers["grant"]
    assert lever.timing == {"start": "lever start", "ramp": "lever ramp", "end": "lever end"}
    assert page.lever_default(push, lever) == Setting(0, 2026, 2, 2100)
    assert page.ranges_of(push, lever)[3] == (2020, 2100)
    assert push.constants_of(None, {"grant": Setting(0.5, end=2032)}) == {"grant": 0.5, "lever end": 2032}
    assert settings(push, ["grant=1", "grant:end=2032"]) == {"grant": 1, "lever end": 2032}


def test_a_table_may_leave_the_column_out(tmp_path: Path) -> None:
    folder = changed(tmp_path, "levers.csv", ",end,", ",")
    (folder / "levers.csv").write_text((folder / "levers.csv").read_text().replace("lever end,", ""))
    (folder / "scenarios/push.toml").write_text((PUSH / "scenarios/push.toml").read_text().replace(", end = 2032", ""))
    model = load_model(folder)
    assert model.levers["grant"].timing == {"start": "lever start", "ramp": "lever ramp"}
    with pytest.raises(BadValue, match="has no end of its own"):
        settings(model, ["grant:end=2032"])


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("levers.csv", "lever ramp,lever end", ",lever end", r"row 2, column 'end'.*needs a start and a ramp"),
        ("push.mdl", "\t2100\n", "\t2040\n", r"'lever end' is 2040 in the model file, before FINAL TIME"),
        ("scenarios/push.toml", "end = 2032", "end = 1990", r"'lever end' is set to 1990, outside"),
        ("scenarios/push.toml", "end = 2032", "ends = 2032", r"unknown key 'ends'.*start, ramp, end"),
        ("scenarios/push.toml", "until = 2060", "until = 2050", r"until = 2050 is not after 2050"),
        ("scenarios/push.toml", "until = 2060", "until = 2060.1", r"cannot end at 2060.1: .*every 0.5 from 2020"),
        ("scenarios/push.toml", "until = 2060", "until = 2101", r"no later than 2100"),
        ("scenarios/push.toml", "until = 2060", 'until = "2060"', r"'until' is '2060'"),
        ("push.mdl", "+ habit * Field", "+ FINAL TIME / 2050 * habit * Field", "'Field' reads FINAL TIME"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        load_model(changed(tmp_path, file, old, new))


# ---- beyond FINAL TIME


@pytest.mark.parametrize("backend", available())
def test_a_run_that_goes_on_is_the_same_up_to_there(push: Model, backend: str) -> None:
    short = simulate(push, {"grant": 0.5}, backend=backend)
    long = simulate(push, {"grant": 0.5}, backend=backend, until=2060)
    assert (short.time[-1], long.time[-1]) == (2050, 2060)
    assert np.array_equal(long.values[:, : len(short.time)], short.values)
    assert long.at("FINAL TIME", 2060)[0] == 2050


def test_a_scenario_says_how_long_it_runs_and_a_call_says_otherwise(push: Model) -> None:
    assert simulate(push, scenario="push").provenance["until"] == 2060
    assert simulate(push, scenario="push", until=2050).time[-1] == 2050
    assert simulate(push, scenario="push", outputs=["Field"], times=[2058.5]).time.tolist() == [2058.5]
    with pytest.raises(BadValue, match="2060 is not saved"):
        simulate(push, times=[2060])
    with pytest.raises(BadValue, match="cannot end at 2019"):
        simulate(push, until=2019)


def test_the_command_line_runs_that_far(push: Model, capsys: pytest.CaptureFixture[str]) -> None:
    def last(*words: str) -> list[str]:
        assert main(["run", str(PUSH), "--outcome", "Field", *words]) == 0
        return list(csv.reader(io.StringIO(capsys.readouterr().out)))[-1]

    assert last("--scenario", "push")[0] == "2060"
    assert last("--scenario", "push", "--until", "2040")[0] == "2040"
    assert last()[0] == "2050"
    assert last("--set", "grant=0.8", "--set", "grant:end=2032", "--until", "2070")[0] == "2070"
    main(["scenarios", str(PUSH)])
    said = capsys.readouterr().out
    assert "until 2032" in said and "runs until 2060" in said


def test_the_page_knows_ends_and_horizons(push: Model) -> None:
    client = create_app(push).server.test_client()
    said = client.get("/").get_data(as_text=True)
    assert 'data-part="end"' in said and 'placeholder="no end"' in said
    asked = {"settings": [{"grant": 1}], "outputs": ["Field"]}
    assert client.post("/answer", json={**asked, "until": 2060}).json["time"][-1] == 2060
    assert client.post("/answer", json=asked).json["time"][-1] == 2050
    assert "no later than 2100" in client.post("/answer", json={**asked, "until": 9999}).json["failed"]
    assert "failed" in client.post("/answer", json={**asked, "until": "x"}).json


# ---- an outcome that exists only somewhere


def test_an_outcome_is_nothing_where_its_condition_does_not_hold() -> None:
    for vector in json.loads((Path(__file__).parent / "vectors" / "conditions.json").read_text()):
        by, values, wanted = (np.array(vector[key], dtype=float) for key in ("by", "values", "shown"))
        found = Condition("strength", vector["sign"], vector["number"]).masked(values, by)
        np.testing.assert_array_equal(found, wanted, err_msg=vector["sign"])


def test_the_outcome_is_empty_and_the_variable_is_not(push: Model) -> None:
    runs = simulate(push, scenario="push", outputs=["lead", "Field"])
    seen, raw, field = push.outcome(runs, "lead"), runs.of("lead"), runs.of("Field")
    assert np.isfinite(raw).all()
    np.testing.assert_array_equal(np.isnan(seen), field < 0.3)
    assert 0 < np.isnan(seen).sum() < seen.size
    np.testing.assert_array_equal(seen[field >= 0.3], raw[field >= 0.3])
    with pytest.raises(UnknownName, match="Field"):
        push.outcome(simulate(push, outputs=["lead"]), "lead")


def test_the_command_line_leaves_the_cell_empty(push: Model, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(PUSH), "--scenario", "push", "--outcome", "lead"]) == 0
    head, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert head == ["Time", "lead"]
    assert (rows[0], rows[-1]) == (["2020", ""], ["2060", "0"])
    main(["describe", str(PUSH)])
    assert "Field >= 0.3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("Field", "'Field' is not a condition"),
        ("Field = 0.3", "'Field = 0.3' is not a condition"),
        ("Field >= much", "is not a condition"),
        ("Field >= 1e999", "is not a condition"),
        ("Feild >= 0.3", r"column 'where'.*Feild.*Field"),
        (">= 0.3", "is not a condition"),
    ],
)
def test_a_condition_that_is_none_is_told(tmp_path: Path, where: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        load_model(changed(tmp_path, "outcomes.csv", "Field >= 0.3", where))


@pytest.mark.parametrize(("language", "says"), [("en", "The field is below 0.3"), ("de", "liegt unter 0,3")])
def test_the_page_knows_where_it_exists_and_why_not(push: Model, language: str, says: str) -> None:
    text = create_app(push).server.test_client().get(f"/?lang={language}").get_data(as_text=True)
    told = json.loads(re.search(r'id="facts-data">(.*?)</script>', text, re.DOTALL).group(1))  # type: ignore[union-attr]
    field, lead = told["shown"]
    assert field["where"] is None
    assert (lead["where"]["variable"], lead["where"]["sign"], lead["where"]["number"]) == ("Field", ">=", 0.3)
    assert says.casefold() in lead["where"]["why"].casefold() or "field" in lead["where"]["why"].casefold()


STUDY: dict[str, Any] = {
    "model": str(PUSH),
    "scenario": "push",
    "factors": "uncertainties",
    "times": (2027.0, 2031.0, 2055.0),
    "seed": 1,
}


def test_a_study_leaves_out_the_futures_without_it_and_says_how_many(push: Model, tmp_path: Path) -> None:
    study = Study(method="uncertainty", size=64, outcomes=("lead", "Field"), **STUDY)
    findings = run_study(study, tmp_path / "study")
    runs = netCDF4.Dataset(tmp_path / "study" / "runs.nc")["result"][:]
    there = np.asarray(runs[:, :, 1] >= 0.3)
    assert findings.provenance["failed_runs"] == 0
    share = findings.of("exists", "lead").set_index("time")["value"]
    np.testing.assert_array_equal(share.to_numpy(), there.mean(axis=0))
    assert 0 < share[2055.0] < 1 == share[2031.0]
    mean = findings.of("mean", "lead").set_index("time")["value"]
    assert mean[2031.0] == pytest.approx(runs[:, 1, 0].mean())
    assert mean[2055.0] == pytest.approx(runs[there[:, 2], 2, 0].mean())
    assert findings.of("exists", "Field").empty
    first = next(s.message for s in findings.statements if s.about == "lead")
    assert (first.key, first.values["share"]) == ("study.uncertainty.exists", share[2055.0])


def test_a_method_that_needs_every_run_takes_the_raw_values_and_says_so(tmp_path: Path) -> None:
    findings = run_study(Study(method="sobol", size=32, outcomes=("lead",), **STUDY), tmp_path / "study")
    assert "report.raw_outcomes" in [note.key for note in findings.notes]
    assert findings.provenance["failed_runs"] == 0
    assert np.isfinite(netCDF4.Dataset(tmp_path / "study" / "runs.nc")["result"][:]).all()
