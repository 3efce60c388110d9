"""Every error a person can meet, as one tree; their words are in ``policy_lab/locale/``, below ``[error]``.

    PolicyLabError
    ├── ModelError            a model file or one of its tables cannot be read or is inconsistent
    │   └── UnsupportedConstruct   an equation uses something a backend does not know
    ├── UnknownName           a model, scenario, lever, outcome, method … that does not exist
    ├── BadValue              a number out of range, not a number, infinite, or of the wrong shape
    ├── StudyError            a study file that cannot be run as written
    ├── StoryError            a story file that cannot be told as written
    ├── SimulationError       a run that produced NaN, infinity or otherwise failed
    └── OutputError           a file or folder that cannot be written

An error carries a ``Message``: a key of the catalogue below ``error.`` and values. It names the thing in the
modeller's words, says what is possible, and what to do. The command line prints its English text on one line and exits
with a non-zero status; the page says it in its own language. Nothing below them shows a traceback to a person.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, Self, cast

from policy_lab.catalogue import english
from policy_lab.messages import Message, Name

_KEY: Final = re.compile(r"error(\.\w+)+")


class PolicyLabError(Exception):
    """Base of every error that is the user's to mend; its message is complete as it stands.

    Args:
        message: a key of the catalogue, a message, or a text that comes from outside (a parser's complaint, say).
        values: what fills the places of the key's text; an error among them becomes its message.

    Attributes:
        message: what went wrong, as data; ``str(error)`` is its English text.
    """

    def __init__(self, message: str | Message, /, **values: object) -> None:
        if isinstance(message, str):
            known = _KEY.fullmatch(message)
            message = Message(message, _plain(values)) if known else Message("error.text", {"text": message})
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return english().in_words(self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.__dict__)

    @classmethod
    def of(cls, message: Message) -> Self:
        """An error of this class with a message that is made already."""
        return cast(Self, _again(cls, {"message": message}))


def _again(cls: type[Any], fields: dict[str, object]) -> Any:
    """An error with the fields of another one, as a process gets it from another."""
    error = cls.__new__(cls, fields["message"])
    for name, value in fields.items():
        setattr(error, name, value)
    return error


def _plain(values: dict[str, object]) -> dict[str, object]:
    """Values as messages hold them: errors as their messages, and what is nothing of the kind as text."""
    kept = (str, int, float, Message, Name)
    return {
        name: value.message
        if isinstance(value, PolicyLabError)
        else value
        if isinstance(value, kept) or (isinstance(value, Sequence) and all(isinstance(one, kept) for one in value))
        else str(value)
        for name, value in values.items()
    }


class ModelError(PolicyLabError):
    """A model file, or a table beside it, cannot be read or contradicts itself."""


class UnsupportedConstruct(ModelError):
    """An equation uses a construct that the chosen backend does not know.

    Args:
        variable: the variable in the modeller's words.
        construct: what is not known: ``RANDOM NORMAL``, or a message below ``error.construct`` that describes it.
        line: line of the equation in the model file, 0 if unknown.
    """

    def __init__(self, variable: str, construct: str | Message, line: int = 0) -> None:
        self.variable, self.construct, self.line = variable, construct, line
        super().__init__(
            "error.unsupported_at" if line else "error.unsupported", variable=variable, construct=construct, line=line
        )


class UnknownName(PolicyLabError):
    """A name that does not exist, with the nearest ones that do.

    Args:
        kind: what was looked for, e.g. ``"lever"``; its words are in the catalogue below ``error.unknown.kind``.
        name: what we got.
        possible: the names that exist.
        where: optional place, e.g. ``"big_science"``.
    """

    def __init__(self, kind: str, name: str, possible: Iterable[str], where: str | Message = "") -> None:
        self.kind, self.name, self.possible = kind, name, sorted(possible)
        super().__init__(
            "error.unknown.name_in" if where else "error.unknown.name",
            kind=Message(f"error.unknown.kind.{kind.replace(' ', '_')}"),
            name=name,
            where=where,
            hint=self._hint(),
        )

    def _hint(self) -> Message:
        folded = {p.casefold(): p for p in self.possible}
        near = [folded[n] for n in difflib.get_close_matches(self.name.casefold(), folded, n=3, cutoff=0.5)]
        if near:
            return Message(
                "error.unknown.near", {"near": [Message("error.unknown.quoted", {"name": Name(n)}) for n in near]}
            )
        if not self.possible:
            return Message("error.unknown.none")
        return Message("error.unknown.possible", {"names": [Name(one) for one in self.possible]})


class BadValue(PolicyLabError):
    """A number that cannot be used: out of range, NaN, infinite, or of the wrong shape."""


class StudyError(PolicyLabError):
    """A study file, or a study's result folder, that cannot be used as it is."""


class StoryError(PolicyLabError):
    """A story file, or something in one, that does not fit the model or cannot be read."""


class SimulationError(PolicyLabError):
    """A run produced NaN or infinity; names the first variable and time at which it did."""


class OutputError(PolicyLabError):
    """A file or folder that cannot be written; says which and why."""
