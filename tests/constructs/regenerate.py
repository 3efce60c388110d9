"""Runs every construct model with PySD and stores what it gives as expected.csv.

python -m tests.constructs.regenerate [NAME...]
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from policy_lab.errors import PolicyLabError
from policy_lab.model import load_model
from policy_lab.readers import ENDINGS
from policy_lab.runs import Runs
from policy_lab.simulation import simulate

FOLDER = Path(__file__).parent


def model_file(name: str) -> Path:
    return next(p for p in sorted((FOLDER / name).iterdir()) if p.suffix in ENDINGS)


def names() -> list[str]:
    return sorted(p.name for p in FOLDER.iterdir() if p.is_dir() and not p.name.startswith("_"))


def run_pysd(name: str) -> Runs:
    return simulate(load_model(model_file(name)), backend="pysd", allow_nan=True)


def main(wanted: list[str]) -> int:
    failed = 0
    for name in wanted or names():
        try:
            runs = run_pysd(name)
        except PolicyLabError as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed += 1
            continue
        with (FOLDER / name / "expected.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["Time", *runs.outputs])
            table.writerows(
                [repr(float(t)), *map(repr, map(float, row))] for t, row in zip(runs.time, runs.values[0], strict=True)
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
