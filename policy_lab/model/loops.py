"""The feedback loops that a modeller names: ``loops.csv``.

One row a loop: ``name``, ``kind`` (R reinforcing, B balancing), ``switch`` (the constant that cuts it at 0; may be
empty), ``path`` (its steps in plain words, joined by ``>``), and where cutting it shows: ``world``, ``outcome``,
``year`` and ``when_cut`` (higher or lower).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policy_lab.errors import ModelError
from policy_lab.model.parts import Core
from policy_lab.model.tables import text_rows

FILE: Final = "loops.csv"
COLUMNS: Final = ("name", "kind", "switch", "path", "world", "outcome", "year", "when_cut")
#: What a loop cannot be described without.
NEEDED: Final = ("name", "kind", "path")
#: Reinforcing, balancing.
KINDS: Final = ("R", "B")


@dataclass(frozen=True)
class Shown:
    """Where a loop is seen at work: cutting it moves ``outcome`` of ``world`` in ``year`` (``higher`` or ``lower``)."""

    world: str
    outcome: str
    year: float
    when_cut: str


@dataclass(frozen=True)
class Loop:
    """A loop.

    Attributes:
        name: what it is called.
        kind: one of ``KINDS``.
        path: its steps in plain words.
        switch: the constant that cuts it at 0; "" where there is none.
        shown: None where the table does not say.
    """

    name: str
    kind: str
    path: tuple[str, ...]
    switch: str = ""
    shown: Shown | None = None


def loop_rows(model: Core) -> list[dict[str, str]]:
    """The rows as they stand, each with its number under ``row``; raises ModelError where a column is missing."""
    return text_rows(model.folder, FILE, COLUMNS) if model.folder else []


def read_loops(model: Core) -> tuple[Loop, ...]:
    """The loops that have a name, a kind and a path; a table that cannot be used holds none (checks say why)."""
    try:
        rows = text_rows(model.folder, FILE, NEEDED) if model.folder else []
    except ModelError:
        return ()
    return tuple(_loop(model, row) for row in rows if row["name"] and row["path"] and row["kind"] in KINDS)


def _loop(model: Core, row: Mapping[str, str]) -> Loop:
    switch = row.get("switch", "")
    path = tuple(step.strip() for step in row["path"].split(">"))
    known = switch if switch in model.program.constants else ""
    return Loop(row["name"], row["kind"], path, known, _shown(model, row))


def _shown(model: Core, row: Mapping[str, str]) -> Shown | None:
    world, outcome, when_cut = (row.get(column, "") for column in ("world", "outcome", "when_cut"))
    try:
        year = float(row.get("year", ""))
    except ValueError:
        return None
    known = world in model.scenarios and outcome in model.program.visible
    return Shown(world, outcome, year, when_cut) if known and when_cut in ("higher", "lower") else None
