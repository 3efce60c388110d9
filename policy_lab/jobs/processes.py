"""Processes that share a folder of studies: those of this machine, and those of other containers and machines.

A process id says nothing beyond the system, and the space of ids within it, that gave it: two containers on one volume
both have a process 7. So a runner is known by all of them.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path


@cache
def place() -> str:
    """Where process ids mean what they mean here: the host, its start, and the space of ids in it as far as known."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts += [Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()]
        parts += [os.readlink("/proc/self/ns/pid")]
    return " ".join(parts)


def named(pid: int) -> str:
    """A process of this place, as one of another place can tell it from its own."""
    return f"{pid} at {place()}"


def pid_of(name: str) -> int | None:
    """The id of a named process; None for one of another place."""
    pid, _, where = name.partition(" at ")
    return int(pid) if where == place() else None


def lives(pid: int) -> bool:
    """Whether a process of this place is there; where that cannot be asked without harm, its beat alone tells."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def may_live(name: str) -> bool:
    """Whether a named process may be there: of one of another place its beat alone tells."""
    pid = pid_of(name)
    return pid is None or lives(pid)
