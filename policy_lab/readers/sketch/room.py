"""Room in a view: for the words of another language, for a value below each name, and for the marks of loops."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from policy_lab.readers.sketch.courses import dense, freed, hits
from policy_lab.readers.sketch.geometry import Point, arrow_path, extent
from policy_lab.readers.sketch.lettering import LINE, VALUE, shown, text_width, wrapped
from policy_lab.readers.sketch.parts import Arrow, Box, View

#: Pixels between two names, between two that an arrow joins, and lines of room that a view takes at most.
GAP, ARROW, MOST_LINES = 3, 22, 400
#: Pixels of a value at most, and of a line of a name unless one word is longer.
_VALUE_WIDTH, _LINE_WIDTH = 60, 96
_NAMED: Final = ("stock", "flow", "variable", "ghost")
MARK_HEIGHT: Final = 20
#: How far a stock reaches beyond the height of a pipe.
_LIP: Final = 12
_REACH, _GRID = 170, 10


@dataclass(frozen=True, slots=True)
class Mark:
    """The sign of a loop, R or B, with its name; ``number`` is that of the loop, ``x`` and ``y`` the middle."""

    number: int
    letter: str
    name: str
    x: float = 0
    y: float = 0

    @property
    def width(self) -> float:
        """Pixels it takes, its circle and its name."""
        return MARK_HEIGHT + 6 + text_width(self.name, bold=True) * 0.92


def with_room(view: View, words: Mapping[str, str]) -> View:
    """The view with boxes as large as their words with a value below, and room let in until none covers another.

    Room is let in across the whole view, as a row or column of a table is, so that what stood in line still does.
    """
    boxes = [_sized(box, words.get(box.name) or box.name) for box in view.boxes]
    valves = {box.id: box for box in boxes if box.kind == "valve"}
    owners = {box.id: _nearest(box, valves) for box in boxes if box.kind == "flow" and valves}
    arrows, joined = view.arrows, {frozenset((a.start, a.end)) for a in view.arrows if not a.pipe}
    for _ in range(MOST_LINES):
        boxes = _below_valves(boxes, owners)
        line = _line_to_let_in(boxes, owners, joined) or _line_for_a_pipe(boxes, owners, arrows)
        if line is None:
            break
        boxes = [_beyond(box, *line) for box in boxes]
        arrows = tuple(replace(a, points=tuple(_point_beyond(point, *line) for point in a.points)) for a in arrows)
    boxes = _tall(boxes, arrows)
    roomy = replace(view, boxes=tuple(boxes), arrows=arrows)
    return freed(roomy, [box for box in boxes if box.kind in (*_NAMED, "valve")])


def _tall(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> list[Box]:
    """Stocks as tall as it takes for their pipes to meet them straight, where nothing is in the way of that."""
    by_id = {box.id: box for box in boxes}
    tall = list(boxes)
    for place, stock in enumerate(boxes):
        ends = [
            by_id[a.end if a.start == stock.id else a.start] for a in arrows if a.pipe and stock.id in (a.start, a.end)
        ]
        levels = [end.y for end in ends if abs(end.x - stock.x) > stock.half_width]
        if stock.kind != "stock" or not levels:
            continue
        top = min(stock.y - stock.half_height, *(y - _LIP for y in levels))
        bottom = max(stock.y + stock.half_height, *(y + _LIP for y in levels))
        grown = replace(stock, y=round((top + bottom) / 2), half_height=math.ceil((bottom - top) / 2))
        if not any(_meet(grown, box) for box in tall if box.kind in _NAMED and box.id != stock.id):
            tall[place] = grown
    return tall


def _line_to_let_in(
    boxes: Sequence[Box], owners: Mapping[int, int], joined: Set[frozenset[int]]
) -> tuple[int, float, int] | None:
    """Way (0 across, 1 down), place and size of the room that parts two names which meet; None where none do."""
    by_id = {box.id: box for box in boxes}
    named = [box for box in boxes if box.kind in _NAMED]
    for one, other in combinations(named, 2):
        gap = ARROW if {one.id, other.id} in joined else GAP
        if not _meet(one, other, gap):
            continue
        first, second = (by_id[owners.get(box.id, box.id)] for box in (one, other))
        lines = []
        if abs(first.x - second.x) > 4:
            lines.append(
                (0, max(first.x, second.x) - 0.5, one.half_width + other.half_width + gap - abs(one.x - other.x))
            )
        if abs(first.y - second.y) > 4:
            lines.append(
                (1, max(first.y, second.y) - 0.5, one.half_height + other.half_height + gap - abs(one.y - other.y))
            )
        if lines:
            return min(lines, key=lambda line: line[2])
    return None


def _line_for_a_pipe(
    boxes: Sequence[Box], owners: Mapping[int, int], arrows: Sequence[Arrow]
) -> tuple[int, float, int] | None:
    """The same down, which parts a pipe from the name of another flow that it runs through."""
    by_id = {box.id: box for box in boxes}
    flows = [box for box in boxes if box.id in owners]
    for pipe in arrows:
        if not pipe.pipe:
            continue
        start, end = by_id[pipe.start], by_id[pipe.end]
        path = dense(arrow_path(pipe, start, end), 2)
        for flow in flows:
            own = by_id[owners[flow.id]]
            if own.id != start.id and abs(own.y - start.y) > 4 and hits(path, start, end, [flow], -1):
                room = math.ceil(flow.half_height + GAP - abs(start.y - flow.y))
                return 1, max(own.y, start.y) - 0.5, max(1, room)
    return None


def _nearest(box: Box, valves: Mapping[int, Box]) -> int:
    return min(valves.values(), key=lambda valve: (valve.x - box.x) ** 2 + (valve.y - box.y) ** 2).id


def _below_valves(boxes: Sequence[Box], owners: Mapping[int, int]) -> list[Box]:
    """The names of flows close to their valves, on the side where they were."""
    by_id = {box.id: box for box in boxes}
    return [_beside(box, by_id[owners[box.id]]) if box.id in owners else box for box in boxes]


def _beside(flow: Box, valve: Box) -> Box:
    clear = valve.half_height + flow.half_height + 2
    return replace(flow, y=valve.y + clear if flow.y >= valve.y else valve.y - clear)


def _beyond(box: Box, way: int, place: float, room: int) -> Box:
    if (box.x, box.y)[way] < place:
        return box
    return replace(box, x=box.x + room) if way == 0 else replace(box, y=box.y + room)


def _point_beyond(point: tuple[int, int], way: int, place: float, room: int) -> tuple[int, int]:
    if point[way] < place:
        return point
    return (point[0] + room, point[1]) if way == 0 else (point[0], point[1] + room)


def _sized(box: Box, words: str) -> Box:
    if box.kind not in _NAMED:
        return box
    bold, text = box.kind in ("stock", "flow"), shown(box.kind, words)
    longest = max((text_width(word, bold) for word in text.split()), default=0)
    lines = wrapped(text, max(longest, _LINE_WIDTH), bold)
    frame = 7 if box.kind == "stock" else 0
    width = max(_VALUE_WIDTH, *(text_width(line, bold) for line in lines)) + 2 * frame
    height = math.ceil((LINE * len(lines) + VALUE) / 2) + frame
    return replace(box, half_width=math.ceil(width / 2) + 2, half_height=height)


def _meet(one: Box, other: Box, gap: float = 0) -> bool:
    return (
        abs(one.x - other.x) < one.half_width + other.half_width + gap
        and abs(one.y - other.y) < one.half_height + other.half_height + gap
    )


def placed(view: View, marks: Iterable[tuple[Mark, Sequence[Point]]]) -> Iterator[Mark]:
    """Each mark at the free place nearest to the middle of some points; left out where there is none near."""
    taken = [box for box in view.boxes if box.kind != "comment" or box.name]
    courses = [p for a in view.arrows for p in dense(arrow_path(a, view.by_id[a.start], view.by_id[a.end]))]
    left, top, right, bottom = extent(view.boxes, view.arrows)
    for mark, around in marks:
        width, height = mark.width / 2 + 2, MARK_HEIGHT / 2 + 2
        middle = (sum(x for x, _ in around) / len(around), sum(y for _, y in around) / len(around))
        for x, y in _near(middle):
            here = Box(0, "comment", mark.name, round(x), round(y), math.ceil(width), math.ceil(height))
            within = left + width <= x <= right - width and top + height <= y <= bottom - height
            if within and not any(_meet(here, box) for box in taken) and not any(
                abs(px - x) < width and abs(py - y) < height for px, py in courses
            ):  # fmt: skip
                taken.append(here)
                yield replace(mark, x=x, y=y)
                break


def _near(middle: Point) -> list[Point]:
    steps = range(-_REACH, _REACH + 1, _GRID)
    spots = [(dx, dy) for dx in steps for dy in steps]
    return [(middle[0] + dx, middle[1] + dy) for dx, dy in sorted(spots, key=lambda d: d[0] ** 2 + d[1] ** 2)]
