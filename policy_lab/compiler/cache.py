"""Object code kept between processes: checked before use, replaced as a whole, never needed.

An entry is one file named by its key: a line with the key, a line with the SHA-256 of what follows, the object code.
Whatever does not fit (damaged, from another key, another owner, unreadable) is as if it were not there. Machine code
runs with the user's rights, so a folder that others may write to is not used at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile

from policy_lab.places import cache_folder

_MARK = b"policy-lab object 1 "


def key_of(*parts: str) -> str:
    """A key from everything that decides about the object code."""
    digest = hashlib.sha256()
    for part in parts:
        text = part.encode()
        digest.update(f"{len(text)}:".encode() + text)
    return digest.hexdigest()


def read(key: str) -> bytes | None:
    """The object code under a key, or None."""
    path = cache_folder() / f"{key}.o"
    try:
        if not _ours(path.parent.stat()) or not _ours(path.stat()):
            return None
        content = path.read_bytes()
    except OSError:
        return None
    head, _, rest = content.partition(b"\n")
    checksum, _, code = rest.partition(b"\n")
    good = head == _MARK + key.encode() and checksum == hashlib.sha256(code).hexdigest().encode()
    return code if good else None


def write(key: str, code: bytes) -> None:
    """Keep object code; a cache that cannot be written is no error."""
    with contextlib.suppress(OSError):
        place = cache_folder()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _ours(place.stat()):
            return
        content = _MARK + key.encode() + b"\n" + hashlib.sha256(code).hexdigest().encode() + b"\n" + code
        handle, name = tempfile.mkstemp(dir=place, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, place / f"{key}.o")
        except OSError:
            os.unlink(name)
            raise


def _ours(status: os.stat_result) -> bool:
    """Belongs to us, and nobody else may write to it (where the system knows owners)."""
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
