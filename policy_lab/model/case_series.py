"""The figures of a case: a table of series, each point with its range, grade, source and status."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.messages import Message
from policy_lab.model.parts import Source
from policy_lab.model.tables import unreadable

COLUMNS = ("series", "variable", "year", "value", "low", "high", "unit", "grade", "source", "status")
GRADES = ("A", "B", "C", "J")
#: CONFIRMED: a page that states the number was read. RECALLED: from memory; the source is where to check it.
STATUS = ("CONFIRMED", "RECALLED")


@dataclass(frozen=True)
class Point:
    """One figure: ``year`` (calendar, fractions are months), value with its range in the series' unit."""

    year: float
    value: float
    low: float
    high: float
    grade: str
    source: str
    status: str

    @property
    def good(self) -> bool:
        """Grade A or B, and read rather than recalled."""
        return self.grade in "AB" and self.status == "CONFIRMED"


@dataclass(frozen=True)
class Series:
    """Points of one kind in order of their years; ``variable`` says what it is of (a ``figures`` of ``roles.toml``)."""

    name: str
    variable: str
    unit: str
    points: tuple[Point, ...]


def read_figures(path: Path, sources: Mapping[str, Source], kinds: Sequence[str]) -> dict[str, Series]:
    """The series of a case by name; ``kinds``: what a series can be of.

    Raises:
        ModelError: no such file, another header, a cell that cannot be used, a source that ``sources.csv`` lacks;
            names file, row and column.
    """
    where = f"cases/{path.name}"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ModelError("error.case.no_series", where=where) from None
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(where, error) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    header = tuple(h.strip() for h in next(reader, []))
    if header != COLUMNS:
        raise ModelError("error.case.header", where=where, columns=",".join(COLUMNS))
    of: dict[str, tuple[str, str]] = {}
    points: dict[str, list[Point]] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        row = _Row(where, reader.line_num, cells)
        name = row.text("series")
        kind = (row.one_of("variable", kinds), row.text("unit"))
        if of.setdefault(name, kind) != kind:
            raise row.wrong("series", "error.case.two_series", name=name)
        points.setdefault(name, []).append(_point(row, sources))
    return {n: Series(n, *of[n], tuple(sorted(p, key=lambda q: q.year))) for n, p in points.items()}


class _Row:
    """One row; errors say where they stand."""

    def __init__(self, where: str, number: int, cells: Iterable[str]) -> None:
        self._where, self._number = where, number
        given = [cell.strip() for cell in cells]
        if len(given) != len(COLUMNS):
            raise ModelError("error.case.cells", where=where, number=number, count=len(given), wanted=len(COLUMNS))
        self._cells = dict(zip(COLUMNS, given, strict=True))

    def wrong(self, column: str, what: str | Message, **values: object) -> ModelError:
        return ModelError(
            "error.row.cell", file=self._where, row=self._number, column=column, problem=PolicyLabError(what, **values)
        )

    def text(self, column: str) -> str:
        if not self._cells[column]:
            raise self.wrong(column, "error.row.empty")
        return self._cells[column]

    def one_of(self, column: str, possible: Iterable[str]) -> str:
        value = self._cells[column]
        if value not in tuple(possible):
            raise self.wrong(
                column, "error.row.one_of", value=value, possible=", ".join(p or "(empty)" for p in possible)
            )
        return value

    def number(self, column: str) -> float:
        value = self.text(column)
        try:
            number = float(value)
        except ValueError:
            raise self.wrong(column, "error.row.number", value=value) from None
        if not math.isfinite(number):
            raise self.wrong(column, "error.row.finite", value=value)
        return number


def _point(row: _Row, sources: Mapping[str, Source]) -> Point:
    value, low, high = (row.number(c) for c in ("value", "low", "high"))
    if not low <= value <= high:
        raise row.wrong("value", "error.row.range", value=value, low=low, high=high)
    source = row.text("source")
    if source not in sources:
        raise row.wrong("source", "error.row.source", source=source)
    return Point(row.number("year"), value, low, high, row.one_of("grade", GRADES), source,
                 row.one_of("status", STATUS))  # fmt: skip
