"""Known values beside outcomes: ``references.csv`` is read strictly and says what the record of past projects says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from policy_lab.errors import ModelError
from policy_lab.model import load_model
from policy_lab.model.faults import read_each_part
from policy_lab.model.references import FILE, read_references

SMALL = Path(__file__).parent / "models" / "small_field"
#: Column of ``cases/reference_points.csv`` behind an outcome, and how many of the outcome's unit one of it is.
COLUMNS = {
    "big science strength": ("strength", 1),
    "technical researchers": ("people", 1),
    "total safety funding": ("money a year", 1000),
    "public spending": ("money a year", 1000),
}


def test_values_are_those_of_the_record() -> None:
    model = load_model("big_science")
    assert model.folder is not None
    with (model.folder / "cases" / "reference_points.csv").open(encoding="utf-8", newline="") as file:
        points = {row["label"].replace(" Project", ""): row for row in csv.DictReader(file)}
    assert set(model.references) == set(COLUMNS)
    for outcome, known in model.references.items():
        column, times = COLUMNS[outcome]
        for one in known:
            assert one.value == pytest.approx(float(points[one.label][column]) * times, rel=0.02, abs=0.005), one
            assert one.why.endswith(".")


def test_a_model_without_the_file_has_none() -> None:
    assert dict(load_model(SMALL).references) == {}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("no such outcome,CERN,1,why", "row 2, column 'outcome'"),
        ("knowledge,CERN,many,why", "row 2, column 'value'"),
        ("knowledge,,1,why", "row 2, column 'label'"),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, row: str, problem: str) -> None:
    small = load_model(SMALL)
    (tmp_path / FILE).write_text(f"outcome,label,value,why\n{row}\n", encoding="utf-8")
    bare = type(small)(small.name, small.path, tmp_path, small.hash, small.program, {}, {}, small.outcomes)
    with pytest.raises(ModelError, match=problem):
        read_references(bare)
    assert FILE in {fault.file for fault in read_each_part(bare, tmp_path).faults}
