"""A study on a Dask cluster: the same bits as on one machine, whatever happens to the workers."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import distributed
import psutil
import pytest
import xarray as xr

from policy_lab.cli import main
from policy_lab.ensemble import cluster, runner
from policy_lab.ensemble.cluster import workers_of
from policy_lab.ensemble.runner import Chunk, Simulated, Workers
from policy_lab.errors import StudyError
from policy_lab.model import load_model
from policy_lab.studies import Study, run_study

HERE = Path(__file__).parent
FIELD = HERE / "models" / "small_field"
ISHIGAMI = HERE / "studies_models" / "ishigami.mdl"
STUDY = Study(
    str(ISHIGAMI),
    factors={f"x{i}": {"low": -math.pi, "high": math.pi} for i in (1, 2, 3)},
    size=256,
    outcomes=("ishigami",),
    options={"resamples": 20},
)
FILE = f"""
model = "{FIELD.as_posix()}"
scenario = "status_quo"
size = 64
factors = "levers"
resamples = 10
"""


@pytest.fixture(scope="module")
def two_processes() -> Iterator[distributed.LocalCluster]:
    with _cluster(2) as started:
        yield started


def _cluster(processes: int) -> Any:
    return distributed.LocalCluster(
        n_workers=processes,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",
        silence_logs="CRITICAL",
    )


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LEAST_RUNS", 64)
    monkeypatch.setattr(runner, "MOST_RUNS", 64)


def after(finished: int, do: Callable[[], object], workers: Workers) -> Workers:
    """Workers during whose work something happens, once so many chunks are finished."""

    def disturbed(chunks: Iterable[Chunk]) -> Iterator[Simulated]:
        for n, done in enumerate(workers(chunks), start=1):
            yield done
            if n == finished:
                do()

    return disturbed


def assert_same_bits(one: Path, other: Path) -> None:
    for name in ("findings.csv", "study.toml"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    with xr.open_dataset(one / "runs.nc") as a, xr.open_dataset(other / "runs.nc") as b:
        assert a.identical(b)


@pytest.mark.usefixtures("small_chunks")
def test_a_cluster_gives_the_bits_of_one_machine(tmp_path: Path, two_processes: Any) -> None:
    run_study(STUDY, tmp_path / "here")
    with workers_of(two_processes.scheduler_address) as workers:
        run_study(STUDY, tmp_path / "there", workers=workers)
    assert_same_bits(tmp_path / "here", tmp_path / "there")


@pytest.mark.usefixtures("small_chunks")
def test_a_killed_worker_costs_nothing(tmp_path: Path, two_processes: Any) -> None:
    run_study(STUDY, tmp_path / "here")
    with distributed.Client(two_processes.scheduler_address, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
    with workers_of(two_processes.scheduler_address) as workers:
        killing = after(4, lambda: os.kill(victim, signal.SIGKILL), workers)
        run_study(STUDY, tmp_path / "there", workers=killing)
    with pytest.raises(ProcessLookupError):
        os.kill(victim, 0)
    assert_same_bits(tmp_path / "here", tmp_path / "there")


@pytest.mark.usefixtures("small_chunks")
def test_a_stopped_study_goes_on_on_a_cluster(tmp_path: Path, two_processes: Any) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(STUDY, tmp_path / "there", workers=after(7, stop, runner.in_process))
    made: list[int] = []

    with workers_of(two_processes.scheduler_address) as workers:

        def counting(chunks: Iterable[Chunk]) -> Iterator[Simulated]:
            for done in workers(chunks):
                made.append(done.start)
                yield done

        run_study(STUDY, tmp_path / "there", workers=counting)
    assert sorted(made) == [64 * n for n in range(7, 20)]
    run_study(STUDY, tmp_path / "here")
    assert_same_bits(tmp_path / "here", tmp_path / "there")


def test_the_command_starts_processes_and_ends_them(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(FILE)
    command = [sys.executable, "-m", "policy_lab", "study", str(tmp_path / "study.toml"), "--out"]
    subprocess.run([*command, str(tmp_path / "here")], check=True, capture_output=True, timeout=120)
    there = [*command, str(tmp_path / "there"), "--scheduler", "local:2"]
    # Its processes hold its output open: were one left behind, this would not come to an end.
    done = subprocess.run(there, check=True, capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("The result is in") and "Traceback" not in done.stderr
    assert_same_bits(tmp_path / "here", tmp_path / "there")


def test_ctrl_c_stops_command_and_processes_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(FILE.replace("size = 64", "size = 65536"))
    words = ["study", str(tmp_path / "study.toml"), "--out", str(tmp_path / "out"), "--scheduler", "local:2"]
    journal = tmp_path / "out" / "work" / "runs.done"
    with subprocess.Popen(
        [sys.executable, "-m", "policy_lab", *words], stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as command:
        until = time.monotonic() + 90
        while time.monotonic() < until and not (journal.exists() and journal.read_text()):
            time.sleep(0.1)
        os.killpg(command.pid, signal.SIGINT)  # as a terminal does: to all of them
        _, said = command.communicate(timeout=60)
    assert command.returncode == 130
    assert said.splitlines()[-1].startswith("policy-lab: Stopped. Finished runs are kept")
    assert "Traceback" not in said
    assert journal.read_text()


def test_a_model_travels_whole(tmp_path: Path) -> None:
    parcel = cluster.packed(str(FIELD))
    assert parcel == cluster.packed(str(FIELD)), "the same files make the same bytes"
    there, again = (load_model(cluster._unpacked(parcel, tmp_path)) for _ in range(2))
    model = load_model(FIELD)
    assert again is there, "a worker reads, and so compiles, a model once"
    assert there.path.is_relative_to(tmp_path)
    assert (there.name, there.hash, there.levers, there.scenarios) == (
        model.name, model.hash, model.levers, model.scenarios
    )  # fmt: skip
    alone = cluster._unpacked(cluster.packed(str(ISHIGAMI)), tmp_path)
    assert load_model(alone).hash == load_model(ISHIGAMI).hash


def chunk(**changes: Any) -> Chunk:
    model = load_model(FIELD)
    given: dict[str, Any] = {"scenario": None, "outcomes": ("knowledge",), **changes}
    return Chunk(0, str(FIELD), values={}, times=(model.program.clock.final,), **given)


def test_what_is_wrong_with_a_study_is_said_as_at_home(two_processes: Any) -> None:
    with workers_of(two_processes.scheduler_address) as workers:
        with pytest.raises(StudyError, match="no scenario 'utopia' in small_field"):
            list(workers([chunk(scenario="utopia")]))
        assert next(workers([chunk()])).values.shape == (1, 1, 1)


def test_a_worker_of_other_versions_is_refused(two_processes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tuple((name, "0.1" if name == "numpy" else version) for name, version in cluster._versions())
    monkeypatch.setattr(cluster, "_versions", lambda: ours)
    with (
        workers_of(two_processes.scheduler_address) as workers,
        pytest.raises(StudyError, match=r"has numpy [\d.]+, this machine 0.1"),
    ):
        list(workers([chunk()]))


def test_when_no_worker_is_left_what_is_finished_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    monkeypatch.setattr(runner, "LEAST_RUNS", 16)
    monkeypatch.setattr(runner, "MOST_RUNS", 16)
    with (
        _cluster(1) as started,
        workers_of(started.scheduler_address) as workers,
        pytest.raises(StudyError, match=r"no worker is left\. Finished runs are kept") as refused,
    ):
        run_study(STUDY, tmp_path / "out", workers=after(3, lambda: started.scale(0), workers))
    assert "\n" not in str(refused.value)
    assert len((tmp_path / "out" / "work" / "runs.done").read_text().splitlines()) >= 3


# ---- before any work


@pytest.mark.parametrize("count", ["", ":", ":0", ":x", ":1.5", ":-1", ":100000"])
def test_local_needs_a_number_of_processes(count: str) -> None:
    with pytest.raises(StudyError, match="write the number of processes"), workers_of(f"local{count}"):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "carrier-pigeon://roof", ""])
def test_an_address_where_nobody_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(StudyError, match=r"No Dask scheduler answers at .*Start one") as refused, workers_of(address):
        pass
    assert "\n" not in str(refused.value)


def test_a_scheduler_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with (
        _cluster(0) as started,
        pytest.raises(StudyError, match=r"has no worker\. Start some with 'dask worker tcp:"),
        workers_of(started.scheduler_address),
    ):
        pass


def test_without_dask_the_way_out_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    (tmp_path / "study.toml").write_text(FILE)
    words = ["study", str(tmp_path / "study.toml"), "--out", str(tmp_path / "out"), "--scheduler", "local:2"]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "pip install 'policy-lab[cluster]'" in said and said.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_processes_of_this_machine_listen_to_this_machine_only() -> None:
    def listening() -> set[tuple[str, int]]:
        own = psutil.Process()
        sockets = [c for p in (own, *own.children(recursive=True)) for c in p.net_connections("tcp")]
        return {(c.laddr.ip, c.laddr.port) for c in sockets if c.status == psutil.CONN_LISTEN}

    before = listening()
    with workers_of("local:1") as workers:
        assert next(workers([chunk()])).values.shape == (1, 1, 1)
        opened = listening() - before
    assert opened and {ip for ip, _ in opened} == {"127.0.0.1"}
