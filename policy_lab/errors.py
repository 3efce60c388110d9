"""Every error a person can meet, as one tree.

    PolicyLabError
    ├── ModelError            a model file or one of its tables cannot be read or is inconsistent
    │   └── UnsupportedConstruct   an equation uses something a backend does not know
    ├── UnknownName           a model, scenario, lever, outcome, method … that does not exist
    ├── BadValue              a number out of range, not a number, infinite, or of the wrong shape
    ├── StudyError            a study file that cannot be run as written
    ├── SimulationError       a run that produced NaN, infinity or otherwise failed
    └── OutputError           a file or folder that cannot be written

A message names the thing in the modeller's words, says what is possible, and what to do. The command line
prints it on one line and exits with a non-zero status; nothing below it shows a traceback to a person.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PolicyLabError(Exception):
    """Base of every error that is the user's to mend; its text is complete as it stands."""


class ModelError(PolicyLabError):
    """A model file, or a table beside it, cannot be read or contradicts itself."""


class UnsupportedConstruct(ModelError):
    """An equation uses a construct that the chosen backend does not know.

    Args:
        variable: the variable in the modeller's words.
        construct: what is not known, e.g. ``RANDOM NORMAL``.
        line: line of the equation in the model file, 0 if unknown.
    """

    def __init__(self, variable: str, construct: str, line: int = 0) -> None:
        self.variable, self.construct, self.line = variable, construct, line
        where = f" (line {line})" if line else ""
        super().__init__(f"'{variable}'{where} uses {construct}, which the fast engine does not know.")


class UnknownName(PolicyLabError):
    """A name that does not exist, with the nearest ones that do.

    Args:
        kind: what was looked for, e.g. ``"lever"``.
        name: what we got.
        possible: the names that exist.
        where: optional place, e.g. ``"big_science"``.
    """

    def __init__(self, kind: str, name: str, possible: Iterable[str], where: str = "") -> None:
        self.kind, self.name, self.possible = kind, name, sorted(possible)
        place = f" in {where}" if where else ""
        super().__init__(f"There is no {kind} '{name}'{place}. {self._hint()}")

    def _hint(self) -> str:
        folded = {p.casefold(): p for p in self.possible}
        near = [folded[n] for n in difflib.get_close_matches(self.name.casefold(), folded, n=3, cutoff=0.5)]
        if near:
            return "Did you mean " + " or ".join(f"'{n}'" for n in near) + "?"
        if not self.possible:
            return "There are none."
        shown = ", ".join(self.possible[:12])
        more = f", and {len(self.possible) - 12} more" if len(self.possible) > 12 else ""
        return f"Possible: {shown}{more}."


class BadValue(PolicyLabError):
    """A number that cannot be used: out of range, NaN, infinite, or of the wrong shape."""


class StudyError(PolicyLabError):
    """A study file, or a study's result folder, that cannot be used as it is."""


class SimulationError(PolicyLabError):
    """A run produced NaN or infinity; names the first variable and time at which it did."""


class OutputError(PolicyLabError):
    """A file or folder that cannot be written; says which and why."""
