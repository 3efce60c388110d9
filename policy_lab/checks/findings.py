"""One thing that is wrong with a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy_lab.messages import Message

#: Every kind of finding that is not about units, and how much it matters.
SEVERITY: Mapping[str, str] = {
    "cannot be read": "error",
    "cannot be run": "error",
    "not looked at": "warning",
    "table does not fit": "error",
    "duplicate": "error",
    "outflow without control": "error",
    "out of range": "error",
    "loop sign": "error",
    "loop hardly closes": "error",
    "loop moves nothing": "error",
    "feeds nothing": "warning",
    "no documentation": "warning",
    "no source": "warning",
    "unknown source": "error",
    "source unused": "warning",
    "no range": "warning",
    "number without a name": "warning",
    "range differs": "warning",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: a key of ``SEVERITY``, or a kind of unit finding.
        severity: ``error`` or ``warning``.
        subject: the variable, constant, row or world concerned, in the modeller's words.
        file, line: where it stands; line 0 where a file has none.
        words: one sentence, as a message.
    """

    kind: str
    severity: str
    subject: str
    file: str
    line: int
    words: Message

    @property
    def kind_words(self) -> Message:
        """The kind as people say it."""
        return kind_words(self.kind)

    @property
    def severity_words(self) -> Message:
        """The severity as people say it."""
        return Message(f"finding.{self.severity}")


def kind_words(kind: str) -> Message:
    """A kind of finding as people say it."""
    return Message(f"finding.kind.{kind.replace(' ', '_')}")


def finding(kind: str, subject: str, file: str, line: int, words: Message) -> Finding:
    """A finding of a kind of ``SEVERITY``."""
    return Finding(kind, SEVERITY[kind], subject, file, line, words)
