"""Wedges of the Compare page, in node, against the study that makes them in Python; and tables that become files."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import playwright
import pytest

from policy_lab.model import load_model
from policy_lab.studies import Study, plan_of, shapley

NODE = shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")
TESTS = Path(__file__).parent


def call(*jobs: list[Any]) -> list[Any]:
    command = [NODE, str(TESTS / "page" / "wedges.mjs")]
    done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def test_shares_are_those_of_the_study() -> None:
    drawn = np.random.default_rng(7)
    cases = {count: drawn.normal(size=2**count) for count in range(1, 9)}
    answers = call(*[["shares", values.tolist(), count] for count, values in cases.items()])
    for (count, values), answer in zip(cases.items(), answers, strict=True):
        expected = shapley.wedges(values, count)
        assert answer["shapley"] == pytest.approx(expected["Shapley"], abs=1e-12)
        assert answer["alone"] == pytest.approx(expected["alone"], abs=1e-12)
        assert answer["last"] == pytest.approx(expected["last"], abs=1e-12)
        assert answer["whole"] == pytest.approx(expected["package"][0], abs=1e-12)
        assert answer["together"] == pytest.approx(expected["together"][0], abs=1e-12)
        assert sum(answer["shapley"]) == pytest.approx(answer["whole"], abs=1e-12)


@pytest.mark.parametrize("package", ["manhattan_for_ai", "soft_nationalisation", "aisi_style"])
def test_players_are_those_of_the_study(package: str) -> None:
    model = load_model("big_science")
    study = Study(model="big_science", scenario="status_quo", method="shapley", size=1, options={"package": package})
    expected = shapley.players(plan_of(study))
    owners = {
        constant: {"key": lever.name, "label": lever.name}
        for lever in model.levers.values()
        for constant in (lever.name, lever.start, lever.ramp)
        if constant
    }
    before, after = dict(model.constants_of("status_quo")), dict(model.constants_of(package))
    (found,) = call(["players", before, after, owners, dict(model.program.constants)])
    named = {player["key"] or shapley.CIRCUMSTANCES: player["constants"] for player in found}
    assert {name: set(constants) for name, constants in named.items()} == {n: set(c) for n, c in expected.items()}
    for name, constants in expected.items():
        for constant, pair in constants.items():
            assert tuple(named[name][constant]) == pair


def test_every_mix_is_run_once_and_the_ends_are_the_two_scenarios() -> None:
    joining = [{"constants": {"a": [0, 1], "b": [0, 2]}}, {"constants": {"c": [5, 6]}}]
    (mixes,) = call(["mixes", {"other": 3}, joining])
    assert mixes == [
        {"other": 3, "a": 0, "b": 0, "c": 5},
        {"other": 3, "a": 1, "b": 2, "c": 5},
        {"other": 3, "a": 0, "b": 0, "c": 6},
        {"other": 3, "a": 1, "b": 2, "c": 6},
    ]


def test_a_file_for_a_spreadsheet_holds_no_formula_and_reads_back() -> None:
    rows = [["name, with comma", 'quote " inside', "=SUM(A1)"], ["line\nbreak", 0.1 + 0.2, -1e-7], ["@cmd", "+1", "-x"]]
    (text, pasted) = call(["csv", rows, ["a note\nof two lines"]], ["tsv", rows])
    lines = text.splitlines()
    assert lines[0] == "# a note of two lines"
    read = list(csv.reader(io.StringIO("\n".join(lines[1:]))))
    assert read[0] == ["name, with comma", 'quote " inside', "'=SUM(A1)"]
    assert [float(cell) for cell in read[1][1:]] == pytest.approx([0.3, -1e-7])
    assert read[2] == ["'@cmd", "'+1", "'-x"]
    assert [len(line.split("\t")) for line in pasted.splitlines()] == [3, 3, 3]
