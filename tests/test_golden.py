"""Golden runs: the key fits, one world is run again by PySD, and every world agrees on every variable."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from analysis.golden_runs import check, main, read, stale, worlds
from policy_lab import backends
from policy_lab.errors import ModelError
from policy_lab.model import load_model, model_names
from policy_lab.runs import disagreement
from policy_lab.simulation import simulate

FIELD = "tests/models/small_field"
MODELS = [FIELD, *model_names()]
WORLDS = [(name, world) for name in MODELS for world in worlds(load_model(name))]
FAST = [name for name in backends.available() if name != backends.REFERENCE]


@pytest.mark.parametrize("name", MODELS)
def test_the_key_fits(name: str) -> None:
    assert stale(load_model(name)) == ""


@pytest.mark.parametrize("name", MODELS)
def test_pysd_run_again_gives_what_is_stored(name: str) -> None:
    assert "the same" in check(load_model(name), worlds(load_model(name))[0])


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize(("name", "world"), WORLDS)
def test_every_variable_of_every_world(name: str, world: str, backend: str) -> None:
    model = load_model(name)
    golden = read(model, world)
    assert set(golden.outputs) == set(model.program.visible)
    runs = simulate(model, scenario=world if model.scenarios else None, times=golden.time, backend=backend)
    apart = disagreement(runs, golden, np.array(model.program.clock.late(golden.time)))
    assert apart.relative < 1e-9, apart


def test_a_changed_model_file_makes_them_stale(tmp_path: Path) -> None:
    folder = tmp_path / "small_field"
    shutil.copytree(FIELD, folder)
    file = folder / "small_field.mdl"
    file.write_text(file.read_text(encoding="utf-8").replace("* 0.03", "* 0.04"), encoding="utf-8")
    assert "equations have changed" in stale(load_model(folder))
    with pytest.raises(ModelError, match="make golden"):
        check(load_model(folder), "status_quo")


def test_a_changed_world_makes_them_stale(tmp_path: Path) -> None:
    folder = tmp_path / "small_field"
    shutil.copytree(FIELD, folder)
    file = folder / "scenarios" / "open_laboratory.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("value = 60", "value = 61"), encoding="utf-8")
    assert "'open_laboratory' sets other values" in stale(load_model(folder))
    file.write_text(file.read_text(encoding="utf-8").replace("value = 61", "value = 60"), encoding="utf-8")
    (folder / "scenarios" / "third.toml").write_text('title = "3"\nrationale = "r"\n', encoding="utf-8")
    assert "none of the world 'third'" in stale(load_model(folder))


def test_a_forged_run_is_found_out(tmp_path: Path) -> None:
    folder = tmp_path / "small_field"
    shutil.copytree(FIELD, folder)
    shutil.copy(folder / "expected" / "open_laboratory.csv.gz", folder / "expected" / "status_quo.csv.gz")
    with pytest.raises(ModelError, match="is not what is stored"):
        check(load_model(folder), "status_quo")


def test_the_command_line_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no_such_model", "--check"]) == 1
    assert "There is no model 'no_such_model'" in capsys.readouterr().err
