"""Reads model files one after the other in a process of its own, which is ended when one takes too long.

What comes of a file is (processor seconds, kind, text): ``read``, ``told`` (refused in words), ``fault`` or ``over``.
"""

from __future__ import annotations

import json
import resource
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Bytes of memory that reading may take, and seconds of the clock, on however busy a machine.
MEMORY = 3 << 30
DEADLINE = 60.0
#: What no sentence for a modeller has.
INTERNAL = ("Traceback", "Error:", "Exception", "NoneType", "list index", "recursion", "parsimonious", "object has no")


class Reading:
    """The process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def of(self, path: Path) -> tuple[float, str, str]:
        """What comes of one file."""
        if self._process is None:
            command = [sys.executable, "-m", "benchmarks.attacks.reading"]
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], DEADLINE)[0] or not (
            line := self._process.stdout.readline()
        ):
            self.end()
            return DEADLINE, "over", "it was ended"
        spent, kind, said = json.loads(line)
        return spent, kind, said

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def reading() -> Iterator[Reading]:
    """The process, ended at last."""
    own = Reading()
    try:
        yield own
    finally:
        own.end()


def main() -> None:
    """Answer a path with what comes of it, until nobody asks."""
    from policy_lab.errors import PolicyLabError
    from policy_lab.readers import translate

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    translate(ROOT / "models" / "core" / "core.mdl")  # what is loaded once is not the file's cost
    for line in sys.stdin:
        began = time.process_time()
        try:
            told = "read", str(len(translate(Path(line.rstrip("\n"))).equations))
        except PolicyLabError as error:
            told = "told", str(error)
            if any(word in told[1] for word in INTERNAL):
                told = "fault", told[1]
        except BaseException as error:
            told = "fault", f"{type(error).__name__}: {error}"[:200]
        print(json.dumps([time.process_time() - began, *told]), flush=True)


if __name__ == "__main__":
    main()
