"""Sixty kills at random moments: studies end in the same bits, no process is left over, the table of studies is whole.

Deep, since each kill costs the start of Python and its libraries: ``pytest -m deep tests/test_kills.py``. Each way in
which a study is run has its own fifteen, and one of its processes is the victim: by chance the command, the server, one
of its workers, the runner of studies, or a process of the cluster.
"""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import xarray as xr

from policy_lab.ensemble.study_file import study_from
from policy_lab.jobs import Queue
from policy_lab.studies import load_study, run_study
from tests.running_server import SMALL, served
from tests.test_serving import fetched, own_study

pytestmark = pytest.mark.deep

Family = Callable[[], list[psutil.Process]]
KILLS = 15
PATIENCE = 300.0
#: Seconds within which whoever lost what began it is gone.
GONE = 90.0
FILE = """
model = "{model}"
scenario = "status_quo"
size = 2048
seed = {seed}
factors = "levers"
resamples = 50
"""


@pytest.fixture
def family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Family:
    """All processes that this test began, by a mark that they inherit: a process that lost its parent too."""
    monkeypatch.setenv("POLICY_LAB_TEST_KILLS", str(tmp_path))

    def alive() -> list[psutil.Process]:
        found = []
        for one in psutil.process_iter():
            with suppress(psutil.Error):
                if one.environ().get("POLICY_LAB_TEST_KILLS") == str(tmp_path) and one.status() != "zombie":
                    found.append(one)
        return found

    return alive


def killed(victims: list[psutil.Process], chance: random.Random) -> list[str]:
    """Kill one of them, by chance, and say which it was, if there was one."""
    if not victims:
        return []
    victim = chance.choice(victims)
    with suppress(psutil.NoSuchProcess):
        kind = " ".join(victim.cmdline()[1:4])
        victim.send_signal(signal.SIGKILL)
        return [kind]
    return []


def assert_gone(family: Family) -> None:
    """Nobody outlives what began it."""
    end = time.monotonic() + GONE
    while left := family():
        assert time.monotonic() < end, [one.cmdline() for one in left]
        time.sleep(0.2)


def assert_same_bits(one: Path, other: Path) -> None:
    assert (one / "findings.csv").read_bytes() == (other / "findings.csv").read_bytes()
    with xr.open_dataset(one / "runs.nc") as a, xr.open_dataset(other / "runs.nc") as b:
        assert a.identical(b)
    assert not (one / "work").exists()


@pytest.mark.parametrize("more", [(), ("--scheduler", "local:2")], ids=["command line", "Dask"])
def test_a_command_is_killed(tmp_path: Path, family: Family, more: tuple[str, ...]) -> None:
    chance, victims, made = random.Random(1), list[str](), 0

    def command(study: int) -> tuple[list[str], Path]:
        (tmp_path / f"{study}.toml").write_text(FILE.format(model=SMALL.as_posix(), seed=study + 1))
        out = tmp_path / f"out {study}"
        return [sys.executable, "-m", "policy_lab", "study", str(tmp_path / f"{study}.toml"), "--out", str(out)], out

    began = time.monotonic()
    words, out = command(0)
    subprocess.run([*words, *more], check=True, capture_output=True, timeout=PATIENCE)
    usual = time.monotonic() - began
    while len(victims) < KILLS:
        made += 1
        words, out = command(made)
        while not (out / "provenance.json").exists():
            with subprocess.Popen([*words, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                if len(victims) < KILLS:
                    try:
                        process.wait(chance.uniform(0, usual))
                    except subprocess.TimeoutExpired:
                        victims += killed(family(), chance)
                process.wait(PATIENCE)
            assert_gone(family)
        again = tmp_path / f"again {made}"
        run_study(load_study(tmp_path / f"{made}.toml"), again)
        assert_same_bits(out, again)
    print(f"{made} studies; killed: {Counter(victims)}")


@pytest.mark.parametrize("more", [(), ("--workers", "2")], ids=["waitress", "gunicorn"])
def test_a_server_is_killed(tmp_path: Path, family: Family, more: tuple[str, ...]) -> None:
    chance, victims, folder = random.Random(2), list[str](), tmp_path / "studies"
    studies: list[str] = []
    usual = 10.0
    while len(victims) < KILLS:
        asked = {**own_study(), "size": "usual", "factors": {"shared funding": [0, 50 + len(studies)]}}
        asked["factors"] |= {"openness requirement": [0, 1]}  # type: ignore[operator]
        name = ""
        while not name or not Queue(folder).is_finished(name):
            with served(*more, studies=folder) as (address, server):
                status, text = fetched(f"{address}studies", asked)
                assert status in (200, 202), text
                began = time.monotonic()  # a server starts for longer than it runs the study
                name = json.loads(text)["id"]
                while not until(address, name, chance.uniform(0, usual)) and server.poll() is None:
                    if studies and len(victims) < KILLS:  # the first one is undisturbed, and tells how long it takes
                        victims += killed(family(), chance)
            assert_gone(family)
            with sqlite3.connect(folder / "jobs.sqlite") as table:
                assert table.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        usual = usual if studies else time.monotonic() - began
        studies.append(name)
    for name in studies:
        job = Queue(folder).job(name)
        assert job is not None
        run_study(study_from(tomllib.loads(job.study)), tmp_path / name)
        assert_same_bits(folder / name, tmp_path / name)
    print(f"{len(studies)} studies; killed: {Counter(victims)}")


def until(address: str, name: str, seconds: float) -> bool:
    """Ask a server how a study stands, for so long; whether it has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            state = json.loads(fetched(f"{address}studies/{name}", patience=5)[1])["state"]
        except (OSError, ValueError):
            return False
        if state not in ("waiting", "running"):
            return True
        time.sleep(0.2)
    return False
