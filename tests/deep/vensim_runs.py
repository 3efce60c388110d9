"""Published models against runs that Vensim itself stored, WORLD3-03 first of all.

    python -m tests.deep.vensim_runs FOLDER [--table docs/vensim-runs.md]

FOLDER is the ``test`` folder of a checkout of bpowers/simlin, kept outside this repository: it holds models together
with the binary files (``.vdf``, single precision) in which Vensim wrote its runs of them. Each is run by the compiled
engine, by the method Vensim used, and every variable is compared at every moment that Vensim saved. Leaves with
status 1 where a variable is further apart than ``BOUND``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import simlin

from analysis import documents
from policy_lab.backends import Integration
from policy_lab.errors import PolicyLabError
from policy_lab.model import load_model
from policy_lab.report.templating import Context
from policy_lab.runs import Runs, disagreement
from policy_lab.simulation import simulate

#: Of the variable's largest size so far; Vensim's files are of single precision, and so were some of its runs.
BOUND = 1e-4


@dataclass(frozen=True)
class Stored:
    """A model, one of Vensim's runs of it, and what was set for that run."""

    model: str
    run: str
    integration: Integration = "euler"
    values: Mapping[str, float] = field(default_factory=dict)


_EDITED = ("1_empty", "2_subscripts", "3_aux_var", "4_add_const", "5_stock", "6_make_arrayed", "7_add_new_subscript",
           "8_change_subscript", "9_smooth_time", "10_reformat")  # fmt: skip
RUNS = (
    Stored("metasd/WRLD3-03/wrld3-03.mdl", "metasd/WRLD3-03/SCEN01.VDF"),
    Stored("metasd/WRLD3-03/wrld3-03.mdl", "metasd/WRLD3-03/experiment.vdf"),
    Stored("bobby/vdf/econ/mark2.mdl", "bobby/vdf/econ/mark2.vdf", "rk4"),
    Stored("bobby/vdf/pop/pop.mdl", "bobby/vdf/pop/pop.vdf", "rk4"),
    Stored("bobby/vdf/consts/consts.mdl", "bobby/vdf/consts/b_is_3.vdf"),
    Stored("bobby/vdf/consts/consts.mdl", "bobby/vdf/consts/b_is_4.vdf", values={"b": 4.0}),
    Stored("bobby/vdf/level_vs_aux/x_is_aux.mdl", "bobby/vdf/level_vs_aux/x_is_aux.vdf"),
    Stored("bobby/vdf/level_vs_aux/x_is_stock.mdl", "bobby/vdf/level_vs_aux/x_is_stock.vdf"),
    Stored("bobby/vdf/lookups/lookup_ex.mdl", "bobby/vdf/lookups/lookup_ex.vdf"),
    Stored("bobby/vdf/subscripts/subscripts.mdl", "bobby/vdf/subscripts/subscripts.vdf"),
    Stored("bobby/vdf/water/water.mdl", "bobby/vdf/water/water.vdf"),
    *(
        Stored(f"bobby/vdf/model_editing/{m}.mdl", f"bobby/vdf/model_editing/run_{m.partition('_')[0]}.vdf")
        for m in _EDITED
    ),
)


@dataclass(frozen=True)
class Row:
    """How far one run is from Vensim's: the variables within BOUND, the worst of all, and who is outside.

    ``pointwise`` are variables that at some moment are further apart than BOUND of their value at that moment.
    """

    stored: Stored
    variables: int
    moments: int
    worst: float
    variable: str
    time: float
    outside: tuple[str, ...]
    pointwise: tuple[str, ...]

    @property
    def run(self) -> str:
        """Name of the file in which Vensim stored its run."""
        return Path(self.stored.run).name


def compare(folder: Path, stored: Stored) -> Row:
    """One of Vensim's runs against ours; raises PolicyLabError where the model cannot be run."""
    model = load_model(folder / stored.model)
    ours = simulate(model, stored.values, integration=stored.integration, backend="llvm")
    table = simlin.load_vdf(folder / stored.run)
    spelled = {_key(name): name for name in ours.outputs}
    columns = [c for c in table.columns if c in spelled and np.isfinite(table[c]).all()]
    names = tuple(spelled[c] for c in columns)
    theirs = Runs(table[columns].to_numpy(float)[None], table.index.to_numpy(float), names, ("",) * len(names))
    each = [disagreement(ours, _only(theirs, i)) for i in range(len(names))]
    worst = max(each, key=lambda apart: apart.relative)
    outside = tuple(f"{a.output} ({a.relative:.1e})" for a in each if a.relative > BOUND)
    return Row(
        stored,
        len(names),
        len(theirs.time),
        worst.relative,
        worst.output,
        worst.time,
        outside,
        _pointwise(ours, theirs),
    )


def _pointwise(ours: Runs, theirs: Runs) -> tuple[str, ...]:
    rows = [int(np.argmin(np.abs(ours.time - t))) for t in theirs.time]
    mine = np.column_stack([ours.of(name)[0, rows] for name in theirs.outputs])
    other = theirs.values[0]
    beyond = np.abs(mine - other) > BOUND * np.abs(other)
    return tuple(n for n, found in zip(theirs.outputs, beyond.any(axis=0), strict=True) if found)


def _only(runs: Runs, column: int) -> Runs:
    return Runs(runs.values[:, :, [column]], runs.time, (runs.outputs[column],), ("",))


def _key(name: str) -> str:
    """A variable as the reader of Vensim's files spells it."""
    return name.casefold().replace('"', "").replace(", ", ",").replace(" ", "_")


@dataclass(frozen=True)
class VensimRuns(Context, template="vensim_runs.md.j2", folder=documents.TEMPLATES):
    """``docs/vensim-runs.md``; variables outside of ``BOUND`` by model, and by run at some moment."""

    rows: Sequence[Row]
    outside: Mapping[str, Sequence[str]]
    pointwise: Mapping[str, Sequence[str]]


def page(rows: Sequence[Row]) -> str:
    """``docs/vensim-runs.md``."""
    outside = {r.stored.model: r.outside for r in rows if r.outside}
    return documents.text(VensimRuns(rows, outside, {r.run: r.pointwise for r in rows if r.pointwise}))


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--table", type=Path)
    given = parser.parse_args(words)
    missing = [s.run for s in RUNS if not (given.folder / s.run).is_file()]
    if missing:
        parser.error(f"{given.folder} has no {missing[0]}: name the test folder of a checkout of bpowers/simlin.")
    try:
        rows = [compare(given.folder, stored) for stored in RUNS]
    except PolicyLabError as error:
        print(error, file=sys.stderr)
        return 1
    if given.table:
        given.table.write_text(page(rows), encoding="utf-8")
    else:
        print(page(rows), end="")
    return 1 if any(r.outside for r in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
