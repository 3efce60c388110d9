"""What a run can be given: arrays, input series, lookups, initial values; each against arithmetic by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from policy_lab import backends
from policy_lab.errors import BadValue, PolicyLabError, UnknownName
from policy_lab.model import Model, load_model
from policy_lab.simulation import simulate

FAST = [name for name in backends.available() if name != backends.REFERENCE]
TEXT = """\
{UTF-8}
zone: north, south ~~|
k[zone] = 2, 3 ~~|
rate = 1 ~ [0, 10] ~|
P = INTEG(rate, 5) ~ [0, 100] ~|
Q[zone] = INTEG(k[zone], 0) ~~|
effect([(0,0)-(10,10)], (0,0), (10,10)) ~~|
shown = effect(P) ~~|
drawn = WITH LOOKUP(P, ((0,0), (10,20))) ~~|
exogenous = WITH LOOKUP(Time, ((0,1), (4,1))) ~~|
late = DELAY FIXED(P, k[north], 0) ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 4 ~~|
TIME STEP = 1 ~~|
SAVEPER = 1 ~~|
"""


@pytest.fixture
def model(tmp_path: Path) -> Model:
    path = tmp_path / "m.mdl"
    path.write_text(TEXT, encoding="utf-8")
    return load_model(path)


@pytest.mark.parametrize("backend", FAST)
def test_arrays_by_name(model: Model, backend: str) -> None:
    runs = simulate(model, {"K": {"north": 1, "South": [3, 4]}}, outputs=["Q"], backend=backend)
    assert runs.values[:, -1].tolist() == [[4, 12], [4, 16]]
    assert simulate(model, {"k": 7}, outputs=["Q"], backend=backend).values[0, -1].tolist() == [28, 28]
    both = simulate(model, {"k[north]": [1, 2], "Q": {"south": [1, 2]}}, outputs=["Q"], backend=backend)
    assert both.values[:, -1].tolist() == [[4, 13], [8, 14]]


@pytest.mark.parametrize("backend", FAST)
def test_initial_values_in_every_run(model: Model, backend: str) -> None:
    runs = simulate(model, {"p": [0, 10], "rate": [1, 2]}, outputs=["P", "shown"], backend=backend)
    assert runs.of("P").tolist() == [[0, 1, 2, 3, 4], [10, 12, 14, 16, 18]]
    assert runs.of("shown").tolist() == [[0, 1, 2, 3, 4], [10] * 5]  # the lookup ends at 10
    assert list(runs.inputs) == ["P", "rate"]
    assert simulate(model, outputs=["P"], backend=backend).at("P", 0)[0] == 5


@pytest.mark.parametrize("backend", FAST)
def test_initial_values_stay_where_delays_need_another_structure(model: Model, backend: str) -> None:
    runs = simulate(model, {"P": 100, "k": {"north": [1, 3]}}, outputs=["late"], backend=backend)
    assert runs.of("late").tolist() == [[0, 100, 101, 102, 103], [0, 0, 0, 100, 101]]


@pytest.mark.parametrize("points", [{0: 0, 10: 100}, ([10, 0], [100, 0]), pd.Series([0.0, 100.0], index=[0, 10])])
@pytest.mark.parametrize("backend", FAST)
def test_lookups(model: Model, points: Any, backend: str) -> None:
    runs = simulate(model, {"effect": points}, outputs=["shown"], backend=backend)
    assert runs.of("shown")[0].tolist() == [50, 60, 70, 80, 90]
    inside = simulate(model, {"drawn": points}, outputs=["drawn"], backend=backend)
    assert inside.of("drawn")[0].tolist() == [50, 60, 70, 80, 90]
    assert simulate(model, outputs=["shown"], backend=backend).of("shown")[0].tolist() == [5, 6, 7, 8, 9]


def test_a_series_is_over_runs_or_over_time_and_never_confused(model: Model) -> None:
    over_time = pd.Series([0.0, 4.0], index=pd.Index([0, 4], name="Time"))
    for series in (over_time, ([0, 4], [0, 4])):
        runs = simulate(model, {"rate": series, "P": [0, 1]}, outputs=["P"])
        assert runs.of("P").tolist() == [[0, 0, 1, 3, 6], [1, 1, 2, 4, 7]]
        assert simulate(model, {"exogenous": series}).of("exogenous").tolist() == [[0, 1, 2, 3, 4]]
    assert simulate(model, {"exogenous": {0: 4, 4: 0}}).of("exogenous").tolist() == [[4, 3, 2, 1, 0]]
    assert len(simulate(model, {"rate": pd.Series([1.0, 2.0, 3.0])}, outputs=["P"])) == 3
    named = pd.Series([1.0, 2.0], index=pd.Index([0, 1], name="run"))
    assert len(simulate(model, {"rate": named}, outputs=["P"])) == 2
    for index in ([0, 5, 10], pd.Index([0, 1, 2], name="year")):
        with pytest.raises(BadValue, match=r"says neither runs nor time.*'run'.*'time'"):
            simulate(model, {"rate": pd.Series([1.0, 2.0, 3.0], index=index)})


@pytest.mark.parametrize(
    ("values", "error", "says"),
    [
        ({"shown": 1}, BadValue, "'shown' is computed by the model"),
        ({"effect": 1}, BadValue, "The points given for 'effect'"),
        ({"effect": {0: 1, 1: float("nan")}}, BadValue, "finite numbers and every x once"),
        ({"effect": ([0, 0], [1, 2])}, BadValue, "every x once"),
        ({"drawn": ([0, 1], [1])}, BadValue, "The points given for 'drawn'"),
        ({"k": [1, 2]}, BadValue, r"'k' is an array: give values by element \(north, south\)"),
        ({"k": {"west": 1}}, UnknownName, "no element 'west'"),
        ({"P": 101}, BadValue, "outside its range 0 to 100"),
        ({"P": [1, 2], "rate": [1, 2, 3]}, BadValue, "3 values and 'P' 2"),
        ({"FINAL TIME": 9}, BadValue, "is a setting of the clock"),
        ({"shown": ([0, 1], [1, 2])}, PolicyLabError, "it is computed by the model"),
        ({"rate": {"north": 1}}, BadValue, "must be a number"),
    ],
)
def test_what_cannot_be_given_is_refused_by_name(
    model: Model, values: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        simulate(model, values)


def test_pysd_which_reads_the_file_does_not_pretend(model: Model) -> None:
    with pytest.raises(BadValue, match=r"P, effect|effect, P"):
        simulate(model, {"P": 1, "effect": {0: 1, 1: 2}}, backend="pysd")


def test_memory_is_said_before_it_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model("big_science")
    name, value = next(iter(model.program.constants.items()))
    with pytest.raises(BadValue, match=r"100,000 runs of .* make \d+ GB, and this machine has"):
        simulate(model, {name: np.full(100_000, value)})
    monkeypatch.setattr("policy_lab.simulation.memory", lambda: 8e5)  # as in a container
    with pytest.raises(BadValue, match="fewer outputs"):
        simulate(model)
