"""The feedback loops that a modeller names: ``loops.csv``.

One row a loop: ``name``, ``kind`` (R reinforcing, B balancing, chain: causes that do not come back), ``switch`` (the
constant that cuts it at 0; may be empty), ``circuit`` (its variables, ``a > b > c > a``: ``circuits.py``), and where
cutting it shows: ``world``, ``outcome``, ``year`` and ``when_cut`` (higher or lower). ``path`` may tell it in plain
words joined by ``>``, for people; where it is empty, pages write what the variables of the circuit are called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.model.circuits import Circuit, circuit_of
from policy_lab.model.parts import Core
from policy_lab.model.tables import text_rows

FILE: Final = "loops.csv"
COLUMNS: Final = ("name", "kind", "switch", "circuit", "world", "outcome", "year", "when_cut")
#: What a loop cannot be described without.
NEEDED: Final = ("name", "kind")
#: Reinforcing, balancing, and what does not close.
CHAIN: Final = "chain"
KINDS: Final = ("R", "B", CHAIN)


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
        path: its steps in plain words; () where the table has none.
        switch: the constant that cuts it at 0; "" where there is none.
        shown: None where the table does not say.
        circuit: None where the table has none that is in the equations.
    """

    name: str
    kind: str
    path: tuple[str, ...]
    switch: str = ""
    shown: Shown | None = None
    circuit: Circuit | None = None


def loop_rows(model: Core) -> list[dict[str, str]]:
    """The rows as they stand, each with its number under ``row``; raises ModelError where a column is missing."""
    return text_rows(model.folder, FILE, COLUMNS) if model.folder else []


def read_loops(model: Core) -> tuple[Loop, ...]:
    """The loops that have a name, a kind, and a circuit or a path; what cannot be used is left out (checks say why)."""
    try:
        rows = text_rows(model.folder, FILE, NEEDED) if model.folder else []
    except ModelError:
        return ()
    found = (_loop(model, row) for row in rows if row["name"] and row["kind"] in KINDS)
    return tuple(loop for loop in found if loop.path or loop.circuit)


def read_circuit(model: Core, row: Mapping[str, str]) -> Circuit | None:
    """The circuit of a row, strictly; None for a chain that has none.

    Raises:
        ModelError: the kind is none of ``KINDS``, or the circuit is missing or not in the equations; names row, column
            and what is wrong.
    """
    kind, text = row["kind"], row.get("circuit", "")
    if kind not in KINDS:
        raise _wrong(row, "kind", PolicyLabError("error.row.one_of", value=kind, possible=", ".join(KINDS)))
    if not text and kind != CHAIN:
        raise _wrong(row, "circuit", PolicyLabError("error.row.empty"))
    try:
        return circuit_of(model, text, closed=kind != CHAIN) if text else None
    except PolicyLabError as problem:
        raise _wrong(row, "circuit", problem) from None


def _wrong(row: Mapping[str, str], column: str, problem: PolicyLabError) -> ModelError:
    return ModelError("error.row.cell", file=FILE, row=int(row["row"]), column=column, problem=problem)


def _loop(model: Core, row: Mapping[str, str]) -> Loop:
    switch = row.get("switch", "")
    path = tuple(step.strip() for step in row.get("path", "").split(">") if step.strip())
    known = switch if switch in model.program.constants else ""
    try:
        circuit = read_circuit(model, row)
    except ModelError:
        circuit = None
    return Loop(row["name"], row["kind"], path, known, _shown(model, row), circuit)


def _shown(model: Core, row: Mapping[str, str]) -> Shown | None:
    world, outcome, when_cut = (row.get(column, "") for column in ("world", "outcome", "when_cut"))
    try:
        year = float(row.get("year", ""))
    except ValueError:
        return None
    known = world in model.scenarios and outcome in model.program.visible
    return Shown(world, outcome, year, when_cut) if known and when_cut in ("higher", "lower") else None
