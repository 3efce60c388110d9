"""The passages of the essay that a model was made from: which words stand behind a variable, or behind its sector.

``passages.csv`` beside the model holds them: ``group`` (a sector) or ``variable`` (a name without its elements),
``section`` (the heading of the essay under which the words stand) and ``quote`` (a few words of it, as they stand).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from policy_lab.model import Model
from policy_lab.readers import fold

PASSAGES: Final = "passages.csv"
COLUMNS: Final = ("group", "variable", "section", "quote")


@dataclass(frozen=True)
class Passage:
    """A few words of the essay and where they stand; ``own`` says that they are about the variable, not its sector."""

    section: str
    quote: str
    own: bool


@dataclass(frozen=True)
class Passages:
    """All passages of one model; none where it has no such file."""

    model: Model

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        """The rows that are complete and name one sector or one variable."""
        file = self.model.folder / PASSAGES if self.model.folder else None
        if file is None or not file.is_file():
            return []
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = [{column: (row.get(column) or "").strip() for column in COLUMNS} for row in csv.DictReader(opened)]
        return [row for row in rows if row["quote"] and row["section"] and bool(row["group"]) != bool(row["variable"])]

    def behind(self, name: str) -> list[Passage]:
        """The passages of a variable, all elements alike; without any of its own, those of its sector."""
        whole, group = fold(name.partition("[")[0]), self.model.program.equations[name].group
        own = [row for row in self.rows if fold(row["variable"]) == whole]
        found = own or [row for row in self.rows if row["group"] and row["group"] == group]
        return [Passage(row["section"], row["quote"], bool(own)) for row in found]
