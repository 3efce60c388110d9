"""Disk cache of compiled code, Programs and signs of links: checked before use, replaced as a whole, never needed.

An entry is one file named by its key and kind: a line with both, a line with the SHA-256 of what follows, the
content. An entry that does not fit (damaged, from another key, another owner, unreadable) counts as missing.
Machine code runs with the user's rights, so a folder that others may write to is not used at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import tempfile
import time
from pathlib import Path

from policy_lab.paths import cache_folder

#: The folder holds this much at most; the least recently used entry goes first.
MOST_ENTRIES = 512
MOST_BYTES = 256 * 2**20
#: A half-written file of a process that was killed is removed after this time (s).
_ABANDONED = 3600.0
_PART = ".policy-lab-part-"
#: Entries, and nothing else that a person may keep in the folder; ``.o`` was written by earlier versions too.
_ENTRY = re.compile(r"[0-9a-f]{64}\.(o|program|signs|sketch)")


def key_of(*parts: str | bytes) -> str:
    """SHA-256 (hex) of all that the content depends on, each part with its length."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(content)}:".encode() + content)
    return digest.hexdigest()


def read(key: str, kind: str) -> bytes | None:
    """The content under a key, or None; ``kind`` is ``"o"`` (object code), ``"program"``, ``"signs"``, ``"sketch"``."""
    path = cache_folder() / f"{key}.{kind}"
    try:
        if not _ours(path.parent.stat()) or not _ours(path.stat()):
            return None
        whole = path.read_bytes()
    except OSError:
        return None
    head, _, rest = whole.partition(b"\n")
    checksum, _, content = rest.partition(b"\n")
    if head != _head(key, kind) or checksum != hashlib.sha256(content).hexdigest().encode():
        return None
    with contextlib.suppress(OSError):  # used today: it stays; a folder that can only be read is fine too
        os.utime(path)
    return content


def write(key: str, kind: str, content: bytes) -> None:
    """Keep content; a cache that cannot be written is no error."""
    with contextlib.suppress(OSError):
        place = cache_folder()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _ours(place.stat()):
            return
        whole = _head(key, kind) + b"\n" + hashlib.sha256(content).hexdigest().encode() + b"\n" + content
        handle, name = tempfile.mkstemp(dir=place, prefix=_PART)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(whole)
            os.replace(name, place / f"{key}.{kind}")
        except OSError:
            os.unlink(name)
            raise
        _trim(place)


def _head(key: str, kind: str) -> bytes:
    return f"policy-lab {kind} 1 {key}".encode()


def _trim(place: Path) -> None:
    """Remove what was not used for longest until the folder is within its bounds; other files stay."""
    found: list[tuple[float, int, str]] = []
    for file in os.scandir(place):
        entry, part = _ENTRY.fullmatch(file.name), file.name.startswith(_PART)
        if not (entry or part) or not file.is_file(follow_symlinks=False):
            continue
        with contextlib.suppress(FileNotFoundError):  # another process was quicker
            status = file.stat(follow_symlinks=False)
            if entry:
                found.append((status.st_mtime, status.st_size, file.path))
            elif time.time() - status.st_mtime > _ABANDONED:
                os.unlink(file.path)
    room, number = MOST_BYTES, 0
    for _, size, path in sorted(found, reverse=True):
        room, number = room - size, number + 1
        if room < 0 or number > MOST_ENTRIES:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def _ours(status: os.stat_result) -> bool:
    """Belongs to us, and nobody else may write to it (where the system knows owners)."""
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
