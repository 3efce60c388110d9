"""How many studies one server takes on."""

from __future__ import annotations

from dataclasses import dataclass

from policy_lab.errors import PolicyLabError
from policy_lab.messages import Message


@dataclass(frozen=True)
class Limits:
    """What keeps one person, or many, from taking the whole server.

    Attributes:
        at_once: studies that run at the same time, each in a process of its own; a study uses all cores by itself.
        waiting: studies that may wait for their turn, of everybody together.
        each: unfinished studies of one browser, as far as it lets itself be known.
        near: unfinished studies from one network address, well below ``waiting``, so that none takes the whole line.
        starts: studies started from one network address within an hour; a class may share one.
        runs: runs of the model in one study.
        kept_bytes: room for all results together; what was not asked for longest goes first.
    """

    at_once: int = 1
    waiting: int = 20
    each: int = 2
    near: int = 8
    starts: int = 60
    runs: int = 500_000
    kept_bytes: int = 4_000_000_000


class Refused(PolicyLabError):
    """A study that is not started now because of a limit.

    Args:
        limit: name of the field of ``Limits`` that was reached.
        allowed: its value.
    """

    def __init__(self, limit: str, allowed: int) -> None:
        self.limit, self.allowed = limit, allowed
        super().__init__(Message(f"study.limit_{limit}", {"allowed": allowed}))
