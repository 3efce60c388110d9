"""Tables of numbers beside a model: CSV, tab-separated text, Vensim's exported data (``.dat``), Excel's workbooks.

A table has ``Time`` in its first row, and a variable in each row below it, or in its first column, and a variable in
each further column. An empty cell, and ``:NA:``, is a number that is missing. A file is read once as long as it does
not change.
"""

from __future__ import annotations

import csv
import itertools
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any, Final

from policy_lab.errors import ModelError
from policy_lab.readers.names import bare
from policy_lab.readers.source_text import text_of

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls")
#: Endings of the files that data can be read from.
ENDINGS: Final = (".csv", ".tsv", ".tab", ".txt", ".dat", *WORKBOOKS)

#: A file that a model's equations name.
_FILE = re.compile(r"'([^'\n]+\.(?:csv|tsv|tab|txt|xlsx|xlsm|xls))'", re.IGNORECASE)

Cell = str | float | None


@dataclass(frozen=True)
class Series:
    """Numbers over time: ``times``, rising, in the model's time unit; ``values`` in the variable's, NaN if missing."""

    name: str
    times: tuple[float, ...]
    values: tuple[float, ...]


#: What is given for a model: paths of files, and series.
Given = tuple[str | Series, ...]


def from_environment() -> Given:
    """The files that ``POLICY_LAB_DATA`` names for every model of this process (what ``--data`` sets)."""
    return tuple(filter(None, os.environ.get("POLICY_LAB_DATA", "").split(os.pathsep)))


def files_of(path: Path, text: str, given: Given) -> list[Path]:
    """Every file that may hold numbers of a model: given, beside it under its name, or named in its text."""
    named = [path.parent / name.replace("\\", "/") for name in _FILE.findall(text)]
    beside = [path.with_suffix(ending) for ending in ENDINGS]
    return [*(Path(g) for g in given if isinstance(g, str)), *(p for p in (*beside, *named) if p.is_file())]


def sheet_of(path: Path, tab: str = "") -> Sequence[Sequence[Cell]]:
    """The cells of a file, row by row; ``tab`` names the sheet of a workbook, or the mark between a text's columns.

    Raises:
        ModelError: it is not there, cannot be read, or has no such sheet.
    """
    try:
        state = path.stat()
    except OSError:
        raise ModelError("error.data.no_file", file=path.name, folder=path.parent.name or str(path.parent)) from None
    return _sheet(path, tab, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=32)
def _sheet(path: Path, tab: str, changed: int, size: int) -> Sequence[Sequence[Cell]]:
    if path.suffix.lower() not in WORKBOOKS:
        return [*_text_cells(text_of(path), tab)]
    try:
        sheets = _xls(path) if path.suffix.lower() == ".xls" else _xlsx(path)
    except Exception:  # openpyxl and xlrd raise zipfile's, XML's and their own
        raise ModelError("error.data.workbook", file=path.name) from None
    found = [rows for name, rows in sheets.items() if not tab or name.casefold() == tab.casefold()]
    if not found:
        raise ModelError("error.data.no_sheet", file=path.name, sheet=tab, sheets=", ".join(sheets))
    return found[0]


def _xlsx(path: Path) -> Mapping[str, list[list[Cell]]]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        return {s.title: [[*map(_cell, row)] for row in s.iter_rows(min_row=1, min_col=1, values_only=True)]
                for s in book.worksheets}  # fmt: skip
    finally:
        book.close()


def _xls(path: Path) -> Mapping[str, list[list[Cell]]]:
    import xlrd

    return {s.name: [[*map(_cell, s.row_values(r))] for r in range(s.nrows)] for s in xlrd.open_workbook(path).sheets()}


def named_cells(path: Path, name: str) -> tuple[str, str] | None:
    """The sheet and the cells (``$B$2:$D$9``) that a workbook calls by a name; None where it has no such name."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return None
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=False, data_only=True)
    places = [book.defined_names, *(sheet.defined_names for sheet in book.worksheets)]
    for known in places:
        for spelled, defined in known.items():
            if spelled.casefold() == name.casefold():
                return next(iter(defined.destinations), None)
    return None


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, float):
        return value
    return float(value) if isinstance(value, (int, bool)) else str(value).strip() or None


def _text_cells(text: str, mark: str) -> Iterator[list[Cell]]:
    """Cells of a text, between tabs, semicolons or commas, whichever its first lines have."""
    head = text[:4000]
    mark = {"\\t": "\t", "tab": "\t"}.get(mark.casefold(), mark)
    if len(mark) != 1 or mark.isalnum():
        mark = max("\t;,", key=head.count) if "\t" not in head else "\t"
    for row in csv.reader(StringIO(text), delimiter=mark):
        yield [cell.strip() or None for cell in row]


def number(cell: Cell, decimal_comma: bool = True) -> float | None:
    """The number in a cell; NaN where it is missing, None where it holds something else."""
    if cell is None or isinstance(cell, float):
        return math.nan if cell is None else cell
    if cell.upper() in (":NA:", "NA", "NAN", "N/A", "-", ""):
        return math.nan
    for text in (cell, cell.replace(",", ".") if decimal_comma and cell.count(",") == 1 else ""):
        try:
            return float(text)
        except ValueError:
            continue
    return None


def series_in(path: Path) -> list[Series]:
    """All series of a table.

    Raises:
        ModelError: it has no time, a cell that is no number, or one time twice; names file, row and column.
    """
    if path.suffix.lower() == ".dat":
        return [*_dat(path)]
    rows = [(i, [*row]) for i, row in enumerate(sheet_of(path), start=1) if any(c is not None for c in row)]
    if not rows or len(rows[0][1]) < 2:
        raise ModelError("error.data.empty", file=path.name)
    table = _upright(rows)
    head = table[0][1]
    times = [(line, _time(path, line, row[0])) for line, row in table[1:]]
    found = []
    for column, name in enumerate(head[1:], start=1):
        if name is None:
            continue
        points = [(t, _value(path, line, str(name), row, column)) for (line, t), (_, row) in
                  zip(times, table[1:], strict=True)]  # fmt: skip
        found.append(_series(path, _title(str(name)), points))
    return found


def _upright(rows: list[tuple[int, list[Cell]]]) -> list[tuple[int, list[Cell]]]:
    """The table with the times down its first column; those of one that lies on its side are in its first row."""
    first = rows[0][1]
    if any(number(c) is None for c in first[1:] if c is not None):
        return rows
    width = max(len(row) for _, row in rows)
    padded = [[*row, *([None] * (width - len(row)))] for _, row in rows]
    return [(1, [row[k] for row in padded]) for k in range(width) if k == 0 or padded[0][k] is not None]


def _title(name: str) -> str:
    """A variable's name as its file has it; Vensim writes the name of the run behind it."""
    return bare(name.rpartition(" : ")[0] or name)


def _time(path: Path, line: int, cell: Cell) -> float:
    time = number(cell)
    if time is None or math.isnan(time):
        raise ModelError("error.data.time", file=path.name, line=line, text=str(cell or ""))
    return time


def _value(path: Path, line: int, name: str, row: Sequence[Cell], column: int) -> float:
    cell = row[column] if column < len(row) else None
    value = number(cell)
    if value is None:
        raise ModelError("error.data.cell", file=path.name, line=line, column=name, text=str(cell)[:40])
    return value


def _series(path: Path, name: str, points: list[tuple[float, float]]) -> Series:
    points.sort(key=lambda point: point[0])
    for one, other in itertools.pairwise(points):
        if one[0] == other[0]:
            raise ModelError("error.data.twice", file=path.name, name=name, time=one[0])
    return Series(name, tuple(t for t, _ in points), tuple(v for _, v in points))


def _dat(path: Path) -> Iterator[Series]:
    """Vensim's exported data: a name in a line of its own, then a time and a value in each line."""
    name, points = "", list[tuple[float, float]]()
    for line, text in enumerate(text_of(path).splitlines(), start=1):
        cells = text.split("\t") if "\t" in text else text.split()
        if len(cells) == 2 and name and number(cells[0], False) is not None:
            points.append((_time(path, line, cells[0]), _value(path, line, name, cells, 1)))
        elif text.strip():
            if points:
                yield _series(path, name, points)
            name, points = _title(text.strip()), []
    if points:
        yield _series(path, name, points)
