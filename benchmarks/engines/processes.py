"""Work in processes of their own, so that one measurement leaves nothing to the next."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PEERS = HERE.parent.parent / "build" / "workbench"


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function of a module gives in a new process; its peak memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def peak_memory() -> float:
    """The most memory this process has had so far, in MB (0 where the system does not tell)."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def workbench() -> Path:
    """An interpreter that has the peers of ``workbench.lock``; made on first use (see docs/decisions)."""
    python = PEERS / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready, lock = PEERS / "ready", HERE / "workbench.lock"
    if not ready.exists() or ready.stat().st_mtime < lock.stat().st_mtime:
        print(f"Installing EMA workbench, PySD and SALib into {PEERS.name}/ under build/ (once)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        words = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(lock)]
        if subprocess.run([str(python), *words], check=False).returncode:
            sys.exit("The peer's packages cannot be installed (pip says why above); --peer names another interpreter.")
        ready.touch()
    return python
