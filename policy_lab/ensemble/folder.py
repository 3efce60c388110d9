"""Result folders: the lock, the finished chunks of runs, and the files of one study.

While a study runs, ``work/`` holds one file of outcomes for each part of the study (all runs in order, eight bytes
a number) and beside it a journal of finished chunks with their checksums. A chunk is in the journal only after it is
in the file, and counts only if its checksum still holds; so a study that was killed at any moment resumes. When the
study is finished ``work/`` is deleted.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import socket
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TextIO

import numpy as np
import numpy.typing as npt

from policy_lab.errors import OutputError, StudyError
from policy_lab.messages import Message
from policy_lab.runs import Floats

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: Outcomes up to this size are read once and kept; larger ones are read block by block, so many bytes at a time.
KEEP_BYTES, BLOCK_BYTES = 200_000_000, 32_000_000
#: Free room needed, in sizes of the outcomes: they are written once as work and once as NetCDF.
ROOM = 2.05

FINISHED = "provenance.json"
#: What the provenance says of itself, and of the files beside it: SHA-256 by name.
SEAL, FILES = "sha256", "files"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError into an OutputError that says which file, why and what to do."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError("error.folder.write", path=path, why=why, way=_way_out(error)) from None


def _way_out(error: OSError) -> Message:
    """Advice on an OSError."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return Message("error.folder.way_file")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return Message("error.folder.way_permission")
    return Message("error.folder.way_room")


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with writing(path):
        beside = path.with_name(path.name + ".new")
        try:
            beside.write_text(text, encoding="utf-8")
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """SHA-256 (hex) of a file; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sealed(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """A provenance with its own SHA-256 in it, over all else that it says."""
    rest = {key: value for key, value in provenance.items() if key != SEAL}
    plain = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {**rest, SEAL: hashlib.sha256(plain.encode()).hexdigest()}


@dataclass
class Outcomes:
    """Outcomes of an ensemble on disk: ``values[run, time, outcome]``, read in any order."""

    path: Path
    runs: int
    times: int
    outcomes: int
    _kept: Floats | None = field(default=None, repr=False)

    @property
    def outputs(self) -> int:
        """How many numbers one run has; their order is time by time, outcome by outcome."""
        return self.times * self.outcomes

    def rows(self, start: int, stop: int) -> Floats:
        """``values[run, output]`` of runs ``start`` to ``stop - 1``."""
        if self._kept is None and self.runs * self.outputs * 8 <= KEEP_BYTES:
            self._kept = self._read(0, self.runs)
        return self._read(start, stop) if self._kept is None else self._kept[start:stop]

    def all(self) -> Floats:
        """``values[run, time, outcome]`` of every run."""
        return self.rows(0, self.runs).reshape(self.runs, self.times, self.outcomes)

    def keep(self) -> Outcomes:
        """Read what is small enough to be kept, before the file goes."""
        self.rows(0, min(1, self.runs))
        return self

    def failed(self) -> int:
        """How many runs have a number that is not finite."""
        step = max(1, BLOCK_BYTES // 8 // max(1, self.outputs))
        ranges = range(0, self.runs, step)
        return sum(int((~np.isfinite(self.rows(a, min(a + step, self.runs)))).any(axis=1).sum()) for a in ranges)

    def _read(self, start: int, stop: int) -> Floats:
        count = (stop - start) * self.outputs
        values: npt.NDArray[np.float64] = np.fromfile(
            self.path, dtype="<f8", count=count, offset=start * self.outputs * 8
        )
        if values.size != count:
            raise StudyError("error.folder.short", path=self.path)
        return values.reshape(stop - start, self.outputs)


class ChunkStore:
    """One part of a study on disk: outcomes in order, and the journal of finished chunks."""

    def __init__(self, folder: Path, label: str, runs: int, times: int, outcomes: int) -> None:
        self.outcomes = Outcomes(folder / f"{label}.bin", runs, times, outcomes)
        self.journal = folder / f"{label}.done"
        self.row_bytes = times * outcomes * 8
        self._reserve()
        self.finished = self._verified()

    def _reserve(self) -> None:
        """Take the room for all runs now, so that a disk that is too small is known before any work."""
        path, size = self.outcomes.path, self.outcomes.runs * self.row_bytes
        if path.exists() and path.stat().st_size == size:
            return
        free = shutil.disk_usage(path.parent).free
        if free < size * ROOM:
            raise OutputError(
                "error.folder.room", needed=size * ROOM / 1000000.0, folder=path.parent, free=free / 1000000.0
            )
        with writing(path), path.open("wb") as file:
            try:
                if hasattr(os, "posix_fallocate") and size:
                    os.posix_fallocate(file.fileno(), 0, size)
                else:
                    file.truncate(size)
            except OSError:
                path.unlink(missing_ok=True)
                raise
        self.journal.unlink(missing_ok=True)

    def _verified(self) -> dict[int, int]:
        """Finished chunks by start, with their stop, as far as their checksums hold."""
        finished: dict[int, int] = {}
        if not self.journal.exists():
            return finished
        for line in self.journal.read_text(encoding="ascii", errors="replace").splitlines():
            parts = line.split()
            if len(parts) != 4 or parts[3] != "." or not all(p.isdigit() for p in parts[:3]):
                continue  # the last line of a journal that was cut short
            start, stop, checksum = map(int, parts[:3])
            if stop <= self.outcomes.runs and self._checksum(start, stop) == checksum:
                finished[start] = stop
        return finished

    def _checksum(self, start: int, stop: int) -> int:
        with self.outcomes.path.open("rb") as file:
            file.seek(start * self.row_bytes)
            return zlib.crc32(file.read((stop - start) * self.row_bytes))

    def save(self, start: int, values: Floats) -> None:
        """Keep a finished chunk, ``values[run, time, outcome]`` from run ``start`` on."""
        data = np.ascontiguousarray(values, dtype="<f8").tobytes()
        with writing(self.outcomes.path), self.outcomes.path.open("r+b") as file:
            file.seek(start * self.row_bytes)
            file.write(data)
        stop = start + len(values)
        with writing(self.journal), self.journal.open("a", encoding="ascii") as journal:
            journal.write(f"{start} {stop} {zlib.crc32(data)} .\n")
        self.finished[start] = stop


class ResultFolder:
    """The folder of one study, held by one process at a time; use it in a ``with``.

    Args:
        path: made if it is not there.
        fingerprint: of the study (``Plan.fingerprint``); finished chunks of another one are never used.

    Raises:
        StudyError: another run holds the folder, or it holds something else.
        OutputError: it cannot be made or written.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path, self.fingerprint = path, fingerprint
        self.work = path / "work"
        self._lock: TextIO | None = None
        self._made = False

    def __enter__(self) -> Self:
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        self._refuse_foreign()
        self._take_lock()
        try:
            self.finished()
            self._open_work()
            self._sign()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._release()

    def store(self, label: str, runs: int, times: int, outcomes: int) -> ChunkStore:
        """Room for one part of the study's runs, with whatever of it is finished."""
        return ChunkStore(self.work, label, runs, times, outcomes)

    def engines(self) -> list[tuple[str, str]]:
        """Engines that made runs in this folder so far, each with why it was not the fastest ("" if it was)."""
        if not self._engines.exists():
            return []
        pairs = (line.partition("\t") for line in self._engines.read_text(encoding="utf-8").splitlines())
        return [(backend, fallback) for backend, _, fallback in pairs]

    def note_engine(self, backend: str, fallback: str) -> None:
        """Record that an engine made runs of this study."""
        known = dict.fromkeys([*self.engines(), (backend, " ".join(fallback.split()))])
        write_text(self._engines, "".join("\t".join(pair) + "\n" for pair in known))

    @property
    def _engines(self) -> Path:
        return self.work / "engines"

    def finished(self) -> Mapping[str, Any] | None:
        """The provenance of this study if it is finished; raises StudyError if the folder holds another one."""
        try:
            stored = json.loads((self.path / FINISHED).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if stored.get("fingerprint") == self.fingerprint:
            return dict(stored)
        raise StudyError(
            "error.folder.other_finished", path=self.path, method=stored.get("method"), model=stored.get("model")
        )

    def close_work(self) -> None:
        """Delete what was only needed while the study ran."""
        shutil.rmtree(self.work, ignore_errors=True)

    def _refuse_foreign(self) -> None:
        for inside in (self.path, self.work):
            refuse_links(inside)
        names = {p.name for p in self.path.iterdir()}
        if names and not names & {FINISHED, "work", "lock"}:
            raise StudyError("error.folder.no_study", path=self.path)

    def _take_lock(self) -> None:
        path = self.path / "lock"
        while self._lock is None:
            with writing(path):
                # Never through a link; what is there already may be somebody's own file until the folder is known.
                lock, self._made = _opened(path)
            if not _locked(lock):
                lock.seek(0)
                who = lock.read().strip() or Message("error.folder.another")
                lock.close()
                raise StudyError("error.folder.in_use", path=self.path, who=who)
            if _same(lock, path):
                self._lock = lock
                lock.seek(0)
                self._made = self._made or bool(_SIGNED.fullmatch(lock.read(200)))
            else:  # its last owner deleted it in between: what was locked is not what others find
                lock.close()

    def _sign(self) -> None:
        """Say in the lock who has the folder, now that it is known to be ours."""
        assert self._lock is not None
        self._made = True
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(f"process {os.getpid()} on {socket.gethostname()}")
        self._lock.flush()

    def _release(self) -> None:
        if self._lock is None:
            return
        path = self.path / "lock"
        if not self._made:
            self._lock.close()
        elif sys.platform == "win32":  # which deletes no open file; who locks it in between keeps it
            self._lock.close()
            with suppress(OSError):
                path.unlink()
        else:
            path.unlink(missing_ok=True)
            self._lock.close()
        self._lock = None

    def _open_work(self) -> None:
        mark = self.work / "fingerprint"
        if self.work.exists() and (not mark.exists() or mark.read_text(encoding="ascii") != self.fingerprint):
            raise StudyError("error.folder.other_unfinished", path=self.path)
        with writing(self.work):
            self.work.mkdir(exist_ok=True)
            mark.write_text(self.fingerprint, encoding="ascii")


#: What a lock of ours says.
_SIGNED = re.compile(r"process \d+ on \S*")


def refuse_links(folder: Path) -> None:
    """Raise StudyError where something in a folder is a link: what is written to it, or shown of it, lies elsewhere."""
    if folder.is_dir():
        with os.scandir(folder) as inside:
            if linked := next((entry.name for entry in inside if entry.is_symlink()), None):
                raise StudyError("error.folder.link", path=folder / linked)


def _opened(path: Path) -> tuple[TextIO, bool]:
    """A file to read and add to, never through a link, and whether it was made for that."""
    how = os.O_RDWR | os.O_APPEND | os.O_CREAT
    try:
        return os.fdopen(os.open(path, how | os.O_EXCL, 0o666), "a+", encoding="utf-8"), True
    except FileExistsError:
        opened = os.open(path, how | getattr(os, "O_NOFOLLOW", 0), 0o666)
        return os.fdopen(opened, "a+", encoding="utf-8", errors="replace"), False


#: Where Windows locks a byte: far behind the text, which others could not read otherwise.
_FAR_BEHIND = 1 << 30


def _locked(file: TextIO) -> bool:
    """Take the lock; the system lets go of it when the process ends, however it ends."""
    try:
        if sys.platform == "win32":
            file.seek(_FAR_BEHIND)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _same(file: TextIO, path: Path) -> bool:
    """Whether the file is still the one that is found under its name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
