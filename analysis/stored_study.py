"""Stored studies: runs a study file of this folder and keeps what it found in results/, under the file's name.

    python -m analysis.stored_study NAME [--size N]

``lever_ranking`` (the Rank page shows it), ``policy_vs_uncertainty``, ``route_rules_money`` (the page of conclusions
starts with it), ``parameter_estimation``, ``policy_search_critical_mass`` and ``policy_search_under_a_cap``; another
one is one more TOML file (docs/studies.md has its keys). The runs of a study that is stopped are kept in
build/studies/, and the same command goes on from there.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from analysis.results_folder import fresh_folder, say
from policy_lab import __version__
from policy_lab.progress import bar
from policy_lab.studies import load_study, plan_of, run_study

HERE = Path(__file__).parent
WORK = HERE.parent / "build" / "studies"


def names() -> tuple[str, ...]:
    """The studies there are: one file each."""
    return tuple(sorted(file.stem for file in HERE.glob("*.toml")))


def main(argv: Sequence[str]) -> None:
    """Command line."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("name", choices=names(), metavar="NAME", help=", ".join(names()))
    words.add_argument("--size", type=int, help="another size than the study file names")
    given = words.parse_args(argv)
    study = load_study(HERE / f"{given.name}.toml")
    if given.size:
        study = replace(study, size=given.size)
    work = WORK / f"{given.name}-{plan_of(study).fingerprint(__version__)[:12]}"
    with fresh_folder(given.name) as folder:
        say(run_study(study, work, progress=bar))
        shutil.move(work, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
