"""Random mixes of levers by the compiled engine and by the NumPy backend.

    python -m analysis.mixes_between_engines [MODEL] [--mixes 1000]

Every world with each lever at its minimum and at its maximum, and a thousand random mixes; every variable, once a
year. Two minutes or so. Writes ``results/mixes_between_engines/mixes.csv`` and its section of
``docs/agreement.md``; for another model than the published one it only prints. Fails where the two are further apart
than ``BOUND``.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields

from analysis import agreement_page
from analysis.golden_runs import years
from analysis.random_mixes import draw
from analysis.results_folder import DEFAULT_MODEL, fresh_folder, model_asked_for, print_table, write_table
from policy_lab.errors import PolicyLabError
from policy_lab.model import Lever, Model, Setting
from policy_lab.runs import Disagreement, disagreement
from policy_lab.simulation import simulate

NAME = "mixes_between_engines"
MIXES = 1000
BOUND = 1e-9
#: Runs compared at once: with every variable of a large model a run takes a third of a megabyte.
AT_ONCE = 50


@dataclass(frozen=True)
class Row:
    """Some runs: how far the two engines are apart at worst, relative to the variable's own size, and where."""

    what: str
    runs: int
    variables: int
    apart: float
    variable: str
    year: float
    run: int


def at_the_ends(model: Model) -> Iterator[dict[str, float]]:
    """Every world with each lever at either end, from the first year that its start can be set to."""
    for world in tuple(model.scenarios) or (None,):
        for lever in model.levers.values():
            for end in (lever.low, lever.high):
                yield model.constants_of(world, {lever.name: Setting(end, start=_earliest(model, lever))})


def _earliest(model: Model, lever: Lever) -> float:
    low = model.range_of(lever.start)[0] if lever.start else None
    return float("nan") if low is None else low


def compare(model: Model, what: str, given: Iterable[Mapping[str, float]]) -> Row:
    """Runs with these constants on both engines."""
    worst, done, variables = Disagreement(-1.0, "", 0.0, 0), 0, 0
    for some in _batches(given):
        names = sorted(set().union(*some))
        values = {n: [c.get(n, model.program.constants[n]) for c in some] for n in names}
        ours, theirs = (simulate(model, values, times=years(model), backend=name) for name in ("llvm", "numpy"))
        apart = disagreement(ours, theirs)
        if apart.relative > worst.relative:
            worst = Disagreement(apart.relative, apart.output, apart.time, done + apart.run)
        done, variables = done + len(some), len(ours.outputs)
    return Row(what, done, variables, worst.relative, worst.output, worst.time, worst.run)


def _batches(given: Iterable[Mapping[str, float]]) -> Iterator[list[Mapping[str, float]]]:
    rest = iter(given)
    while some := list(itertools.islice(rest, AT_ONCE)):
        yield some


def agreement(model: Model, mixes: int) -> Iterator[Row]:
    """The levers at their ends, then the mixes."""
    yield compare(model, "every scenario, each lever at either end", at_the_ends(model))
    yield compare(model, "random mixes", (draw(model, number).constants(model) for number in range(mixes)))


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", help=f"a model's name or path (default: {DEFAULT_MODEL})")
    parser.add_argument("--mixes", type=int, default=MIXES, help=f"how many mixes (default {MIXES})")
    given = parser.parse_args(words)
    model = model_asked_for(given.model)
    try:
        rows = list(agreement(model, given.mixes))
    except PolicyLabError as error:
        sys.exit(str(error))
    header = [field.name for field in fields(Row)]
    cells = [[f"{v:g}" if n == "year" else v for n, v in zip(header, astuple(row), strict=True)] for row in rows]
    print_table(header, cells)
    if model.name == DEFAULT_MODEL:
        with fresh_folder(NAME) as folder:
            folder.mkdir()
            write_table(folder / "mixes.csv", header, cells)
        agreement_page.write()
    if max(row.apart for row in rows) > BOUND:
        sys.exit(f"The compiled engine and NumPy are further apart than {BOUND:g}.")


if __name__ == "__main__":
    main(sys.argv[1:])
