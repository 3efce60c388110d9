"""The passages of the essay that a model was made from: ``passages.csv``.

One row a passage: ``group`` (a sector) or ``variable`` (a name without its elements), ``section`` (the heading of the
essay under which the words stand) and ``quote`` (a few words of it, as they stand).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policy_lab.errors import ModelError
from policy_lab.model.parts import Core
from policy_lab.model.tables import text_rows
from policy_lab.readers import fold

FILE: Final = "passages.csv"
COLUMNS: Final = ("group", "variable", "section", "quote")


@dataclass(frozen=True)
class Passage:
    """A few words of the essay and where they stand; ``own`` says that they are about the variable, not its sector."""

    section: str
    quote: str
    own: bool


@dataclass(frozen=True)
class Passages:
    """All passages of one model; none where it has no such file.

    Attributes:
        rows: complete ones that name one sector or one variable.
        groups: the sector of each variable.
    """

    rows: tuple[Mapping[str, str], ...]
    groups: Mapping[str, str]

    def behind(self, name: str) -> list[Passage]:
        """The passages of a variable, all elements alike; without any of its own, those of its sector."""
        whole, group = fold(name.partition("[")[0]), self.groups[name]
        own = [row for row in self.rows if fold(row["variable"]) == whole]
        found = own or [row for row in self.rows if row["group"] and row["group"] == group]
        return [Passage(row["section"], row["quote"], bool(own)) for row in found]


def read_passages(model: Core) -> Passages:
    """The passages of a model; a table that lacks a column holds none."""
    try:
        rows = text_rows(model.folder, FILE, COLUMNS) if model.folder else []
    except ModelError:
        rows = []
    kept = [row for row in rows if row["quote"] and row["section"] and bool(row["group"]) != bool(row["variable"])]
    return Passages(tuple(kept), {name: equation.group for name, equation in model.program.equations.items()})
