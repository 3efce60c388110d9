"""Faults of the tables beside a model: each table is read by itself, so that a fault in one hides none in another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from policy_lab.errors import PolicyLabError
from policy_lab.model.cases import Mention, case_files, mentions_of
from policy_lab.model.history import FILE as HISTORY
from policy_lab.model.history import history_rows
from policy_lab.model.loops import FILE as LOOPS
from policy_lab.model.loops import loop_rows
from policy_lab.model.model import Model
from policy_lab.model.parts import Lever, Outcome, Source, Uncertainty
from policy_lab.model.scenarios import read_scenario, scenario_files
from policy_lab.model.tables import Tables

T = TypeVar("T")
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Fault:
    """A file of a model that cannot be used, and why; ``row`` is 0 where the fault is in no one row."""

    file: str
    row: int
    error: PolicyLabError


@dataclass
class Parts:
    """A model with as much of its tables as could be read.

    Attributes:
        model: with the tables that are in order.
        faults: what is wrong with the others.
        loops, history: rows of those tables as text, each with its number under ``row``.
        mentions: sources and variables that historical cases on the same equations name.
    """

    model: Model
    faults: list[Fault] = field(default_factory=list)
    loops: Rows = field(default_factory=list)
    history: Rows = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)

    def tried(self, file: str, read: Callable[[], T], otherwise: T, row: int = 0) -> T:
        """What ``read`` gives; ``otherwise``, and a fault, where it fails."""
        try:
            return read()
        except PolicyLabError as wrong:
            self.faults.append(Fault(file, row, wrong))
            return otherwise


def read_each_part(bare: Model, folder: Path) -> Parts:
    """Everything beside a model file.

    Args:
        bare: the model file alone.
        folder: where its tables are.
    """
    parts = Parts(replace(bare, folder=folder, name=folder.name))
    tables = Tables(folder, parts.model)
    sources: dict[str, Source] = parts.tried("sources.csv", tables.sources, {})
    levers: dict[str, Lever] = parts.tried("levers.csv", tables.levers, {})
    outcomes: dict[str, Outcome] = parts.tried("outcomes.csv", tables.outcomes, {})
    uncertainties: dict[str, Uncertainty] = parts.tried(
        "uncertainties.csv", lambda: tables.uncertainties(sources, levers), {}
    )
    parts.model = replace(parts.model, sources=sources, levers=levers, outcomes=outcomes, uncertainties=uncertainties)
    scenarios: dict[str, Any] = {}
    for path in scenario_files(folder / "scenarios"):
        file = f"scenarios/{path.name}"
        read = parts.tried(file, lambda path=path: read_scenario(path, parts.model), None)  # type: ignore[misc]
        if read is not None:
            scenarios[path.stem] = read
    parts.model = replace(parts.model, scenarios=scenarios)
    parts.loops = parts.tried(LOOPS, lambda: loop_rows(parts.model), [], row=1)
    parts.history = parts.tried(HISTORY, lambda: history_rows(parts.model), [], row=1)
    for file in case_files(parts.model):
        parts.mentions += parts.tried(file, lambda file=file: mentions_of(folder, file), [])  # type: ignore[misc]
    return parts
