"""Known values that an outcome is compared with, such as those of past projects: ``references.csv``.

One row a value: ``outcome`` (of ``outcomes.csv``), ``label`` ("CERN 1960"), ``value`` in the outcome's unit, and
``why``: what the value is of. Rows stand by their weight: where a chart has no room for all, the first go in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policy_lab.model.parts import Core
from policy_lab.model.tables import rows

FILE: Final = "references.csv"


@dataclass(frozen=True)
class Reference:
    """One known value of an outcome, in its unit."""

    label: str
    value: float
    why: str


def read_references(model: Core) -> Mapping[str, tuple[Reference, ...]]:
    """The known values of each outcome that has some; none where there is no such file.

    Raises:
        ModelError: a row names no outcome, has no number, or the header is another one.
    """
    found: dict[str, tuple[Reference, ...]] = {}
    for row in rows(model.folder, FILE) if model.folder else ():
        name = row.one_of("outcome", tuple(model.outcomes))
        known = Reference(row.text("label"), row.number_in("value"), row.text("why"))
        found[name] = (*found.get(name, ()), known)
    return found
