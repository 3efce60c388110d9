"""``policy-lab run``: one simulation as a CSV file."""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from policy_lab.cli import data
from policy_lab.cli.output import announce, check_output, complain, open_output
from policy_lab.cli.text_tables import HelpFormatter
from policy_lab.errors import BadValue, UnknownName
from policy_lab.spreadsheet import harmless

if TYPE_CHECKING:
    from policy_lab.model import Model
    from policy_lab.runs import Runs

#: Parts of ``TIMING`` in the model package, which this command loads only when it runs.
TIMING = ("start", "ramp", "end")
EXAMPLES = """\
examples:
  policy-lab run big_science --out status_quo.csv
  policy-lab run core --scenario cern_for_ai --outcome "Coherence" --out -
  policy-lab run core --set "programme money=4000" \\
      --set "programme money:start=2030" --set "programme money:end=2032"
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    words = commands.add_parser(
        "run",
        help="simulate a model and write the curves as CSV",
        description="Simulate MODEL once and write CSV: Time, then one column per variable.",
        epilog=EXAMPLES,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    words.add_argument("model", metavar="MODEL", help="a model's name, or a path to a .mdl, .xmile or .stmx file")
    words.add_argument(
        "--scenario", metavar="NAME", help="the scenario to start from (default: the model file as it is)"
    )
    words.add_argument(
        "--set",
        metavar='"NAME=VALUE"',
        action="append",
        default=[],
        help="set a lever or constant; NAME:start, NAME:ramp and NAME:end set when a lever moves (year), how long it"
        " takes (years) and from when it is phased out (year); may be repeated",
    )
    words.add_argument(
        "--outcome",
        metavar="NAME",
        action="append",
        default=[],
        help="a variable to write (a subscripted one without [element]: all its elements); may be repeated;"
        " default: every variable",
    )
    words.add_argument("--out", metavar="FILE.csv", default="-", help="where to write; - is standard output (default)")
    words.add_argument("--backend", metavar="NAME", default="auto", help="engine to use (default: the fastest)")
    words.add_argument("--time-step", metavar="X", help="time step, in the model's time unit (default: the model's)")
    words.add_argument("--until", metavar="YEAR", help="last time of the run (default: the scenario's, or the model's)")
    words.add_argument(
        "--integration", choices=["euler", "rk4"], help="integration method (default: as the model file asks)"
    )
    data.add_option(words)
    words.set_defaults(does=command)


def command(arguments: argparse.Namespace) -> int:
    """Simulate and write."""
    from policy_lab.model import load_model
    from policy_lab.model.conditions import with_conditions
    from policy_lab.simulation import simulate

    check_output(arguments.out)
    model = load_model(arguments.model)
    step = None if arguments.time_step is None else _number("The time step", arguments.time_step)
    asked = outputs(model, arguments.outcome)
    runs = simulate(
        model,
        settings(model, arguments.set),
        scenario=arguments.scenario,
        outputs=with_conditions(model.conditions, asked) or None,
        backend=arguments.backend,
        time_step=step,
        until=None if arguments.until is None else _number("The last moment", arguments.until),
        integration=arguments.integration,
    )
    if runs.provenance.get("fallback"):
        complain(f"note: {runs.provenance['fallback']} It ran on {runs.provenance['backend']} instead, more slowly.")
    announce(runs.provenance["notes"])
    with open_output(arguments.out) as file:
        write_csv(model, runs, file, asked or runs.outputs)
    return 0


def settings(model: Model, words: Iterable[str]) -> dict[str, float]:
    """``NAME=VALUE`` words as constants by their names in the model.

    ``NAME:start``, ``NAME:ramp`` and ``NAME:end`` stand for the constants that hold a lever's start year, ramp (years)
    and end year.
    Raises ``BadValue`` for a word without ``=``, a value that is no finite number, and a name that is set twice.
    """
    values: dict[str, float] = {}
    for word in words:
        name, equals, text = word.rpartition("=")
        if not equals or not name.strip():
            raise BadValue("error.cli.set", word=word)
        constant = _constant(model, name.strip())
        if constant in values:
            raise BadValue("error.cli.set_twice", constant=constant)
        values[constant] = _number(f"'{constant}'", text)
    return values


def outputs(model: Model, names: Iterable[str]) -> list[str]:
    """The variables that names on the command line mean: by name, by an outcome's label, or all elements of an array.

    Each is kept once, in the order given; raises ``UnknownName``.
    """
    found = (variable for name in names for variable in model.find_all(name))
    return list(dict.fromkeys(found))


def write_csv(model: Model, runs: Runs, file: TextIO, names: Sequence[str]) -> None:
    """Write the first run: ``Time``, then a column a name; numbers keep every digit that matters.

    A cell is empty where an outcome does not exist.
    """
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["Time", *map(harmless, names)])
    columns = [model.outcome(runs, name)[0].tolist() for name in names]
    for time, *values in zip(runs.time.tolist(), *columns, strict=True):
        rows.writerow([_digits(time), *map(_digits, values)])


def _digits(value: float) -> str:
    """The shortest text that reads back as the same number."""
    text = "" if math.isnan(value) else repr(value)
    return text.removesuffix(".0")


def _number(what: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadValue("error.cli.number", what=what, text=text.strip()) from None
    if not math.isfinite(value):
        raise BadValue("error.cli.finite", what=what, text=text.strip())
    return value


def _constant(model: Model, name: str) -> str:
    try:
        found = model.find(name)
    except UnknownName:
        lever, colon, part = name.rpartition(":")
        if not colon or part.strip().casefold() not in TIMING:
            raise
        return _timing(model, lever.strip(), part.strip().casefold())
    if found not in model.program.constants:
        raise BadValue("error.cli.computed", name=found, model=model.name)
    return found


def _timing(model: Model, name: str, part: str) -> str:
    canonical = model.find(name)
    if canonical not in model.levers:
        raise UnknownName("lever", name, model.levers, model.name)
    timing = model.levers[canonical].timing
    if part not in timing:
        raise BadValue("error.cli.no_part", lever=canonical, part=part, model=model.name)
    return timing[part]
