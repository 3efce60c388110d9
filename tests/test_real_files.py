"""The script that counts how files of other people fare, on a folder of three files."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.deep.real_files import TABLE, agree, main, written

MODELS = Path(__file__).parent.parent / "models"


def test_each_content_counts_once_and_a_refusal_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = tmp_path / "some+body"
    repository.mkdir()
    for name in ("one.mdl", "again.mdl"):
        shutil.copy(MODELS / "adoption" / "adoption.mdl", repository / name)
    (repository / "bad.mdl").write_text("{UTF-8}\nx = y + ~ ~ |\n", encoding="utf-8")
    assert main([str(tmp_path), "--processes", "2"]) == 0
    said = capsys.readouterr().out
    assert "some/body {'files': 2, 'runs': 1, 'by_pysd': 0, 'agree': 1, 'differ': 0, 'refused': 1" in said
    assert "some+body/bad.mdl: refused" in said and "one.mdl" not in said


def test_a_difference_of_more_than_a_millionth_is_seen(tmp_path: Path) -> None:
    values = np.array([[1.0, 10.0], [np.nan, 20.0]])
    names = [tmp_path / f"{n}.npz" for n in range(3)]
    for path, change in zip(names, (0.0, 1e-6, 1e-4), strict=True):
        np.savez(path, values=values + change * np.array([[0, 0], [0, 1]]), names=np.array(["a", "b"]))
    assert agree(str(names[0]), str(names[1]))
    assert not agree(str(names[0]), str(names[2]))


def test_the_table_keeps_why_files_are_refused() -> None:
    table = TABLE.read_text(encoding="utf-8")
    new = written(table, {"some/body": {"files": 3, "runs": 2}})
    assert '[[repositories]]\nname = "some/body"\nfiles = 3\nruns = 2\n\n[[refused]]' in new
    assert new.split("[[refused]]", 1)[1] == table.split("[[refused]]", 1)[1]
