"""Rooms: where a class leaves its guesses for a day, without an account, a cookie or an address.

A room has six letters, a key that only its teacher knows, and codes (``web/core/answer-code.js``), of which no more
is read here than the two digits of the step: a room serves a lesson, and of no step is anything shown below five. What
it has is deleted a day after it was opened, and overwritten: nobody can tell afterwards that it was there.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policy_lab.errors import PolicyLabError
from policy_lab.jobs.sqlite_file import SqliteFile

#: Letters of a room, without vowels, so that they make no word, and without those that are heard or read as another.
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = 6
#: Seconds for which there is a room.
DAY: Final = 24 * 3600.0
#: Answers of a step below which none of them is shown: of four, somebody may know who said what.
LEAST: Final = 5
#: Where a code has the step that it is about.
STEP: Final = slice(4, 6)
#: Bytes of a code, and codes of a room: a school year's, for a lesson with ten guesses.
LONGEST: Final = 200
MOST_CODES: Final = 5000
#: Rooms at once. Where there is none left, the oldest in which nobody has answered goes.
MOST_ROOMS: Final = 500
_CODE: Final = re.compile(r"[A-Z0-9]{8,200}")
_ROOM: Final = re.compile(rf"[{LETTERS}]{{{LENGTH}}}")
#: What a room is for: the key of a story, and a step perhaps.
_ABOUT: Final = re.compile(r"[A-Za-z0-9_.:-]{0,80}")


class NoRoom(PolicyLabError):
    """There is no such room, or none any more."""


class NotAllowed(PolicyLabError):
    """The key is another's."""


@dataclass(frozen=True)
class Room:
    """A room as everybody may know it.

    Attributes:
        name: its letters.
        about: what it is for, as whoever opened it said.
        until: when it goes, in seconds since 1970.
    """

    name: str
    about: str
    until: float


class Rooms(SqliteFile):
    """The rooms of one server.

    Args:
        path: of their file.
        now: seconds since 1970.
    """

    schema = """
    CREATE TABLE room (
        name TEXT PRIMARY KEY, key BLOB NOT NULL, about TEXT NOT NULL, opened REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE answer (room TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (room, code)) WITHOUT ROWID
    """  # without a row's number nothing tells who came when
    version = 1
    probe = "SELECT (SELECT count(*) FROM room), (SELECT room FROM answer LIMIT 1)"

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        super().__init__(path)
        self._now = now

    def open(self, about: str) -> tuple[Room, str]:
        """A new room, and the key of whoever opens it, which is kept nowhere; raises ``PolicyLabError``."""
        if not _ABOUT.fullmatch(about):
            raise PolicyLabError("error.room.about")
        key, now = secrets.token_urlsafe(18), self._now()
        with self.writing() as table:
            self._end_old(table)
            if table.execute("SELECT count(*) FROM room").fetchone()[0] >= MOST_ROOMS:
                empty = "SELECT name FROM room WHERE name NOT IN (SELECT room FROM answer) ORDER BY opened LIMIT 1"
                if not table.execute(f"DELETE FROM room WHERE name IN ({empty})").rowcount:
                    raise PolicyLabError("error.room.full")
            name = ""
            while not name or table.execute("SELECT 1 FROM room WHERE name = ?", (name,)).fetchone():
                name = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
            table.execute("INSERT INTO room VALUES (?, ?, ?, ?)", (name, _hidden(key), about, now))
        return Room(name, about, now + DAY), key

    def room(self, name: str) -> Room:
        """A room by its letters, in any spelling; raises ``NoRoom``."""
        with self.reading() as table:
            return self._room(table, name)[0]

    def answer(self, name: str, sent: bytes) -> None:
        """Leave a code in a room; the same code twice is one. Raises ``NoRoom``, or ``PolicyLabError`` for no code."""
        code = sent.strip().decode("ascii", "replace").upper()
        if len(sent) > LONGEST or not _CODE.fullmatch(code):
            raise PolicyLabError("error.room.code")
        with self.writing() as table:
            room, _ = self._room(table, name)
            if self._count(table, room) >= MOST_CODES:
                raise PolicyLabError("error.room.crowded")
            table.execute("INSERT OR IGNORE INTO answer VALUES (?, ?)", (room.name, code))

    def answers(self, name: str, key: str) -> tuple[dict[str, int], list[str]]:
        """How many codes a room has of each step; the codes by the alphabet, none of a step below ``LEAST``.

        Raises:
            NoRoom, NotAllowed: it is not there, or the key is not its.
        """
        with self.reading() as table:
            room = self._with_key(table, name, key)
            codes = [row["code"] for row in table.execute("SELECT code FROM answer WHERE room = ?", (room.name,))]
        steps = Counter(code[STEP] for code in codes)
        return dict(steps), [code for code in codes if steps[code[STEP]] >= LEAST]

    def close(self, name: str, key: str) -> None:
        """End a room before its time; raises as ``answers`` does."""
        with self.writing() as table:
            room = self._with_key(table, name, key)
            table.execute("DELETE FROM room WHERE name = ?", (room.name,))
            self._end_old(table)
        self._overwrite()

    def tend(self) -> None:
        """Delete what has had its day; to be called every minute."""
        if not self.path.exists():
            return
        with self.reading() as table:
            old = table.execute("SELECT 1 FROM room WHERE opened < ? LIMIT 1", (self._now() - DAY,)).fetchone()
        if old:
            with self.writing() as table:
                self._end_old(table)
            self._overwrite()

    def _ready(self) -> sqlite3.Connection:
        connection = super()._ready()
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    def _overwrite(self) -> None:
        """What was deleted goes from SQLite's journal too."""
        with self.reading() as table:
            table.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _end_old(self, table: sqlite3.Connection) -> None:
        table.execute("DELETE FROM room WHERE opened < ?", (self._now() - DAY,))
        table.execute("DELETE FROM answer WHERE room NOT IN (SELECT name FROM room)")

    def _room(self, table: sqlite3.Connection, name: str) -> tuple[Room, bytes]:
        wanted = name.strip().upper()
        row = (
            table.execute("SELECT * FROM room WHERE name = ?", (wanted,)).fetchone()
            if _ROOM.fullmatch(wanted)
            else None
        )
        if row is None or row["opened"] + DAY <= self._now():
            raise NoRoom("error.room.none")
        return Room(row["name"], row["about"], row["opened"] + DAY), bytes(row["key"])

    def _with_key(self, table: sqlite3.Connection, name: str, key: str) -> Room:
        room, hidden = self._room(table, name)
        if not hmac.compare_digest(hidden, _hidden(key)):
            raise NotAllowed("error.room.key")
        return room

    def _count(self, table: sqlite3.Connection, room: Room) -> int:
        return int(table.execute("SELECT count(*) FROM answer WHERE room = ?", (room.name,)).fetchone()[0])


def _hidden(key: str) -> bytes:
    """What is kept of a key; it is long and drawn by chance, so that one round is enough."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()
