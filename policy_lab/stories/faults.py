"""What does not fit in a story, collected so that a teacher sees all of it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from policy_lab.errors import PolicyLabError, StoryError

T = TypeVar("T")
#: Of a block that says nothing, because its end or a sign in it is missing.
UNREAD: Final = ("error.story.open_block", "error.story.toml")


@dataclass(frozen=True)
class Fault:
    """Something that does not fit, and the line of the file where it stands."""

    line: int
    error: PolicyLabError


@dataclass
class Faults:
    """The faults of one file; ``file`` is what errors call it."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, error: PolicyLabError) -> None:
        """Note a fault."""
        self.found.append(Fault(line, error))

    def tried(self, line: int, make: Callable[[], T], otherwise: T) -> T:
        """What ``make`` gives; ``otherwise``, and a fault, where it fails."""
        try:
            return make()
        except PolicyLabError as wrong:
            self.add(line, wrong)
            return otherwise

    def errors(self) -> list[StoryError]:
        """Every fault as an error that names file and line, in the order of the lines.

        While a block cannot be read, nothing but that: a missing run, guess or number may follow from it.
        """
        unread = [fault for fault in self.found if fault.error.message.key in UNREAD]
        return [
            StoryError("error.story.at", file=self.file, line=fault.line, problem=fault.error)
            for fault in sorted(unread or self.found, key=lambda fault: fault.line)
        ]
