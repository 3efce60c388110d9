"""Geometry of arrows: the same curve for the layout, which keeps it off the boxes, and for the picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from policy_lab.readers.sketch.parts import Arrow, Box

Point = tuple[float, float]

#: Points by which an arc is followed, and the gap an arrow leaves around a name.
STEPS, GAP = 32, 2
#: How far from an arrow's head its sign may stand, and how far from its line.
_TENS, _BESIDE = (14, 22, 30, 40, 52, 66), 8
#: And how far from each other two signs.
_APART = 12


def arrow_path(arrow: Arrow, start: Box, end: Box) -> tuple[Point, ...]:
    """The course of an arrow between the edges of its two boxes.

    An information arrow with one point is the arc of a circle through that point, as Vensim draws it; a pipe runs
    straight from the valve and meets the side of a stock at the valve's height, however tall the stock is, or turns
    above or below it.

    Returns:
        Two points or more, in pixels; the two edge points alone if the boxes touch.
    """
    if arrow.pipe:
        course = _pipe(arrow, start, end)
    elif len(arrow.points) == 1:
        course = _arc((start.x, start.y), arrow.points[0], (end.x, end.y))
    else:
        course = [(start.x, start.y), *arrow.points, (end.x, end.y)]
        if len(course) == 2:
            course = _arc(course[0], ((course[0][0] + course[1][0]) / 2, (course[0][1] + course[1][1]) / 2), course[1])
    gap = 0 if arrow.pipe else GAP
    return tuple(_clipped(course, start, end, gap))


def extent(boxes: Iterable[Box], arrows: Iterable[Arrow]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of everything drawn, in pixels; all 0 if there is nothing."""
    by_id = {b.id: b for b in boxes}
    corners: list[Point] = [
        (b.x + side * b.half_width, b.y + side * b.half_height) for b in by_id.values() for side in (-1, 1)
    ]
    corners += [p for a in arrows for p in arrow_path(a, by_id[a.start], by_id[a.end])]
    xs, ys = [p[0] for p in corners] or [0], [p[1] for p in corners] or [0]
    return math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))


def beside_head(path: Sequence[Point], boxes: Sequence[Box], taken: Sequence[Point]) -> Point:
    """A place for the sign of an arrow: near its head, on either side, clear of every box and other sign."""
    back, length, end = list(reversed(path)), 0.0, path[-1]
    spots: list[Point] = []
    for (x0, y0), (x1, y1) in pairwise(back):
        step = math.dist((x0, y0), (x1, y1))
        for at in _TENS:
            if step and length <= at < length + step:
                share = (at - length) / step
                x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
                nx, ny = (y1 - y0) / step * _BESIDE, (x0 - x1) / step * _BESIDE
                spots += [(x + nx, y + ny), (x - nx, y - ny)]
        length += step
    clear = (
        spot
        for spot in spots
        if not any(inside(spot, box, 6) for box in boxes) and all(math.dist(spot, other) > _APART for other in taken)
    )
    return next(clear, spots[0] if spots else end)


def inside(point: Point, box: Box, gap: float = 0) -> bool:
    """Whether a point lies in a box, or nearer to it than ``gap``."""
    return abs(point[0] - box.x) <= box.half_width + gap and abs(point[1] - box.y) <= box.half_height + gap


def _pipe(arrow: Arrow, start: Box, end: Box) -> list[Point]:
    course: list[Point] = [(start.x, start.y), *arrow.points]
    x, y = course[-1]
    if abs(y - end.y) <= end.half_height:
        course.append((end.x, y))
    elif abs(x - end.x) <= end.half_width:
        course.append((x, end.y))
    else:
        course += [(end.x, y), (end.x, end.y)]
    return course


def _arc(start: Point, through: Point, end: Point) -> list[Point]:
    """Points of the circle from start to end by way of a third; of the line where the three are collinear."""
    centre = _centre(start, through, end)
    if centre is None:
        return [_between(start, end, i / STEPS) for i in range(STEPS + 1)]
    radius = math.dist(centre, start)
    begin, middle, finish = (math.atan2(p[1] - centre[1], p[0] - centre[0]) for p in (start, through, end))
    turn = (finish - begin) % math.tau
    if (middle - begin) % math.tau > turn:
        turn -= math.tau
    angles = (begin + turn * i / STEPS for i in range(STEPS + 1))
    return [(centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in angles]


def _centre(a: Point, b: Point, c: Point) -> Point | None:
    """Centre of the circle through three points; None if they are (nearly) collinear."""
    twice = 2 * (a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]))
    if abs(twice) < max(1.0, math.dist(a, c) ** 2 * 1e-2):
        return None
    squares = [p[0] ** 2 + p[1] ** 2 for p in (a, b, c)]
    x = (squares[0] * (b[1] - c[1]) + squares[1] * (c[1] - a[1]) + squares[2] * (a[1] - b[1])) / twice
    y = (squares[0] * (c[0] - b[0]) + squares[1] * (a[0] - c[0]) + squares[2] * (b[0] - a[0])) / twice
    return x, y


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _clipped(course: Sequence[Point], start: Box, end: Box, gap: float) -> list[Point]:
    """The part of a course outside both boxes: from where it leaves the first to where it enters the second."""
    first = max((i for i, p in enumerate(course) if inside(p, start, gap)), default=0)
    last = min((i for i, p in enumerate(course) if i > first and inside(p, end, gap)), default=len(course) - 1)
    if last <= first:
        return [course[0], course[-1]]
    kept = list(course[first : last + 1])
    kept[0] = _edge(kept[1], kept[0], start, gap)
    kept[-1] = _edge(kept[-2], kept[-1], end, gap)
    return kept


def _edge(outside: Point, within: Point, box: Box, gap: float) -> Point:
    """Where the line between a point outside a box and one within crosses its edge, found by halving."""
    if inside(outside, box, gap):
        return outside
    for _ in range(12):
        middle = _between(outside, within, 0.5)
        outside, within = (outside, middle) if inside(middle, box, gap) else (middle, within)
    return outside
