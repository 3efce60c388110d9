"""Findings of the unit check: what is wrong with the units of one equation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy_lab.messages import Message

#: What is wrong, by kind: an error is a contradiction, a warning is bad style, or cannot be checked.
KINDS: Mapping[str, str] = {
    "units differ": "error", "conversion missing": "error", "not a pure number": "error",
    "exponent": "error", "unit cannot be read": "error",
    "no unit": "warning", "number without unit": "warning", "not checked": "warning",
}  # fmt: skip


@dataclass(frozen=True)
class UnitFinding:
    """A mistake in the units of one equation.

    Attributes:
        kind: one of ``KINDS``.
        variable, line: the equation, as the modeller spells it, and its line in the file.
        expression: the part of the equation.
        left, right: the two units, in the modeller's words; empty where there are not two.
        words: all of it in one sentence, as a message.
    """

    kind: str
    variable: str
    line: int
    expression: str
    left: str
    right: str
    words: Message

    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
        return KINDS[self.kind]
