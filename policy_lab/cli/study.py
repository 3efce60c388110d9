"""``policy-lab study``: run a study file and keep its result folder."""

from __future__ import annotations

import argparse

from policy_lab.errors import BadValue


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "study",
        help="run a study file (a Sobol ranking of the levers, ...) and write its result folder",
        description="Run the study described by FILE.toml; Ctrl-C stops it cleanly.",
        allow_abbrev=False,
    )
    words.add_argument("file", metavar="FILE.toml", help="the study: model, scenario, method, size, factors, outcomes")
    words.add_argument("--out", metavar="DIR", required=True, help="the result folder; made if it does not exist")
    words.add_argument("--seed", metavar="N", help="another seed than the study file's: a whole number, 0 or more")
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the study and say where its result is."""
    seed = _seed(arguments.seed)
    from policy_lab.progress import bar
    from policy_lab.studies import load_study, run_study

    study = load_study(arguments.file)
    run_study(study, arguments.out, seed=seed, progress=bar)
    print(f"The result is in {arguments.out}")
    return 0


def _seed(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        seed = int(text)
    except ValueError:
        raise BadValue(f"The seed cannot be '{text}': it is a whole number, 0 or more.") from None
    if seed < 0:
        raise BadValue(f"The seed cannot be {seed}: it is a whole number, 0 or more.")
    return seed
