"""How large a model may be, told before any time is spent on it; ``--limit NAME=NUMBER`` raises one.

A model file may come from anybody. Each limit is some ten times what the largest models known to us need, and less than
what fills the memory of a small machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policy_lab.errors import BadValue, ModelError
from policy_lab.messages import Message


class BeyondLimit(ModelError, BadValue):
    """A model, or a number given for a run of it, asks for more than is allowed."""


USUAL: Final = MappingProxyType(
    {
        "bytes": 20_000_000,  # of a model file
        "nesting": 400,  # brackets and functions inside each other
        "elements": 10_000,  # of one subscript range
        "variables": 50_000,  # each element of an array, and each stage of a delay, counts as one
        "terms": 2_000_000,  # of all SUMs and the like, written out
        "steps": 1_000_000,  # of time, in one run
    }
)
_SAID: Final = {
    "bytes": "error.limit.bytes",
    "elements": "error.limit.elements",
    "variables": "error.limit.variables",
    "terms": "error.limit.terms",
    "steps": "error.limit.steps",
}
#: Where Linux says what a container may take.
_CONTAINERS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
#: Holds what was raised, for this process and those that it starts: ``steps=5000000,terms=9000000``.
VARIABLE: Final = "POLICY_LAB_LIMITS"


def most(name: str) -> int:
    """The limit in force."""
    return _raised(os.environ.get(VARIABLE, "")).get(name, USUAL[name])


def check(name: str, count: float, /, **place: object) -> None:
    """Raise ``BeyondLimit`` where there is more of something than may be; ``place`` fills the rest of its sentence."""
    if not count <= most(name):
        flag = f"--limit {name}=N"
        values = {"count": min(count, 1e300), "most": most(name), "flag": flag, **place}
        raise BeyondLimit(Message(_SAID[name], values))


def allow(wanted: Iterable[str]) -> None:
    """Raise limits for this process and those it starts; raises ``BadValue`` for what is no ``NAME=NUMBER``."""
    given = [text for text in wanted if text]
    for text in given:
        name, _, number = text.partition("=")
        if name not in USUAL or not (number.isascii() and number.isdigit() and len(number) < 16):
            raise BadValue("error.limit.flag", text=text, known=list(USUAL))
    if given:
        os.environ[VARIABLE] = ",".join([*filter(None, os.environ.get(VARIABLE, "").split(",")), *given])


@lru_cache(maxsize=8)
def _raised(text: str) -> dict[str, int]:
    pairs = [part.partition("=") for part in text.split(",")]
    return {name: int(number) for name, _, number in pairs if name in USUAL and number.isdigit()}


def memory() -> float:
    """Bytes of memory that this machine, or the container this runs in, has; 8 GB where it does not say."""
    try:
        found = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        found = 8e9
    for file in _CONTAINERS:
        try:
            found = min(found, float(Path(file).read_text(encoding="ascii")))
        except (OSError, ValueError):
            continue  # no container, or one without a limit ("max")
    return found
