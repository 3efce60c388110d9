"""The progress bar: silent when quick, one line in place on a terminal, a line every few seconds in a log."""

from __future__ import annotations

import io

from policy_lab.messages import Message
from policy_lab.progress import SIMULATING, Bar, duration

SIMULATED = Message(SIMULATING, {"part": "", "kept": ""})


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO, steps: int, seconds_a_step: float, stop_after: int | None = None) -> str:
    clock = Clock()
    try:
        with Bar(SIMULATED, steps, stream, clock) as meter:
            for step in range(steps):
                if step == stop_after:
                    raise KeyboardInterrupt
                clock.now += seconds_a_step
                meter.advance()
    except KeyboardInterrupt:
        pass
    return stream.getvalue()


def test_nothing_is_shown_under_a_second() -> None:
    assert run(io.StringIO(), 9, 0.1) == ""
    assert run(Terminal(), 9, 0.1) == ""


def test_a_log_file_gets_whole_lines_every_few_seconds() -> None:
    lines = run(io.StringIO(), 100, 0.2).splitlines()
    assert 4 <= len(lines) <= 6
    assert all("\r" not in line and "\x1b" not in line for line in lines)
    assert "5.00/s" in lines[1] and "left" in lines[1]
    assert lines[-1] == "simulating: 100 of 100 runs, 5.00/s, done in 20 s"


def test_a_terminal_is_redrawn_in_place_and_ends_with_one_newline() -> None:
    text = run(Terminal(), 40, 0.1)
    assert text.count("\n") == 1 and text.endswith("\n")
    assert text.count("\r") > 20
    assert "[########################]" in text


def test_time_left_is_what_the_rate_so_far_says() -> None:
    clock = Clock()
    meter = Bar(SIMULATED, 1000, io.StringIO(), clock)
    clock.now = 30.0
    meter.advance(250)
    assert meter.text() == "simulating: 250 of 1,000 runs, 8.33/s, 1 min 30 s left"


def test_what_was_stopped_says_so() -> None:
    assert "stopped after 4.0 s" in run(io.StringIO(), 40, 1.0, stop_after=4)


def test_durations_as_people_say_them() -> None:
    assert [duration(s) for s in (0.25, 12.4, 125, 11400)] == ["0.2 s", "12 s", "2 min 05 s", "3 h 10 min"]
