"""Every backend gives PySD's numbers on every construct: one tiny model each, with what PySD gives stored beside it."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from policy_lab import backends
from policy_lab.model import load_model
from policy_lab.runs import Runs, disagreement
from policy_lab.simulation import simulate
from tests.constructs.regenerate import FOLDER, model_file, names, run_pysd
from tests.deep.expected_output import last_digit

#: Relative to the variable's own running size, see ``runs.disagreement``.
TOLERANCE = 1e-9
FAST = [name for name in backends.available() if name != backends.REFERENCE]
#: Constructs whose stored run is made again by PySD every time: one of each kind, where PySD is quick.
AGAIN = ["arithmetic_order", "delay3", "if_dead_branch", "saveper_does_not_divide", "subscript_except", "xmile_delays"]


def expected(name: str) -> Runs:
    """What PySD gives."""
    rows = list(csv.reader((FOLDER / name / "expected.csv").read_text(encoding="utf-8").splitlines()))
    numbers = np.array(rows[1:], dtype=float)
    return Runs(numbers[None, :, 1:], numbers[:, 0], tuple(rows[0][1:]), ("",) * (len(rows[0]) - 1))


def right(name: str) -> Runs:
    """What PySD gives, but for the variables whose right values stand in ``manual.csv`` and why."""
    runs, own = expected(name), FOLDER / name / "manual.csv"
    if own.exists():
        why, header, *rows = own.read_text(encoding="utf-8").splitlines()
        assert why.startswith("# Not as PySD has it: ")
        numbers = np.array([row.split(",") for row in rows], dtype=float)
        np.testing.assert_array_equal(np.round(numbers[:, 0], 9), np.round(runs.time, 9))
        for column, variable in enumerate(header.split(",")[1:], start=1):
            assert (runs.of(variable)[0] != numbers[:, column]).any(), f"{variable} is as PySD has it"
            runs.values[0, :, runs.column(variable)] = numbers[:, column]
    return runs


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("name", names())
def test_construct(name: str, backend: str) -> None:
    stored = right(name)
    runs = simulate(load_model(model_file(name)), outputs=stored.outputs, backend=backend, allow_nan=True)
    np.testing.assert_allclose(runs.time, stored.time, rtol=1e-12)
    apart = disagreement(runs, stored)
    assert apart.relative < TOLERANCE, f"{name} on {backend}: {apart}"


GIVEN_BY_VENSIM = [name for name in names() if (FOLDER / name / "vensim.csv").exists()]


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("name", GIVEN_BY_VENSIM)
def test_construct_as_vensim_gives_it(name: str, backend: str) -> None:
    """To the last digit that Vensim printed, mostly the sixth; no variable is left out and no row skipped."""
    source, *lines = (FOLDER / name / "vensim.csv").read_text(encoding="utf-8").splitlines()
    assert source.startswith("# Vensim's output, from ")
    header, *rows = csv.reader(lines)
    runs = simulate(load_model(model_file(name)), outputs=header[1:], backend=backend)
    compared = 0
    for row in rows:
        ours = [runs.at(variable, float(row[0]))[0] for variable in header[1:]]
        for variable, own, printed in zip(header[1:], ours, row[1:], strict=True):
            if printed:
                digit = last_digit(printed)
                nearly = max(2e-6, digit if digit < 0.01 * abs(float(printed)) else 0)
                assert own == pytest.approx(float(printed), rel=2e-5, abs=nearly), f"{variable} at {row[0]}"
                compared += 1
    assert compared >= len(rows)


def test_enough_constructs_have_a_run_of_vensim_beside_them() -> None:
    assert len(GIVEN_BY_VENSIM) >= 15


@pytest.mark.parametrize("name", AGAIN)
def test_stored_run_is_what_pysd_gives(name: str) -> None:
    assert disagreement(expected(name), run_pysd(name)).relative < 1e-12


def test_there_are_enough_constructs() -> None:
    assert len(names()) >= 60


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("integration", ["euler", "rk4"])
def test_a_run_is_the_same_alone_and_in_an_ensemble(backend: str, integration: backends.Integration) -> None:
    model = load_model("tests/models/small_field")
    growth = np.linspace(0.1, 0.4, 700)
    together = simulate(model, {"company growth": growth, "hiring delay": 3.0}, outputs=["knowledge", "trust"],
                        backend=backend, integration=integration, chunk=300)  # fmt: skip
    for run in (0, 299, 300, 699):
        alone = simulate(model, {"company growth": growth[run], "hiring delay": 3.0}, outputs=["knowledge", "trust"],
                         backend=backend, integration=integration)  # fmt: skip
        np.testing.assert_allclose(together.values[run], alone.values[0], rtol=1e-13)


@pytest.mark.parametrize("backend", backends.available())
def test_a_smooth_from_a_whole_number_loses_no_decimals(backend: str) -> None:
    """Euler's own solution of y' = (1.3 - y)/3, y(0) = 5; PySD as shipped takes 1.3 for 1 in the first step."""
    runs = simulate(load_model(model_file("smooth_from_whole_number")), outputs=["a"], backend=backend)
    steps = np.arange(len(runs.time))
    np.testing.assert_allclose(runs.of("a")[0], 1.3 + (5 - 1.3) * (1 - 0.3 / 3) ** steps, rtol=1e-12)


@pytest.mark.parametrize("backend", FAST)
def test_rk4_converges_with_the_fourth_power_of_the_step(backend: str) -> None:
    """A harmonic oscillator: x'' = -x/2, x(0) = 1, so x(10) = cos(10/sqrt 2)."""
    model = load_model(model_file("stocks_coupled"))
    exact = np.cos(10 / np.sqrt(2))
    errors = []
    for step in (0.5, 0.25):
        runs = simulate(model, outputs=["position"], backend=backend, integration="rk4", time_step=step)
        errors.append(abs(runs.at("position", 10)[0] - exact))
    assert errors[0] / errors[1] == pytest.approx(16, rel=0.3)


@pytest.mark.parametrize("backend", FAST)
def test_euler_converges_with_the_step(backend: str) -> None:
    """Exponential decay: y' = -y/3, y(0) = 10."""
    model = load_model(model_file("saveper_divides"))
    errors = []
    for step in (1 / 16, 1 / 32):
        runs = simulate(model, outputs=["stock"], backend=backend, time_step=step)
        errors.append(abs(runs.at("stock", 10)[0] - 10 * np.exp(-10 / 3)))
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.05)
