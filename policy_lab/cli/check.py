"""``policy-lab check``: units, structure, tables, predicates and the twelve tests of a model; or two versions of it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from policy_lab.cli import data
from policy_lab.cli.language import add_option, language_of
from policy_lab.cli.output import check_output, complain, fitted, open_output
from policy_lab.cli.text_tables import HelpFormatter

if TYPE_CHECKING:
    from policy_lab.checks import Report

NOT_SOUND = 1
EXAMPLES = """\
examples:
  policy-lab check big_science
  policy-lab check my_model.mdl --no-runs
  policy-lab check big_science --json report.json --html report.html
  policy-lab check big_science --against HEAD~3
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "check",
        help="check a model's units, structure, tables and predicates; or compare two versions of it",
        description="Check MODEL: the units of every equation, unused variables, outflows that continue when a stock "
        "is empty, ranges and sources, the tables beside it, the predicates of its checks.yaml, and the twelve tests "
        "of a model with tables. Exit status: 0 no failure except known ones, 1 something needs fixing.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    words.add_argument("model", metavar="MODEL", help="a model's name, or a path to a .mdl, .xmile or .stmx file")
    words.add_argument("--no-runs", action="store_true", help="only checks that do not run the model")
    words.add_argument("--quick", action="store_true", help="skip the twelve tests")
    words.add_argument(
        "--strict", action="store_true", help="exit with 1 on warnings, known failures and failed tests too"
    )
    words.add_argument("--all", action="store_true", help="also list the predicates that hold")
    words.add_argument("--json", metavar="FILE", help="write the report as JSON; - is standard output")
    words.add_argument("--html", metavar="FILE", help="write the report as a page")
    add_option(words)
    words.add_argument(
        "--against",
        metavar="VERSION",
        help="compare instead: every outcome in every scenario with another version, ranked by difference. VERSION is "
        "a git revision, a folder or file, or 'golden' for the stored runs",
    )
    data.add_option(words)
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Check or compare, and say what came out."""
    for out in filter(None, (arguments.json, arguments.html)):
        check_output(out)
    if arguments.against:
        return _compare(arguments)
    from policy_lab.checks import check_model
    from policy_lab.checks.report import as_html, as_json, lines

    language = language_of(arguments.language, arguments.model)
    report = check_model(arguments.model, runs=not arguments.no_runs)
    if not (arguments.no_runs or arguments.quick):
        _twelve(arguments.model, report)
    for out, text in ((arguments.json, as_json), (arguments.html, lambda of: as_html(of, language))):
        if out:
            with open_output(out) as file:
                file.write(text(report))
    if "-" not in (arguments.json, arguments.html):
        print("\n".join(fitted(line, sys.stdout) for line in lines(report, every=arguments.all)))
    return 0 if report.sound(arguments.strict) else NOT_SOUND


def _twelve(name: str, report: Report) -> None:
    """Add the twelve tests, if the model has tables to test and nothing keeps it from running."""
    from policy_lab.checks.twelve_tests import twelve_tests
    from policy_lab.errors import PolicyLabError
    from policy_lab.model import load_model

    try:
        model = load_model(name)
        report.tests = twelve_tests(model, report) if model.scenarios else []
    except PolicyLabError as wrong:
        complain(f"The twelve tests were not run: {wrong}")


def _compare(arguments: argparse.Namespace) -> int:
    from policy_lab.catalogue import english
    from policy_lab.checks.versions import compare_versions

    language = language_of(arguments.language, arguments.model)
    found = compare_versions(arguments.model, arguments.against)
    for note in found.notes:
        complain(f"note: {english().in_words(note)}")
    for out, text in ((arguments.json, found.as_json), (arguments.html, lambda: found.as_html(language))):
        if out:
            with open_output(out) as file:
                file.write(text())
    if "-" not in (arguments.json, arguments.html):
        print("\n".join(fitted(line, sys.stdout) for line in found.as_text().splitlines()))
    return 0
