"""``policy-lab compile``: a model as WebAssembly for the browser, or as the listing it is compiled from."""

from __future__ import annotations

import argparse
from pathlib import Path

from policy_lab.cli import data
from policy_lab.cli.text_tables import HelpFormatter, printable
from policy_lab.errors import BadValue

EXAMPLES = """\
examples:
  policy-lab compile big_science --target wasm --out build/browser
  policy-lab compile big_science --show
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "compile",
        help="compile a model for the browser, or show what is compiled",
        description="Write MODEL as a WebAssembly module and a JSON file of its parameters, outcomes and layout.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    words.add_argument("model", metavar="MODEL", help="a model's name, or a path to a .mdl, .xmile or .stmx file")
    words.add_argument("--target", choices=["wasm"], default="wasm", help="what to compile for (default: wasm)")
    words.add_argument("--out", metavar="DIR", help="the folder to write to; created if it does not exist")
    words.add_argument("--show", action="store_true", help="print every equation in run order, with unit and line")
    data.add_option(words)
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Show, compile, or both."""
    from policy_lab.browser_files import write_browser_files
    from policy_lab.model import load_model
    from policy_lab.notation import listing

    if not arguments.show and arguments.out is None:
        raise BadValue("error.cli.compile")
    model = load_model(arguments.model)
    if arguments.show:
        for line in listing(model.program).splitlines():
            print(line[: len(line) - len(line.lstrip())] + printable(line))
    if arguments.out is not None:
        for path in write_browser_files(model, Path(arguments.out)):
            print(f"{path} ({path.stat().st_size / 1000:.0f} KB)")
    return 0
