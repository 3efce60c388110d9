"""What every test can ask for."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy_lab import catalogue

TESTS = Path(__file__).parent
REPOSITORY = TESTS.parent

# A shell starts what runs in its background with interrupts ignored, and every process below inherits that: Ctrl-C of
# the commands under test would reach nobody.
signal.signal(signal.SIGINT, signal.default_int_handler)


#: Files that take longest, first: of two processes that take file after file, neither is to wait for the other's last.
LONGEST = ("test_verdict.py", "test_attack.py", "test_conclusions.py", "test_refresh.py", "test_wasm.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of files; within a file nothing changes."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def small_field() -> Path:
    """A small but complete model folder."""
    return TESTS / "models" / "small_field"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compiled models of a session go to a folder of its own, never to the person's cache; its processes share it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "cache"
    folder.mkdir(exist_ok=True)
    before = os.environ.get("POLICY_LAB_CACHE")
    os.environ["POLICY_LAB_CACHE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["POLICY_LAB_CACHE"]
    else:
        os.environ["POLICY_LAB_CACHE"] = before


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A test that speaks another language, or asks a page in it, leaves the next one in English."""
    yield
    catalogue.speak(catalogue.SOURCE)


@pytest.fixture
def written() -> Iterator[list[logging.LogRecord]]:
    """What the test's own thread makes the program write to its logs, as it comes.

    Other tests of this process may have set those logs up, and their servers and clusters may still be winding down.
    """
    whole, here = logging.getLogger("policy_lab"), threading.get_ident()
    own = [whole, *(logging.getLogger(f"policy_lab.{part}") for part in ("access", "studies"))]
    before = [(log.level, log.propagate, log.handlers) for log in own]
    records: list[logging.LogRecord] = []
    kept = logging.Handler()
    kept.addFilter(lambda record: record.thread == here)
    kept.emit = records.append  # type: ignore[method-assign, assignment]
    for log in own:
        log.setLevel(logging.INFO)
        log.propagate, log.handlers = log is not whole, [kept] if log is whole else []
    yield records
    for log, (level, propagate, handlers) in zip(own, before, strict=True):
        log.setLevel(level)
        log.propagate, log.handlers = propagate, handlers


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is not there: until it is, runners of studies started from now on stop after their first chunk."""
    path = tmp_path / "gate"
    before = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS / "held"), *([before] if before else [])]))
    monkeypatch.setenv("POLICY_LAB_TEST_GATE", str(path))
    return path
