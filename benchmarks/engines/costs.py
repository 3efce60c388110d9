"""Compile time and memory, each measured in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_COMPILE = """
import json, sys, time
start = time.perf_counter()
from policy_lab.model import load_model
from policy_lab.compiler.native import kernel_of
imported = time.perf_counter()
model = load_model(sys.argv[1])
read = time.perf_counter()
kernel_of(model.program)
done = time.perf_counter()
print(json.dumps([imported - start, read - imported, done - read]))
"""

_MEMORY = """
import json, sys
from pathlib import Path
import numpy as np
from policy_lab.backends import get
from policy_lab.model import load_model
from benchmarks.engines.peers import ensemble, outputs_of
status = Path("/proc/self/status")
def told(word):
    # Linux tells the memory in use and its peak since it was last forgotten; elsewhere there is no figure.
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(word)), 0)
model = load_model(sys.argv[1])
runs = int(sys.argv[2])
values = {n: v for n, v in list(ensemble(model, runs).items())[:20]}
times, saved = model.program.clock.moments()
wanted = np.array(times)[saved]
names = outputs_of(model)
small = {n: v[:16] for n, v in values.items()}
get("llvm").run(model.program, small, 16, names, wanted, model.program.clock.step, "euler")
before = told("VmRSS")
if status.exists():
    Path("/proc/self/clear_refs").write_text("5")
result = get("llvm").run(model.program, values, runs, names, wanted, model.program.clock.step, "euler")
print(json.dumps([result.nbytes, told("VmHWM") - before]))
"""


def _said(script: str, words: list[str], cache: Path) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True,
        env={**os.environ, "POLICY_LAB_CACHE": str(cache)}, cwd=Path(__file__).parent.parent.parent,
    )  # fmt: skip
    numbers: list[float] = json.loads(done.stdout)
    return numbers


def compile_times(path: Path, cache: Path) -> tuple[list[float], list[float]]:
    """Seconds to import, to read the model file, and to get its kernel: with an empty cache, and with a full one."""
    return _said(_COMPILE, [str(path)], cache), _said(_COMPILE, [str(path)], cache)


def memory(path: Path, runs: int, cache: Path) -> tuple[float, float]:
    """Bytes of the results of an ensemble, and bytes by which the process grew, at its peak, to make them."""
    results, grown = _said(_MEMORY, [str(path), str(runs)], cache)
    return results, grown
