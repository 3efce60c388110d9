"""Text for people: aligned tables and paragraphs that fit the terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence

GAP = "  "
NARROWEST = 8


def terminal_width() -> int:
    """Columns of the terminal, at most 140; 100 where there is none; ``COLUMNS`` overrides both."""
    return max(40, min(shutil.get_terminal_size((100, 24)).columns, 140))


def number(value: float | None) -> str:
    """A number as people write it: ``3``, ``0.25``, ``1.5e+06``; an open end is empty."""
    return "" if value is None else f"{value:.6g}"


def span(low: float | None, high: float | None) -> str:
    """A range in words: ``0 to 10``, ``at least 0``, ``at most 1``; empty if both ends are open."""
    if low is None and high is None:
        return ""
    if high is None:
        return f"at least {number(low)}"
    if low is None:
        return f"at most {number(high)}"
    return f"{number(low)} to {number(high)}"


def paragraph(text: str, indent: str = "", width: int | None = None, hanging: str | None = None) -> str:
    """One paragraph, wrapped and indented; lines after the first by ``hanging``, if that is given."""
    return textwrap.fill(
        "".join(c if c.isprintable() else " " for c in text).strip(),
        width or terminal_width(),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Columns under a header; the widest columns wrap until the table fits in ``width`` characters."""
    cells = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = _fitting([max(len(row[i]) for row in cells) for i in range(len(header))], width or terminal_width())
    lines = [line for row in cells for line in _lines(row, widths)]
    head = len(_lines(cells[0], widths))
    rule = GAP.join("-" * w for w in widths)
    return "\n".join([*lines[:head], rule, *lines[head:]])


def printable(text: str) -> str:
    """One line without control characters: names come from model files, and a terminal obeys what it is sent."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _fitting(widths: list[int], room: int) -> list[int]:
    widths = [max(1, w) for w in widths]
    room -= len(GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > NARROWEST:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths


def _lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    columns = [textwrap.wrap(cell, w) or [""] for cell, w in zip(row, widths, strict=True)]
    tallest = max(len(column) for column in columns)
    padded = [column + [""] * (tallest - len(column)) for column in columns]
    return [
        GAP.join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in zip(*padded, strict=True)
    ]
