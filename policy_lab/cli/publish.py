"""``policy-lab publish``: the page of a model as plain files, for a web host or a memory stick."""

from __future__ import annotations

import argparse
from pathlib import Path

from policy_lab.cli import data
from policy_lab.cli.output import complain
from policy_lab.cli.several import opened_models
from policy_lab.cli.text_tables import HelpFormatter, table

KINDS = {
    "pages": "pages, in every language",
    "scripts": "scripts and styles",
    "model": "the model",
    "equations": "equations and diagrams",
    "cases": "precedents",
    "stories": "stories",
    "studies": "stored studies",
}
EXAMPLES = """\
examples:
  policy-lab publish big_science --out site
  policy-lab publish big_science --out site --replace
  policy-lab publish my_model/my_model.mdl --study my_study --out site
  policy-lab publish big_science core --out site
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "publish",
        help="write the app as plain files that need no Policy Lab server",
        description="Write the app for MODEL as plain files, in every language, for any folder of any web host "
        "or for a memory stick (python -m http.server). The browser runs the model; Rank shows stored studies. "
        "Several models get a folder each and a front page.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    words.add_argument(
        "model",
        metavar="MODEL",
        nargs="+",
        help="a model's name, a path to a .mdl, .xmile or .stmx file, or a folder of models",
    )
    words.add_argument("--out", metavar="DIR", required=True, help="the folder to write; it must be new or empty")
    words.add_argument("--replace", action="store_true", help="replace a site published before")
    words.add_argument(
        "--language", metavar="CODE", default="en", help="language of the first page: en (the default), de …"
    )
    words.add_argument(
        "--study",
        metavar="DIR",
        help="result folder of a study of all levers, for Rank (default: the stored one)",
    )
    words.add_argument(
        "--stories", metavar="FOLDER", help="folder of your own stories for the Learn page, see docs/teaching.md"
    )
    data.add_option(words)
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Write the site and say how large it is."""
    from policy_lab.app.publish import publish
    from policy_lab.progress import bar

    models = opened_models(arguments.model, arguments.stories, arguments.data)
    study = Path(arguments.study) if arguments.study else None
    site = publish(models, Path(arguments.out), arguments.language, study, arguments.replace, bar)
    sizes = [(KINDS[kind], *site.sizes[kind]) for kind in KINDS if kind in site.sizes]
    whole = ("together", sum(files for _, files, _ in sizes), sum(size for *_, size in sizes))
    print(table(("", "files", "MB"), [(name, str(n), f"{size / 1e6:.2f}") for name, n, size in [*sizes, whole]]))
    if not site.has_study:
        whose = "this model has no stored study" if len(models) == 1 else "these models have no stored studies"
        complain(f"note: {whose}, so Rank shows none; add one with --study DIR.")
    print(f"\nView it: python -m http.server --directory {arguments.out}")
    return 0
