"""A process that runs studies, one after the other, as long as some wait and the server lives.

    python -m policy_lab.jobs.runner FOLDER KEEPER [LOG LEVEL]

It tells every second that it lives, how far it is and how long it still takes, and learns whether it should stop. It
works at a low priority, so that pages go first. A study that is stopped, by whatever, goes on from its finished chunks.
"""

from __future__ import annotations

import _thread
import logging
import os
import signal
import sys
import threading
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final, Self

from policy_lab.catalogue import english
from policy_lab.ensemble.study_file import study_from
from policy_lab.errors import OutputError, PolicyLabError
from policy_lab.jobs.processes import lives, named
from policy_lab.jobs.table import CANCELLED, FAILED, FINISHED, WAITING, Job, Table
from policy_lab.messages import Message
from policy_lab.model import load_model
from policy_lab.progress import SEARCHING, SIMULATING
from policy_lab.studies import run_study

log = logging.getLogger("policy_lab.studies")

#: Below everything that serves pages.
NICENESS: Final = 15
BEAT: Final = 1.0
#: A runner that cannot tell that it lives for this long (s) stops: soon another one will be set to its study.
DEAF: Final = 10.0
#: Seconds of a rate: what came in longer ago says little about a machine that others use too.
WINDOW: Final = 20.0


@dataclass
class Progress:
    """How far the stage in hand is; a meter for ``run_study``, read by another thread.

    Attributes:
        stage: key of the step in hand.
        rest: seconds that everything after the runs usually takes.
        per_run: seconds a run has taken in this study so far, None before the first.
    """

    rest: float = 0.0
    stage: str = ""
    done: float = 0.0
    total: float = 0.0
    per_run: float | None = None
    _seen: list[tuple[float, float]] = field(default_factory=list)
    _began: float = 0.0
    _simulated: float = 0.0
    _made: float = 0.0
    _spent: float = 0.0

    def __call__(self, step: Message, total: float) -> Self:
        """Begin a stage."""
        self.stage, self.done, self.total = step.key, 0.0, total
        self._began = time.monotonic()
        self._seen = [(self._began, 0.0)]
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.stage == SIMULATING:
            self._simulated = time.monotonic()
            self._made += self.done
            self._spent += self._simulated - self._began
            self.per_run = self._spent / self._made if self._made else None
        self._seen = []

    def advance(self, amount: float = 1) -> None:
        """Count units as finished."""
        self.done += amount
        now = time.monotonic()
        self._seen = [(t, n) for t, n in self._seen if t >= now - WINDOW] or self._seen[-1:]
        self._seen.append((now, self.done))

    @property
    def simulating(self) -> float:
        """Seconds spent on runs of the model."""
        return self._spent

    def left(self) -> float | None:
        """Seconds until the study ends, None while nobody knows."""
        if self.stage not in (SIMULATING, SEARCHING):
            spent = time.monotonic() - self._simulated
            return max(0.0, self.rest - spent) if self.rest and self._simulated else None
        seen = list(self._seen)
        if len(seen) < 2 or seen[-1][1] <= seen[0][1]:
            return None
        rate = (seen[-1][1] - seen[0][1]) / (seen[-1][0] - seen[0][0])
        return max(0.0, (self.total - self.done) / rate - (time.monotonic() - seen[-1][0])) + self.rest


class Runner:
    """One runner.

    Args:
        folder: of the ``Queue``.
        keeper: the process whose end is this one's end too.
    """

    def __init__(self, folder: Path, keeper: int) -> None:
        self.folder, self.keeper, self.name = folder, keeper, named(os.getpid())
        self.table = Table(folder / "jobs.sqlite")
        self.wanted_gone = False

    def work(self) -> None:
        """Run what waits until nothing does."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, self._asked_to_go)
        try:
            while not self.wanted_gone and lives(self.keeper):
                job = self.table.claim(self.name)
                if job is None:
                    return
                self.run(job)
        except KeyboardInterrupt:
            return
        except OutputError as error:
            log.error("%s", error)
        finally:
            self._leave()

    def run(self, job: Job) -> None:
        """Run one study and write down how it ended."""
        log.info("study %s starts, try %s: %s, %s runs", job.id, job.tries, job.title, f"{job.runs:,}")
        progress, model = Progress(), ""
        pulse = Pulse(self, job, progress)
        began = time.monotonic()
        said: Message | None = None
        state, reason = FINISHED, ""
        try:
            with pulse:
                study = study_from(tomllib.loads(job.study))
                model = load_model(study.model_reference(), study.data_files()).hash
                progress.rest = self.table.speed(model, "rest") or 0.0
                run_study(study, self.folder / job.id, progress=progress)
        except KeyboardInterrupt:
            state, reason = pulse.verdict(), pulse.reason
        except OutputError as error:
            state, reason, said = FAILED, "disk", error.message
        except PolicyLabError as error:
            state, reason, said = FAILED, "study", error.message
        except MemoryError:
            state, reason = FAILED, "memory"
        except Exception:
            log.exception("study %s failed in an unexpected way", job.id)
            state, reason = FAILED, "unexpected"
        seconds = time.monotonic() - began
        why = f": {reason} {english().in_words(said) if said else ''}".rstrip() if reason else ""
        log.info("study %s is %s after %.0f s%s", job.id, state, seconds, why)
        self.table.end(self.name, job.id, state, reason, said)
        if state == FINISHED and progress.per_run is not None:
            self.table.learn(model, run=progress.per_run, rest=max(0.0, seconds - progress.simulating))

    def _asked_to_go(self, number: int, frame: FrameType | None) -> None:
        if self.wanted_gone:  # it is going; a second interruption would only disturb its tidying up
            return
        self.wanted_gone = True
        raise KeyboardInterrupt

    def _leave(self) -> None:
        try:
            self.table.leave(self.name)
        except OutputError as error:  # it will be noticed by its silence
            log.error("%s", error)


class Pulse:
    """Tells the table every second that a study is being run, and stops it when it should: use it in a ``with``."""

    def __init__(self, runner: Runner, job: Job, progress: Progress) -> None:
        self.runner, self.job, self.progress = runner, job, progress
        self.cancelled = False
        self.reason = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def verdict(self) -> str:
        """What becomes of a study that was stopped: cancelled by a person, failed for want of room, or to go on."""
        if self.reason:
            return FAILED
        return CANCELLED if self.cancelled else WAITING

    def _beat(self) -> None:
        heard = time.monotonic()
        while not self._over.wait(BEAT):
            p = self.progress
            try:
                stop = self.runner.table.beat(self.runner.name, self.job.id, p.stage, p.done, p.total, p.left())
                heard = time.monotonic()
                self.cancelled = stop
            except OutputError as error:
                log.error("%s", error)
                stop = time.monotonic() - heard > DEAF
                self.reason = "disk" if stop else ""
            if stop or not lives(self.runner.keeper):
                if self.runner.wanted_gone:
                    return
                self.runner.wanted_gone = not stop
                _thread.interrupt_main()
                return


def main() -> None:
    """Run what waits in the folder named on the command line."""
    logging.basicConfig(format="%(asctime)s %(process)d %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")
    log.setLevel(sys.argv[3] if len(sys.argv) > 3 else "INFO")
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    Runner(Path(sys.argv[1]), int(sys.argv[2])).work()


if __name__ == "__main__":
    main()
