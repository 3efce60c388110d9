"""Progress of anything that takes longer than a second: how far, how fast, how long still.

On a terminal one line is redrawn in place; elsewhere (a log file, a build server) a new line is written every
few seconds, so that a log stays readable. What ends within a second writes nothing at all. It is a few plain
lines rather than a library because libraries draw well on a terminal and fall silent in a log file.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, Self, TextIO

from policy_lab.catalogue import english
from policy_lab.messages import Message

QUIET_SECONDS = 1.0
REDRAW_SECONDS = 0.1
LOG_SECONDS = 5.0
#: The step that makes the runs of a study: what comes after it is another kind of work.
SIMULATING = "progress.simulating"
#: The step that looks for a policy, generation by generation.
SEARCHING = "progress.searching"
BAR_WIDTH = 24


class Meter(Protocol):
    """What long work reports to: ``advance`` by how many units were finished since the last call."""

    def advance(self, amount: float = 1) -> None:
        """Count ``amount`` more units as finished."""
        ...


#: Makes a meter for one piece of long work: ``make(step, total)``, used in a ``with``.
MeterMaker = Callable[[Message, float], AbstractContextManager[Meter]]


class Bar:
    """One progress bar.

    Args:
        step: what is being done, a key below ``progress.`` whose text has a place ``{counted}``.
        total: how many units there are; 0 if nobody knows.
        stream: where it is written, standard error by default.
        clock: seconds, for tests.
    """

    def __init__(
        self,
        step: Message,
        total: float = 0,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.step, self.total = step, total
        self.stream = sys.stderr if stream is None else stream
        self.in_place = self.stream.isatty()
        self.clock = clock
        self.done = 0.0
        self.started = self.last_shown = clock()
        self.shown = False
        self.in_log = False  # whether a log has the last line already

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.shown or self._seconds() >= QUIET_SECONDS:
            # a search may be through before it has used all it might
            self._write(self.text("progress.stopped" if kind is not None else "progress.done"), last=True)

    def advance(self, amount: float = 1) -> None:
        """Count ``amount`` more units as finished, and show it if it is time to."""
        self.done += amount
        now = self.clock()
        wait = REDRAW_SECONDS if self.in_place else LOG_SECONDS
        if now - self.started >= QUIET_SECONDS and (not self.shown or now - self.last_shown >= wait):
            self.last_shown = now
            self._write(self.text())

    def text(self, ended: str = "") -> str:
        """The line as it would be shown now; ``ended`` is the key that says how it came to an end, if it did."""
        words = english()
        seconds = self._seconds()
        rate = self.done / seconds if seconds > 0 else 0.0
        counted = Message("progress.of" if self.total else "progress.some", {"done": self.done, "total": self.total})
        parts = [words.in_words(Message(self.step.key, {**self.step.values, "counted": counted}))]
        if rate > 0:
            parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:,.2f}/s")
        if not ended and self.total and self.done >= self.total:
            ended = "progress.done"
        if ended:
            how, time_said = ended, seconds
        elif self.total and rate > 0:
            how, time_said = "progress.left", (self.total - self.done) / rate
        else:
            how, time_said = "progress.so_far", seconds
        parts.append(words.in_words(Message(how, {"time": duration(time_said)})))
        line = ", ".join(parts)
        if not self.in_place:
            return line
        room = shutil.get_terminal_size().columns - 1  # a longer line would go on in the next one, and stay there
        whole = f"{self._blocks()} {line}" if self.total else line
        return whole if len(whole) <= room else line[:room]

    def _blocks(self) -> str:
        full = int(BAR_WIDTH * min(1.0, self.done / self.total))
        return "[" + "#" * full + "-" * (BAR_WIDTH - full) + "]"

    def _seconds(self) -> float:
        return self.clock() - self.started

    def _write(self, line: str, last: bool = False) -> None:
        if self.in_log:
            return
        self.in_log = not self.in_place and bool(self.total) and self.done >= self.total
        self.shown = True
        end = "\n" if last or not self.in_place else ""
        # "\x1b[K" clears what a longer line before this one left behind.
        self.stream.write(f"\r{line}\x1b[K{end}" if self.in_place else f"{line}\n")
        self.stream.flush()


class _Silence:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def advance(self, amount: float = 1) -> None:
        return None


def bar(step: Message, total: float = 0) -> Bar:
    """A progress bar on standard error, to be used in a ``with``."""
    return Bar(step, total)


def silent(step: Message, total: float = 0) -> _Silence:
    """A meter that shows nothing, for tests and for callers with a display of their own."""
    return _Silence()


def duration(seconds: float) -> str:
    """A length of time as people say it: ``4 s``, ``2 min 05 s``, ``3 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"
