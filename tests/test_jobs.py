"""Studies in the background: started, watched, stopped, resumed, limited; with a damaged table and a full disk."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from policy_lab.catalogue import english
from policy_lab.ensemble.findings import load_findings
from policy_lab.ensemble.folder import FINISHED
from policy_lab.errors import OutputError
from policy_lab.jobs import Job, Limits, Queue, Refused
from policy_lab.jobs import queue as queue_module
from policy_lab.jobs.processes import may_live, named, pid_of
from policy_lab.jobs.runner import Progress
from policy_lab.jobs.table import Table
from policy_lab.messages import Message
from policy_lab.progress import SIMULATING
from policy_lab.studies import Plan, Study, plan_of, run_study

SMALL = Path(__file__).parent / "models" / "small_field"
TIMES = (2030.0, 2050.0)
PATIENCE = 90.0  # seconds; a runner needs some to start on a busy machine


def plan(size: int = 64, seed: int = 1, **more: object) -> Plan:
    given = {"factors": "levers", "times": TIMES, "options": {"resamples": 20}, **more}
    return plan_of(Study(model=str(SMALL), scenario="status_quo", size=size, seed=seed, **given))  # type: ignore[arg-type]


#: Runs of forty chunks. Who must see them under way holds them with a ``gate``: no size is long on every machine.
LONG = 1 << 11


def start(queue: Queue, studied: Plan, client: str = "somebody", address: str = "") -> Job:
    return queue.start(studied, studied.size * 5, f"seed {studied.study.seed}", client, address)


def until(queue: Queue, name: str, *states: str) -> Job:
    """The job once it is in one of these states."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        queue.tend_now_and_then()
        job = queue.job(name)
        assert job is not None
        if job.state in states:
            return job
        assert job.is_open, job
        time.sleep(0.05)
    raise AssertionError(f"still {job}")


def until_under_way(queue: Queue, name: str) -> Job:
    """The job once some of its runs are made and kept."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        queue.tend_now_and_then()
        journal = queue.place(name) / "work" / "runs.done"
        job = queue.job(name)
        assert job is not None
        assert job.is_open, job
        if job.state == "running" and journal.exists() and journal.stat().st_size and job.done:
            return job
        time.sleep(0.02)
    raise AssertionError("no run was made")


def kept_chunks(queue: Queue, name: str) -> list[int]:
    """The first run of each chunk that a study has kept, in the order in which they were made."""
    journal = queue.place(name) / "work" / "runs.done"
    return [int(line.split()[0]) for line in journal.read_text().splitlines() if line.endswith(" .")]


def until_one_more(queue: Queue, name: str, before: list[int]) -> list[int]:
    """The chunks once another runner has made one of its own, after those that were there before."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        queue.tend_now_and_then()
        if len(now := kept_chunks(queue, name)) > len(before):
            return now
        time.sleep(0.02)
    raise AssertionError(f"no run was made after {before}")


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    made = Queue(tmp_path / "studies")
    yield made
    made.close()


@pytest.fixture
def idle(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """A queue whose runners are never set to work."""
    monkeypatch.setattr(Queue, "_hire", lambda self, table: None)
    return queue


def test_a_study_of_the_queue_ends_in_the_bits_of_one_run_here(queue: Queue, tmp_path: Path) -> None:
    job = start(queue, plan())
    assert job.state == "waiting"
    done = until(queue, job.id, "finished")
    assert done.began is not None
    assert done.ended is not None
    assert done.ended >= done.began >= job.asked
    folder = queue.result(job.id)
    assert folder is not None
    here = run_study(plan().study, tmp_path / "here", pictures=False)
    assert load_findings(folder).table.equals(here.table)
    assert (folder / "report.html").exists()
    assert queue.table.speed(plan().model.hash, "run") > 0


def test_the_same_study_is_one_study(idle: Queue) -> None:
    first, second = start(idle, plan(), "one"), start(idle, plan(), "another")
    assert first.id == second.id != start(idle, plan(seed=2), "one").id
    assert [job.id for job in idle.jobs_of("another")] == [first.id]
    assert len(idle.jobs_of("one")) == 2


def test_a_finished_study_is_there_at_once(queue: Queue, tmp_path: Path) -> None:
    name = queue_module.id_of(plan())
    run_study(plan().study, queue.place(name), pictures=False)
    job = start(queue, plan())
    assert (job.id, job.state) == (name, "finished")


def test_progress_is_told_and_a_cancelled_study_goes_on_later(queue: Queue, gate: Path) -> None:
    long = plan(LONG)
    job = until_under_way(queue, start(queue, long).id)
    assert job.stage == SIMULATING
    assert 0 < job.done < job.total
    assert queue.cancel(job.id, "a stranger").cancelled is False
    queue.cancel(job.id, "somebody")
    cancelled = until(queue, job.id, "cancelled")
    kept = kept_chunks(queue, job.id)
    assert queue.jobs_of("somebody") == []
    assert cancelled.runner is None
    start(queue, long)
    again = until_one_more(queue, job.id, kept)
    assert again[0] == 0
    assert len(set(again)) == len(again)  # what was finished is not made again
    gate.touch()
    until(queue, job.id, "finished")
    assert load_findings(queue.place(job.id)).provenance["runs"] == LONG * 5


def test_what_waits_is_cancelled_at_once_and_never_runs(idle: Queue) -> None:
    job = start(idle, plan())
    assert idle.cancel(job.id, "somebody").state == "cancelled"
    assert idle.table.claim(os.getpid()) is None


def test_a_study_that_others_want_too_is_not_ended_by_one(idle: Queue) -> None:
    job = start(idle, plan(), "one")
    start(idle, plan(), "another")
    assert idle.cancel(job.id, "one").state == "waiting"
    assert idle.cancel(job.id, "another").state == "cancelled"


def test_a_killed_runner_costs_only_its_chunk(queue: Queue, gate: Path, tmp_path: Path) -> None:
    job = until_under_way(queue, start(queue, plan(LONG)).id)
    kept = kept_chunks(queue, job.id)
    os.kill(pid_of(job.runner), signal.SIGKILL)
    made = until_one_more(queue, job.id, kept)
    assert len(set(made)) == len(made)  # none is made twice
    gate.touch()
    again = until(queue, job.id, "finished")
    assert again.tries == 2
    assert len(kept) >= 1
    here = run_study(plan(LONG).study, tmp_path / "here", pictures=False)
    assert load_findings(queue.place(job.id)).table.equals(here.table)


@pytest.mark.usefixtures("gate")
def test_a_server_that_ends_takes_its_runner_along_and_the_next_one_goes_on(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from policy_lab.jobs import Queue; "
        "q = Queue(Path(sys.argv[1])); q.resume(); time.sleep(600)"
    )
    folder = tmp_path / "studies"
    before = Queue(folder, keeper=os.getpid())
    job = start_idle(before, plan(LONG))
    with subprocess.Popen([sys.executable, "-c", script, str(folder)]) as server:
        under_way = until_under_way(before, job.id)
        server.kill()
        server.wait()
    end = time.monotonic() + PATIENCE
    while may_live(under_way.runner) and time.monotonic() < end:
        time.sleep(0.1)
    assert not may_live(under_way.runner)
    assert before.job(job.id).state == "waiting"
    after = Queue(folder)
    after.resume()
    assert until_under_way(after, job.id).tries == 2
    after.close()


def start_idle(queue: Queue, studied: Plan) -> Job:
    """A study in the line, with nobody set to work on it."""
    queue.tend = lambda: None  # type: ignore[method-assign]
    return start(queue, studied)


def test_a_study_that_cannot_be_run_says_why(queue: Queue, tmp_path: Path) -> None:
    other = tmp_path / "gone"
    other.mkdir()
    for file in SMALL.iterdir():
        if file.is_file():
            (other / file.name).write_bytes(file.read_bytes())
    (other / "scenarios").mkdir()
    for file in (SMALL / "scenarios").iterdir():
        (other / "scenarios" / file.name).write_bytes(file.read_bytes())
    studied = plan_of(replace(plan().study, model=str(other)))
    (other / "levers.csv").unlink()
    job = start(queue, studied)
    failed = until(queue, job.id, "failed")
    assert failed.reason == "study"
    assert failed.said is not None and "lever" in english().in_words(failed.said)


def test_a_study_that_is_stopped_again_and_again_is_given_up(idle: Queue) -> None:
    job = start(idle, plan())
    for _ in range(queue_module.MOST_TRIES):
        assert idle.table.claim(named(2**22 + 1)).id == job.id  # no process has this number
        idle.tend()
    assert idle.job(job.id).state == "failed"
    assert idle.job(job.id).reason == "stopped"
    assert start(idle, plan()).state == "waiting"  # asked for again, it is tried again


def test_one_client_has_two_studies_at_a_time(idle: Queue) -> None:
    start(idle, plan(seed=1))
    start(idle, plan(seed=2))
    with pytest.raises(Refused, match="2 unfinished studies") as refused:
        start(idle, plan(seed=3))
    assert refused.value.limit == "each"
    start(idle, plan(seed=1))  # which is under way already
    start(idle, plan(seed=3), "another")


def test_the_line_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Queue, "_hire", lambda self, table: None)
    queue = Queue(tmp_path, Limits(at_once=1, waiting=2))
    for seed in range(3):
        start(queue, plan(seed=seed), f"client {seed}")
    with pytest.raises(Refused, match="2 studies are already waiting"):
        start(queue, plan(seed=9), "late")
    assert queue.ahead_of(queue.jobs_of("client 2")[0]) == 2


def test_one_address_starts_so_many_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Queue, "_hire", lambda self, table: None)
    queue = Queue(tmp_path, Limits(starts=2))
    for seed in range(2):
        start(queue, plan(seed=seed), f"client {seed}", "here")
    with pytest.raises(Refused, match="2 studies were started from your network"):
        start(queue, plan(seed=3), "client 3", "here")
    start(queue, plan(seed=3), "client 3", "elsewhere")
    start(queue, plan(seed=4), "client 4", "")  # this machine itself


def test_no_address_takes_the_whole_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As whoever throws cookies away would: a new browser with each study."""
    monkeypatch.setattr(Queue, "_hire", lambda self, table: None)
    queue = Queue(tmp_path)
    for seed in range(queue.limits.near):
        start(queue, plan(seed=seed), f"client {seed}", "here")
    with pytest.raises(Refused, match="From your network 8 studies are under way"):
        start(queue, plan(seed=99), "client 99", "here")
    assert queue.limits.near < queue.limits.waiting
    start(queue, plan(seed=100), "client 100", "elsewhere")


def test_the_table_is_its_owners_alone_and_does_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Queue, "_hire", lambda self, table: None)
    monkeypatch.setattr(queue_module, "MOST_REMEMBERED", 3)
    queue = Queue(tmp_path, Limits(each=99, waiting=99))
    names = [start(queue, plan(seed=seed)).id for seed in range(5)]
    files = [path for path in tmp_path.iterdir() if path.name.startswith("jobs.sqlite")]
    assert files and all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert [job.id for job in queue.jobs_of("somebody")] == names[:1:-1]
    with queue.table.writing() as table:
        table.execute("UPDATE job SET state = 'failed', ended = ? WHERE id = ?", (time.time() - 8 * 86400, names[0]))
    start(queue, plan(seed=6))
    assert queue.job(names[0]) is None and queue.job(names[1]) is not None


def test_a_study_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="more than 100 runs"):
        start(Queue(tmp_path, Limits(runs=100)), plan(64))


@pytest.mark.usefixtures("gate")
def test_two_studies_at_once_where_that_is_allowed(tmp_path: Path) -> None:
    queue = Queue(tmp_path, Limits(at_once=2, each=2))
    jobs = [start(queue, plan(LONG, seed)) for seed in (1, 2)]
    runners = {until_under_way(queue, job.id).runner for job in jobs}
    assert len(runners) == 2
    queue.close()
    assert {queue.job(job.id).state for job in jobs} == {"waiting"}


def test_many_processes_claim_every_study_once(idle: Queue) -> None:
    names = {start(idle, plan(seed=seed), f"client {seed}").id for seed in range(12)}
    script = (
        "import sys; from pathlib import Path; from policy_lab.jobs.table import Table; t = Table(Path(sys.argv[1]))\n"
        "while (job := t.claim(int(sys.argv[2]))): print(job.id)"
    )
    command = [sys.executable, "-c", script, str(idle.table.path)]
    several = [subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in range(3)]
    claimed = [line for one in several for line in one.communicate(timeout=60)[0].split()]
    assert len(claimed) == 12
    assert set(claimed) == names


def test_a_damaged_table_is_set_aside_and_results_are_found_again(queue: Queue) -> None:
    job = start(queue, plan())
    until(queue, job.id, "finished")
    queue.close()
    queue.table.path.write_bytes(b"this is no table at all" * 500)
    for ending in ("-wal", "-shm"):
        queue.table.path.with_name(queue.table.path.name + ending).unlink(missing_ok=True)
    assert queue.job(job.id) is None
    assert queue.result(job.id) is not None
    assert [p.name for p in queue.folder.glob("*.damaged-*")] != []
    assert start(queue, plan()).state == "finished"


def test_a_table_damaged_in_its_middle_is_noticed(idle: Queue) -> None:
    start(idle, plan())
    with sqlite3.connect(idle.table.path) as table:
        table.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(idle.table.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    idle.table.path.write_bytes(bytes(content))
    assert idle.jobs_of("somebody") == []
    assert start(idle, plan()).state == "waiting"


def test_a_full_disk_is_said_in_one_sentence(idle: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    start(idle, plan())
    ready = Table._ready

    def full(self: Table) -> sqlite3.Connection:
        connection = ready(self)
        connection.execute("PRAGMA max_page_count = 1")  # not a page more than there are
        return connection

    monkeypatch.setattr(Table, "_ready", full)

    def fill() -> None:
        for seed in range(2, 500):
            start(idle, plan(seed=seed), f"client {seed}")

    with pytest.raises(OutputError, match=r"cannot be used: database or disk is full\. Free some space"):
        fill()
    assert len(idle.jobs_of("somebody")) == 1  # what was there can still be read


def test_a_study_on_a_full_disk_fails_in_words_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    folder = tmp_path / "studies"
    queue = Queue(folder)
    job = start_idle(queue, plan(4096, times="all"))
    runner = [sys.executable, "-m", "policy_lab.jobs.runner", str(folder), str(os.getpid())]
    # No file may grow beyond 1 MB: what the system says then is what it says of a full disk.
    small = f"ulimit -f 1024; trap '' XFSZ; exec {' '.join(runner)}"
    subprocess.run(["bash", "-c", small], check=True, timeout=PATIENCE, stderr=subprocess.DEVNULL)
    failed = queue.job(job.id)
    assert (failed.state, failed.reason) == ("failed", "disk")
    assert failed.said is not None and "Cannot write" in english().in_words(failed.said)
    start_idle(queue, plan(4096, times="all"))
    subprocess.run(runner, check=True, timeout=PATIENCE, stderr=subprocess.DEVNULL)
    assert queue.job(job.id).state == "finished"


def test_a_study_waits_while_no_process_can_be_started(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/no/such/python")
        with pytest.raises(OutputError, match=r"process for studies, /no/such/python, cannot be started: No such file"):
            start(queue, plan())
    (job,) = queue.jobs_of("somebody")
    assert job.state == "waiting"
    assert until(queue, job.id, "finished").tries == 1


@pytest.mark.usefixtures("gate")
def test_two_servers_on_one_folder_run_a_study_once(tmp_path: Path) -> None:
    folder = tmp_path / "studies"
    script = (
        "import sys, time; from pathlib import Path; from policy_lab.jobs import Queue; q = Queue(Path(sys.argv[1]))\n"
        "while True: q.tend_now_and_then(); time.sleep(0.1)"
    )
    here = Queue(folder)
    with subprocess.Popen([sys.executable, "-c", script, str(folder)]) as other:
        try:
            job = until_under_way(here, start(here, plan(LONG)).id)
            again = start(here, plan(LONG), "somebody else")
            time.sleep(2.5)  # both look after the runners meanwhile, more than once
            with here.table.reading() as table:
                runners = [row[0] for row in table.execute("SELECT name FROM runner").fetchall()]
            assert runners == [job.runner]
            assert (again.id, here.job(job.id).tries) == (job.id, 1)
        finally:
            other.terminate()
            here.close()


CONTAINER = (
    "import sys, time; from pathlib import Path; from policy_lab.jobs import Queue; q = Queue(Path(sys.argv[1]))\n"
    "while True: q.tend_now_and_then(); time.sleep(0.1)"
)
#: A process with process ids and a host name of its own, as in a container; to root's rights it helps itself.
ELSEWHERE = ["unshare", "--user", "--map-root-user", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc"]


def test_a_study_of_another_container_is_left_alone_until_that_is_silent(
    tmp_path: Path, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("unshare") is None or subprocess.run([*ELSEWHERE, "true"], check=False).returncode:
        pytest.skip("this system lends no process ids of one's own")
    monkeypatch.setattr(queue_module, "SILENCE", 6.0)
    here = Queue(tmp_path / "studies", Limits(at_once=1))
    job = start_idle(here, plan(LONG))
    del here.tend  # from here on it looks after the runners again
    command = ["sh", "-c", 'hostname elsewhere && exec "$@"', "sh", sys.executable, "-c", CONTAINER, str(here.folder)]
    with subprocess.Popen([*ELSEWHERE, *command]) as other:
        until_kept(here, job.id)
        there = here.job(job.id)
        assert " at elsewhere " in there.runner
        assert int(there.runner.split()[0]) < 1000  # an id that this system has too, and for another process
        for _ in range(30):
            here.tend()
            time.sleep(0.1)
        assert (here.job(job.id).runner, here.job(job.id).tries) == (there.runner, 1)
        other.kill()
    gate.touch()
    again = until(here, job.id, "finished")
    assert again.tries == 2
    here.close()
    alone = run_study(plan(LONG).study, tmp_path / "alone", pictures=False)
    assert load_findings(here.place(job.id)).table.equals(alone.table)


def until_kept(queue: Queue, name: str) -> None:
    """Waits until a runner that others look after has kept a chunk."""
    end = time.monotonic() + PATIENCE
    journal = queue.place(name) / "work" / "runs.done"
    while not (journal.exists() and journal.stat().st_size):
        assert time.monotonic() < end, queue.job(name)
        time.sleep(0.05)


@pytest.mark.parametrize(("beat", "left"), [(0, True), (-10, True), (3600, True), (-60, False)])
def test_of_a_runner_elsewhere_the_beat_alone_tells(idle: Queue, beat: float, left: bool) -> None:
    job = start(idle, plan())
    name = f"{os.getpid()} at elsewhere"
    with idle.table.writing() as table:
        table.execute("UPDATE job SET state = 'running', runner = ?, tries = 1 WHERE id = ?", (name, job.id))
        table.execute("INSERT INTO runner VALUES (?, ?)", (name, time.time() + beat))
    idle.tend()
    assert idle.job(job.id).state == ("running" if left else "waiting")
    with idle.table.reading() as table:
        beats = [row[0] for row in table.execute("SELECT beat FROM runner").fetchall()]
    assert all(one <= time.time() for one in beats)  # a beat of the future, before the clock was set back, is of now


def test_a_process_is_known_by_its_place() -> None:
    mine = named(os.getpid())
    assert pid_of(mine) == os.getpid()
    assert may_live(mine)
    assert pid_of(f"{os.getpid()} at elsewhere") is None
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert not may_live(named(gone.pid))
    assert may_live(f"{gone.pid} at elsewhere")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be used"):
        start(Queue(tmp_path / "file" / "studies"), plan())


def test_a_folder_that_cannot_be_written_is_told_when_the_server_starts(
    tmp_path: Path, written: list[logging.LogRecord]
) -> None:
    (tmp_path / "file").write_text("in the way")
    Queue(tmp_path / "file" / "studies").resume()
    [told] = [line.getMessage() for line in written]
    assert "No study can be started" in told
    assert "POLICY_LAB_STUDIES" in told
    Queue(tmp_path / "not" / "yet").resume()
    assert len(written) == 1


def test_the_table_of_another_version_is_begun_anew_and_results_stay(idle: Queue) -> None:
    job = start(idle, plan())
    with sqlite3.connect(idle.table.path) as table:
        table.execute("PRAGMA user_version = 99")
        table.execute("ALTER TABLE job RENAME COLUMN title TO name")
    (idle.place(job.id)).mkdir()
    (idle.place(job.id) / FINISHED).write_text("whole")
    assert idle.job(job.id) is None
    assert idle.result(job.id) is not None
    assert start(idle, plan()).state == "finished"


def test_old_results_make_room_for_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Queue, "_hire", lambda self, table: None)
    queue = Queue(tmp_path, Limits(kept_bytes=1500))
    jobs = []
    for seed in (1, 2):
        job = start(queue, plan(seed=seed))
        queue.place(job.id).mkdir()
        (queue.place(job.id) / "provenance.json").write_text("x" * 1000)
        jobs.append(start(queue, plan(seed=seed)))
        assert jobs[-1].state == "finished"
    start(queue, plan(seed=3))
    assert queue.result(jobs[0].id) is None
    assert queue.result(jobs[1].id) is not None


@pytest.mark.parametrize("name", ["../../etc", "levers", "", "f" * 21, "F" * 20, "%2e%2e"])
def test_what_is_no_id_is_no_study(idle: Queue, name: str) -> None:
    start(idle, plan())
    assert idle.job(name) is None
    assert idle.result(name) is None


def test_time_left_comes_from_the_rate_and_from_what_usually_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    progress = Progress(rest=7.0)
    with progress(Message(SIMULATING), 1000):
        assert progress.left() is None
        for _ in range(5):
            clock[0] += 2.0
            progress.advance(50)
        assert progress.left() == pytest.approx(750 / 25 + 7)
    assert progress.per_run == pytest.approx(10.0 / 250)
    with progress(Message("progress.resampling"), 70):
        clock[0] += 3.0
        assert progress.left() == pytest.approx(4.0)
