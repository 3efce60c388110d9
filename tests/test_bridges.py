"""SALib and EMA workbench on a model of ours: the problem they see, and the numbers that they get."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from SALib.analyze import sobol as analyse
from SALib.sample import latin, sobol

from policy_lab import load_model, outcomes_of, salib, simulate, workbench
from policy_lab.errors import BadValue, StudyError
from policy_lab.model import Model
from tests.test_readers import mdl

ROOT = Path(__file__).parent.parent


@pytest.fixture
def line(tmp_path: Path) -> Model:
    """At 10, y = 10 a + 20 b: of the variance of two uniform inputs b explains 4/5."""
    return load_model(mdl(tmp_path, "a = 0.5 ~~|\nb = 0.5 ~~|\ny = INTEG(a + 2*b, 0) ~~|\n"))


def test_sobol_indices_of_a_line(line: Model) -> None:
    problem = salib.problem(line, {"a": {"low": 0, "high": 1}, "B": {"low": 0, "high": 1}})
    assert problem["names"] == ["a", "b"] and problem["bounds"] == [[0, 1], [0, 1]]
    sample = sobol.sample(problem, 256, calc_second_order=False, seed=1)
    y = salib.evaluate(line, problem, sample, "y")
    np.testing.assert_allclose(y, 10 * sample[:, 0] + 20 * sample[:, 1], rtol=1e-12)
    found = analyse.analyze(problem, y, calc_second_order=False, seed=1)
    np.testing.assert_allclose(found["S1"], [0.2, 0.8], atol=0.02)
    np.testing.assert_allclose(salib.evaluate(line, problem, sample, "y", at=5), y / 2, rtol=1e-12)
    mean = salib.evaluate(line, problem, sample, {"name": "m", "of": "y", "take": "mean"})
    np.testing.assert_allclose(mean, y / 2, rtol=1e-12)


def test_distributions_are_what_they_are_here() -> None:
    model = load_model("tests/models/small_field")
    problem = salib.problem(model, "all")
    sample = latin.sample(problem, 200, seed=1)
    for column, name in zip(sample.T, problem["names"], strict=True):
        row = model.levers.get(name) or model.uncertainties[name]
        assert row.low <= column.min() and column.max() <= row.high
    assert len(salib.evaluate(model, problem, sample, "knowledge", scenario="open_laboratory")) == 200
    shapes = {"log-uniform": "logunif", "normal": "truncnorm", "triangular": "triang"}
    for ours, theirs in shapes.items():
        made = salib.problem(model, {"leaving rate": {"low": 0.05, "high": 0.2, "distribution": ours, "mode": 0.1}})
        drawn = latin.sample(made, 4000, seed=1)[:, 0]
        assert made["dists"] == [theirs]
        expected = {"log-uniform": 0.1, "normal": 0.1041, "triangular": 0.1134}[ours]  # medians, by hand
        assert np.median(drawn) == pytest.approx(expected, abs=2e-3)


def test_what_salib_cannot_do_is_refused(line: Model) -> None:
    with pytest.raises(StudyError, match="SALib has no distribution for 'a', which is discrete"):
        salib.problem(line, {"a": {"distribution": "discrete", "values": [0, 1]}})
    problem = salib.problem(line, {"a": {"low": 0, "high": 1}})
    with pytest.raises(StudyError, match="a column for each of the 1 factors"):
        salib.evaluate(line, problem, np.zeros((4, 2)), "y")
    with pytest.raises(BadValue, match="100 lies outside the run"):
        salib.evaluate(line, problem, np.zeros((4, 1)), "y", at=100)


def test_own_outcomes_by_hand(line: Model) -> None:
    found = outcomes_of(line, {"a": [0, 1]}, ["y", {"name": "late", "of": "y", "take": "first_above", "above": 5}])
    assert found["y"].tolist() == [10, 20] and found["late"].tolist() == [5, 2.5]
    model = load_model("tests/models/small_field")
    gain = {"name": "gain", "of": "knowledge", "take": "final", "minus": "status_quo"}
    both = [
        simulate(model, scenario=s, outputs=["knowledge"]).values[0, -1, 0] for s in ("open_laboratory", "status_quo")
    ]
    made = outcomes_of(model, outcomes=[gain], scenario="open_laboratory")["gain"][0]
    assert made == pytest.approx(both[0] - both[1], rel=1e-12)


def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the adapter asks of the workbench, by its documentation: parameters, outcomes and a model of a function."""
    module: Any = ModuleType("ema_workbench")
    module.RealParameter = lambda name, low, high, **more: SimpleNamespace(name=name, low=low, high=high, **more)
    module.TimeSeriesOutcome = module.ScalarOutcome = lambda name, **more: SimpleNamespace(name=name, **more)
    module.Model = lambda name, function: SimpleNamespace(name=name, function=function)
    monkeypatch.setitem(sys.modules, "ema_workbench", module)


def test_the_workbench_gets_parameters_outcomes_and_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    _stand_in(monkeypatch)
    model = load_model("tests/models/small_field")
    peak = {"name": "peak of it", "of": "knowledge", "take": "max"}
    made = workbench.ema_model(model, ["total researchers", peak], scenario="open_laboratory")
    assert made.name.isalnum() and [x.variable_name for x in made.levers] == list(model.levers)
    assert all(x.name.isidentifier() for x in (*made.levers, *made.uncertainties, *made.outcomes))
    lever = made.levers[0]
    got = pickle.loads(pickle.dumps(made.function))(**{lever.variable_name: lever.high})  # as another process has it
    runs = simulate(model, {lever.variable_name: lever.high}, scenario="open_laboratory")
    assert got["TIME"].tolist() == runs.time.tolist()
    assert got["total researchers"].tolist() == runs.of("total researchers")[0].tolist()
    assert got["peak of it"] == runs.of("knowledge").max()


def test_without_the_workbench_it_says_how_to_get_it(line: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ema_workbench", None)
    with pytest.raises(StudyError, match=r"pip install 'policy-lab.workbench.'"):
        workbench.ema_model(line, ["y"])


REAL = """
from ema_workbench import perform_experiments, ema_logging
from policy_lab import load_model, simulate, workbench
model = load_model("tests/models/small_field")
peak = {"name": "peak", "of": "knowledge", "take": "max"}
made = workbench.ema_model(model, ["total researchers", peak])
experiments, outcomes = perform_experiments(made, scenarios=3, policies=2)
assert len(experiments) == 6 and outcomes["total_researchers"].shape == (6, len(outcomes["TIME"][0]))
names = {p.name: p.variable_name[0] for p in (*made.levers, *made.uncertainties)}
values = {names[column]: experiments[column].to_numpy(dtype=float) for column in names}
runs = simulate(model, values, outputs=["total researchers", "knowledge"])
assert abs(runs.of("total researchers") - outcomes["total_researchers"]).max() < 1e-9
assert abs(runs.of("knowledge").max(axis=1) - outcomes["peak"]).max() < 1e-9
print("agreed")
"""


@pytest.mark.deep
def test_the_workbench_itself_makes_the_same_runs() -> None:
    from benchmarks.engines import processes

    path = os.pathsep.join([str(ROOT), *filter(None, sys.path), sysconfig.get_paths()["purelib"]])
    done = subprocess.run([str(processes.workbench()), "-W", "ignore", "-c", REAL], cwd=ROOT, capture_output=True,
                          text=True, env={**os.environ, "PYTHONPATH": path}, check=False)  # fmt: skip
    assert done.stdout.endswith("agreed\n"), done.stderr
