"""Which levers matter for which outcome, when, and how sure are we? (What can we do.)

    python analysis/which_levers_matter.py [MODEL] [--size N]

Runs the study of ``rank_levers.toml`` (every lever over its range, all headline outcomes) and keeps its findings,
figures and report in ``results/which_levers_matter/``; the Rank page of the app shows them.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from results_of import fresh_folder, say

from policy_lab.progress import bar
from policy_lab.studies import load_study, run_study

HERE = Path(__file__).parent


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="another model than the study file names")
    words.add_argument("--size", type=int, help="another size than the study file names, a power of two")
    asked = words.parse_args()
    study = load_study(HERE / "rank_levers.toml")
    if asked.model:
        study = replace(study, model=asked.model, times="all", place=None)
    if asked.size:
        study = replace(study, size=asked.size)
    with fresh_folder("which_levers_matter") as folder:
        say(run_study(study, folder, progress=bar))


if __name__ == "__main__":
    main()
