"""The lever ranking: which levers matter for which outcome, when, and how sure that is.

    python -m analysis.lever_ranking [MODEL] [--size N]

Runs the study of ``lever_ranking.toml`` (every lever over its range, all headline outcomes) and keeps its findings,
figures and report in ``results/lever_ranking/``; the Rank page of the app shows them.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from analysis.results_folder import fresh_folder, say
from policy_lab.progress import bar
from policy_lab.studies import load_study, run_study

HERE = Path(__file__).parent


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("model", nargs="?", help="another model than the study file names")
    words.add_argument("--size", type=int, help="another size than the study file names, a power of two")
    asked = words.parse_args()
    study = load_study(HERE / "lever_ranking.toml")
    if asked.model:
        study = replace(study, model=asked.model, times="all", place=None)
    if asked.size:
        study = replace(study, size=asked.size)
    with fresh_folder("lever_ranking") as folder:
        say(run_study(study, folder, progress=bar))


if __name__ == "__main__":
    main()
