"""Text for people: aligned tables and paragraphs that fit the terminal."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Sequence

GAP = "  "


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help whose descriptions are wrapped; a text of several lines, such as examples, stays as it is."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return super()._fill_text(text, width, indent) if "\n" in text else textwrap.fill(text, width)


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
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Columns under a header, wrapped between words to fit ``width`` characters; where they cannot, a block a row."""
    cells = [[printable(cell) for cell in row] for row in (header, *rows)]
    room = width or terminal_width()
    widths = _fitting(cells, room)
    if sum(widths) + len(GAP) * (len(widths) - 1) > room and len(widths) > 2:
        return "\n\n".join(_block(cells[0], row, room) for row in cells[1:])
    lines = [line for row in cells for line in _lines(row, widths)]
    head = len(_lines(cells[0], widths))
    rule = GAP.join("-" * w for w in widths)
    return "\n".join([*lines[:head], rule, *lines[head:]])


def printable(text: str) -> str:
    """One line without control characters: names come from model files, and a terminal obeys what it is sent."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _fitting(cells: Sequence[Sequence[str]], room: int) -> list[int]:
    """Widths of the columns, the widest made narrower while there is one that can be without breaking a word."""
    columns = list(zip(*cells, strict=True))
    widths = [max(1, *map(len, column)) for column in columns]
    least = [max(1, *(len(word) for cell in column for word in _wrapped(cell, 1))) for column in columns]
    room -= len(GAP) * (len(widths) - 1)
    while sum(widths) > room:
        width, widest = max((w if w > low else 0, i) for i, (w, low) in enumerate(zip(widths, least, strict=True)))
        if not width:
            break
        widths[widest] -= 1
    return widths


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _block(header: Sequence[str], row: Sequence[str], room: int) -> str:
    """A row by itself: what it is of, and below that a line for every other cell that has something."""
    names = max(map(len, header[1:]))
    told = [(name, cell) for name, cell in zip(header[1:], row[1:], strict=True) if cell]
    indent = " " * (len(GAP) + names + len(GAP))
    lines = [line for name, cell in told for line in _hung(f"{GAP}{name.ljust(names)}{GAP}", cell, indent, room)]
    return "\n".join([*_wrapped(row[0], room), *lines])


def _hung(head: str, text: str, indent: str, room: int) -> list[str]:
    first, *others = _wrapped(text, max(1, room - len(indent)))
    return [head + first, *(indent + line for line in others)]


def _lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    columns = [_wrapped(cell, w) for cell, w in zip(row, widths, strict=True)]
    tallest = max(len(column) for column in columns)
    padded = [column + [""] * (tallest - len(column)) for column in columns]
    return [
        GAP.join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in zip(*padded, strict=True)
    ]
