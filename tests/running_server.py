"""The command ``policy-lab app`` as people start it, for tests that ask a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SMALL = Path(__file__).parent / "models" / "small_field"


@contextmanager
def served(
    *options: str, studies: Path, models: Sequence[str | Path] = (SMALL,)
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command, from its line with the address to its end."""
    named = [word for model in models for word in ("--model", str(model))]
    command = [sys.executable, "-m", "policy_lab", "app", *named, "--port", "0", "--no-browser"]
    environment = {**os.environ, "POLICY_LAB_STUDIES": str(studies)}
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("Policy Lab: http://127.0.0.1:"), line
        try:
            yield line.removeprefix("Policy Lab: ").strip(), server
        finally:
            server.terminate()
            server.wait(timeout=30)


def port_of(address: str) -> int:
    """The port of an address that the server has told."""
    return int(address.split(":")[2].partition("/")[0])
