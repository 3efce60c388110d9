"""How model files of other people fare: which run, which are refused and why, and which the first edition refused.

    python -m tests.deep.real_files FOLDER [--first CHECKOUT] [--seconds 90] [--processes 2] [--write]

FOLDER holds public repositories, each in a folder called ``owner+name`` and kept outside this one; whatever ends in
``.mdl``, ``.xmile`` or ``.stmx`` is taken, each content once, except in a copy of SDXorg/test-models, which
``external_models.py`` counts. A file is read and run in a process of its own. What runs on our engine is run by PySD
too, both by Euler, and compared in every variable to a millionth of its largest value. CHECKOUT is the first edition
(``git worktree add CHECKOUT 6d9b90d``): what it refused is counted, and how much of that runs now.

``--write`` puts the counts into ``tests/fidelity/real_files.toml``, which ``docs/fidelity.md`` is made from; why a
file is refused is printed, and put into words there by hand.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TABLE = Path(__file__).parents[1] / "fidelity" / "real_files.toml"
ENDINGS = (".mdl", ".xmile", ".stmx")
#: A part of a repository that is counted apart: folder, and what it is called.
APART = {
    "bpowers+simlin/test/metasd": "bpowers/simlin, models of metasd.com",
    "bpowers+simlin": "bpowers/simlin, its own tests",
}
#: Counts of the table, in its order; ``first`` ones only where the first edition is at hand.
COUNTS = ("files", "runs", "by_pysd", "agree", "differ", "refused", "unfinished", "first_refused", "first_refused_runs")

#: What a process does with one file; only the package's public names, which the first edition has too.
RUN = """
import json, sys, warnings
warnings.simplefilter("ignore")
from policy_lab import PolicyLabError, load_model, simulate
path, backend, kept = sys.argv[1:]
try:
    by = {"integration": "euler"} if kept else {}  # PySD's only method
    runs = simulate(load_model(path), backend=backend, allow_nan=True, **by)
except PolicyLabError as error:
    print(json.dumps({"what": "refused", "why": str(error)}))
else:
    if kept:
        import numpy
        numpy.savez(kept, values=runs.values[0], names=numpy.array(runs.outputs))
    print(json.dumps({"what": "run", "by": str(runs.provenance.get("backend", ""))}))
"""


def files(folder: Path) -> list[Path]:
    """Every model file, each content once."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in ENDINGS and path.is_file() and "test-models" not in path.parts:
            found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    return [*found.values()]


def outcome(path: Path, backend: str, seconds: float, checkout: Path | None = None, kept: str = "") -> dict[str, str]:
    """What becomes of a file: ``what`` is run, refused, unfinished or failed."""
    surroundings = {**os.environ, **({"PYTHONPATH": str(checkout)} if checkout else {})}
    command = [sys.executable, "-c", RUN, str(path.resolve()), backend, kept]
    try:
        told = subprocess.run(
            command, env=surroundings, capture_output=True, text=True, timeout=seconds, cwd=path.parent
        )
    except subprocess.TimeoutExpired:
        return {"what": "unfinished"}
    try:
        answer: dict[str, str] = json.loads(told.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"what": "failed", "why": told.stderr[-300:]}
    return answer


@dataclass(frozen=True)
class Fate:
    """What becomes of a file.

    Attributes:
        what: run, refused, unfinished or failed.
        why: of what is refused, in our words.
        by_pysd: whether it runs by PySD alone.
        agrees: whether PySD has the same values; None where it cannot tell.
        first: ``what`` of the first edition.
    """

    path: Path
    what: str
    why: str = ""
    by_pysd: bool = False
    agrees: bool | None = None
    first: str = ""


def fate(path: Path, seconds: float, first: Path | None) -> Fate:
    """One file, by our engine, by PySD and by the first edition."""
    with tempfile.TemporaryDirectory() as scratch:
        ours, theirs = (str(Path(scratch) / f"{name}.npz") for name in ("ours", "theirs"))
        found = outcome(path, "auto", seconds)
        by_pysd = found.get("by") == "pysd"
        agrees = None
        if found["what"] == "run" and not by_pysd and outcome(path, "pysd", 60, kept=theirs)["what"] == "run":
            outcome(path, "auto", seconds, kept=ours)
            agrees = agree(ours, theirs)
    then = outcome(path, "auto", seconds, checkout=first)["what"] if first else ""
    return Fate(path, found["what"], found.get("why", ""), by_pysd, agrees, then)


def agree(one: str, other: str) -> bool:
    """Whether two runs have the same values, to a millionth of each variable's largest."""
    with np.load(one) as ours, np.load(other) as theirs:
        places = {name: n for n, name in enumerate(theirs["names"])}
        both = [(n, places[name]) for n, name in enumerate(ours["names"]) if name in places]
        mine, its = ours["values"][:, [n for n, _ in both]], theirs["values"][:, [n for _, n in both]]
    scale = np.maximum(np.nan_to_num(np.abs(its)).max(axis=0, initial=0), 1e-12)
    return bool(both) and bool(np.allclose(mine / scale, its / scale, rtol=0, atol=1e-6, equal_nan=True))


def repository(path: Path, folder: Path) -> str:
    """What a file's repository is called in the table."""
    below = path.relative_to(folder).as_posix()
    apart = next((name for part, name in APART.items() if below.startswith(part + "/")), None)
    return apart or below.split("/")[0].replace("+", "/", 1)


def counts(fates: Sequence[Fate]) -> dict[str, int]:
    """The figures of one repository."""
    whats = [f.what for f in fates]
    before = [f for f in fates if f.first and f.first != "run"]
    tests = {
        "files": len(fates),
        "runs": whats.count("run"),
        "by_pysd": sum(f.by_pysd for f in fates),
        "agree": sum(f.agrees is True for f in fates),
        "differ": sum(f.agrees is False for f in fates),
        "refused": whats.count("refused"),
        "unfinished": whats.count("unfinished") + whats.count("failed"),
        "first_refused": len(before),
        "first_refused_runs": sum(f.what == "run" for f in before),
    }
    return {name: tests[name] for name in COUNTS}


def written(table: str, found: Mapping[str, Mapping[str, int]]) -> str:
    """The table with new counts; what follows them, why files are refused, stays as it is."""
    rows = "".join(
        f"[[repositories]]\nname = {json.dumps(name)}\n" + "".join(f"{key} = {n}\n" for key, n in row.items()) + "\n"
        for name, row in sorted(found.items())
    )
    return re.sub(r"\[\[repositories\]\].*?(?=\[\[refused\]\])", lambda _: rows, table, count=1, flags=re.DOTALL)


def main(words: Sequence[str] | None = None) -> int:
    """Counts, and what is refused; status 1 where a file differs or fails without a word."""
    asked = _asked(words)
    folder = asked.folder.resolve()
    paths = files(folder)
    fates: list[Fate] = []
    with ThreadPoolExecutor(asked.processes) as several:
        for found in several.map(lambda path: fate(path, asked.seconds, asked.first), paths):
            fates.append(found)
            print(f"\r{len(fates)} of {len(paths)} files", end="", file=sys.stderr)
    names = sorted({repository(f.path, folder) for f in fates})
    table = {name: counts([f for f in fates if repository(f.path, folder) == name]) for name in names}
    for name, row in table.items():
        print(name, row)
    for one in fates:
        if one.what != "run" or one.agrees is False:
            word = "differs" if one.what == "run" else one.what
            print(f"{one.path.relative_to(folder)}: {word} ({one.first}) {one.why}")
    if asked.write:
        TABLE.write_text(written(TABLE.read_text(encoding="utf-8"), table), encoding="utf-8")
    return int(any(f.what == "failed" or f.agrees is False for f in fates))


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=Path)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
