"""Courses of arrows past the names: what an arrow runs through, how it is bent, and those of a view made free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import dist
from typing import Final

from policy_lab.readers.sketch.geometry import Point, arrow_path, inside
from policy_lab.readers.sketch.parts import Arrow, Box, View

#: Bends that are tried, as shares of an arrow's length, the flatter first.
BENDS: Final = (0.0, 0.06, -0.06, 0.12, -0.12, 0.18, -0.18, 0.25, -0.25, 0.4, -0.4, 0.6, -0.6, 0.9, -0.9)
#: An arrow shorter than this (pixels) looks like a smudge.
SHORTEST: Final = 9
#: A box has an arrow in it from this far inside (pixels, negative); a name is moved this far at most, and stands this
#: far from others.
INTO, REACH, APART = -1, 150, 3


def dense(path: Sequence[Point], apart: int = 8) -> tuple[Point, ...]:
    """A course with points no further apart than some pixels, so that no box slips between two."""
    points = [path[0]]
    for a, b in pairwise(path):
        steps = max(1, int(dist(a, b) // apart))
        points += [(a[0] + (b[0] - a[0]) * i / steps, a[1] + (b[1] - a[1]) * i / steps) for i in range(1, steps + 1)]
    return tuple(points)


def hits(path: Sequence[Point], start: Box, end: Box, boxes: Sequence[Box], gap: float = 2) -> int:
    """How many boxes an arrow runs through besides its own two."""
    xs, ys = [p[0] for p in path], [p[1] for p in path]
    left, right, top, bottom = min(xs) - gap, max(xs) + gap, min(ys) - gap, max(ys) + gap
    others = [b for b in boxes if b.id not in (start.id, end.id) and abs(b.x - (left + right) / 2) <= b.half_width
              + (right - left) / 2 and abs(b.y - (top + bottom) / 2) <= b.half_height + (bottom - top) / 2]  # fmt: skip
    return sum(any(inside(p, b, gap) for p in path) for b in others)


def bent(start: Box, end: Box, bend: float) -> tuple[tuple[int, int], ...]:
    """The point an arc passes through: off the middle by a share of the length."""
    if not bend:
        return ()
    return ((round((start.x + end.x) / 2 - (end.y - start.y) * bend),
             round((start.y + end.y) / 2 + (end.x - start.x) * bend)),)  # fmt: skip


def freed(view: View, solid: Sequence[Box]) -> View:
    """The view with each arrow that runs through one of some boxes on the flattest arc past them, if there is one.

    An arrow at a flow may leave or meet its valve instead of its name, and the other way about. Where no arc is free,
    a name in its way that only feeds others makes room for it, and so does the name of a flow for a pipe.
    """
    view, solid = _bent_past(view, solid, range(len(view.arrows))), list(solid)
    for number in sorted(set(_in_the_way(view, solid))):
        box = view.by_id[number]
        others = [b for b in solid if b.id != number]
        own = [n for n, arrow in enumerate(view.arrows) if number in (arrow.start, arrow.end)]
        courses = {n: _course(arrow, view) for n, arrow in enumerate(view.arrows) if n not in own}
        harm = _within(box, courses.values()) + sum(_through(view.arrows[n], view, solid) for n in own)
        for place in _places(view, box):
            met = any(_meet(place, b) for b in others) or _within(place, courses.values())
            if met or not harm:
                continue
            moved = replace(view, boxes=tuple(place if b.id == number else b for b in view.boxes))
            moved = _bent_past(moved, [*others, place], own)
            if sum(_through(moved.arrows[n], moved, others) for n in own) < harm:
                view, solid = moved, [*others, place]
                break
    return view


def _bent_past(view: View, solid: Sequence[Box], which: Iterable[int]) -> View:
    twins, arrows = _twins(view), list(view.arrows)
    for n in which:
        arrow = arrows[n]
        if not arrow.pipe and _through(arrow, view, solid):
            arrows[n] = min([arrow, *_others(arrow, view, twins)], key=lambda course: _through(course, view, solid))
    return replace(view, arrows=tuple(arrows))


def _course(arrow: Arrow, view: View) -> tuple[Point, ...]:
    return dense(arrow_path(arrow, view.by_id[arrow.start], view.by_id[arrow.end]), 2)


def _within(box: Box, courses: Iterable[Sequence[Point]]) -> int:
    """How many courses run through a box."""
    wide, high = box.half_width + INTO, box.half_height + INTO
    return sum(any(abs(x - box.x) <= wide and abs(y - box.y) <= high for x, y in course) for course in courses)


def _in_the_way(view: View, solid: Sequence[Box]) -> Iterator[int]:
    """What arrows run through, and the causes that those come from."""
    for arrow in view.arrows:
        path, start, end = _course(arrow, view), view.by_id[arrow.start], view.by_id[arrow.end]
        if hits(path, start, end, solid, INTO):
            yield start.id
            yield from (box.id for box in solid if hits(path, start, end, [box], INTO))


def _through(arrow: Arrow, view: View, solid: Sequence[Box]) -> int:
    """Boxes that an arrow runs through; one too short counts as one more than any other."""
    path = _course(arrow, view)
    if dist(path[0], path[-1]) < SHORTEST and not arrow.pipe:
        return len(solid)
    return hits(path, view.by_id[arrow.start], view.by_id[arrow.end], solid, INTO)


def _places(view: View, box: Box) -> Iterator[Box]:
    """Where else a box may stand, the nearest first: the name of a flow by its valve, one that only feeds others."""
    if box.kind == "flow":
        valve = view.by_id[_twins(view)[box.id]]
        for dx in sorted(range(-60, 61, 15), key=abs):
            yield from (replace(box, x=valve.x + dx, y=y) for y in (box.y, 2 * valve.y - box.y))
    elif box.kind in ("ghost", "variable") and not any(arrow.end == box.id for arrow in view.arrows):
        steps = range(-REACH, REACH + 1, 15)
        for dx, dy in sorted(((x, y) for x in steps for y in steps), key=lambda d: d[0] ** 2 + d[1] ** 2):
            yield replace(box, x=box.x + dx, y=box.y + dy)


def _meet(one: Box, other: Box) -> bool:
    return (abs(one.x - other.x) < one.half_width + other.half_width + APART
            and abs(one.y - other.y) < one.half_height + other.half_height + APART)  # fmt: skip


def _others(arrow: Arrow, view: View, twins: dict[int, int]) -> Iterator[Arrow]:
    for bend in BENDS:
        for start in (arrow.start, twins.get(arrow.start)):
            for end in (arrow.end, twins.get(arrow.end)):
                if start is not None and end is not None:
                    points = bent(view.by_id[start], view.by_id[end], bend)
                    yield replace(arrow, start=start, end=end, points=points)


def _twins(view: View) -> dict[int, int]:
    """The name of each flow to its valve and back."""
    valves = [box for box in view.boxes if box.kind == "valve"]
    pairs = [(box.id, min(valves, key=lambda v: dist((v.x, v.y), (box.x, box.y))).id)
             for box in view.boxes if box.kind == "flow" and valves]  # fmt: skip
    return dict(pairs) | {valve: name for name, valve in pairs}
