"""What a server remembers of studies is bounded in bytes, however many there are and however often asked for."""

from __future__ import annotations

import gc
import shutil
from collections import Counter
from pathlib import Path

import pytest

from policy_lab.app import ranking_view
from policy_lab.app.remembering import Shelf, remembered
from policy_lab.app.studies import Studies
from policy_lab.ensemble import findings as findings_module
from policy_lab.ensemble.findings import Findings
from policy_lab.jobs import Queue
from policy_lab.model import load_model
from policy_lab.studies import Study, run_study

SMALL = Path(__file__).parent / "models" / "small_field"
STUDIES, FIT, ROUNDS = 4, 2, 2


def alive() -> int:
    """Findings in the memory of this process."""
    gc.collect()
    return sum(isinstance(one, Findings) for one in gc.get_objects())


def test_views_of_many_studies_do_not_keep_their_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings that were read again because others had taken their place used to stay with every view of them."""
    study = Study(model=str(SMALL), scenario="status_quo", size=16, factors="levers", times=(2050.0,))
    run_study(study, tmp_path / "study", pictures=False)
    stored = {str(n): shutil.copytree(tmp_path / "study", tmp_path / str(n)) for n in range(STUDIES)}
    read = Counter[str]()
    load = findings_module.load_findings

    def counted(folder: Path) -> Findings:
        read[folder.name] += 1
        return load(folder)

    monkeypatch.setattr(ranking_view, "load_findings", counted)
    size = 2 * int(load(tmp_path / "study").table.memory_usage(deep=True).sum())
    monkeypatch.setattr(ranking_view, "_read", Shelf(FIT * size))
    studies = Studies(load_model(SMALL), stored, Queue(tmp_path / "studies"))
    before = alive()
    for _ in range(ROUNDS):
        for name in stored:
            assert studies.view(name, {})["bars"]
    assert min(read.values()) >= ROUNDS  # each had been forgotten when it was asked for again
    assert alive() - before <= FIT


def test_a_shelf_holds_bytes_and_not_things() -> None:
    shelf: Shelf[int, bytes] = Shelf(1000)
    for number in range(100):
        shelf.put(number, b"x" * 100, 100)
    assert len(shelf) == 10
    assert (shelf.get(89), shelf.get(90)) == (None, b"x" * 100)
    shelf.put(100, b"x" * 500, 500)
    assert len(shelf) == 6
    assert shelf.get(90) is not None  # it was asked for last
    shelf.put(90, b"y", 1)  # in place of what was there
    shelf.put(101, b"", 99)
    assert len(shelf) == 7
    shelf.put(102, b"z" * 5000, 5000)
    assert len(shelf) == 1


def test_what_is_large_leaves_little_room_for_more() -> None:
    made = []

    @remembered(10_000)
    def text(length: int, letter: str) -> str:
        made.append(letter)
        return letter * length

    for letter in "abcabc":
        text(10, letter)
    assert made == ["a", "b", "c"]
    text(9_900, "d")
    text(10, "a")
    assert made == ["a", "b", "c", "d", "a"]
