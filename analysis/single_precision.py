"""Bands in single precision against bands in double precision.

    python -m analysis.single_precision [--mixes 30]

The page's first 200 members, in every scenario of the published model and in random mixes of levers, by WebAssembly in
single precision (in node) and by the compiled engine in double precision; every outcome, once a year. Compared are
single runs, the edges of the bands, and the ends of the ranges of change against status quo. Writes
``results/single_precision/edges.csv`` and its section of ``docs/agreement.md``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis import agreement_page
from analysis.random_mixes import draw
from analysis.results_folder import DEFAULT_MODEL, fresh_folder, model_asked_for, print_table, write_table
from policy_lab.app.ensemble_members import members_of
from policy_lab.model import Model
from policy_lab.runs import Runs
from tests.wasm.runs import in_node, native

NAME = "single_precision"
MEMBERS = 200
EDGES = (0.05, 0.25, 0.75, 0.95)
RESAMPLES = 200
#: A shift below this share of a variable's range is no part of a pixel: sampling errors count as that much at least.
UNSEEN = 1e-4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """A scenario or a mix, at worst over its outcomes and years.

    Attributes:
        run: difference of a member's run, as a share of the outcome's range over all members and years.
        run_outcome: the outcome of that.
        edge: shift of a band's edge over the edge's bootstrap standard error.
        edge_outcome: the outcome of that.
        end: the same of the range of changes in the last year; 0 where the policy is status quo.
    """

    what: str
    run: float
    run_outcome: str
    edge: float
    edge_outcome: str
    end: float


def cases(model: Model, mixes: int) -> dict[str, Mapping[str, float]]:
    """What is run, and its constants: every scenario, then mixes."""
    scenarios = {f"scenario {key}": model.constants_of(key) for key in model.scenarios}
    return {**scenarios, **{f"mix {number}": draw(model, number).constants(model) for number in range(mixes)}}


def request(model: Model, constants: Mapping[str, float]) -> dict[str, object]:
    """Members under a policy; what the policy sets does not vary, as on the page."""
    drawn = {n: v[:MEMBERS].astype(float) for n, v in members_of(model).items() if n not in constants}
    clock = model.program.clock
    years = np.arange(np.ceil(clock.initial), clock.final + clock.step / 2).tolist()
    return {"values": {**constants, **drawn}, "outputs": list(model.outcomes), "times": years}


def pairs(model: Model, chosen: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, Floats, Floats]]:
    """Name, and ``values[member, year, outcome]`` in single and in double precision; status quo comes first."""
    for name, constants in {"": model.constants_of(None), **chosen}.items():
        wanted = request(model, constants)
        with tempfile.TemporaryDirectory() as folder:
            [got] = in_node(Path(folder), [(model, wanted)], single=True)
        assert isinstance(got, Runs), got
        yield name, got.values, native(model, wanted).values


def compare(model: Model, chosen: Mapping[str, Mapping[str, float]]) -> Iterator[Row]:
    """A row for each of the chosen."""
    outcomes, before = list(model.outcomes), None
    for name, single, double in pairs(model, chosen):
        last = single[:, -1], double[:, -1]
        if before is None:
            before = last
            continue
        size = np.maximum(np.ptp(double, axis=(0, 1)), 1e-300)
        run = np.max(np.abs(single - double), axis=(0, 1)) / size
        edge = shifts(single, double, size).max(axis=(0, 1))
        ends = shifts(*(now - then for now, then in zip(last, before, strict=True)), size, (0.05, 0.95))
        worst, top = int(run.argmax()), int(edge.argmax())
        yield Row(name, run[worst], outcomes[worst], edge[top], outcomes[top], float(ends.max()))


def shifts(single: Floats, double: Floats, size: Floats, edges: Sequence[float] = EDGES) -> Floats:
    """How far each edge moves, in bootstrap standard errors (or unseen shares of ``size``): ``[edge, …, outcome]``."""
    random = np.random.default_rng(5)
    count = len(double)
    resampled = [np.quantile(double[random.integers(count, size=count)], edges, axis=0) for _ in range(RESAMPLES)]
    error = np.maximum(np.std(resampled, axis=0), UNSEEN * size)
    moved: Floats = np.abs(np.quantile(single, edges, axis=0) - np.quantile(double, edges, axis=0)) / error
    return moved


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mixes", type=int, default=30, help="random mixes of levers (default 30)")
    asked = parser.parse_args(words)
    model = model_asked_for(DEFAULT_MODEL)
    header = [field.name for field in fields(Row)]
    with fresh_folder(NAME) as folder:
        rows = [astuple(row) for row in compare(model, cases(model, asked.mixes))]
        folder.mkdir()
        write_table(folder / "edges.csv", header, rows)
        print_table(header, rows)
    agreement_page.write()


if __name__ == "__main__":
    main(sys.argv[1:])
