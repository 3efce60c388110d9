"""The tables beside a model: each read by itself, so that a fault in one hides none in another."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from policy_lab.checks.findings import Finding, finding
from policy_lab.errors import PolicyLabError
from policy_lab.model import Lever, Model, Outcome, Source, Uncertainty
from policy_lab.model.scenarios import read_scenario
from policy_lab.model.tables import Tables

LOOPS, HISTORY = "loops.csv", "data/history.csv"
#: What a table beside the model that ``load_model`` does not read must have.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    LOOPS: ("name", "kind", "switch", "path", "world", "outcome", "year", "when_cut"),
    HISTORY: ("series", "variable", "year", "value", "low", "high", "unit", "grade", "source"),
}
T = TypeVar("T")


@dataclass
class Beside:
    """A model with as much of its tables as could be read.

    Attributes:
        model: with the tables that are in order.
        findings: what is wrong with the others.
        loops, history: rows of those tables as text, in order.
        used: names of variables that a table reads.
        cases: keys of sources and names of variables that historical cases on the same equations name, with their
            files (``precedents/*.toml`` and ``data/precedents/*.csv``).
    """

    model: Model
    findings: list[Finding] = field(default_factory=list)
    loops: list[dict[str, str]] = field(default_factory=list)
    history: list[dict[str, str]] = field(default_factory=list)
    cases: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def used(self) -> frozenset[str]:
        """Names of variables that the tables read from a run."""
        rows = [row["variable"] for row in self.history] + [row["outcome"] for row in self.loops]
        cases = [name for kind, name, _ in self.cases if kind == "variable"]
        return frozenset([*self.model.outcomes, *rows, *cases])

    @property
    def cited(self) -> frozenset[str]:
        """Keys of sources that the tables name."""
        cases = [key for kind, key, _ in self.cases if kind == "source"]
        return frozenset([*(u.source for u in self.model.uncertainties.values()), *(r["source"] for r in self.history),
                          *cases])  # fmt: skip


def read_beside(bare: Model, folder: Path) -> Beside:
    """Everything beside a model file, and what is wrong with it.

    Args:
        bare: the model file alone.
        folder: where its tables are.
    """
    beside = Beside(replace(bare, folder=folder, name=folder.name))
    tables = Tables(folder, beside.model)
    sources: dict[str, Source] = _tried(beside, "sources.csv", tables.sources, {})
    levers: dict[str, Lever] = _tried(beside, "levers.csv", tables.levers, {})
    outcomes: dict[str, Outcome] = _tried(beside, "outcomes.csv", tables.outcomes, {})
    uncertainties: dict[str, Uncertainty] = _tried(
        beside, "uncertainties.csv", lambda: tables.uncertainties(sources, levers), {}
    )
    beside.model = replace(beside.model, sources=sources, levers=levers, outcomes=outcomes,
                           uncertainties=uncertainties)  # fmt: skip
    worlds: dict[str, Any] = {}
    for path in sorted((folder / "scenarios").glob("*.toml"), key=lambda p: (p.stem != "status_quo", p.stem)):
        file = f"scenarios/{path.name}"
        world = _tried(beside, file, lambda path=path: read_scenario(path, beside.model), None)  # type: ignore[misc]
        if world is not None:
            worlds[path.stem] = world
    beside.model = replace(beside.model, scenarios=worlds)
    beside.loops, beside.history = (_rows(beside, folder, file) for file in (LOOPS, HISTORY))
    beside.cases = list(_cases(beside, folder))
    for kind, key, file in beside.cases:
        if kind == "source" and sources and key not in sources:
            words = f"{file}: the source '{key}' is no key of sources.csv."
            beside.findings.append(finding("unknown source", key, file, 0, words))
    beside.findings.extend(_loops(beside.model, beside.loops))
    beside.findings.extend(_history(beside.model, beside.history))
    beside.findings.extend(_ranges(beside.model))
    return beside


def _tried(beside: Beside, file: str, read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except PolicyLabError as wrong:
        beside.findings.append(finding("table does not fit", file, file, 0, str(wrong)))
        return otherwise


def _rows(beside: Beside, folder: Path, file: str) -> list[dict[str, str]]:
    """The rows of a table as text, each with its number under ``row``; none where a column is missing."""
    path = folder / file
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        missing = [c for c in COLUMNS[file] if c not in (reader.fieldnames or ())]
        if missing:
            words = f"{file} lacks the column '{missing[0]}'."
            beside.findings.append(finding("table does not fit", file, file, 1, words))
            return []
        return [{**{k: (v or "").strip() for k, v in row.items() if k}, "row": str(reader.line_num)} for row in reader]


def _cases(beside: Beside, folder: Path) -> Iterator[tuple[str, str, str]]:
    """What the historical cases cite and what they compare with; each as kind, name, file."""
    for path in sorted((folder / "precedents").glob("*.toml")):
        file = f"precedents/{path.name}"
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            beside.findings.append(finding("table does not fit", file, file, 0, f"{file} cannot be read: {wrong}."))
            continue
        yield from (("source", key, file) for key in dict.fromkeys(_named_sources(told)))
    for path in sorted((folder / "data" / "precedents").glob("*.csv")):
        file = f"data/precedents/{path.name}"
        with path.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
        for column in ("source", "variable"):
            yield from (
                (column, name, file) for name in dict.fromkeys((r.get(column) or "").strip() for r in rows) if name
            )


def _named_sources(told: Any) -> Iterator[str]:
    """The values of every key ``source``, however deep."""
    if isinstance(told, Mapping):
        if isinstance(told.get("source"), str):
            yield told["source"]
        for value in told.values():
            yield from _named_sources(value)
    elif isinstance(told, list):
        for value in told:
            yield from _named_sources(value)


def _wrong(file: str, row: Mapping[str, str], kind: str, subject: str, words: str) -> Finding:
    return finding(kind, subject, file, int(row["row"]), f"{file}, row {row['row']}: {words}")


def _loops(model: Model, rows: Sequence[Mapping[str, str]]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for row in rows:
        wrong = _unknown(model, row["switch"], constant=True) or _unknown(model, row["outcome"])
        if not wrong and row["world"] not in model.scenarios:
            wrong = f"there is no world '{row['world']}'."
        if wrong:
            yield _wrong(LOOPS, row, "table does not fit", row["name"], wrong)
        if row["switch"] in seen:
            yield _wrong(LOOPS, row, "duplicate", row["name"], f"'{row['switch']}' stands in row {seen[row['switch']]} "
                         "already.")  # fmt: skip
        seen.setdefault(row["switch"], row["row"])


def _unknown(model: Model, name: str, constant: bool = False) -> str:
    try:
        _ = model.constant(name) if constant else model.find(name)
    except PolicyLabError as unknown:
        return str(unknown)
    return ""


def _history(model: Model, rows: Sequence[Mapping[str, str]]) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for row in rows:
        wrong = _unknown(model, row["variable"])
        if wrong:
            yield _wrong(HISTORY, row, "table does not fit", row["variable"], wrong)
            continue
        stated = model.program.equations[model.find(row["variable"])].unit
        if row["unit"] != stated:
            yield _wrong(HISTORY, row, "table does not fit", row["variable"],
                         f"'{row['variable']}' is in {row['unit']} here and in {stated} in the model.")  # fmt: skip
        if model.sources and row["source"] not in model.sources:
            yield _wrong(HISTORY, row, "unknown source", row["variable"],
                         f"the source '{row['source']}' is no key of sources.csv.")  # fmt: skip
        key = (row["series"], row["year"])
        if key in seen:
            yield _wrong(HISTORY, row, "duplicate", row["series"],
                         f"'{row['series']}' has a figure for {row['year']} in row {seen[key]} already.")  # fmt: skip
        seen.setdefault(key, row["row"])


def _ranges(model: Model) -> Iterator[Finding]:
    """A table's range that is not the one in the model file: one of the two was forgotten."""
    tables: tuple[tuple[str, Mapping[str, Lever | Uncertainty]], ...] = (
        ("levers.csv", model.levers),
        ("uncertainties.csv", model.uncertainties),
    )
    for file, rows in tables:
        for name, row in rows.items():
            low, high = model.program.equations[name].limits
            if low is not None and high is not None and (low, high) != (row.low, row.high):
                here = f"'{name}' ranges from {row.low:g} to {row.high:g} here"
                words = f"{file}: {here} and from {low:g} to {high:g} in the model file."
                yield finding("range differs", name, file, 0, words)
