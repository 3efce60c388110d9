"""Starting studies, watching them, ending them: what a web process does with the table of jobs."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from policy_lab import __version__
from policy_lab.ensemble.folder import FINISHED
from policy_lab.ensemble.plan import Plan
from policy_lab.ensemble.study_file import write_toml
from policy_lab.errors import OutputError
from policy_lab.jobs import processes
from policy_lab.jobs.limits import Limits, Refused
from policy_lab.jobs.table import CANCELLED, FAILED, OPEN, RUNNING, WAITING, Job, Table, job_of, one

log = logging.getLogger("policy_lab.studies")

#: Characters of a study's hash that name it: 80 bits, so that nobody meets another study by chance or by guessing.
ID_LENGTH: Final = 20
_ID: Final = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
#: A runner that was not heard of for this long (s) is gone; one that cannot be heard stops itself well before.
SILENCE: Final = 20.0
#: A study that was stopped this often, by whatever, is not tried again by itself.
MOST_TRIES: Final = 5
HOUR: Final = 3600.0
#: How long (s), and for how many of its studies, a browser is remembered; how long one that came to nothing is kept.
REMEMBERED: Final = 90 * 24 * HOUR
MOST_REMEMBERED: Final = 50
FORGOTTEN: Final = 7 * 24 * HOUR
#: A runner shares its work out by itself; threads that libraries would add stand in the way of the pages.
NO_THREADS_OF_THEIR_OWN: Final = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
#: Whole folders that one process packs and sends at once: each has a thread until its reader has read it.
DOWNLOADS: Final = 3
#: Times between two looks after the runners, per web process (s).
TENDED_EVERY: Final = 1.0


@dataclass
class Queue:
    """The studies of one server.

    Attributes:
        folder: holds the table (``jobs.sqlite``) and a result folder for every study.
        limits: how much is taken on.
        downloads: one for each whole folder that a process packs and sends at once.
        keeper: the process whose end stops all runners: the server; what they were at goes on at its next start.
    """

    folder: Path
    limits: Limits = field(default_factory=Limits)
    keeper: int = field(default_factory=os.getpid)
    downloads: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(DOWNLOADS), repr=False)
    _tended: float = field(default=0.0, repr=False)
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.expanduser().absolute()
        self.table = Table(self.folder / "jobs.sqlite")

    # ---- what a person does

    def start(self, plan: Plan, runs: int, title: str, client: str, address: str = "") -> Job:
        """Put a study into the line, or join the one that is there already; a finished one is there at once.

        Args:
            plan: of the study, checked.
            runs: of the model that it needs, at most.
            title: of the study, in words.
            client: who asks; an opaque token.
            address: from where, for the limit by the hour; an opaque token too, "" for a server of one person.

        Raises:
            Refused: a limit is reached.
            OutputError: the table cannot be written.
        """
        try:
            return self._start(plan, runs, title, client, address)
        except Refused as refusal:
            log.info("a study is refused: %s, %s runs: %s", title, f"{runs:,}", refusal)
            raise

    def _start(self, plan: Plan, runs: int, title: str, client: str, address: str) -> Job:
        if runs > self.limits.runs:
            raise Refused("runs", self.limits.runs)
        name, now = id_of(plan), time.time()
        study = write_toml(plan.study, plan.study.model_reference())
        done = self.is_finished(name)
        with self.table.writing() as table:
            known = one(table, name)
            if not done and not (known and known.is_open):
                self._refuse(table, client, address, now)
            self._note(table, name, title, study, runs, now, done)
            table.execute("INSERT OR REPLACE INTO interest VALUES (?, ?, ?, ?)", (client, name, now, address))
            self._forget(table, client, now)
            job = one(table, name)
        assert job is not None
        if job.state == WAITING:
            self.make_room()
            self.tend()
        log.info("study %s asked for: %s, %s runs, %s", name, title, f"{runs:,}", job.state)
        return job

    def cancel(self, name: str, client: str) -> Job | None:
        """A client wants a study no more; it ends unless somebody else waits for it too. None if there is none."""
        with self.table.writing() as table:
            mine = table.execute("DELETE FROM interest WHERE client = ? AND job = ?", (client, name)).rowcount
            others = table.execute("SELECT count(*) FROM interest WHERE job = ?", (name,)).fetchone()[0]
            if mine and not others:
                table.execute(
                    "UPDATE job SET state = ?, ended = ? WHERE id = ? AND state = ?",
                    (CANCELLED, time.time(), name, WAITING),
                )
                table.execute("UPDATE job SET cancelled = 1 WHERE id = ? AND state = ?", (name, RUNNING))
            job = one(table, name)
        if mine:
            log.info("study %s is no longer wanted by one; %s others wait for it", name, others)
        return job

    def job(self, name: str) -> Job | None:
        """A job by its id; None for what is not there and for what is no id."""
        return self.table.job(name) if _ID.fullmatch(name) else None

    def jobs_of(self, client: str) -> list[Job]:
        """What a client asked for and did not cancel, the latest first."""
        with self.table.reading() as table:
            rows = table.execute(
                "SELECT job.* FROM job JOIN interest ON interest.job = job.id WHERE interest.client = ? "
                "ORDER BY interest.asked DESC LIMIT ?",
                (client, MOST_REMEMBERED),
            ).fetchall()
        return [job_of(row) for row in rows]

    def ahead_of(self, job: Job) -> int:
        """How many studies come before one that waits."""
        with self.table.reading() as table:
            row = table.execute(
                "SELECT count(*) FROM job WHERE state = ? OR (state = ? AND (asked, id) < (?, ?))",
                (RUNNING, WAITING, job.asked, job.id),
            ).fetchone()
        return int(row[0])

    def result(self, name: str) -> Path | None:
        """The result folder of a finished study, None if there is none."""
        return self.place(name) if _ID.fullmatch(name) and self.is_finished(name) else None

    def place(self, name: str) -> Path:
        """Where a study keeps what it makes."""
        return self.folder / name

    def is_finished(self, name: str) -> bool:
        """Whether a whole result lies in the study's folder."""
        return (self.place(name) / FINISHED).is_file()

    def drop_result(self, name: str) -> None:
        """Remove the result of a study that cannot be read, so that who asks for it again gets a whole one."""
        if self.result(name):
            log.warning("the result of study %s cannot be read; it is removed and made again", name)
            shutil.rmtree(self.place(name), ignore_errors=True)

    def _refuse(self, table: sqlite3.Connection, client: str, address: str, now: float) -> None:
        count = "SELECT count(*) FROM job WHERE state IN (?, ?)"
        if table.execute(count, OPEN).fetchone()[0] >= self.limits.waiting + self.limits.at_once:
            raise Refused("waiting", self.limits.waiting)
        own = f"{count} AND id IN (SELECT job FROM interest WHERE client = ?)"
        if table.execute(own, (*OPEN, client)).fetchone()[0] >= self.limits.each:
            raise Refused("each", self.limits.each)
        near = f"{count} AND id IN (SELECT job FROM interest WHERE address = ?)"
        if address and table.execute(near, (*OPEN, address)).fetchone()[0] >= self.limits.near:
            raise Refused("near", self.limits.near)
        table.execute("DELETE FROM start WHERE at < ?", (now - HOUR,))
        begun = table.execute("SELECT count(*) FROM start WHERE address = ?", (address,)).fetchone()[0]
        if address and begun >= self.limits.starts:
            raise Refused("starts", self.limits.starts)
        table.execute("INSERT INTO start VALUES (?, ?)", (address, now))

    def _forget(self, table: sqlite3.Connection, client: str, now: float) -> None:
        """Keep the table from growing: what a browser asked for long ago, and studies that came to nothing."""
        table.execute(
            "DELETE FROM interest WHERE asked < ? OR (client = ? AND job NOT IN "
            "(SELECT job FROM interest WHERE client = ? ORDER BY asked DESC LIMIT ?))",
            (now - REMEMBERED, client, client, MOST_REMEMBERED),
        )
        ended = (FAILED, CANCELLED, now - FORGOTTEN)
        table.execute("DELETE FROM job WHERE state IN (?, ?) AND ended < ?", ended)

    def _note(
        self, table: sqlite3.Connection, name: str, title: str, study: str, runs: int, now: float, done: bool
    ) -> None:
        """Write a job down: waiting, or finished where its result is there; one under way stays as it is."""
        state = "finished" if done else WAITING
        table.execute(
            "INSERT INTO job (id, title, study, runs, state, asked, ended) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET state = excluded.state, asked = excluded.asked, ended = excluded.ended, "
            "title = excluded.title, study = excluded.study, tries = 0, reason = '', said = '', cancelled = 0 "
            f"WHERE job.state NOT IN ('{WAITING}', '{RUNNING}') OR excluded.state = 'finished'",
            (name, title, study, runs, state, now, now if done else None),
        )
        # Somebody cancelled it, and somebody else asks for it before it has ended.
        table.execute("UPDATE job SET cancelled = 0 WHERE id = ?", (name,))

    # ---- looking after runners

    def tend(self) -> None:
        """Put what a dead runner left back into the line, and see that as many runners live as there should.

        Called whenever somebody asks how studies stand; costs next to nothing within a second of the last time.

        Raises:
            OutputError: the table cannot be written.
        """
        with self._lock:
            self._children = [child for child in self._children if child.poll() is None]
            self._tended = time.monotonic()
            with self.table.writing() as table:
                self._bury(table)
                self._hire(table)

    def tend_now_and_then(self) -> None:
        """``tend``, unless this process did so within the last second."""
        if time.monotonic() - self._tended >= TENDED_EVERY:
            self.tend()

    def _bury(self, table: sqlite3.Connection) -> None:
        now = time.time()
        # A clock that was set back: from now on, silence counts from now.
        table.execute("UPDATE runner SET beat = ? WHERE beat > ?", (now, now))
        for name, beat in table.execute("SELECT name, beat FROM runner").fetchall():
            if beat < now - SILENCE or not processes.may_live(name):
                table.execute("DELETE FROM runner WHERE name = ?", (name,))
        orphans = table.execute(
            "SELECT id, tries FROM job WHERE state = ? AND runner NOT IN (SELECT name FROM runner)", (RUNNING,)
        ).fetchall()
        for name, tries in orphans:
            state, reason = (WAITING, "") if tries < MOST_TRIES else (FAILED, "stopped")
            table.execute(
                "UPDATE job SET state = ?, reason = ?, runner = NULL, ended = ? WHERE id = ?",
                (state, reason, time.time() if reason else None, name),
            )
            log.warning("study %s lost its process after try %s; it is %s", name, tries, state)

    def _hire(self, table: sqlite3.Connection) -> None:
        waiting = table.execute("SELECT count(*) FROM job WHERE state = ?", (WAITING,)).fetchone()[0]
        runners = table.execute("SELECT count(*) FROM runner").fetchone()[0]
        for _ in range(min(waiting, self.limits.at_once - runners)):
            child = self._runner()
            self._children.append(child)
            table.execute("INSERT OR REPLACE INTO runner VALUES (?, ?)", (processes.named(child.pid), time.time()))

    def _runner(self) -> subprocess.Popen[bytes]:
        """A process that runs what waits.

        Raises:
            OutputError: the system does not start one.
        """
        # Not a session of its own: some kernels weigh sessions against each other, whatever their processes'
        # priority, and then a study would slow the pages down.
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "policy_lab.jobs.runner", str(self.folder), str(self.keeper), log_level()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**NO_THREADS_OF_THEIR_OWN, **os.environ},
                process_group=0 if sys.platform != "win32" else None,
            )
        except OSError as error:
            raise OutputError("error.jobs.start", program=sys.executable, reason=error.strerror or error) from None

    def resume(self) -> None:
        """At the start of a server: go on with what waits; a folder or table that cannot be used is told in the log."""
        try:
            if self.table.path.exists():
                self.tend()
            elif not can_be_made(self.folder):
                raise OutputError("error.jobs.folder", folder=self.folder)
        except OutputError as error:
            log.error("%s", error)

    def close(self) -> None:
        """End the runners and wait for them, in the keeper; what they were at waits for the next start.

        Other processes of a server come and go while studies run. Runners that these began end with the keeper.
        """
        if os.getpid() != self.keeper:
            return
        for child in self._children:
            child.terminate()
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=10)
        self._children = []

    # ---- room

    def make_room(self) -> None:
        """Delete results that were not asked for longest, as far as all together are larger than allowed."""
        with self.table.reading() as table:
            busy = {row[0] for row in table.execute("SELECT id FROM job WHERE state IN (?, ?)", OPEN).fetchall()}
            asked = dict(table.execute("SELECT job, max(asked) FROM interest GROUP BY job").fetchall())
        places = [p for p in self.folder.iterdir() if _ID.fullmatch(p.name)]
        sizes = {p: sum(f.stat().st_size for f in p.rglob("*") if f.is_file()) for p in places}
        excess = sum(sizes.values()) - self.limits.kept_bytes
        for place in sorted(places, key=lambda p: asked.get(p.name, 0.0)):
            if excess <= 0:
                return
            if place.name in busy:
                continue
            shutil.rmtree(place, ignore_errors=True)
            excess -= sizes[place]
            log.info("study %s is deleted to make room", place.name)
            with self.table.writing() as table:
                table.execute("DELETE FROM job WHERE id = ?", (place.name,))
                table.execute("DELETE FROM interest WHERE job = ?", (place.name,))


def can_be_made(folder: Path) -> bool:
    """Whether a folder, or the nearest one above it that is there, may be written to."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    return there.is_dir() and os.access(there, os.W_OK)


def id_of(plan: Plan) -> str:
    """The name of a study: the beginning of the hash of all that decides its result."""
    return plan.fingerprint(__version__)[:ID_LENGTH]


def log_level() -> str:
    """What the runners of this process should tell, by name of the level."""
    return logging.getLevelName(log.getEffectiveLevel())
