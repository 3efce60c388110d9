"""Holds a runner of studies after its first chunk until a file appears, so that a test can act in the middle.

Python reads this at its start where this folder is on ``PYTHONPATH`` (the fixture ``gate`` sees to that). Without it, a
quick machine is through a whole study before a test has seen that it began, whatever the study's size.
"""

import os
import sys
import time
from pathlib import Path


def hold(gate: Path) -> None:
    """Let this process keep one chunk; before it keeps another one, the gate must be there."""
    from policy_lab.ensemble.folder import ChunkStore
    from policy_lab.runs import Floats

    save, kept = ChunkStore.save, 0

    def save_in_time(self: ChunkStore, start: int, values: Floats) -> None:
        nonlocal kept
        # Short naps in the main thread: what stops a study, a signal or its pulse, gets through.
        while kept and not gate.exists():
            time.sleep(0.02)
        save(self, start, values)
        kept += 1

    ChunkStore.save = save_in_time  # type: ignore[method-assign]


if "policy_lab.jobs.runner" in sys.orig_argv:
    hold(Path(os.environ["POLICY_LAB_TEST_GATE"]))
