"""Which way the arrows of a mechanism run: straight where that is free, else the flattest arc past the names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import dist
from typing import Final

from policy_lab.readers.sketch import Arrow, Box, arrow_path
from policy_lab.readers.sketch.courses import SHORTEST, bent, dense, hits
from policy_lab.readers.sketch.geometry import Point, inside

#: Bends that are tried, as shares of an arrow's length, and what counts against a course.
BENDS: Final = (0.0, 0.12, -0.12, 0.25, -0.25, 0.4, -0.4, 0.6, -0.6)
HIT, CROSSING, ALONG, BESIDE, BEND = 1000.0, 14.0, 40.0, 4.0, 16.0
#: An arrow that crosses more others than this, or runs further (pixels), is better shown as a ghost.
MOST_CROSSINGS: Final = 2
LONGEST: Final = 460
#: So is one that swings out further than this (pixels).
SWING, WIDEST_SWING = 20, 85
SHORTEST_MOVED = 20

Course = tuple[float, Arrow, tuple[Point, ...]]


def routed(
    boxes: Mapping[str, Box], pipes: Sequence[Arrow], edges: Sequence[tuple[str, str]], first: int
) -> tuple[list[Arrow], list[tuple[str, str]], list[tuple[str, str]]]:
    """A course for every edge (keys of ``boxes``), the edges that find no good one, and those that had to bend.

    Args:
        boxes: what stands where; the valve of a flow has the key ``valve of <flow>``.
        pipes: material flows, already placed.
        first: number of the first arrow.
    """
    laid = _paths(boxes, pipes)
    beside = {(p.end, p.start) for p in pipes}
    arrows: list[Arrow] = []
    poor: list[tuple[str, str]] = []
    bent: list[tuple[str, str]] = []
    shortest = sorted(edges, key=lambda e: dist(_middle(boxes[e[0]]), _middle(boxes[e[1]])))
    for cause, effect in shortest:
        cost, arrow, path = min(_courses(boxes, cause, effect, first + len(arrows), laid, len(pipes)),
                                key=lambda c: c[0])  # fmt: skip
        crossings = sum(_cross(path, other) for other in laid[len(pipes) :])
        swing = max((dist(p, _foot(boxes, arrow)) for p in arrow.points), default=0)
        own = (boxes[cause].id, boxes.get(f"valve of {effect}", boxes[effect]).id) in beside
        far = not own and (dist(path[0], path[-1]) > LONGEST or swing > WIDEST_SWING)
        if cost >= HIT or crossings > MOST_CROSSINGS or far:
            poor.append((cause, effect))
        elif swing > SWING and not own:
            bent.append((cause, effect))
        arrows.append(arrow)
        laid.append(path)
    return arrows, poor, bent


def _paths(boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> list[tuple[Point, ...]]:
    by_id = {b.id: b for b in boxes.values()}
    return [dense(arrow_path(a, by_id[a.start], by_id[a.end])) for a in arrows]


def moved(
    boxes: Mapping[str, Box], pipes: Sequence[Arrow], arrows: Sequence[Arrow], cause: str, effect: str
) -> Box | None:
    """A free place near what it feeds for a name that feeds nothing else; None if there is none nearby."""
    box, target = boxes[cause], boxes[effect]
    others = {k: b for k, b in boxes.items() if k != cause}
    laid = _paths(boxes, [*pipes, *(a for a in arrows if a.start != box.id)])
    best: tuple[float, Box] | None = None
    for least, dx, dy in sorted((_least(dx, dy), dx, dy) for dx in range(-280, 281, 14) for dy in range(-140, 141, 10)):
        if best is not None and least >= best[0]:
            break
        place = replace(box, x=target.x + dx, y=target.y + dy)
        if any(_overlap(place, b) for b in others.values()) or any(inside(p, place, 6) for c in laid for p in c):
            continue
        near = {k: b for k, b in others.items() if abs(b.x - target.x) < 400 and abs(b.y - target.y) < 250}
        courses = _courses({**near, cause: place}, cause, effect, 0, laid, len(pipes), (0.0,), SHORTEST_MOVED)
        cost = least + min(c for c, _, _ in courses)
        if cost < HIT and (best is None or cost < best[0]):
            best = cost, place
    return best[1] if best else None


def _least(dx: int, dy: int) -> float:
    """What a place costs by its distance alone: above is better than beside, beside better than below."""
    return 0.1 * max(0, dy) + 0.06 * abs(dx) + 0.03 * abs(dy)


def _overlap(one: Box, other: Box, gap: int = 9) -> bool:
    return (abs(one.x - other.x) < one.half_width + other.half_width + gap
            and abs(one.y - other.y) < one.half_height + other.half_height + gap)  # fmt: skip


def _courses(
    boxes: Mapping[str, Box],
    cause: str,
    effect: str,
    number: int,
    laid: Sequence[tuple[Point, ...]],
    pipes: int,
    bends: Sequence[float] = BENDS,
    shortest: float = SHORTEST,
) -> Iterator[Course]:
    """Every way to draw an arrow, with its cost; a flow may be met at its name or at its valve."""
    every = list(boxes.values())
    for start in _ends(boxes, cause):
        for end in _ends(boxes, effect):
            for bend in bends:
                arrow = Arrow(number, start.id, end.id, bent(start, end, bend))
                path = dense(arrow_path(arrow, start, end))
                length = dist(path[0], path[-1])
                cost = HIT * hits(path, start, end, every) + BEND * abs(bend) * 2 + 0.05 * length
                cost += HIT * (length < shortest)
                cost += CROSSING * sum(_cross(path, other) for other in laid[pipes:])
                cost += ALONG * sum(_cross(path, other) for other in laid[:pipes])
                cost += 3 * (start.kind == "valve") + BESIDE * _beside(path, laid[:pipes])
                yield cost, arrow, path


def _beside(path: Sequence[Point], pipes: Sequence[Sequence[Point]]) -> int:
    """For how many points of its course an arrow cannot be told from a pipe."""
    return sum(any(abs(y - pipe[0][1]) < 5 and min(pipe[0][0], pipe[-1][0]) < x < max(pipe[0][0], pipe[-1][0])
                   for pipe in pipes) for x, y in path)  # fmt: skip


def _foot(boxes: Mapping[str, Box], arrow: Arrow) -> Point:
    """The middle between the two boxes of an arrow."""
    start, end = (next(b for b in boxes.values() if b.id == i) for i in (arrow.start, arrow.end))
    return (start.x + end.x) / 2, (start.y + end.y) / 2


def _ends(boxes: Mapping[str, Box], key: str) -> list[Box]:
    valve = boxes.get(f"valve of {key}")
    return [boxes[key]] if valve is None else [valve, boxes[key]]


def _cross(one: Sequence[Point], other: Sequence[Point]) -> bool:
    """Whether two courses cross away from their ends; each is followed by a few straight pieces."""
    a, b = _coarse(one), _coarse(other)
    if max(p[0] for p in a) < min(p[0] for p in b) or max(p[0] for p in b) < min(p[0] for p in a):
        return False
    if max(p[1] for p in a) < min(p[1] for p in b) or max(p[1] for p in b) < min(p[1] for p in a):
        return False
    return any(_meet(a[i], a[i + 1], b[j], b[j + 1]) for i in range(len(a) - 1) for j in range(len(b) - 1))


def _coarse(path: Sequence[Point]) -> list[Point]:
    step = max(1, (len(path) - 1) // 6)
    return [*path[:-1:step], path[-1]]


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, p: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _middle(box: Box) -> Point:
    return box.x, box.y
