"""Numbers that an equation takes from a spreadsheet: GET XLS and GET DIRECT CONSTANTS, DATA, LOOKUPS and SUBSCRIPT.

Cells are given as Vensim has them (Reference Manual, "GET XLS DATA", "GET DIRECT CONSTANTS"): the first cell, from
which elements of one array lie side by side, or below each other where a ``*`` stands behind it; a row's number or a
column's letter for the times; or a name that the workbook has for some cells.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policy_lab.errors import ModelError
from policy_lab.readers.data_files import named_cells, number, sheet_of

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)")
_ROW = re.compile(r"\d+")
_COLUMN = re.compile(r"[A-Za-z]{1,2}")

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Block:
    """Cells of one sheet from ``row`` and ``column`` (counted from 0) on; ``rows``, ``columns`` 0 where open."""

    path: Path
    tab: str
    row: int
    column: int
    rows: int = 0
    columns: int = 0

    def numbers(self, rows: int, columns: int, strict: bool = False) -> NDArray[np.float64]:
        """``value[row, column]``; NaN where a cell is empty, beyond the sheet, or holds words, as Vensim takes them.

        Raises:
            ModelError: a cell holds something else than a number, and all must (``strict``).
        """
        sheet = sheet_of(self.path, self.tab)
        values = np.full((rows, columns), math.nan)
        for r, c in np.ndindex(rows, columns):
            row, column = self.row + r, self.column + c
            cell = sheet[row][column] if row < len(sheet) and column < len(sheet[row]) else None
            found = number(cell)
            if found is None and strict:
                place = {"line": row + 1, "column": _letters(column), "text": str(cell)[:40]}
                raise ModelError("error.data.cell", file=self.path.name, **place)
            values[r, c] = math.nan if found is None else found
        return values

    def reach(self, across: bool) -> int:
        """How many cells there are from the first one on, to the right or downwards."""
        sheet = sheet_of(self.path, self.tab)
        if across:
            return max(0, max((len(row) for row in sheet), default=0) - self.column)
        return max(0, len(sheet) - self.row)


def block_of(path: Path, tab: str, cell: str) -> Block:
    """The block that a cell, or the name of some cells, begins; raises ModelError where there is none."""
    cell = cell.strip().rstrip("*")
    if found := _CELL.fullmatch(cell):
        return Block(path, tab, int(found[2]) - 1, _index(found[1]))
    sheet_of(path, tab)  # raises where the file or the sheet is not there
    named = named_cells(path, cell)
    if named is None:
        raise ModelError("error.data.no_cells", file=path.name, name=cell)
    first, _, last = named[1].partition(":")
    begin, end = _CELL.fullmatch(first), _CELL.fullmatch(last or first)
    if begin is None or end is None:
        raise ModelError("error.data.no_cells", file=path.name, name=cell)
    row, column = int(begin[2]) - 1, _index(begin[1])
    return Block(path, named[0], row, column, int(end[2]) - row, _index(end[1]) - column + 1)


def constants(path: Path, tab: str, cell: str, sizes: Sequence[int]) -> Any:
    """A number, or an array of ``sizes`` (rows, then columns; one dimension lies in a row), as the cells have it.

    Raises:
        ModelError: a cell is empty or no number, more than two dimensions, or a named block of another size.
    """
    long = [n for n in sizes if n > 1]
    if len(long) > 2:
        raise ModelError("error.data.dimensions", file=path.name, cell=cell)
    rows, columns = long if len(long) == 2 else [1, *long] if long else [1, 1]
    downwards = cell.strip().endswith("*")
    block = block_of(path, tab, cell)
    shape = (columns, rows) if downwards else (rows, columns)
    if block.rows and sorted((block.rows, block.columns)) != sorted(shape):
        raise ModelError("error.data.size", file=path.name, cell=cell, size=block.rows * block.columns,
                         wanted=rows * columns)  # fmt: skip
    if block.rows and not downwards and (block.rows, block.columns) != shape:
        shape, downwards = (shape[1], shape[0]), True
    values = block.numbers(*shape, strict=True)
    values = values.T if downwards else values
    if np.isnan(values).any():
        raise ModelError("error.data.missing", file=path.name, cell=cell)
    return values.reshape([*sizes]) if sizes else float(values[0, 0])


def columns_of(path: Path, tab: str, along: str, cell: str, count: int) -> list[Points]:
    """``count`` series of points ``(x, y)``: x in a row (its number), a column (its letters) or named cells.

    ``cell`` is the first value; those of further elements lie in the next rows or columns. A value that is missing is
    NaN; a point without an x is none.
    """
    block = block_of(path, tab, cell)
    along = along.strip()
    if _ROW.fullmatch(along):
        length = block.reach(across=True)
        axis = Block(path, tab, int(along) - 1, block.column).numbers(1, length)[0]
        values = block.numbers(count, length)
    elif _COLUMN.fullmatch(along):
        length = block.reach(across=False)
        axis = Block(path, tab, block.row, _index(along)).numbers(length, 1)[:, 0]
        values = block.numbers(length, count).T
    else:
        named = block_of(path, tab, along)
        across = named.rows == 1
        length = max(named.rows, named.columns)
        axis = named.numbers(max(named.rows, 1), max(named.columns, 1)).ravel()
        values = block.numbers(count, length) if across else block.numbers(length, count).T
    found = [sorted((float(x), float(y)) for x, y in zip(axis, row, strict=True) if not math.isnan(x))
             for row in values]  # fmt: skip
    if not found[0]:
        raise ModelError("error.data.no_points", file=path.name, cell=along)
    return found


def texts(path: Path, tab: str, first: str, last: str) -> list[str]:
    """What the cells from ``first`` to ``last`` (a cell, a row's number, a column's letters) say; no empty ones."""
    begin = block_of(path, tab, first)
    sheet = sheet_of(path, tab)
    last = last.strip()
    end = _CELL.fullmatch(last)
    last_row = int(end[2]) if end else int(last) if _ROW.fullmatch(last) else begin.row + (begin.rows or len(sheet))
    last_column = _index(end[1]) + 1 if end else _index(last) + 1 if _COLUMN.fullmatch(last) else (
        begin.column + (begin.columns or 16384))  # fmt: skip
    cells = [c for row in sheet[begin.row : last_row] for c in row[begin.column : last_column] if c is not None]
    return [f"{c:g}" if isinstance(c, float) else str(c) for c in cells]


def _index(letters: str) -> int:
    """A column's number, counted from 0."""
    index = 0
    for letter in letters.upper():
        index = 26 * index + ord(letter) - ord("A") + 1
    return index - 1


def _letters(index: int) -> str:
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
