"""Lookup tables as vector code: find the segment by a chain of selects or a binary search, then interpolate."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from policy_lab.compiler.llvm_ir import Code, Kernel, Value, ret
from policy_lab.compiler.vector_math import gather, pick
from policy_lab.program import Table

Segment = tuple[float, float, float]
"""x and y at a segment's left end, and its slope."""


def table_kernel(table: Table) -> Kernel:
    """The kernel that reads a table."""

    def write(code: Code, x: Value) -> None:
        ret(code, _read(code, table, x))

    return write


def _segments(table: Table) -> list[Segment]:
    """Every stretch between two points; a vertical step has no width and needs none."""
    found = []
    for (x0, y0), (x1, y1) in pairwise(zip(table.x, table.y, strict=True)):
        if x1 > x0:
            found.append((x0, y0, 0.0 if table.stepped else (y1 - y0) / (x1 - x0)))
    return found


def _read(code: Code, table: Table, x: Value) -> Value:
    segments = _segments(table)
    value = code.number(table.y[0])
    if segments:
        x0, y0, slope = _chosen(code, segments, x)
        value = y0 if table.stepped else slope * (x - x0) + y0
    for end, relation in ((0, "ole"), (-1, "oge")):
        beyond = code.number(table.y[end])
        if table.outside == "extrapolate" and len(table.x) > 1:
            beyond = _extended(code, table, end, x)
        value = code.select(x.compare(relation, table.x[end]), beyond, value)
    if segments and not table.stepped:
        return value  # NaN has come through the arithmetic
    return code.select(x.compare("uno", x), x, value)


def _extended(code: Code, table: Table, end: int, x: Value) -> Value:
    """The line through the two points at one end."""
    inner = 1 if end == 0 else -2
    width = table.x[end] - table.x[inner]
    slope = (table.y[end] - table.y[inner]) / width if width else float("nan")
    line = slope * (x - table.x[end]) + table.y[end]
    return code.select(x.compare("oeq", table.x[end]), table.y[end], line)


def _chosen(code: Code, segments: Sequence[Segment], x: Value) -> tuple[Value, Value, Value]:
    if len(segments) <= (4 if code.target.permute else 10):
        return _chain(code, segments, x)
    return _search(code, segments, x)


def _chain(code: Code, segments: Sequence[Segment], x: Value) -> tuple[Value, Value, Value]:
    x0, y0, slope = (code.number(v) for v in segments[0])
    for left, height, steepness in segments[1:]:
        inside = x.compare("oge", left)
        x0 = code.select(inside, left, x0)
        y0 = code.select(inside, height, y0)
        slope = code.select(inside, steepness, slope)
    return x0, y0, slope


def _search(code: Code, segments: Sequence[Segment], x: Value) -> tuple[Value, Value, Value]:
    """The last segment that begins at or before x, by binary search: one look for each bit of their number."""
    bits = (len(segments) - 1).bit_length()
    size = max(16, 1 << bits)
    columns = [[*column, *[float("inf")] * (size - len(segments))] for column in zip(*segments, strict=True)]

    def at(column: Sequence[float], index: Value) -> Value:
        return pick(column, index) if size == 16 else gather(code.module.table(column), index)

    index = code.integer(0)
    for bit in reversed(range(bits)):
        further = index | (1 << bit)
        here = code.number(columns[0][1 << bit]) if bit == bits - 1 else at(columns[0], further)
        index = code.select(x.compare("oge", here), further, index)
    return at(columns[0], index), at(columns[1], index), at(columns[2], index)
