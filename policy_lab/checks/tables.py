"""The tables beside a model: each read by itself, so that a fault in one hides none in another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from policy_lab.checks.findings import Finding, finding
from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.messages import Message, Name
from policy_lab.model import Lever, Model, Uncertainty
from policy_lab.model.faults import Parts, read_each_part
from policy_lab.model.history import FILE as HISTORY
from policy_lab.model.loops import FILE as LOOPS
from policy_lab.model.loops import read_circuit


@dataclass
class Beside:
    """A model with as much of its tables as could be read (``parts``), and what is wrong with the others."""

    parts: Parts
    findings: list[Finding] = field(default_factory=list)

    @property
    def model(self) -> Model:
        """The model with the tables that are in order."""
        return self.parts.model

    @property
    def used(self) -> frozenset[str]:
        """Names of variables that the tables read from a run."""
        rows = [row["variable"] for row in self.parts.history] + [
            row["outcome"] for row in self.parts.loops if row["switch"]
        ]
        cases = [mention.name for mention in self.parts.mentions if mention.kind == "variable"]
        return frozenset([*self.model.outcomes, *rows, *cases])

    @property
    def cited(self) -> frozenset[str]:
        """Keys of sources that the tables name."""
        cases = [mention.name for mention in self.parts.mentions if mention.kind == "source"]
        return frozenset([*(u.source for u in self.model.uncertainties.values()),
                          *(row["source"] for row in self.parts.history), *cases])  # fmt: skip


def read_beside(bare: Model, folder: Path) -> Beside:
    """Everything beside a model file, and what is wrong with it.

    Args:
        bare: the model file alone.
        folder: where its tables are.
    """
    parts = read_each_part(bare, folder)
    faults = [finding("table does not fit", f.file, f.file, f.row, f.error.message) for f in parts.faults]
    beside = Beside(parts, faults)
    sources = parts.model.sources
    for mention in parts.mentions:
        if mention.kind == "source" and sources and mention.name not in sources:
            words = Message("finding.file_source", {"file": mention.file, "source": mention.name})
            beside.findings.append(finding("unknown source", mention.name, mention.file, 0, words))
    beside.findings.extend(_loops(parts.model, parts.loops))
    beside.findings.extend(_history(parts.model, parts.history))
    beside.findings.extend(_ranges(parts.model))
    return beside


def _wrong(file: str, row: Mapping[str, str], kind: str, subject: str, problem: Message) -> Finding:
    words = Message("finding.row", {"file": file, "row": int(row["row"]), "problem": problem})
    return finding(kind, subject, file, int(row["row"]), words)


def _loops(model: Model, rows: Sequence[Mapping[str, str]]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for row in rows:
        wrong = None
        if row["switch"]:  # one without is only drawn and scored
            wrong = _unknown(model, row["switch"], constant=True) or _unknown(model, row["outcome"])
        if not wrong and row["switch"] and row["world"] not in model.scenarios:
            wrong = Message("finding.no_scenario", {"scenario": row["world"]})
        if wrong:
            yield _wrong(LOOPS, row, "table does not fit", row["name"], wrong)
        try:
            _ = read_circuit(model, row)
        except ModelError as problem:
            yield finding("table does not fit", row["name"], LOOPS, int(row["row"]), problem.message)
        if row["switch"] and row["switch"] in seen:
            twice = Message("finding.row_twice", {"name": row["switch"], "first": int(seen[row["switch"]])})
            yield _wrong(LOOPS, row, "duplicate", row["name"], twice)
        seen.setdefault(row["switch"], row["row"])


def _unknown(model: Model, name: str, constant: bool = False) -> Message | None:
    try:
        _ = model.constant(name) if constant else model.find(name)
    except PolicyLabError as unknown:
        return unknown.message
    return None


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
                         Message("finding.row_unit", {"variable": Name(row["variable"]), "here": row["unit"],
                                                      "stated": stated}))  # fmt: skip
        if model.sources and row["source"] not in model.sources:
            yield _wrong(HISTORY, row, "unknown source", row["variable"],
                         Message("finding.row_source", {"source": row["source"]}))  # fmt: skip
        key = (row["series"], row["year"])
        if key in seen:
            yield _wrong(HISTORY, row, "duplicate", row["series"],
                         Message("finding.year_twice", {"series": row["series"], "year": row["year"],
                                                        "first": int(seen[key])}))  # fmt: skip
        seen.setdefault(key, row["row"])


def _ranges(model: Model) -> Iterator[Finding]:
    """A table's range that is not the one in the model file: one of the two was forgotten. The file has one range for
    all elements of an array, so that of an element has to lie inside it.
    """
    tables: tuple[tuple[str, Mapping[str, Lever | Uncertainty]], ...] = (
        ("levers.csv", model.levers),
        ("uncertainties.csv", model.uncertainties),
    )
    for file, rows in tables:
        for name, row in rows.items():
            low, high = model.program.equations[name].limits
            if low is None or high is None:
                continue
            fits = low <= row.low and row.high <= high if "[" in name else (low, high) == (row.low, row.high)
            if not fits:
                ends = {"low": row.low, "high": row.high, "least": low, "most": high}
                words = Message("finding.range_differs", {"file": file, "name": Name(name), **ends})
                yield finding("range differs", name, file, 0, words)
