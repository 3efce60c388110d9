"""The table of jobs: one file, shared by all web processes and runners of a folder."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass
from typing import Final

from policy_lab.jobs.sqlite_file import SqliteFile
from policy_lab.messages import Message, as_data, from_data

WAITING, RUNNING, FINISHED, FAILED, CANCELLED = "waiting", "running", "finished", "failed", "cancelled"
#: States in which a job still costs something.
OPEN: Final = (WAITING, RUNNING)

_TABLES: Final = """
CREATE TABLE job (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, study TEXT NOT NULL, runs INTEGER NOT NULL, state TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '', done REAL NOT NULL DEFAULT 0, total REAL NOT NULL DEFAULT 0, seconds_left REAL,
    reason TEXT NOT NULL DEFAULT '', said TEXT NOT NULL DEFAULT '',
    asked REAL NOT NULL, began REAL, ended REAL, runner TEXT, tries INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX job_by_state ON job (state, asked);
CREATE TABLE interest (
    client TEXT NOT NULL, job TEXT NOT NULL, asked REAL NOT NULL, address TEXT NOT NULL, PRIMARY KEY (client, job)
);
CREATE TABLE start (address TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE runner (name TEXT PRIMARY KEY, beat REAL NOT NULL);
CREATE TABLE speed (model TEXT NOT NULL, name TEXT NOT NULL, seconds REAL NOT NULL, PRIMARY KEY (model, name));
"""


@dataclass(frozen=True)
class Job:
    """One study in the table.

    Attributes:
        id: the beginning of the study's hash; the same study always has the same one.
        title: in words; ``study`` is the study file as TOML; ``runs`` how many runs it has planned.
        state: waiting, running, finished, failed or cancelled.
        stage, done, total: key of what is being done, and how far; ``seconds_left`` is None while nobody knows.
        reason: why it failed ("study", "disk", "stopped", "unexpected"), and ``said`` the study's own message on it.
        asked, began, ended: seconds since 1970; None for what has not happened.
        runner: the process that runs it (``processes.named``), None if none does; ``tries`` how often one began.
        cancelled: whether somebody asked for its end.
    """

    id: str
    title: str
    study: str
    runs: int
    state: str
    stage: str
    done: float
    total: float
    seconds_left: float | None
    reason: str
    said: Message | None
    asked: float
    began: float | None
    ended: float | None
    runner: str | None
    tries: int
    cancelled: bool

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN


class Table(SqliteFile):
    """The file, and the questions that runners and web processes ask it."""

    schema, version = _TABLES, 3
    # Reads a page of every table, so that damage is noticed here and not in the middle of something.
    probe = "SELECT (SELECT count(*) FROM runner), (SELECT id FROM job LIMIT 1)"

    def job(self, name: str) -> Job | None:
        """A job by its id."""
        with self.reading() as table:
            return one(table, name)

    # ---- what a runner does

    def claim(self, runner: str) -> Job | None:
        """The job that waits longest, from now on run by ``runner``; None if none waits."""
        with self.writing() as table:
            row = table.execute("SELECT * FROM job WHERE state = ? ORDER BY asked, id LIMIT 1", (WAITING,)).fetchone()
            if row is None:
                return None
            table.execute(
                "UPDATE job SET state = ?, runner = ?, began = ?, tries = tries + 1, cancelled = 0, stage = '', "
                "done = 0, total = 0, seconds_left = NULL WHERE id = ?",
                (RUNNING, runner, time.time(), row["id"]),
            )
            # It took its time to start, perhaps, and was given up; from here on it is known to live.
            table.execute("INSERT OR REPLACE INTO runner VALUES (?, ?)", (runner, time.time()))
            return one(table, row["id"])

    def beat(self, runner: str, name: str, stage: str, done: float, total: float, left: float | None) -> bool:
        """Tell that a runner lives and how far it is; whether it should stop."""
        with self.writing() as table:
            table.execute("INSERT OR REPLACE INTO runner VALUES (?, ?)", (runner, time.time()))
            table.execute(
                "UPDATE job SET stage = ?, done = ?, total = ?, seconds_left = ? WHERE id = ? AND runner = ?",
                (stage, done, total, left, name, runner),
            )
            row = table.execute("SELECT cancelled, runner FROM job WHERE id = ?", (name,)).fetchone()
        return row is None or bool(row["cancelled"]) or row["runner"] != runner

    def end(self, runner: str, name: str, state: str, reason: str = "", said: Message | None = None) -> None:
        """A runner has done with a job; ``waiting`` puts it back into the line."""
        with self.writing() as table:
            table.execute(
                "UPDATE job SET state = ?, reason = ?, said = ?, ended = ?, runner = NULL, seconds_left = NULL "
                "WHERE id = ? AND runner = ?",
                (
                    state,
                    reason,
                    json.dumps(as_data(said)) if said else "",
                    None if state == WAITING else time.time(),
                    name,
                    runner,
                ),
            )

    def leave(self, runner: str) -> None:
        """A runner goes."""
        with self.writing() as table:
            table.execute("DELETE FROM runner WHERE name = ?", (runner,))

    def learn(self, model: str, **seconds: float) -> None:
        """Take in how long things took here: ``run`` is a run of the model of that hash, ``rest`` all but the runs."""
        with self.writing() as table:
            for name, value in seconds.items():
                table.execute(
                    "INSERT INTO speed VALUES (?, ?, ?) "
                    "ON CONFLICT (model, name) DO UPDATE SET seconds = 0.5 * speed.seconds + 0.5 * excluded.seconds",
                    (model, name, value),
                )

    def speed(self, model: str, name: str) -> float | None:
        """Seconds that something takes here with the model of that hash, None if nobody knows yet."""
        with self.reading() as table:
            row = table.execute("SELECT seconds FROM speed WHERE model = ? AND name = ?", (model, name)).fetchone()
        return None if row is None else float(row["seconds"])


def one(table: sqlite3.Connection, name: str) -> Job | None:
    """A job by its id, read in the caller's connection."""
    row = table.execute("SELECT * FROM job WHERE id = ?", (name,)).fetchone()
    return None if row is None else job_of(row)


def job_of(row: sqlite3.Row) -> Job:
    """A job from its row."""
    said = from_data(json.loads(row["said"])) if row["said"] else None
    return Job(**{**dict(row), "cancelled": bool(row["cancelled"]), "said": said})
