"""A result folder that somebody else has prepared: links in it are not followed, and nobody else's file is lost."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from policy_lab.app.study_download import zipped
from policy_lab.ensemble.findings import load_findings
from policy_lab.ensemble.folder import ResultFolder
from policy_lab.errors import StudyError
from policy_lab.studies import Study, run_study
from tests.running_server import SMALL

SECRET = "what is written here is nobody's business\n"


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(model=str(SMALL), scenario="status_quo", size=8, factors="levers", times=(2050.0,))


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    file = tmp_path / "outside.txt"
    file.write_text(SECRET)
    return file


@pytest.mark.parametrize("name", ["lock", "provenance.json", "findings.csv", "work", "report.html", "lock.new"])
def test_no_study_writes_through_a_link(name: str, study: Study, outside: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "work").mkdir(parents=True)
    if name == "work":
        (out / "work").rmdir()
        (tmp_path / "elsewhere").mkdir()
        (out / name).symlink_to(tmp_path / "elsewhere")
    else:
        (out / name).symlink_to(outside)
    with pytest.raises(StudyError, match="is a link"):
        run_study(study, out)
    assert outside.read_text() == SECRET
    assert (out / name).is_symlink()
    assert not (tmp_path / "elsewhere").is_dir() or not list((tmp_path / "elsewhere").iterdir())


def test_a_link_in_the_work_of_a_study_is_not_followed(study: Study, outside: Path, tmp_path: Path) -> None:
    work = tmp_path / "out" / "work"
    work.mkdir(parents=True)
    (work / "fingerprint").symlink_to(outside)
    with pytest.raises(StudyError, match="is a link"):
        run_study(study, tmp_path / "out")
    assert outside.read_text() == SECRET


def test_somebody_elses_files_are_left_as_they_are(study: Study, tmp_path: Path) -> None:
    """A folder of work with a lock file: names that a study uses too."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mine.txt").write_text("mine")
    (tmp_path / "lock").write_text("the lock of another program")
    with pytest.raises(StudyError, match="unfinished runs of another study"):
        run_study(study, tmp_path)
    assert (tmp_path / "lock").read_text() == "the lock of another program"
    assert (tmp_path / "work" / "mine.txt").read_text() == "mine"


def test_a_lock_that_a_kill_left_behind_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("process 1 on elsewhere")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "fingerprint").write_text("f")
    with ResultFolder(tmp_path, "f"):
        assert "process 1 " not in (tmp_path / "lock").read_text()
    assert not (tmp_path / "lock").exists()


def test_nothing_behind_a_link_is_shown_or_sent(study: Study, outside: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_study(study, out, pictures=False)
    (out / "more.txt").symlink_to(outside)
    sent = zipfile.ZipFile(io.BytesIO(b"".join(zipped(out, {}))))
    assert not [name for name in sent.namelist() if name.endswith("more.txt")]
    (out / "more.txt").unlink()
    (out / "findings.csv").unlink()
    (out / "findings.csv").symlink_to(outside)
    with pytest.raises(StudyError, match="is a link"):
        load_findings(out)
