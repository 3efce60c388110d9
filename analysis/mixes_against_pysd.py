"""Random mixes of levers by the compiled engine and by PySD: agreement far from the scenarios that are stored.

    python -m analysis.mixes_against_pysd [MODEL] [--mixes 30] [--keep FOLDER]

A mix is a random world with every lever at a random place of its range, timing included. PySD takes minutes
for each, so its runs are kept in FOLDER (scratch/mixes_against_pysd) and what is there is not run again: a run that
was stopped goes on. The first mix is run by PySD as shipped as well, and must give the same bits as PySD with the
short cuts of ``analysis.quick_pysd``. Every variable is compared once a year with the compiled engine and with the
NumPy backend. Writes ``results/mixes_against_pysd/mixes.csv`` and its section of ``docs/agreement.md``; for
another model than the published one it only prints.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import astuple, dataclass, fields
from importlib.metadata import version
from pathlib import Path

import numpy as np

from analysis import agreement_page
from analysis.golden_runs import years
from analysis.quick_pysd import quick_pysd
from analysis.random_mixes import SEED, Mix, draw
from analysis.results_folder import DEFAULT_MODEL, fresh_folder, model_asked_for, print_table, write_table
from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.messages import Message
from policy_lab.model import Model
from policy_lab.progress import Bar
from policy_lab.runs import Runs, disagreement
from policy_lab.simulation import simulate

NAME = "mixes_against_pysd"
KEPT = Path(__file__).parent.parent / "scratch" / "mixes_against_pysd"
MIXES = 30


@dataclass(frozen=True)
class Row:
    """One mix: how far each of our engines is from PySD at worst, relative to the variable's own size, and where."""

    mix: int
    world: str
    variables: int
    compiled: float
    compiled_variable: str
    compiled_year: float
    numpy: float
    numpy_variable: str
    numpy_year: float


def by_pysd(model: Model, mix: Mix, folder: Path, as_shipped: bool = False) -> Runs:
    """PySD's run of a mix, every variable once a year: from FOLDER, or made and put there."""
    path = folder / f"{mix.number:04d}_{key_of(model, mix)}{'_as_shipped' if as_shipped else ''}.npz"
    names, times = model.program.visible, np.array(years(model))
    units = tuple(model.program.equations[n].unit for n in names)
    if not path.exists():
        with nullcontext() if as_shipped else quick_pysd():
            run = simulate(model, mix.levers, scenario=mix.world or None, times=times, backend="pysd", allow_nan=True)
        folder.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        with half.open("wb") as file:
            np.savez_compressed(file, values=run.values)
        os.replace(half, path)  # a run that is stopped here leaves no half a file under the right name
    with np.load(path) as kept:
        return Runs(kept["values"], times, names, units)


def key_of(model: Model, mix: Mix) -> str:
    """What PySD's run of a mix depends on, in sixteen letters."""
    constants = {n: float(v).hex() for n, v in sorted(mix.constants(model).items())}
    said = json.dumps([model.hash, version("pysd"), years(model), constants])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def check_quick_is_the_same(model: Model, folder: Path) -> None:
    """Raise ModelError where PySD with our short cuts is not PySD, bit for bit, on the first mix."""
    mix = draw(model, 0)
    quick, shipped = (by_pysd(model, mix, folder, as_shipped).values for as_shipped in (False, True))
    if not np.array_equal(quick, shipped, equal_nan=True):
        where = np.argwhere(~((quick == shipped) | (np.isnan(quick) & np.isnan(shipped))))[0]
        raise ModelError(
            f"analysis/quick_pysd.py changes PySD's numbers, first in '{model.program.visible[where[2]]}'."
        )


def compare(model: Model, mix: Mix, theirs: Runs) -> Row:
    """One mix by both of our engines against PySD's run of it."""
    apart = [
        disagreement(
            simulate(model, mix.levers, scenario=mix.world or None, times=theirs.time, backend=name, allow_nan=True),
            theirs,
            np.array(model.program.clock.late(theirs.time)),
        )
        for name in ("llvm", "numpy")
    ]
    ours, numpy = ((a.relative, a.output, a.time) for a in apart)
    return Row(mix.number, mix.world, len(theirs.outputs), *ours, *numpy)


def agreement(model: Model, mixes: int, folder: Path) -> Iterator[Row]:
    """A row for each mix, as it is done."""
    check_quick_is_the_same(model, folder)
    for number in range(mixes):
        mix = draw(model, number)
        yield compare(model, mix, by_pysd(model, mix, folder))


def made_from(model: Model, mixes: int) -> dict[str, object]:
    """What the result rests on, as it is kept beside it."""
    return {"model": model.hash, "pysd": version("pysd"), "seed": SEED, "mixes": mixes, "same bits as shipped": [0]}


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", help=f"a model's name or path (default: {DEFAULT_MODEL})")
    parser.add_argument("--mixes", type=int, default=MIXES, help=f"how many mixes (default {MIXES})")
    parser.add_argument("--keep", type=Path, default=KEPT, metavar="FOLDER", help="where PySD's runs are kept")
    given = parser.parse_args(words)
    model = model_asked_for(given.model)
    try:
        with Bar(Message("progress.any", {"what": "mixes by PySD", "unit": "mixes"}), given.mixes) as bar:
            rows = []
            for row in agreement(model, given.mixes, given.keep):
                rows.append(row)
                bar.advance()
    except PolicyLabError as error:
        sys.exit(str(error))
    header = [field.name for field in fields(Row)]
    cells = [[f"{v:g}" if n.endswith("year") else v for n, v in zip(header, astuple(row), strict=True)] for row in rows]
    print_table(header, cells)
    if model.name == DEFAULT_MODEL:
        with fresh_folder(NAME) as folder:
            folder.mkdir()
            write_table(folder / "mixes.csv", header, cells)
            (folder / "made_from.json").write_text(json.dumps(made_from(model, len(rows)), indent=1) + "\n", "utf-8")
        agreement_page.write()


if __name__ == "__main__":
    main(sys.argv[1:])
