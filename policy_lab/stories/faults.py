"""What does not fit in a story, collected so that a teacher sees all of it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from policy_lab.errors import PolicyLabError, StoryError

T = TypeVar("T")


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
        """Every fault as an error that names file and line, in the order of the lines."""
        return [
            StoryError("error.story.at", file=self.file, line=fault.line, problem=fault.error)
            for fault in sorted(self.found, key=lambda fault: fault.line)
        ]
