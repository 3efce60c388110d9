"""The script that anyone can run against it on their own machine, in its short form: everything holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_everything_that_the_script_tries_holds() -> None:
    command = [sys.executable, "benchmarks/attack.py", "--short"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert json.loads(done.stdout.splitlines()[-1]) == {"failed": 0}, done.stdout
    assert done.returncode == 0
    for tried in ("other host names", "slow clients", "long headers", "studies without end", "model files", "links"):
        assert f"{tried}" in done.stdout
    assert done.stdout.count("| held |") >= 19
