"""A validation test as data: verdict, summary, table and notes as messages, and its words in a language.

``analysis/results/validation/<model>.json`` holds the twelve of a model::

    {"model": "big_science",
     "hash": "<SHA-256 of the model file's equations>",
     "tests": [
        {"key": "units",                          one of KEYS, always all twelve in this order
         "verdict": "holds",                      holds | partly | fails | reported | not yet
         "summary": {"key": …, "values": …},      a message (``policy_lab/messages.py``)
         "columns": [{"key": …}, …],              header of a table; [] where there is none
         "rows": [[{"key": …}, 0], …],            as many cells as columns: messages, names, text, numbers or null
         "notes": [{"key": …}, …]}                further sentences
     ]}

Titles, questions and all other words are in the catalogue below ``test.``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policy_lab import messages
from policy_lab.messages import Language, Message, Name
from policy_lab.model import Model

KEYS = ("boundary", "structure", "units", "parameters", "extremes", "integration", "behaviour", "anomaly", "family",
        "surprises", "sensitivity", "learning")  # fmt: skip

Cell = Message | Name | str | float | int | None


@dataclass
class Test:
    """One of the twelve; the module's text says what its fields hold."""

    __test__ = False  # no test of pytest's

    key: str
    verdict: str
    summary: Message
    columns: list[Message | Name | str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    notes: Sequence[Message | Name] = field(default_factory=list)

    @property
    def title(self) -> Message:
        """Its heading."""
        return Message(f"test.{self.key}.title")

    @property
    def question(self) -> Message:
        """What is asked."""
        return Message(f"test.{self.key}.question")


@dataclass(frozen=True)
class Worded:
    """One of the twelve in the words of a language; cells that are numbers stay numbers."""

    key: str
    title: str
    question: str
    verdict: str
    summary: str
    columns: list[str]
    rows: list[list[str | float | int | None]]
    notes: list[str]


def in_words(test: Test, language: Language) -> Worded:
    """A test as people read it."""

    def cell(value: Cell) -> str | float | int | None:
        return language.shown(value) if isinstance(value, Message | Name) else value

    return Worded(
        test.key,
        language.in_words(test.title),
        language.in_words(test.question),
        test.verdict,
        language.in_words(test.summary),
        [language.shown(column) for column in test.columns],
        [[cell(value) for value in row] for row in test.rows],
        [language.shown(note) for note in test.notes],
    )


def column_names(*names: str) -> list[Message | Name | str]:
    """The header of a table, by the keys of its columns; "" for a column without a heading."""
    return [Message(f"test.column.{name}") if name else "" for name in names]


def cell_word(name: str) -> Message:
    """A word in a cell, by its key."""
    return Message(f"test.cell.{name}")


def as_data(model: Model, tests: Iterable[Test]) -> dict[str, Any]:
    """What the JSON file holds."""
    return {"model": model.name, "hash": model.hash, "tests": [_as_data(t) for t in tests]}


def _as_data(test: Test) -> dict[str, Any]:
    return {name: messages.as_data(value) for name, value in vars(test).items()}


def read_test(data: Mapping[str, Any]) -> Test:
    """A test as the JSON file has it.

    Raises:
        KeyError, TypeError: it is none.
    """
    return Test(**{name: messages.from_data(value) for name, value in data.items()})
