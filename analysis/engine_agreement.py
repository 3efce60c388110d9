"""Agreement of engines that share no code: the same model in every scenario, variable by variable.

    python -m analysis.engine_agreement [MODEL]

Ours (compiled, and batched NumPy), PySD (its stored golden runs) and pysimlin (another reader, another engine; it
comes with ``make setup``) run every world of the model; each pair is compared on every variable that both have, once
a year. Writes ``results/engine_agreement/agreement.csv`` and its section of ``docs/agreement.md``; for
another model than the published one it only prints.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
import simlin

from analysis import agreement_page
from analysis.agreement_page import ENGINES, SAME
from analysis.golden_runs import BARE, read, stale, worlds, years
from analysis.results_folder import DEFAULT_MODEL, fresh_folder, model_asked_for, print_table, write_table
from policy_lab.errors import ModelError
from policy_lab.model import Model
from policy_lab.program import Clock
from policy_lab.runs import Runs, disagreement
from policy_lab.simulation import simulate

NAME = "engine_agreement"
#: What the tests hold the engines to.
BOUND = 1e-9
#: Engines whose time is a sum of steps.
ADDING = ("pysd", "pysimlin")


@dataclass(frozen=True)
class Row:
    """Two engines in one world: how many variables were compared, how far apart the worst is, how many are beyond SAME.

    ``apart`` is relative to the variable's own size so far, as ``policy_lab.runs.disagreement`` has it.
    """

    one: str
    other: str
    world: str
    variables: int
    beyond: int
    apart: float
    variable: str
    year: float


def run_simlin(model: Model, world: str) -> Runs:
    """One world by pysimlin: its own reading of the model file, its own engine, the golden runs' years."""
    constants = model.constants_of(None if world == BARE else world)
    try:
        their = simlin.load(str(model.path))
        table = their.run(overrides={_key(n): v for n, v in constants.items()} or None, analyze_loops=False).results
    except simlin.SimlinError as error:
        raise ModelError(f"pysimlin cannot run the world '{world}' of {model.name}: {error}") from None
    times = np.array(years(model))
    rows = [int(np.argmin(np.abs(table.index.to_numpy() - t))) for t in times]
    names = tuple(n for n in model.program.visible if _key(n) in table.columns)
    units = tuple(model.program.equations[n].unit for n in names)
    return Runs(table[[_key(n) for n in names]].to_numpy(dtype=float)[None, rows], times, names, units)


def _key(name: str) -> str:
    """A variable as pysimlin spells it."""
    return name.casefold().replace('"', "").replace(" ", "_")


def runs_of(model: Model, world: str) -> dict[str, Runs]:
    """One world by every engine, the names of ``ENGINES`` to runs."""
    scenario, times = None if world == BARE else world, years(model)
    return {
        "compiled": simulate(model, scenario=scenario, times=times, backend="llvm"),
        "numpy": simulate(model, scenario=scenario, times=times, backend="numpy"),
        "pysd": read(model, world),
        "pysimlin": run_simlin(model, world),
    }


def compare(world: str, by: Mapping[str, Runs], clock: Clock) -> Iterator[Row]:
    """Every pair of engines in one world; the clock of those that add up steps may be late beside the others'."""
    late = np.array(clock.late(next(iter(by.values())).time))
    for one, other in itertools.combinations(by, 2):
        known = set(by[one].outputs)
        common = [n for n in by[other].outputs if n in known]
        if not common:
            raise ModelError(f"{ENGINES[one]} and {ENGINES[other]} have no variable in common in '{world}'.")
        beside = late if (one in ADDING) != (other in ADDING) else None
        each = [disagreement(by[one], only(by[other], [n]), beside) for n in common]
        worst = max(each, key=lambda apart: apart.relative)
        beyond = sum(apart.relative > SAME for apart in each)
        yield Row(one, other, world, len(common), beyond, worst.relative, worst.output, worst.time)


def only(runs: Runs, names: Sequence[str]) -> Runs:
    """Some outputs of runs."""
    columns = [runs.column(n) for n in names]
    return Runs(runs.values[:, :, columns], runs.time, tuple(names), tuple(runs.units[c] for c in columns))


def agreement(model: Model) -> list[Row]:
    """Every pair of engines in every world; raises ModelError where PySD's stored runs are not of this model."""
    reason = stale(model)
    if reason:
        raise ModelError(reason)
    return [row for world in worlds(model) for row in compare(world, runs_of(model, world), model.program.clock)]


def read_rows(path: Path) -> list[Row]:
    """A stored comparison."""
    return [
        Row(r["one"], r["other"], r["world"], int(r["variables"]), int(r["beyond"]), float(r["apart"]),
            r["variable"], float(r["year"]))
        for r in agreement_page.read_rows(path)
    ]  # fmt: skip


def _cells(row: Row) -> list[object]:
    """A row of the table; a year is no measurement and is written out."""
    return [*astuple(row)[:-1], f"{row.year:g}"]


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", help=f"a model's name or path (default: {DEFAULT_MODEL})")
    model = model_asked_for(parser.parse_args(words).model)
    header = [field.name for field in fields(Row)]
    if model.name != DEFAULT_MODEL:
        try:
            print_table(header, [_cells(row) for row in agreement(model)])
        except ModelError as error:
            sys.exit(str(error))
        return
    with fresh_folder(NAME) as folder:
        rows = agreement(model)
        folder.mkdir()
        write_table(folder / "agreement.csv", header, map(_cells, rows))
        print_table(header, map(_cells, rows))
    agreement_page.write()


if __name__ == "__main__":
    main(sys.argv[1:])
