"""``policy-lab study``: run a study file and keep its result folder."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from policy_lab.cli import data
from policy_lab.cli.language import add_option, language_of
from policy_lab.cli.output import announce
from policy_lab.errors import BadValue

if TYPE_CHECKING:
    from policy_lab.ensemble.runner import Workers

DIFFERS = 1


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "study",
        help="run a study file (a Sobol ranking of the levers, ...) and write its result folder",
        description="Run the study described by FILE.toml; stop it with Ctrl-C.",
        allow_abbrev=False,
    )
    words.add_argument(
        "file", metavar="FILE.toml", nargs="?", help="the study: model, scenario, method, size, factors, outcomes"
    )
    words.add_argument("--out", metavar="DIR", help="the result folder; created if it does not exist")
    words.add_argument("--seed", metavar="N", help="another seed than the study file's: a whole number, 0 or more")
    words.add_argument("--replay", metavar="DIR", help="repeat a stored study and report differences")
    words.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="run on a Dask cluster: tcp://HOST:8786 of its scheduler, or local:N for N processes of this machine",
    )
    add_option(words)
    data.add_option(words)
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the study and say where its result is, or run a stored one again and compare."""
    if arguments.replay is not None:
        return _replay(arguments)
    seed = _seed(arguments.seed)
    if arguments.file is None or arguments.out is None:
        raise BadValue("error.cli.study")
    from policy_lab.progress import bar
    from policy_lab.studies import load_study, plan_of, run_study

    study = load_study(arguments.file)
    announce(plan_of(study).model.program.notes)
    words = language_of(arguments.language, study.model_reference()) if arguments.language else None
    with _workers(arguments.scheduler) as workers:
        run_study(study, arguments.out, seed=seed, progress=bar, workers=workers, words=words)
    print(f"The result is in {arguments.out}")
    return 0


def _replay(arguments: argparse.Namespace) -> int:
    if arguments.file or arguments.out or arguments.seed:
        raise BadValue("error.cli.replay")
    from policy_lab.catalogue import english
    from policy_lab.progress import bar
    from policy_lab.studies import replay

    with _workers(arguments.scheduler) as workers:
        again = replay(arguments.replay, progress=bar, workers=workers)
    if again.same:
        print("The same numbers, to the last bit.")
        return 0
    print("\n".join(["Not the same:", *(f"- {english().in_words(one)}" for one in again.differences)]))
    return DIFFERS


@contextmanager
def _workers(scheduler: str | None) -> Iterator[Workers]:
    """Where the runs are made: in this process, or on the cluster that was named."""
    from policy_lab.ensemble.cluster import workers_of
    from policy_lab.ensemble.runner import in_process

    if scheduler is None:
        yield in_process
        return
    with workers_of(scheduler) as workers:
        yield workers


def _seed(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        seed = int(text)
    except ValueError:
        raise BadValue("error.cli.seed", text=text) from None
    if seed < 0:
        raise BadValue("error.cli.seed_below", seed=str(seed))
    return seed
