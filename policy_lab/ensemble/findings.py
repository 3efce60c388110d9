"""Findings: the result of a study, as one tidy table that opens in a spreadsheet.

Columns ``method, outcome, time, factor, index, value, low, high``: one row is one number with its interval.
``time`` is a year, or ``all`` for a figure that takes all studied years together; ``low`` and ``high`` are
empty where a number has no interval. Which indices there are depends on the method (see its file).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from policy_lab.catalogue import english
from policy_lab.ensemble.factors import Factor
from policy_lab.ensemble.folder import FILES, FINISHED, SEAL, digest, refuse_links, sealed
from policy_lab.errors import StudyError
from policy_lab.messages import Language, Message, Name, as_data, from_data
from policy_lab.runs import Floats
from policy_lab.spreadsheet import harmless, plain

COLUMNS: Final = ("method", "outcome", "time", "factor", "index", "value", "low", "high")
#: Columns of names, which a model gives.
LABELS: Final = ("outcome", "factor")

#: The time of a figure that takes all studied years together.
ALL_TIMES: Final = float("nan")

#: The factor that has no effect by construction: its index is the noise floor of the method.
DUMMY: Final = "(dummy)"

#: The factor of a number that belongs to the outcome itself (its mean, its variance).
WHOLE: Final = "(outcome)"


#: Groups of factors by where they were found, where a study varies levers against uncertain parameters.
KINDS: Final = ("levers", "uncertainties", "constants")


@dataclass(frozen=True)
class Statement:
    """One sentence that a study says.

    Attributes:
        message: the sentence.
        about: the outcome it is about, "" for what is about all of them.
    """

    message: Message
    about: str = ""


@dataclass(frozen=True)
class Table:
    """A table that a report shows: its title, a head for each column, and rows of numbers, names and messages."""

    title: Message
    heads: Sequence[Message | Name]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, repr=False, eq=False)  # two are the same when they are one object
class Findings:
    """The result of a study; as text, what it says in English.

    Attributes:
        table: the tidy table; ``time`` is NaN for figures over all times.
        provenance: what made it and what is needed to make it again: method, model, hash, seed, sizes, versions,
            ``factors`` and ``outcomes`` (lists of name, group, unit, low, high …).
        statements: what they say, outcome by outcome and about all of them.
        notes: what a reader must know before believing the numbers: constant outcomes, failed runs.
        folder: where they are stored, None if nowhere.
        tables: for a report; made from the rest when one is written.
    """

    table: pd.DataFrame
    provenance: Mapping[str, Any] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    notes: tuple[Message, ...] = ()
    folder: Path | None = None
    tables: Sequence[Table] = ()

    def __repr__(self) -> str:
        model, rows = self.provenance.get("model", ""), len(self.table)
        return f"<Findings of {self.method} on {model}: {len(self.outcomes)} outcomes, {rows:,} numbers in .table>"

    def __str__(self) -> str:
        words = english()
        return "\n".join([*self.in_words(words), *(words.in_words(note) for note in self.notes)])

    @property
    def method(self) -> str:
        """Name of the method that made them."""
        return str(self.provenance.get("method", ""))

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Their outcomes, as the model spells them."""
        return tuple(str(name) for name in self.table["outcome"].unique())

    @property
    def times(self) -> tuple[float, ...]:
        """The single times with figures of their own, in order."""
        return tuple(sorted(float(t) for t in self.table["time"].dropna().unique()))

    def of(self, index: str, outcome: str | None = None, time: float | None = None) -> pd.DataFrame:
        """Rows of one index, of one outcome, at one time; ``time=ALL_TIMES`` for figures over all times."""
        if outcome is None:
            rows = self.table[self.table["index"] == index]
        else:
            rows = self._parts.get((index, outcome), self.table.iloc[:0])
        if time is not None:
            rows = rows[rows["time"].isna()] if np.isnan(time) else rows[rows["time"] == time]
        return rows

    @cached_property
    def _parts(self) -> Mapping[tuple[str, str], pd.DataFrame]:
        """Rows by index and outcome; comparing the texts of every row at each call would be most of the work."""
        return dict(iter(self.table.groupby(["index", "outcome"], sort=False)))

    def in_words(self, words: Language) -> list[str]:
        """What they say in a language: a line an outcome, after what is said about all of them."""
        lines = [words.in_words(one.message) for one in self.statements if not one.about]
        for about in dict.fromkeys(one.about for one in self.statements if one.about):
            said = " ".join(words.in_words(one.message) for one in self.statements if one.about == about)
            lines.append(f"{words.shown(self.outcome(about))}: {said}")
        return lines

    def outcome(self, name: str) -> Name:
        """What an outcome is called."""
        known = {about["name"]: about.get("label") for about in self.provenance.get("outcomes", ())}
        return Name(name, text=str(known.get(name) or ""))

    def factor(self, name: str) -> Name | Message:
        """What a factor, or a group of factors, is called."""
        groups = self.provenance.get("groups") or {}
        if name in KINDS and name in groups:
            return Message(f"report.{name}")
        return Name(name, "group" if name in groups and groups[name] != [name] else "variable")

    def factor_about(self, name: str) -> Mapping[str, Any]:
        """Properties of a factor (``name, group, kind, unit, low, high, distribution``), empty for others."""
        for about in self.provenance.get("factors", ()):
            if about["name"] == name:
                return dict(about)
        return {}


@dataclass(frozen=True)
class Result:
    """The return value of a study method.

    Attributes:
        parts: of the tidy table.
        notes: what a reader must know.
        extra: more for the provenance.
        varied: what was varied, where that is not just the factors of the plan.
    """

    parts: Sequence[pd.DataFrame]
    notes: Sequence[Message] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    varied: Sequence[Factor] | None = None


def rows(
    outcome: str | Iterable[str],
    time: float | Iterable[float],
    factor: str | Iterable[str],
    index: str | Iterable[str],
    value: Any,
    low: Any = np.nan,
    high: Any = np.nan,
) -> pd.DataFrame:
    """Part of a tidy table (without ``method``); every argument is one value for all rows, or one for each row."""
    given = dict(zip(COLUMNS[1:], (outcome, time, factor, index, value, low, high), strict=True))
    length = max(_length(v) for v in given.values())
    return pd.DataFrame({k: _column(v, length) for k, v in given.items()})


def _length(value: Any) -> int:
    return 1 if isinstance(value, str) or np.isscalar(value) else len(value)


def _column(value: Any, length: int) -> Any:
    return [value] * length if isinstance(value, str) or np.isscalar(value) else list(value)


def grid_rows(
    outcomes: Iterable[str],
    times: Iterable[float],
    factors: Iterable[str],
    index: str,
    value: Floats,
    low: Floats | None = None,
    high: Floats | None = None,
) -> pd.DataFrame:
    """Rows of ``value[factor, time, outcome]`` (and its interval), outcome by outcome, then time, then factor."""
    names, when, who = list(outcomes), list(times), list(factors)
    shape = (len(who), len(when), len(names))

    def flat(array: Floats | None) -> Any:
        return np.nan if array is None else np.ascontiguousarray(array.reshape(shape).transpose(2, 1, 0)).ravel()

    return rows(
        np.repeat(np.array(names, dtype=object), len(when) * len(who)),
        np.tile(np.repeat(np.array(when, dtype=float), len(who)), len(names)),
        np.tile(np.array(who, dtype=object), len(names) * len(when)),
        index,
        flat(value),
        flat(low),
        flat(high),
    )


def table_of(method: str, parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The tidy table of a method from its parts."""
    table = pd.concat(list(parts), ignore_index=True)
    table.insert(0, "method", method)
    return table[list(COLUMNS)]


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a tidy table; numbers with every digit they have, so that equal files are equal bits."""
    out = table.copy()
    times = {t: f"{t:g}" for t in table["time"].dropna().unique()}
    out["time"] = [times.get(t, "all") for t in table["time"]]
    for column in LABELS:
        out[column] = out[column].map({text: harmless(text) for text in out[column].unique()})
    out.to_csv(path, index=False, lineterminator="\n")


def read_csv(path: Path) -> pd.DataFrame:
    """Read a tidy table back, to the bit.

    Raises:
        StudyError: it is not there, or not such a table.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise StudyError("error.findings.read", path=path, error=error) from None
    missing = [c for c in COLUMNS if c not in table.columns]
    if missing:
        raise StudyError("error.findings.column", path=path, column=missing[0])
    try:
        known = {t: ALL_TIMES if t == "all" else float(t) for t in table["time"].unique()}
        for column in ("value", "low", "high"):  # by way of NumPy, which loses no digit
            table[column] = np.array(table[column].replace("", "nan").to_list(), dtype=float)
    except ValueError as error:
        raise StudyError("error.findings.number", path=path, error=error) from None
    table["time"] = table["time"].map(known).astype(float)
    for column in LABELS:
        table[column] = table[column].map({text: plain(text) for text in table[column].unique()})
    return table[list(COLUMNS)]


def load_findings(folder: str | Path, check: bool = True) -> Findings:
    """Read the findings of a finished study from its result folder.

    Args:
        folder: the result folder.
        check: that its files are as the study wrote them.

    Raises:
        StudyError: the folder holds no finished study, or one that was damaged or edited since.
    """
    place = Path(folder)
    refuse_links(place)
    try:
        provenance = json.loads((place / "provenance.json").read_text(encoding="utf-8"))
    except OSError:
        raise StudyError("error.findings.unfinished", place=place) from None
    except ValueError as error:
        raise StudyError("error.findings.damaged", path=place / "provenance.json", error=error) from None
    try:
        statements, notes = _said(provenance)
    except (KeyError, TypeError) as error:
        raise StudyError("error.findings.damaged", path=place / "provenance.json", error=repr(error)) from None
    table = read_csv(place / "findings.csv")
    if check:
        _check_bytes(place, provenance)
    return Findings(table, provenance, statements, notes, place)


def _check_bytes(place: Path, provenance: Mapping[str, Any]) -> None:
    """Raise StudyError for a file that is not as the study wrote it; those of before there were checksums pass."""
    if SEAL in provenance and sealed(provenance)[SEAL] != provenance[SEAL]:
        raise StudyError("error.findings.changed", path=place / FINISHED)
    for name in ("findings.csv", "study.toml"):
        stored = provenance.get(FILES, {}).get(name)
        if stored is not None and (place / name).exists() and digest(place / name) != stored:
            raise StudyError("error.findings.changed", path=place / name)


def said_as_data(findings: Findings) -> dict[str, Any]:
    """What findings say, as a provenance keeps it: to be put into any language later."""
    return {
        "statements": [{"about": one.about, "message": as_data(one.message)} for one in findings.statements],
        "notes": [as_data(note) for note in findings.notes],
    }


def _said(provenance: Mapping[str, Any]) -> tuple[tuple[Statement, ...], tuple[Message, ...]]:
    """Statements and notes of a stored study; one that was stored as sentences, before they were data, has these."""
    if "statements" not in provenance:
        words, notes = ([_as_stored(text) for text in provenance.get(key, ())] for key in ("words", "notes"))
        return tuple(map(Statement, words)), tuple(notes)
    statements = (Statement(from_data(one["message"]), str(one["about"])) for one in provenance["statements"])
    return tuple(statements), tuple(from_data(note) for note in provenance["notes"])


def _as_stored(text: str) -> Message:
    return Message("report.text", {"text": text})
