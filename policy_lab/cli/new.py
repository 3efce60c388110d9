"""``policy-lab new``: a model folder from a model file, with tables to refine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from policy_lab.cli import data
from policy_lab.cli.output import announce, fitted
from policy_lab.cli.text_tables import HelpFormatter

EXAMPLES = """\
examples:
  policy-lab new predator_prey.mdl
  policy-lab new exports/epidemic.stmx --out models/epidemic
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "new",
        help="make a model folder from a model file",
        description="Make a folder with the model in FILE and the tables that the app and studies read: levers with "
        "their ranges, outcomes, a scenario, a README. They are inferred from the file and say how; refine them. "
        "docs/models.md explains every file and column.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    words.add_argument("file", metavar="FILE", help="a .mdl, .xmile or .stmx file")
    words.add_argument("--out", metavar="DIR", help="the folder to write; new or empty (default: the file's name)")
    data.add_option(words)
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Write the folder and say what was found."""
    from policy_lab.catalogue import english
    from policy_lab.errors import BadValue
    from policy_lab.inference import guesses, write_folder
    from policy_lab.model import load_model

    model = load_model(arguments.file)
    if model.folder is not None:
        raise BadValue("error.cli.new_folder", model=arguments.file)
    announce(model.program.notes)
    folder = Path(arguments.out or model.path.stem)
    found = guesses(model)
    write_folder(model, folder, found)
    load_model(folder)
    print(fitted(english().in_words(found.said), sys.stdout))
    print(f"Written: {folder}\nTry it: policy-lab app --model {folder}")
    return 0
