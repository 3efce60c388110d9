"""Writes ``docs/agreement.md``: how far engines are apart on the published model, from the results that are stored.

    python -m analysis.agreement_page

The scripts that make the results call it when they are done: ``engine_agreement``, ``mixes_against_pysd``,
``mixes_between_engines`` and ``single_precision``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import documents
from analysis.results_folder import DEFAULT_MODEL, RESULTS
from policy_lab.report.templating import Context

PAGE = "agreement.md"
ENGINES = {"compiled": "ours, compiled", "numpy": "ours, NumPy", "pysd": "PySD", "pysimlin": "pysimlin"}
#: A variable counts as the same below this: some thousand roundings of a double.
SAME = 1e-12

Row = dict[str, str]


@dataclass(frozen=True)
class Pair:
    """Two engines: variables that both report, how many are beyond ``SAME`` in any scenario, and the worst row of all
    and of each scenario."""

    title: str
    variables: int
    beyond: int
    worst: Row
    apart: Mapping[str, str]


@dataclass(frozen=True)
class Engines:
    """Every scenario of the model, every pair of engines; ``names`` are those of the engines."""

    scenarios: Sequence[str]
    worst: Row
    pairs: Sequence[Pair]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Mixes:
    """Random mixes of levers, each run by PySD, and the rows where either of our engines is furthest off."""

    rows: Sequence[Row]
    pysd: str
    seed: int
    hash: str
    compiled: Row
    numpy: Row


@dataclass(frozen=True)
class SinglePrecision:
    """Bands in single precision against double; the worst row of the scenarios and of the mixes by column."""

    scenarios: int
    mixes: int
    worst: Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Agreement(Context, template="agreement.md.j2", folder=documents.TEMPLATES):
    """The page; a result that is not there has no section.

    Attributes:
        ends: levers at their ends and many random mixes, compiled against NumPy.
    """

    model: str
    engines: Engines | None
    mixes: Mixes | None
    ends: Sequence[Row]
    single: SinglePrecision | None


def page(results: Path = RESULTS) -> Agreement:
    """The page, from the stored tables."""
    by_pysd = results / "mixes_against_pysd"
    return Agreement(
        DEFAULT_MODEL,
        _engines(_stored(results / "engine_agreement" / "agreement.csv")),
        _mixes(_stored(by_pysd / "mixes.csv"), by_pysd / "made_from.json"),
        _stored(results / "mixes_between_engines" / "mixes.csv"),
        _single(_stored(results / "single_precision" / "edges.csv")),
    )


def write() -> None:
    """Put the page in its place."""
    documents.write(page(), PAGE)


def read_rows(path: Path) -> list[Row]:
    """A stored table, every cell as it is written."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _stored(path: Path) -> list[Row]:
    return read_rows(path) if path.exists() else []


def _engines(rows: Sequence[Row]) -> Engines | None:
    pairs = []
    for one, other in dict.fromkeys((r["one"], r["other"]) for r in rows):
        own = [r for r in rows if (r["one"], r["other"]) == (one, other)]
        variables, beyond = min(int(r["variables"]) for r in own), max(int(r["beyond"]) for r in own)
        title, apart = f"{ENGINES[one]} and {ENGINES[other]}", {r["world"]: r["apart"] for r in own}
        pairs.append(Pair(title, variables, beyond, _worst(own, "apart"), apart))
    scenarios = list(dict.fromkeys(r["world"] for r in rows))
    return Engines(scenarios, _worst(rows, "apart"), pairs, ENGINES) if rows else None


def _mixes(rows: Sequence[Row], made_from: Path) -> Mixes | None:
    if not rows:
        return None
    made = json.loads(made_from.read_text(encoding="utf-8"))
    return Mixes(rows, made["pysd"], made["seed"], made["model"], _worst(rows, "compiled"), _worst(rows, "numpy"))


def _single(rows: Sequence[Row]) -> SinglePrecision | None:
    scenarios, mixes = ([r for r in rows if r["what"].startswith(kind)] for kind in ("scenario", "mix"))
    worst = {c: [_worst(own, c) for own in (scenarios, mixes)] for c in ("run", "edge", "end")} if rows else {}
    return SinglePrecision(len(scenarios), len(mixes), worst) if rows else None


def _worst(rows: Sequence[Row], column: str) -> Row:
    return max(rows, key=lambda r: float(r[column]))


if __name__ == "__main__":
    write()
