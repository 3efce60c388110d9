"""Faults of the tables beside a model: each table is read by itself, so that a fault in one hides none in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from policy_lab.errors import PolicyLabError
from policy_lab.model.cases import FOLDER
from policy_lab.model.choices import FILE as CHOICES
from policy_lab.model.choices import read_choices
from policy_lab.model.fields import read_toml
from policy_lab.model.history import FILE as HISTORY
from policy_lab.model.history import history_rows
from policy_lab.model.loops import FILE as LOOPS
from policy_lab.model.loops import loop_rows
from policy_lab.model.model import Model
from policy_lab.model.parts import Choice, Core, Lever, Outcome, Source, Uncertainty
from policy_lab.model.references import FILE as REFERENCES
from policy_lab.model.references import read_references
from policy_lab.model.scenarios import read_scenario, scenario_files
from policy_lab.model.tables import Tables, text_rows

T = TypeVar("T")
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Fault:
    """A file of a model that cannot be used, and why; ``row`` is 0 where the fault is in no one row."""

    file: str
    row: int
    error: PolicyLabError


@dataclass(frozen=True)
class Mention:
    """A source that a case cites (``kind`` is "source") or a variable that it compares with ("variable")."""

    kind: str
    name: str
    file: str


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
    choices: dict[str, Choice] = parts.tried(CHOICES, lambda: read_choices(folder, parts.model), {})
    parts.model = replace(parts.model, choices=choices)
    scenarios: dict[str, Any] = {}
    for path in scenario_files(folder / "scenarios"):
        file = f"scenarios/{path.name}"
        read = parts.tried(file, lambda path=path: read_scenario(path, parts.model), None)  # type: ignore[misc]
        if read is not None:
            scenarios[path.stem] = read
    parts.model = replace(parts.model, scenarios=scenarios)
    parts.tried(REFERENCES, lambda: bool(read_references(parts.model)), False)
    parts.loops = parts.tried(LOOPS, lambda: loop_rows(parts.model), [], row=1)
    parts.history = parts.tried(HISTORY, lambda: history_rows(parts.model), [], row=1)
    for file in case_files(parts.model):
        parts.mentions += parts.tried(file, lambda file=file: mentions_of(folder, file), [])  # type: ignore[misc]
    return parts


def case_files(model: Core) -> list[str]:
    """Every file that says something of a case, relative to the model's folder: facts, figures, tables beside them."""
    if model.folder is None:
        return []
    folder = model.folder / FOLDER
    found = [*sorted(folder.glob("*.toml")), *sorted(folder.glob("*.csv")), *sorted(folder.glob("*/*.csv"))]
    return [f"{FOLDER}/{path.relative_to(folder).as_posix()}" for path in found]


def mentions_of(folder: Path, file: str) -> list[Mention]:
    """What a file of ``case_files`` mentions, whether or not its case can be used; raises ModelError if unreadable."""
    if file.endswith(".csv"):
        rows = text_rows(folder, file, ())
        named = dict.fromkeys((column, row.get(column, "")) for column in ("source", "variable") for row in rows)
        return [Mention(column, name, file) for column, name in named if name]
    told = read_toml(folder / file, file)
    return [Mention("source", key, file) for key in dict.fromkeys(_named(told, "source"))] + [
        Mention("variable", name.partition("[")[0], file) for name in dict.fromkeys(_named(told, "variable"))
    ]


def _named(told: Any, key: str) -> Iterator[str]:
    """The texts under a key, however deep."""
    if isinstance(told, Mapping):
        if isinstance(told.get(key), str):
            yield told[key]
        for value in told.values():
            yield from _named(value, key)
    elif isinstance(told, list):
        for value in told:
            yield from _named(value, key)
