"""Scopes: where the names of an expression are looked up, and the place of an expression in the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pysd.translators.structures.abstract_model import AbstractSection

from policy_lab.program import Expression
from policy_lab.readers.subscript_ranges import Bound, Ranges


@dataclass
class Definition:
    """A variable of the file: its scalars by their (folded) elements."""

    name: str
    folded: str
    lookup: bool
    scalars: dict[tuple[str, ...], str] = field(default_factory=dict)


@dataclass
class Scope:
    """Where names are looked up: the model itself, or one call of a macro."""

    ranges: Ranges
    definitions: dict[str, Definition]
    macros: Mapping[str, AbstractSection]
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    prefix: str = ""
    depth: int = 0
    parent: Scope | None = None
    macro: str = ""

    @property
    def root(self) -> Scope:
        """The model itself."""
        return self if self.parent is None else self.parent.root


@dataclass(frozen=True)
class Place:
    """The place of an expression.

    Attributes:
        variable: the scalar variable it belongs to, in the modeller's words.
        bound: the element of each range on the left, and of each ``range!`` of a reduction around it.
        dimensions: the ranges and elements on the left, folded.
        line: of the equation in the file.
        scope: the model, or one call of a macro.
    """

    variable: str
    line: int
    scope: Scope
    bound: Bound = field(default_factory=dict)
    dimensions: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
