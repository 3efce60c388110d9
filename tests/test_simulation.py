"""The one door: what it takes, what it gives, what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policy_lab import backends
from policy_lab.errors import BadValue, ModelError, SimulationError, UnknownName, UnsupportedConstruct
from policy_lab.model import Model, Setting, load_model
from policy_lab.runs import disagreement
from policy_lab.simulation import simulate
from tests.test_readers import mdl

FAST = [name for name in backends.available() if name != backends.REFERENCE]


@pytest.fixture(scope="module")
def field() -> Model:
    return load_model("tests/models/small_field")


def model_of(folder: Path, equations: str, **words: str) -> Model:
    return load_model(mdl(folder, equations, **words))


def test_shapes_names_and_units(field: Model) -> None:
    runs = simulate(field, {"leaving rate": [0.1, 0.12, 0.2]}, outputs=["knowledge", "Total Researchers"],
                    times=[2030, 2050, 2025])  # fmt: skip
    assert runs.values.shape == (3, 3, 2) and len(runs) == 3
    assert runs.outputs == ("knowledge", "total researchers") and runs.units == ("results", "persons")
    np.testing.assert_array_equal(runs.time, [2025, 2030, 2050])
    np.testing.assert_array_equal(runs.inputs["leaving rate"], [0.1, 0.12, 0.2])
    assert runs.at("total researchers", 2025) == pytest.approx([420, 420, 420])


def test_everything_visible_at_every_saved_time_without_being_asked(field: Model) -> None:
    runs = simulate(field)
    assert runs.outputs == field.program.visible
    np.testing.assert_allclose(runs.time, np.arange(2025, 2050.25, 0.5))


def test_provenance_says_what_made_the_runs(field: Model) -> None:
    runs = simulate(field, scenario="open_laboratory", backend="numpy", time_step=0.25, integration="rk4")
    assert runs.provenance["model"] == "small_field" and runs.provenance["hash"] == field.hash
    assert runs.provenance["scenario"] == "open_laboratory" and runs.provenance["backend"] == "numpy"
    assert runs.provenance["time_step"] == 0.25 and runs.provenance["integration"] == "rk4"
    assert runs.provenance["fallback"] == "" and runs.provenance["failed_runs"] == 0
    assert runs.inputs["shock year"] == 2034


def test_values_stand_on_top_of_the_scenario(field: Model) -> None:
    given = {"Shared Funding": Setting(10, start=2040.0), "shock year": 2100}
    runs = simulate(field, given, scenario="open_laboratory", outputs=["shared funding", "lever start[public lab]"])
    assert runs.values[0, 0].tolist() == [10, 2040]
    assert runs.inputs["shock year"] == 2100


def test_saved_times_stay_when_the_step_changes(field: Model) -> None:
    runs = simulate(field, outputs=["knowledge"], time_step=0.03125)
    np.testing.assert_allclose(runs.time, np.arange(2025, 2050.25, 0.5))


def test_progress_is_told_in_runs(field: Model) -> None:
    told: list[int] = []
    simulate(field, {"leaving rate": np.full(10, 0.1)}, outputs=["knowledge"], chunk=4, progress=told.append)
    assert sum(told) == 10 and len(told) == 3


#: (values, other words, error, what it says)
REFUSED: list[tuple[dict[str, Any], dict[str, Any], type[Exception], str]] = [
    ({"x": 1}, {}, UnknownName, "no constant or lever 'x'"),
    ({"total researchers": 1}, {}, BadValue, "is computed by the model"),
    ({"shared funding": 1e9}, {}, BadValue, "outside its range 0 to 100"),
    ({"shared funding": [1, 1e9]}, {}, BadValue, "outside its range"),
    ({"shared funding": float("nan")}, {}, BadValue, "finite"),
    ({"shared funding": [1, float("inf")]}, {}, BadValue, "finite"),
    ({"shared funding": "much"}, {}, BadValue, "must be a number"),
    ({"shared funding": [[1, 2]]}, {}, BadValue, "one value per run"),
    ({"shared funding": []}, {}, BadValue, "one value per run"),
    ({"leaving rate": [0.1, 0.2], "company growth": [0.1, 0.2, 0.3]}, {}, BadValue, "3 values and 'leaving rate' 2"),
    ({}, {"outputs": ["nothing"]}, UnknownName, "no variable 'nothing'"),
    ({}, {"outputs": ["crowding"]}, UnknownName, "crowding"),
    ({}, {"scenario": "none"}, UnknownName, "Possible: open_laboratory, status_quo"),
    ({}, {"times": [2025.1]}, BadValue, r"saves every 0\.5"),
    ({}, {"times": [2060]}, BadValue, "is not saved"),
    ({}, {"times": []}, BadValue, "No time"),
    ({}, {"backend": "none"}, UnknownName, "numpy"),
    ({}, {"time_step": 0}, BadValue, "above 0"),
    ({}, {"time_step": float("nan")}, BadValue, "above 0"),
    ({}, {"time_step": 1e-9}, BadValue, "25,000,000,000 time steps, at most 1,000,000 are allowed"),
    ({}, {"integration": "heun"}, BadValue, "Possible: euler, rk4"),
    ({}, {"backend": "pysd", "integration": "rk4"}, BadValue, "pysd integrates by euler only"),
]


@pytest.mark.parametrize(("values", "words", "error", "says"), REFUSED)
def test_what_cannot_be_run_is_refused(
    field: Model, values: dict[str, Any], words: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        simulate(field, values, **words)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("backend", FAST)
def test_not_a_number_is_refused_by_name_and_time(tmp_path: Path, backend: str) -> None:
    model = model_of(tmp_path, "y = 4 ~~|\nroot = SQRT(y - Time) ~~|\nafter = root*2 ~~|\n")
    with pytest.raises(SimulationError, match=r"'root' is not a number at 5\."):
        simulate(model, backend=backend)
    with pytest.raises(SimulationError, match="1 of 2 runs fail"):
        simulate(model, {"y": [20, 4]}, backend=backend)
    runs = simulate(model, {"y": [20, 4, 4]}, backend=backend, allow_nan=True)
    assert runs.provenance["failed_runs"] == 2
    assert np.isfinite(runs.values[0]).all() and np.isnan(runs.at("after", 10)[1:]).all()


def test_infinity_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=r"'a' is infinite at 3\."):
        simulate(model_of(tmp_path, "a = 1/(Time - 3) ~~|\n"))


def test_a_construct_nobody_knows_falls_back_to_pysd_and_says_so(tmp_path: Path) -> None:
    model = model_of(tmp_path, "w = 2 ~~|\na = DELAY N(Time, w + Time, 1, 2) ~~|\n")
    runs = simulate(model)
    assert runs.provenance["backend"] == "pysd" and "'a' (line 3) uses DELAY N" in runs.provenance["fallback"]
    for name in FAST:
        with pytest.raises(UnsupportedConstruct, match="DELAY N"):
            simulate(model, backend=name)


def test_what_neither_engine_can_run_is_told_by_what_ours_refuses(tmp_path: Path) -> None:
    table = "t((0,0),(1,1),(1,2)) ~~|\n"  # PySD takes no place of a lookup twice
    model = model_of(tmp_path, f"a = RANDOM POISSON(0, 9, 2, 0, 1, 3) ~~|\n{table}b = t(a) ~~|\n")
    with pytest.raises(ModelError, match=r"'a' \(line 2\) uses RANDOM POISSON, .*PySD would .* cannot translate it"):
        simulate(model)


DELAYS = (
    "w = 3 ~~|\na = DELAY3(Time, w) ~~|\nb = DELAY FIXED(Time, w, 0) ~~|\nc = SMOOTH N(Time, 5, 0, n) ~~|\nn = 2 ~~|\n"
)


@pytest.mark.parametrize("backend", FAST)
def test_runs_that_need_delays_of_different_length_get_them(tmp_path: Path, backend: str) -> None:
    model = model_of(tmp_path, DELAYS)
    waits, orders = np.array([1.0, 2.5, 3, 7.2, 2.5]), np.array([1, 2, 3, 2, 1.0])
    runs = simulate(model, {"w": waits, "n": orders}, backend=backend)
    judge = simulate(model, {"w": waits, "n": orders}, backend="pysd")
    assert disagreement(runs, judge).relative < 1e-12


@pytest.mark.parametrize("backend", FAST)
def test_another_step_makes_other_delays(tmp_path: Path, backend: str) -> None:
    model = model_of(tmp_path, DELAYS, step="0.5")
    for step in (0.25, 1.0):
        judge = simulate(model, time_step=step, backend="pysd", outputs=["a", "b", "c"], times=[0, 4, 10])
        runs = simulate(model, time_step=step, backend=backend, outputs=["a", "b", "c"], times=[0, 4, 10])
        assert disagreement(runs, judge).relative < 1e-12


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("world", ["status_quo", "open_laboratory"])
def test_the_small_field_against_the_stored_run(field: Model, backend: str, world: str) -> None:
    from analysis.golden_runs import read

    runs = simulate(field, scenario=world, backend=backend)
    assert disagreement(runs, read(field, world)).relative < 1e-9


def test_single_elements_of_an_array_are_set_in_pysd_too(tmp_path: Path) -> None:
    equations = "d: x, y ~~|\nk[d] = 1, 2 ~~|\nm[x] = 5 ~~|\nm[y] = k[x] ~~|\na[d] = k[d]*10 + m[d] ~~|\n"
    model = model_of(tmp_path, equations)
    given = {"k[y]": 7.0, "m[x]": 3.0}
    judge = simulate(model, given, backend="pysd", times=[0])
    assert judge.at("a[x]", 0) == 13 and judge.at("a[y]", 0) == 71
    assert disagreement(simulate(model, given, backend="numpy", times=[0]), judge).relative == 0


def test_a_time_setting_that_follows_from_a_constant_is_the_same_in_all_runs(tmp_path: Path) -> None:
    model = model_of(tmp_path, "last = 5 ~~|\na = Time ~~|\n", final="last")
    assert simulate(model, outputs=["a"]).time[-1] == 5
    assert simulate(model, {"last": 8.0}, outputs=["a"], backend="numpy").of("a")[0].tolist() == list(range(9))
    with pytest.raises(BadValue, match=r"'FINAL TIME' follows from 'last'"):
        simulate(model, {"last": [5.0, 8.0]}, outputs=["a"], backend="numpy")


def test_a_delay_lowered_by_a_value_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "delay.mdl"
    file.write_text("{UTF-8}\nwait = 4 ~~|\nout = DELAY3(Time, wait) ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\n"
                    "TIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n", encoding="utf-8")  # fmt: skip
    model = load_model(file)
    assert simulate(model).provenance["notes"] == []
    (note,) = simulate(model, {"wait": [4.0, 2.0, 4.0]}).provenance["notes"]
    assert "'out' (line 3)" in note and "order 2" in note
