"""A SQLite file in WAL mode that all processes of a machine share.

Every call opens the file anew, which costs a tenth of a millisecond and makes forks and threads harmless. A file that
is damaged is set aside and a new one begun.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

from policy_lab.errors import OutputError
from policy_lab.messages import Message

log = logging.getLogger("policy_lab.studies")

#: Seconds a call waits for another process to finish writing.
PATIENCE: Final = 5.0
_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class SqliteFile:
    """The file; what is in it is for a subclass to say.

    Args:
        path: of the file; made, with its folder, when first used.

    Attributes:
        schema: statements that make its tables, with semicolons between.
        version: of the schema; a file of another one is begun anew.
        probe: a question that reads a page of every table.

    Every method raises ``OutputError`` where the file cannot be used, in words for whoever keeps the server.
    """

    schema: ClassVar[str]
    version: ClassVar[int]
    probe: ClassVar[str]

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for questions."""
        with self._told(), contextlib.closing(self._open()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection within one transaction that nobody else writes beside; undone on any error."""
        with self._told(), contextlib.closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._ready()
        except sqlite3.DatabaseError as error:
            if _code(error) not in _DAMAGE:
                raise
        self._set_aside()
        return self._ready()

    def _ready(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        try:
            self.path.chmod(0o600)  # who asked for what is nobody else's business; SQLite's other files follow it
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = NORMAL")
            if connection.execute("PRAGMA user_version").fetchone()[0] != self.version:
                self._begin(connection)
            connection.execute(self.probe).fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _begin(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] != self.version:
                for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    connection.execute(f'DROP TABLE "{name}"')  # of another version: results stand in their folders
                for statement in self.schema.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {self.version}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def _set_aside(self) -> None:
        """Rename a damaged file, once, whoever comes first."""
        mark = self.path.with_name(self.path.name + ".mending")
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            time.sleep(0.2)  # another process is at it
            if time.time() - mark.stat().st_mtime < PATIENCE:
                return
        try:
            with contextlib.suppress(sqlite3.DatabaseError):
                self._ready().close()
                return  # mended by another process in the meantime
            aside = self.path.with_name(f"{self.path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
            os.replace(self.path, aside)
            for ending in ("-wal", "-shm"):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            log.error("%s was damaged; it is set aside as %s and a new one begun", self.path.name, aside.name)
        finally:
            mark.unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the system or SQLite refuses, in one sentence."""
        try:
            yield
        except sqlite3.Error as error:
            way = Message("error.jobs.way_again" if _code(error) in _BUSY else "error.folder.way_room")
            raise OutputError("error.jobs.table", path=self.path, reason=error, way=way) from None
        except OSError as error:
            raise OutputError("error.jobs.table_folder", path=self.path, reason=error.strerror or error) from None


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
